using Consortium.Adapters.Chinese;

namespace Consortium.Adapters.Narrative;

/// <summary>
/// Reads what the social history tells of smoking and drinking, clause by clause, in the note's own words: 吸烟40年，20支/日，已戒2年. How much that is, is not computed.
/// </summary>
internal sealed class SocialReader(NoteText note)
{
    private const int LongestClause = 160;

    private static readonly TermTable<DataRow> Automaton = new(DataTable.BuiltIn("social-words.tsv", 3).Select(row => KeyValuePair.Create(row.Cells[0], row)));

    /// <summary>The facts of a section.</summary>
    public IEnumerable<SocialFact> Read(NoteSection section)
    {
        string lower = note.Folded[section.Body.Start..section.Body.End].ToLowerInvariant();
        SocialFact? last = null;
        foreach (TermMatch<DataRow> match in TermTable<DataRow>.Longest([.. Automaton.FindAll(lower).Where(match => StandsAlone(lower, match))]))
        {
            TextSpan clause = Sentence(lower, match.Start);
            var span = new TextSpan(section.Body.Start + clause.Start, section.Body.Start + clause.End);
            if (span.Length > LongestClause) continue;
            string code = match.Value.Cells[1];
            if (last is not null && last.Span == span && last.Code == code) continue;
            yield return last = new SocialFact(span, Assertion.Present, match.Value.Cells[2]) { Code = code };
        }
    }

    // To the full stop: the clauses behind say how much and for how long.
    private static TextSpan Sentence(string text, int at)
    {
        int start = at, end = at;
        while (start > 0 && !Ends(text, start - 1)) start--;
        while (end < text.Length && !Ends(text, end)) end++;
        while (start < end && char.IsWhiteSpace(text[start])) start++;
        while (end > start && char.IsWhiteSpace(text[end - 1])) end--;
        return new TextSpan(start, end);
    }

    private static bool Ends(string text, int at) => text[at] is '。' or ';' or '\n' or '\r' || (text[at] == '.' && (at + 1 == text.Length || text[at + 1] is ' ' or '\n' or '\r'));

    private static bool StandsAlone(string text, TermMatch<DataRow> match) =>
        (match.Start == 0 || !char.IsAsciiLetter(text[match.Start]) || !char.IsAsciiLetter(text[match.Start - 1]))
        && (match.End == text.Length || !char.IsAsciiLetter(text[match.End - 1]) || !char.IsAsciiLetter(text[match.End]));
}
