using Consortium.Adapters.Chinese;

namespace Consortium.Adapters.Narrative;

/// <summary>
/// Decides whether a measured value is the patient's present one: a target (控制在 6.5mmol/L), a condition (如血糖超过 …) and somebody else's value are not.
/// What is denied or suspected in the same sentence does not touch a number.
/// </summary>
internal sealed class MeasurementCues
{
    private static readonly TermTable<string> Automaton = new(DataTable.BuiltIn("measurement-cues.tsv", 2)
        .Select(row => KeyValuePair.Create(row.Cells[0], row.Cells[1])));

    // No clause is longer; the bound keeps time linear on text without punctuation.
    private const int SentenceReach = 160;

    private readonly string _text;
    private readonly List<TermMatch<string>> _cues;

    public MeasurementCues(NoteText note)
    {
        _text = note.Folded;
        _cues = Automaton.FindAll(note.Folded);
        _cues.RemoveAll(cue => !StandsAlone(cue));
        _cues = TermTable<string>.Longest(_cues);
    }

    /// <summary>The assertion of a measurement.</summary>
    public Assertion Of(TextSpan span)
    {
        int start = span.Start;
        while (start > 0 && !EndsSentence(start - 1) && span.Start - start < SentenceReach) start--;
        Assertion assertion = Assertion.Present;
        for (int i = FirstAt(start); i < _cues.Count && _cues[i].End <= span.Start; i++)
        {
            switch (_cues[i].Value)
            {
                case "other" when SameClause(_cues[i].End, span.Start):
                    return Assertion.Other;
                case "conditional":
                case "aim" when SameClause(_cues[i].End, span.Start):
                    return Assertion.Hypothetical;
                case "historical" when SameClause(_cues[i].End, span.Start):
                    assertion = Assertion.Historical;
                    break;
            }
        }

        return assertion;
    }

    private int FirstAt(int start)
    {
        int low = 0, high = _cues.Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (_cues[middle].Start < start) low = middle + 1;
            else high = middle;
        }

        return low;
    }

    private bool SameClause(int from, int to) => !_text.AsSpan(from, Math.Max(0, to - from)).Contains(',');

    private bool StandsAlone(in TermMatch<string> cue) =>
        (cue.Start == 0 || !char.IsAsciiLetter(_text[cue.Start]) || !char.IsAsciiLetter(_text[cue.Start - 1]))
        && (cue.End == _text.Length || !char.IsAsciiLetter(_text[cue.End - 1]) || !char.IsAsciiLetter(_text[cue.End]));

    private bool EndsSentence(int at) => _text[at] is '。' or ';' or '!' or '\n' or '\r' || (_text[at] == '.' && at + 1 < _text.Length && _text[at + 1] == ' ');
}
