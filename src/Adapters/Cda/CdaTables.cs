using System.Collections.Frozen;
using Consortium.Adapters.Chinese;

namespace Consortium.Adapters.Cda;

/// <summary>The data files beside this code; each is checked when it is first used.</summary>
internal static class CdaTables
{
    private static readonly FrozenDictionary<string, string> CodeSystemUris = Pairs("code-systems.tsv");
    private static readonly FrozenDictionary<string, string> Reasons = Pairs("null-flavors.tsv");
    private static readonly FrozenDictionary<string, (string System, string? Type)> Authorities = DataTable.BuiltIn("cda/identifier-systems.tsv", 3)
        .ToFrozenDictionary(row => row.Cells[0], row => (row.Cells[1], row[2]), StringComparer.Ordinal);
    private static readonly FrozenDictionary<string, FrozenDictionary<string, string>> CodeMaps = LoadCodeMaps();

    /// <summary>The URI of a code system's OID.</summary>
    public static string CodeSystem(string oid) => CodeSystemUris.GetValueOrDefault(oid) ?? Uri(oid);

    /// <summary>The data-absent-reason of a null flavor.</summary>
    public static string AbsentReason(string? nullFlavor) => nullFlavor is null ? "unknown" : Reasons.GetValueOrDefault(nullFlavor, "unknown");

    /// <summary>The system and type of identifiers that an authority gives.</summary>
    public static (string System, string? Type) Authority(string root) => Authorities.TryGetValue(root, out (string, string?) known) ? known : (Uri(root), null);

    /// <summary>The code that a code map gives (<c>code-maps.tsv</c>); null where it has none.</summary>
    public static string? Map(string map, string? code) => code is null ? null : CodeMaps[map].GetValueOrDefault(code);

    /// <summary>An OID or UUID as a URI.</summary>
    public static string Uri(string root) =>
        Guid.TryParse(root, out Guid uuid) ? $"urn:uuid:{uuid:D}" : Hl7V2.Types.Oid.IsValid(root) ? $"urn:oid:{root}" : $"urn:consortium:authority:{System.Uri.EscapeDataString(root)}";

    private static FrozenDictionary<string, string> Pairs(string file) =>
        DataTable.BuiltIn($"cda/{file}", 2).ToFrozenDictionary(row => row.Cells[0], row => row.Cells[1], StringComparer.Ordinal);

    private static FrozenDictionary<string, FrozenDictionary<string, string>> LoadCodeMaps() =>
        DataTable.BuiltIn("cda/code-maps.tsv", 3).GroupBy(row => row.Cells[0], StringComparer.Ordinal).ToFrozenDictionary(
            map => map.Key,
            map => map.ToFrozenDictionary(row => row.Cells[1], row => row.Cells[2], StringComparer.Ordinal),
            StringComparer.Ordinal);
}
