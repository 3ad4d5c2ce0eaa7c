using System.Collections.Frozen;
using Consortium.Adapters.Chinese;

namespace Consortium.Adapters.Cda.Sections;

/// <summary>What the code of a section says of its entries.</summary>
/// <param name="ObservationCategory">Code of observation-category; null for none.</param>
/// <param name="ConditionCategory">Code of condition-category, or <c>health-concern</c> of US Core; null for none.</param>
/// <param name="Use">What the section is for.</param>
internal sealed record SectionTraits(string? ObservationCategory, string? ConditionCategory, string Use)
{
    private static readonly FrozenDictionary<string, SectionTraits> Known = DataTable.BuiltIn("cda/sections.tsv", 4)
        .ToFrozenDictionary(row => row.Cells[0], row => new SectionTraits(row[1], row[2], row.Cells[3]), StringComparer.Ordinal);

    private static readonly SectionTraits Other = new(null, null, "other");

    /// <summary>The traits of a LOINC code; none where the table has not got it.</summary>
    public static SectionTraits Of(string? loinc) => loinc is null ? Other : Known.GetValueOrDefault(loinc, Other);
}
