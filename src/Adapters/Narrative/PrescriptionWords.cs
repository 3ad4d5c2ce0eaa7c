using Consortium.Adapters.Chinese;

namespace Consortium.Adapters.Narrative;

/// <summary>A word of a prescription line (<c>drug-words.tsv</c>).</summary>
/// <param name="Category"><c>route</c>, <c>frequency</c>, <c>as-needed</c>, <c>stop</c>, <c>explicit</c>, <c>form</c>, <c>dose-unit</c>; <see cref="FrequencyExpressions.Unreadable"/>.</param>
/// <param name="Code">Its code, or null.</param>
/// <param name="Display">The code's name, or null.</param>
/// <param name="Extra">For a frequency <c>frequency/period/unit</c> and perhaps <c>/when</c>; a range has both of its bounds, <c>1/4-6/h</c>.</param>
internal sealed record PrescriptionWord(string Category, string? Code, string? Display, string? Extra);

/// <summary>The words of prescription lines.</summary>
internal static class PrescriptionWords
{
    private static readonly IReadOnlyList<DataRow> Rows = DataTable.BuiltIn("drug-words.tsv", 5);

    private static readonly TermTable<PrescriptionWord> Automaton = new(Rows
        .Where(row => row.Cells[1] is not "dose-unit")
        .Select(row => KeyValuePair.Create(row.Cells[0], Word(row))));

    private static readonly Dictionary<string, string?> DoseUnits = Rows.Where(row => row.Cells[1] == "dose-unit")
        .ToDictionary(row => row.Cells[0], row => row[2], StringComparer.Ordinal);

    private static readonly string[] DoseUnitsByLength = [.. DoseUnits.Keys.OrderByDescending(unit => unit.Length)];

    /// <summary>
    /// The words of a lower-case line. Latin ones stand alone: <c>po</c> is not found in <c>polysaccharide</c>, but <c>tid</c> is in <c>0.5tid×7天</c>.
    /// </summary>
    public static List<TermMatch<PrescriptionWord>> Find(string lower)
    {
        List<TermMatch<PrescriptionWord>> all = Automaton.FindAll(lower);
        all.RemoveAll(match => !StandsAlone(lower, match.Start, match.End));

        // The table knows more of what it lists (the code, the time of day) than its numbers say.
        foreach (TermMatch<PrescriptionWord> expression in FrequencyExpressions.Find(lower))
        {
            if (!all.Exists(match => match.Start == expression.Start && match.Length == expression.Length)) all.Add(expression);
        }

        return TermTable<PrescriptionWord>.Longest(all);
    }

    /// <summary>The dose unit that starts at a place of a lower-case line: its length and UCUM code.</summary>
    public static (int Length, string? Ucum)? DoseUnitAt(string lower, int at)
    {
        foreach (string unit in DoseUnitsByLength)
        {
            if (string.CompareOrdinal(lower, at, unit, 0, unit.Length) != 0) continue;
            int end = at + unit.Length;
            if (char.IsAsciiLetter(unit[^1]) && end < lower.Length && char.IsAsciiLetter(lower[end])) continue;
            return (unit.Length, DoseUnits[unit]);
        }

        return null;
    }

    private static bool StandsAlone(string text, int start, int end)
    {
        bool before = start == 0 || !char.IsAsciiLetter(text[start]) || !char.IsAsciiLetter(text[start - 1]);
        bool after = end == text.Length || !char.IsAsciiLetter(text[end - 1]) || !char.IsAsciiLetter(text[end]);
        return before && after;
    }

    private static PrescriptionWord Word(DataRow row) => new(row.Cells[1], row[2], row[3], row[4]);
}
