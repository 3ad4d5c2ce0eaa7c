using System.Collections.Frozen;
using Consortium.Adapters.Chinese;

namespace Consortium.Adapters.Cda.Sharing;

/// <summary>What is known of a data element of WS 363 (<c>data-elements.tsv</c>).</summary>
/// <param name="Kind">How it is read: <c>condition-code</c>, <c>condition-name</c>, <c>allergy-flag</c>, <c>allergy-text</c>, <c>vital</c>.</param>
/// <param name="Loinc">The LOINC code of the same thing; null for none.</param>
internal sealed record DataElements(string Kind, string? Loinc)
{
    /// <summary>The code system of data elements.</summary>
    public const string System = "2.16.156.10011.2.2.1";

    private static readonly FrozenDictionary<string, DataElements> Known = DataTable.BuiltIn("cda/data-elements.tsv", 3)
        .ToFrozenDictionary(row => row.Cells[0], row => new DataElements(row.Cells[1], row[2]), StringComparer.Ordinal);

    /// <summary>What is known of a code; null where it is an Observation of its own code.</summary>
    public static DataElements? Of(string? code) => code is null ? null : Known.GetValueOrDefault(code);
}
