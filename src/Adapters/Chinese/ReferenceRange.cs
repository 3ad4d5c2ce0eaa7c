using System.Globalization;
using Consortium.Adapters.Elements;
using System.Text.RegularExpressions;

namespace Consortium.Adapters.Chinese;

/// <summary>
/// A reference range as written: <c>3.5-9.5</c>, <c>3.5~9.5</c>, <c>≤5</c>, <c>60以上</c>, 阴性. The text is always kept; the ends only where they are plain.
/// FHIR's ends are inclusive (datatypes.html#Range), so <c>&lt;5</c> stays text.
/// </summary>
internal sealed partial record ReferenceRange(string Text, string? Low, string? High)
{
    /// <summary>True where the range is about numbers.</summary>
    public bool IsNumeric { get; private init; }

    /// <summary>Reads a range; <paramref name="written"/> is the original text.</summary>
    public static ReferenceRange Read(string written)
    {
        string text = written.Trim();
        string folded = Folding.Fold(text);
        if (Ends().Match(folded) is { Success: true } ends)
        {
            string low = ends.Groups["a"].Value, high = ends.Groups["b"].Value;
            bool ordered = decimal.TryParse(low, NumberStyles.Number, CultureInfo.InvariantCulture, out decimal a)
                && decimal.TryParse(high, NumberStyles.Number, CultureInfo.InvariantCulture, out decimal b) && a <= b;
            return new ReferenceRange(text, ordered ? low : null, ordered ? high : null) { IsNumeric = true };
        }

        if (OneEnd().Match(folded) is { Success: true } one)
        {
            string sign = one.Groups["c"].Value, number = one.Groups["n"].Value;
            return new ReferenceRange(text, sign is "≥" or ">=" ? number : null, sign is "≤" or "<=" ? number : null) { IsNumeric = true };
        }

        return new ReferenceRange(text, null, null);
    }

    /// <summary>Observation.referenceRange, its ends in the result's unit.</summary>
    public DraftObject ToFhir(string? unit, string? ucum) => new DraftObject()
        .Set("low", Low is null ? null : Element.Quantity(Low, unit, ucum))
        .Set("high", High is null ? null : Element.Quantity(High, unit, ucum))
        .Set("text", Text);

    [GeneratedRegex("^(?<a>-?" + LaboratoryResult.NumberPattern + ") ?(?:-{1,3}|~|至|到) ?(?<b>-?" + LaboratoryResult.NumberPattern + ")$", RegexOptions.CultureInvariant)]
    private static partial Regex Ends();

    [GeneratedRegex("^(?<c><=|>=|[<>≤≥]) ?(?<n>-?" + LaboratoryResult.NumberPattern + ")$", RegexOptions.CultureInvariant)]
    private static partial Regex OneEnd();
}
