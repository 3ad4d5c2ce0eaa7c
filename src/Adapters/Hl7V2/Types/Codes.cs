using Consortium.Adapters.Hl7V2.Er7;
using Consortium.Adapters.Hl7V2.Tables;
using Consortium.Adapters.Site;

namespace Consortium.Adapters.Hl7V2.Types;

/// <summary>Codes of the tables that data types bring along, and the names of coding systems.</summary>
internal static class Codes
{
    /// <summary>A FHIR code of an optional element: an unknown code leaves the element out, with a warning.</summary>
    public static string? Optional(Er7Value value, MessageConversion conversion, CodeTable table, string tableName)
    {
        if (value.Text is not { } code) return null;
        if (table[code] is { } row) return row.Target;
        conversion.Warn("code-invalid", value, $"the code is not in {tableName}; the element that it would fill stays empty.");
        return null;
    }

    /// <summary>The URI of a coding system as CWE.3 names it (HL7 table 0396); null where none is named.</summary>
    public static string? System(string? name, MessageConversion conversion)
    {
        return name is null ? null : conversion.CodeSystemOf(name);
    }

    /// <summary>As <see cref="System"/>, without looking at what was found before.</summary>
    public static string FindSystem(string name, MessageConversion conversion)
    {
        if (conversion.Context.IdentifierSystems.Configured(name) is { } configured) return configured;
        if (conversion.Tables.CodingSystem[name]?.Target is { } known) return known;
        if (name.Length == 7 && name.StartsWith("HL7", StringComparison.Ordinal) && name.AsSpan(3).IndexOfAnyExceptInRange('0', '9') < 0)
        {
            return $"http://terminology.hl7.org/CodeSystem/v2-{name.AsSpan(3)}";
        }

        if (Oid.IsValid(name)) return $"urn:oid:{name}";
        if (name.StartsWith("http://", StringComparison.Ordinal) || name.StartsWith("https://", StringComparison.Ordinal) || name.StartsWith("urn:", StringComparison.Ordinal)) return name;
        return name == "L" || name.StartsWith("99", StringComparison.Ordinal)
            ? conversion.SystemOf($"code-system:{Uri.EscapeDataString(name)}")
            : $"urn:consortium:code-system:{Uri.EscapeDataString(name)}";
    }
}
