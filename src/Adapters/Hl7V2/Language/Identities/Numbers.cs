using Consortium.Adapters.Hl7V2.Er7;
using Consortium.Adapters.Hl7V2.Language.Run;
using Consortium.Adapters.Hl7V2.Types;
using Consortium.Adapters.Site;

namespace Consortium.Adapters.Hl7V2.Language.Identities;

/// <summary>A number with its system.</summary>
/// <param name="System">Absolute URI.</param>
/// <param name="Value">The number.</param>
/// <param name="Type">Code of table 0203; null where the message gives none.</param>
internal sealed record Number(string System, string Value, string? Type);

/// <summary>Reads CX and EI as numbers, as the maps do for Identifier, without saying that they were used.</summary>
internal static class Numbers
{
    /// <summary>CX: number, authority in component 4, type in component 5.</summary>
    public static Number? FromCx(Er7Value value, MapRun run, string kind, string? type = null)
    {
        if (value[1].PeekText is not { } number) return null;
        string? typeCode = value[5].PeekText ?? type;
        Er7Value authority = value[4];
        return new Number(
            Identifiers.Authority(authority[1].PeekText, authority[2].PeekText, authority[3].PeekText, run.Conversion)
                ?? Identifiers.DefaultSystem(kind, typeCode, number, run.Conversion),
            number, typeCode);
    }

    /// <summary>EI: number, and the authority in components 2 to 4.</summary>
    public static Number? FromEi(Er7Value value, MapRun run, string kind)
    {
        if (value[1].PeekText is not { } number) return null;
        return new Number(
            Identifiers.Authority(value[2].PeekText, value[3].PeekText, value[4].PeekText, run.Conversion) ?? run.Conversion.SystemOf(kind),
            number, null);
    }

    /// <summary>
    /// A number whose data type the map does not say. CX has a check digit scheme in component 3 or a type in component 5
    /// (HL7 v2.5.1 ch. 2.A.14); what has other components is an EI (ch. 2.A.28).
    /// </summary>
    public static Number? From(Er7Value value, MapRun run, string kind)
    {
        if (!value.MayHaveParts) return Plain(value, run, kind);
        return value[5].HasData || value[3].PeekText is "M10" or "M11" or "ISO" or "NPI" or "BCV" ? FromCx(value, run, kind) : FromEi(value, run, kind);
    }

    private static Number? Plain(Er7Value value, MapRun run, string kind) =>
        value.PeekText is { } text ? new Number(run.Conversion.SystemOf(kind), text, null) : null;
}
