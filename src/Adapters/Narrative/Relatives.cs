using Consortium.Adapters.Chinese;

namespace Consortium.Adapters.Narrative;

/// <summary>Which relative a sentence is about (<c>relatives.tsv</c>: words and their v3-RoleCode).</summary>
internal sealed class Relatives
{
    /// <summary>A family member whom the sentence does not name.</summary>
    public const string Unnamed = "FAMMEMB";

    private static readonly IReadOnlyList<DataRow> Rows = DataTable.BuiltIn("relatives.tsv", 3);
    private static readonly TermTable<DataRow> Automaton = new(Rows.Select(row => KeyValuePair.Create(row.Cells[0], row)));
    private static readonly Dictionary<string, string> Displays = Rows.GroupBy(row => row.Cells[1], StringComparer.Ordinal)
        .ToDictionary(group => group.Key, group => group.First().Cells[2], StringComparer.Ordinal);

    private readonly string _text;
    private readonly List<TermMatch<DataRow>> _words;

    public Relatives(NoteText note)
    {
        _text = note.Folded.ToLowerInvariant();
        _words = Automaton.FindAll(_text);
        _words.RemoveAll(word => (word.Start > 0 && char.IsAsciiLetter(_text[word.Start]) && char.IsAsciiLetter(_text[word.Start - 1]))
            || (word.End < _text.Length && char.IsAsciiLetter(_text[word.End - 1]) && char.IsAsciiLetter(_text[word.End])));
        _words = TermTable<DataRow>.Longest(_words);
    }

    /// <summary>The name of a code.</summary>
    public static string Display(string code) => Displays.GetValueOrDefault(code, "family member");

    /// <summary>The nearest relative before a place in its sentence, or directly behind it (stroke in her mother).</summary>
    public (string Code, TextSpan? Word) Near(TextSpan span)
    {
        int low = 0, high = _words.Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (_words[middle].End <= span.Start) low = middle + 1;
            else high = middle;
        }

        TermMatch<DataRow>? before = low > 0 && SameSentence(_words[low - 1].End, span.Start) ? _words[low - 1] : null;
        if (before is null && low < _words.Count && _words[low].Start >= span.End && _words[low].Start - span.End < 24 && SameSentence(span.End, _words[low].Start)) before = _words[low];
        return before is { } found ? (found.Value.Cells[1], new TextSpan(found.Start, found.End)) : (Unnamed, null);
    }

    private bool SameSentence(int from, int to)
    {
        ReadOnlySpan<char> between = _text.AsSpan(from, to - from);
        return between.Length < 120 && !between.ContainsAny("。;\n") && !between.Contains(". ", StringComparison.Ordinal);
    }
}
