using Consortium.Adapters.Chinese;

namespace Consortium.Adapters.Narrative;

/// <summary>
/// Decides how a finding is asserted from the cues of its sentence (after W. Chapman's NegEx, J. Biomed. Inform. 34, 2001, and ConText):
/// a negation reaches over a list to the end of its clause or to a word that ends it; pseudo-negations (无力, 非甾体) are longer terms and so no negations.
/// </summary>
internal sealed class AssertionCues
{
    private static readonly TermTable<string> Automaton = new(DataTable.BuiltIn("cues.tsv", 2)
        .Select(row => KeyValuePair.Create(row.Cells[0], row.Cells[1])));

    // No clause is longer; the bound keeps time linear on text without punctuation.
    private const int SentenceReach = 160;

    private readonly NoteText _note;
    private readonly List<TermMatch<string>> _cues;

    public AssertionCues(NoteText note)
    {
        _note = note;
        _cues = Automaton.FindLongest(note.Folded);
    }

    /// <summary>The assertion of a finding in running text.</summary>
    public Assertion Of(TextSpan span)
    {
        (int start, int end) = Sentence(span);
        bool negated = false, historical = false, other = false, hypothetical = false, uncertain = false;
        int negatedAt = 0;
        for (int i = FirstAt(start); i < _cues.Count && _cues[i].Start < end; i++)
        {
            TermMatch<string> cue = _cues[i];
            if (cue.Start < span.End && cue.End > span.Start) continue;
            bool before = cue.End <= span.Start;
            switch (cue.Value)
            {
                case "negation" when before:
                    (negated, uncertain, negatedAt) = (true, false, cue.End);
                    break;
                case "turn" when before:
                case "end" when before && _note.Folded.AsSpan(negatedAt, Math.Max(0, cue.Start - negatedAt)).Contains(','):
                    negated = uncertain = false;
                    break;
                case "uncertain" when before || cue.Start - span.End <= 4:
                    (negated, uncertain) = (false, true);
                    break;
                case "historical" when before || cue.Start - span.End <= 2:
                    historical = true;
                    break;
                case "other" when before:
                    other = true;
                    break;
                case "conditional" when before:
                case "aim" when before && SameClause(cue.End, span.Start):
                    hypothetical = true;
                    break;
            }
        }

        if (other) return Assertion.Other;
        if (negated) return Assertion.Negated;
        if (hypothetical) return Assertion.Hypothetical;
        if (uncertain) return Assertion.Uncertain;
        return historical ? Assertion.Historical : Assertion.Present;
    }

    /// <summary>The assertion of something measured: what was denied or suspected in the same sentence does not touch the number, a condition does (如血糖超过 …).</summary>
    public Assertion OfMeasurement(TextSpan span)
    {
        (int start, int _) = Sentence(span);
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

    /// <summary>The cues of a category inside a span.</summary>
    public IEnumerable<TextSpan> Inside(TextSpan span, string category)
    {
        for (int i = FirstAt(span.Start); i < _cues.Count && _cues[i].Start < span.End; i++)
        {
            if (_cues[i].Value == category && _cues[i].End <= span.End) yield return new TextSpan(_cues[i].Start, _cues[i].End);
        }
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

    private (int Start, int End) Sentence(TextSpan span)
    {
        string text = _note.Folded;
        int start = span.Start, end = span.End;
        while (start > 0 && !EndsSentence(text[start - 1]) && span.Start - start < SentenceReach) start--;
        while (end < text.Length && !EndsSentence(text[end]) && end - span.End < 12 && text[end] is not (',' or ' ')) end++;
        return (start, end);
    }

    private bool SameClause(int from, int to) => !_note.Folded.AsSpan(from, Math.Max(0, to - from)).Contains(',');

    private static bool EndsSentence(char c) => c is '。' or ';' or '!' or '\n' or '\r';
}
