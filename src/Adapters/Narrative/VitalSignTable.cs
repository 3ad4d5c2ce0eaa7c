using System.Globalization;
using Consortium.Adapters.Chinese;

namespace Consortium.Adapters.Narrative;

/// <summary>A vital sign in one of its units (<c>vital-signs.tsv</c>).</summary>
/// <param name="Loinc">Its LOINC code.</param>
/// <param name="Display">The code's name.</param>
/// <param name="Ucum">The unit.</param>
/// <param name="Least">What a body has at least.</param>
/// <param name="Most">What a body has at most.</param>
internal sealed record VitalSign(string Loinc, string Display, string Ucum, decimal Least, decimal Most);

/// <summary>The vital signs by code.</summary>
internal static class VitalSignTable
{
    /// <summary>The panel of systolic and diastolic pressure.</summary>
    public const string BloodPressure = "85354-9";

    private static readonly ILookup<string, VitalSign> ByLoinc = DataTable.BuiltIn("vital-signs.tsv", 5)
        .Select(row => new VitalSign(row.Cells[0], row.Cells[1], row.Cells[2], Limit(row, 3), Limit(row, 4)))
        .ToLookup(sign => sign.Loinc, StringComparer.Ordinal);

    /// <summary>The vital sign of a code and a unit; null where it is not measured in that unit.</summary>
    public static VitalSign? Find(string loinc, string? ucum) => ByLoinc[loinc].FirstOrDefault(sign => sign.Ucum == ucum);

    /// <summary>True for the code of a vital sign.</summary>
    public static bool Has(string loinc) => loinc == BloodPressure || ByLoinc.Contains(loinc);

    private static decimal Limit(DataRow row, int column) =>
        decimal.TryParse(row.Cells[column], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal value) ? value : throw row.Fault("a limit is no number.");
}
