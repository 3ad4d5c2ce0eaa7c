using System.Text.RegularExpressions;
using Consortium.Adapters.Chinese;
using Consortium.Adapters.Narrative;

namespace Consortium.Adapters.Table.Language.Values;

/// <summary>A number of a cell, digit for digit; with a comparator and a unit where they stand in the cell.</summary>
/// <param name="Digits">The digits as JSON writes them.</param>
/// <param name="Comparator">FHIR quantity-comparator, or null.</param>
/// <param name="Unit">The unit behind the number as written, or null.</param>
internal sealed partial record TableNumber(string Digits, string? Comparator, string? Unit)
{
    /// <summary>Why a comma is refused.</summary>
    public const string Comma = "the comma can stand between thousands or before decimals. Say `decimal: point` or `decimal: comma` under `read` in the table's map.";

    /// <summary>Why any other text is refused.</summary>
    public const string Wanted = "this is no number that has one reading. Wanted: digits with a decimal point.";

    /// <summary>Reads a cell.</summary>
    /// <param name="text">The cell.</param>
    /// <param name="decimalComma">What the map says of commas: true for decimals, false for thousands, null where it says nothing.</param>
    /// <param name="fault">Why it is no number; empty where it is one.</param>
    public static TableNumber? Read(string text, bool? decimalComma, out string fault)
    {
        fault = "";
        string folded = Folding.Fold(text).Trim();
        Match match = Whole().Match(folded);
        if (!match.Success)
        {
            fault = Wanted;
            return null;
        }

        string written = match.Groups["n"].Value, rest = match.Groups["u"].Value.Trim();
        if (Plain(written, decimalComma) is not { } digits)
        {
            fault = written.Contains(',', StringComparison.Ordinal) && decimalComma is null ? Comma : Wanted;
            return null;
        }

        if (rest.Length > 0 && !IsUnit(rest))
        {
            fault = Wanted;
            return null;
        }

        return new TableNumber(digits, LaboratoryResult.ComparatorOf(match.Groups["c"].Value), rest.Length == 0 ? null : rest);
    }

    /// <summary>The UCUM code of a unit; null where none is known.</summary>
    public static string? Ucum(string unit)
    {
        string folded = Folding.Fold(unit).Trim();
        if (Units.BuiltIn.Ucum(folded) is { } known) return known;
        string lower = folded.ToLowerInvariant();
        return PrescriptionWords.DoseUnitAt(lower, 0) is { } dose && dose.Length == lower.Length ? dose.Ucum : null;
    }

    private static string? Plain(string written, bool? decimalComma)
    {
        if (decimalComma == true) written = Grouped(written, '.', ',') is { } whole ? whole.Replace(',', '.') : written.Contains('.', StringComparison.Ordinal) ? "" : written.Replace(',', '.');
        else if (written.Contains(',', StringComparison.Ordinal))
        {
            // With a point behind the groups the commas have one reading.
            if (decimalComma is null && !written.Contains('.', StringComparison.Ordinal)) return null;
            written = Grouped(written, ',', '.') ?? "";
        }

        return Json().IsMatch(written) ? written : null;
    }

    private static string? Grouped(string written, char group, char point)
    {
        int end = written.IndexOf(point, StringComparison.Ordinal);
        string whole = end < 0 ? written : written[..end], rest = end < 0 ? "" : written[end..];
        if (!whole.Contains(group, StringComparison.Ordinal) || rest.Contains(group, StringComparison.Ordinal)) return null;
        string[] parts = whole.TrimStart('-').Split(group);
        return parts[0].Length is > 0 and <= 3 && parts.Skip(1).All(part => part.Length == 3) ? whole.Replace(group.ToString(), "", StringComparison.Ordinal) + rest : null;
    }

    // A unit has letters or is a sign that the table of units knows; what has other digits than a unit's own is no unit.
    private static bool IsUnit(string rest) => Ucum(rest) is not null || (!rest.Any(char.IsDigit) && rest.Any(char.IsLetter) && rest[0] is not ('-' or '+' or ',' or '.' or '~' or ':') && rest.Length <= 20);

    [GeneratedRegex(@"^(?<c><=|>=|[<>≤≥])? ?(?<n>-?[0-9][0-9.,]*|-?\.[0-9]+)(?<u>.*)$", RegexOptions.CultureInvariant | RegexOptions.Singleline)]
    private static partial Regex Whole();

    [GeneratedRegex("^-?" + LaboratoryResult.NumberPattern + "$", RegexOptions.CultureInvariant)]
    private static partial Regex Json();
}
