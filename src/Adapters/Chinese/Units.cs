using System.Collections.Frozen;
using Consortium.Adapters.Narrative.Lexicon;

namespace Consortium.Adapters.Chinese;

/// <summary>
/// Units as written and their UCUM codes (<c>units.tsv</c>). A unit that is not in the table has no code: it stays text, since a wrong unit is worse than an uncoded one.
/// </summary>
internal sealed class Units
{
    private readonly FrozenDictionary<string, string> _ucum;
    private readonly FrozenDictionary<string, string> _anyCase;
    private readonly int _longest;

    private Units(Dictionary<string, string> ucum, Dictionary<string, string>? anyCase = null)
    {
        _ucum = ucum.ToFrozenDictionary(StringComparer.Ordinal);
        _anyCase = (anyCase ?? []).ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);
        _longest = ucum.Keys.Concat(_anyCase.Keys).Max(form => form.Length);
    }

    /// <summary>The built-in table.</summary>
    public static Units BuiltIn { get; } = Load();

    /// <summary>The built-in table and, behind it, the units of the lexicon in both languages: for notes.</summary>
    public static Units Notes { get; } = WithLexicon();

    /// <summary>This table with a site's own forms, which win.</summary>
    public Units With(IReadOnlyDictionary<string, string> site)
    {
        var merged = new Dictionary<string, string>(_ucum, StringComparer.Ordinal);
        foreach ((string written, string ucum) in site) merged[Key(Folding.Fold(written))] = ucum;
        return new Units(merged);
    }

    /// <summary>The UCUM code of a folded unit, from the table or of its parts (<see cref="ComposedUnit"/>); null where there is none.</summary>
    public string? Ucum(string folded) =>
        _ucum.TryGetValue(Key(folded), out string? ucum) ? ucum : ComposedUnit.Match(folded.Trim(), 0) is { } composed && composed.Length == folded.Trim().Length ? composed.Ucum : null;

    /// <summary>
    /// The longest known unit that starts at a position of a folded text: its length there (multiplication sign included) and its code.
    /// A unit ends where its letters end: <c>g/L</c> is not found in <c>g/Lx</c>.
    /// </summary>
    public (int Length, string Ucum)? Match(string folded, int start)
    {
        int skip = 0;
        while (start + skip < folded.Length && IsTimes(folded[start + skip])) skip++;
        if (skip > 0 && !(start + skip < folded.Length && folded[start + skip] == '1')) return null;
        int most = Math.Min(_longest, folded.Length - start - skip);
        for (int length = most; length > 0; length--)
        {
            int end = start + skip + length;
            if (end < folded.Length && !EndsHere(folded, end)) continue;
            ReadOnlySpan<char> form = folded.AsSpan(start + skip, length);
            if (_ucum.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(form, out string? ucum)) return (skip + length, ucum);
            if (_anyCase.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(form, out ucum)) return (skip + length, ucum);
        }

        return ComposedUnit.Match(folded, start) is { } composed && (start + composed.Length == folded.Length || EndsHere(folded, start + composed.Length)) ? composed : null;
    }

    // The multiplication sign between number and unit belongs to neither: 12.3×10^9/L.
    private static string Key(string folded)
    {
        string trimmed = folded.Trim();
        int skip = 0;
        while (skip < trimmed.Length && IsTimes(trimmed[skip])) skip++;
        return skip > 0 && skip < trimmed.Length && trimmed[skip] == '1' ? trimmed[skip..] : trimmed;
    }

    private static bool IsTimes(char c) => c is '×' or 'x' or 'X' or '*' or '·' or ' ';

    private static bool EndsHere(string text, int end)
    {
        char next = text[end];
        if (char.IsWhiteSpace(next) || next is >= '\u3400' and <= '\u9FFF') return true;
        if (next is ',' or ';' or ':' or '。' or '、' or '.' or '(' or ')' or '[' or ']' or '|' or '↑' or '↓' or '<' or '>' or '≤' or '≥' or '-' or '~' or '+' or '=' or '"') return true;

        // 80次/分R20: what ends in a Chinese character is not continued by a letter.
        return text[end - 1] is >= '\u3400' and <= '\u9FFF' && char.IsAsciiLetterOrDigit(next);
    }

    private static Units WithLexicon()
    {
        var exact = new Dictionary<string, string>(BuiltIn._ucum, StringComparer.Ordinal);
        var anyCase = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (NoteLanguage language in (NoteLanguage[])[NoteLanguage.Chinese, NoteLanguage.English])
        {
            foreach (LexiconEntry entry in LexiconFile.BuiltIn(language, "unit"))
            {
                if (entry is not { System: "ucum", Code: { } ucum }) continue;
                string form = Key(Folding.Fold(entry.Term));
                // mmo1/L: the lexicon finds such a value; what it is, a person says.
                if (form.Contains("o1", StringComparison.Ordinal)) continue;
                // What a lower-case term of the English lexicon says, it says in any case; all others count as written.
                if (language == NoteLanguage.English && entry.CasedTerm is null) anyCase.TryAdd(form, ucum);
                else exact.TryAdd(form, ucum);
            }
        }

        return new Units(exact, anyCase);
    }

    private static Units Load()
    {
        var ucum = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (DataRow row in DataTable.BuiltIn("units.tsv", 2))
        {
            if (!ucum.TryAdd(Folding.Fold(row.Cells[0]), row.Cells[1]) && ucum[Folding.Fold(row.Cells[0])] != row.Cells[1])
            {
                throw row.Fault("this form stands above with another code.");
            }
        }

        return new Units(ucum);
    }
}
