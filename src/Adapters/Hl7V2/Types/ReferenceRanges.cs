using System.Text.RegularExpressions;
using Consortium.Adapters.Elements;
using Consortium.Adapters.Hl7V2.Er7;

namespace Consortium.Adapters.Hl7V2.Types;

/// <summary>
/// OBX-7 to Observation.referenceRange. The text always stays; low and high are added for numeric results in the forms that OBX-7 defines:
/// <c>low-high</c>, <c>&gt; low</c>, <c>&lt; high</c> (HL7 v2.5.1 ch. 7.4.2.7).
/// </summary>
internal static partial class ReferenceRanges
{
    /// <summary>The reference range; null where OBX-7 is empty.</summary>
    public static DraftObject? Read(Er7Segment segment, MessageConversion conversion)
    {
        if (segment[7].WholeText?.Trim() is not { } text) return null;
        var range = new DraftObject();
        if (segment[2].Text is "NM" or "SN")
        {
            // The unit was checked with the value; a range without value has it as text.
            string? written = segment[6][2].Text ?? segment[6][1].Text;
            string? ucum = segment[6][3].Text == "UCUM" ? segment[6][1].Text : (conversion.Tables.Units[segment[6][1].Text] ?? conversion.Tables.Units[written])?.Target;
            if (Between().Match(text) is { Success: true } between)
            {
                range.Set("low", Element.Quantity(between.Groups[1].Value, written, ucum)).Set("high", Element.Quantity(between.Groups[2].Value, written, ucum));
            }
            else if (OneSided().Match(text) is { Success: true } side)
            {
                // referenceRange.low and high are bounds that belong to the range; a strict one cannot be said by them and stays in the text.
                if (side.Groups[1].Value == ">=") range.Set("low", Element.Quantity(side.Groups[2].Value, written, ucum));
                if (side.Groups[1].Value == "<=") range.Set("high", Element.Quantity(side.Groups[2].Value, written, ucum));
            }
        }

        return range.Set("text", text);
    }

    [GeneratedRegex(@"^\s*(-?[0-9]+(?:\.[0-9]+)?)\s*[-~]\s*(-?[0-9]+(?:\.[0-9]+)?)\s*$", RegexOptions.CultureInvariant)]
    private static partial Regex Between();

    [GeneratedRegex(@"^\s*(<=|>=)\s*(-?[0-9]+(?:\.[0-9]+)?)\s*$", RegexOptions.CultureInvariant)]
    private static partial Regex OneSided();
}
