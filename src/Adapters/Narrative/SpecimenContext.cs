using Consortium.Adapters.Chinese;

namespace Consortium.Adapters.Narrative;

/// <summary>Which specimen a line of results is about: the last cue before the place on its own line (血常规, 尿常规, 脑脊液 …).</summary>
internal sealed class SpecimenContext
{
    private static readonly TermTable<string> Automaton = new(DataTable.BuiltIn("specimen-cues.tsv", 2)
        .Select(row => KeyValuePair.Create(row.Cells[0], row.Cells[1])));

    private readonly string _text;
    private readonly List<TermMatch<string>> _cues;

    public SpecimenContext(NoteText note)
    {
        _text = note.Folded;
        _cues = Automaton.FindAll(note.Folded);
        // CSF stands alone; UA is not found in USUAL.
        _cues.RemoveAll(cue => (cue.Start > 0 && char.IsAsciiLetter(_text[cue.Start]) && char.IsAsciiLetter(_text[cue.Start - 1]))
            || (cue.End < _text.Length && char.IsAsciiLetter(_text[cue.End - 1]) && char.IsAsciiLetter(_text[cue.End])));
        _cues = TermTable<string>.Longest(_cues);
    }

    /// <summary>The specimen's kind, or null where the line names none.</summary>
    public string? At(int place)
    {
        int low = 0, high = _cues.Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (_cues[middle].Start < place) low = middle + 1;
            else high = middle;
        }

        if (low == 0) return null;
        TermMatch<string> cue = _cues[low - 1];
        return cue.End <= place && place - cue.End < 400 && _text.AsSpan(cue.End, place - cue.End).IndexOfAny('\n', '。') < 0 ? cue.Value : null;
    }
}
