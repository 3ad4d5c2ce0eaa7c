using Consortium.Adapters.Elements;
using Consortium.Adapters.Hl7V2.Er7;
using Consortium.Adapters.Site;

namespace Consortium.Adapters.Hl7V2.Types;

/// <summary>An identifier with its system.</summary>
/// <param name="System">Absolute URI.</param>
/// <param name="Value">The value.</param>
/// <param name="TypeCode">HL7 table 0203 code, null where the message gives none.</param>
/// <param name="Json">The FHIR Identifier.</param>
internal sealed record IdentifierValue(string System, string Value, string? TypeCode, DraftObject Json);

/// <summary>CX, EI and HD to FHIR Identifier.</summary>
internal static class Identifiers
{
    /// <summary>CX to Identifier; null where there is no value.</summary>
    /// <param name="written">One repetition of the field.</param>
    /// <param name="conversion">The message.</param>
    /// <param name="kind">What the source numbers here, for the system of a value without authority.</param>
    /// <param name="defaultType">Table 0203 code where CX.5 is empty.</param>
    public static IdentifierValue? FromCx(Er7Value written, MessageConversion conversion, string kind, string? defaultType = null)
    {
        var value = new Er7Components(written);
        if (value.Text(1) is not { } number) return null;
        string? typeCode = value.Text(5) ?? defaultType;
        string system = Authority(value[4], conversion) ?? DefaultSystem(kind, typeCode, number, conversion);
        DraftObject json = Element.Identifier(
            system, number, Type(typeCode, conversion), period: Element.Period(Times.Date(value[7], conversion), Times.Date(value[8], conversion)))!;
        return new IdentifierValue(system, number, typeCode, json);
    }

    /// <summary>EI to Identifier: number, namespace, universal id and its type; null where there is no number.</summary>
    public static IdentifierValue? FromEi(Er7Value value, MessageConversion conversion, string kind, string? typeCode = null)
    {
        if (value[1].Text is not { } number) return null;
        string system = Authority(value[2].Text, value[3].Text, value[4].Text, conversion) ?? conversion.SystemOf(kind);
        return new IdentifierValue(system, number, typeCode, Element.Identifier(system, number, Type(typeCode, conversion))!);
    }

    /// <summary>A number without authority (PID-19, NK1-37): in China the resident identity number serves as the social security number.</summary>
    public static IdentifierValue? FromText(Er7Value value, MessageConversion conversion, string kind, string? typeCode)
    {
        if (value.Text is not { } number) return null;
        if (ResidentIdentityNumber.IsValid(number)) return new IdentifierValue(IdentifierSystems.ChineseResidentId, number, typeCode, Element.Identifier(IdentifierSystems.ChineseResidentId, number, Type("NI", conversion))!);
        string system = conversion.SystemOf(typeCode is null ? kind : $"{kind}:{Uri.EscapeDataString(typeCode)}");
        return new IdentifierValue(system, number, typeCode, Element.Identifier(system, number, Type(typeCode, conversion))!);
    }

    /// <summary>The URI of an assigning authority (HD as a component, so its parts are sub-components); null where it is absent.</summary>
    public static string? Authority(Er7Value value, MessageConversion conversion) =>
        Authority(value[1].Text, value[2].Text, value[3].Text, conversion);

    /// <summary>The type as a CodeableConcept of table 0203, to be put into an identifier as it is; a code that is not there is kept as text.</summary>
    public static DraftObject? Type(string? code, MessageConversion conversion)
    {
        if (code is null) return null;
        return conversion.Tables.IdentifierType[code]?.Concept is { } concept ? concept : Element.CodeableConcept(code);
    }

    /// <summary>The URI of an assigning authority by its name, universal id and the kind of that; null where it is absent.</summary>
    public static string? Authority(string? name, string? universalId, string? type, MessageConversion conversion)
    {
        IdentifierSystems systems = conversion.Context.IdentifierSystems;
        if (name is not null && systems.Configured(name) is { } byName) return byName;
        if (universalId is not null)
        {
            if (systems.Configured(universalId) is { } byId) return byId;
            if (Oid.IsValid(universalId)) return $"urn:oid:{universalId}";
            if (type is "UUID" or "GUID" && Guid.TryParse(universalId, out Guid uuid)) return $"urn:uuid:{uuid:D}";
            if (type == "URI" && Uri.TryCreate(universalId, UriKind.Absolute, out _)) return universalId;
        }

        string? authority = name ?? universalId;
        return authority is null ? null : conversion.SystemOfAuthority(authority);
    }

    /// <summary>The system of a number without an authority.</summary>
    public static string DefaultSystem(string kind, string? typeCode, string number, MessageConversion conversion)
    {
        // GB 11643: the check digit makes a resident identity number known from its own characters, so that only its type must agree.
        if (typeCode is "NI" or "NNCHN" && ResidentIdentityNumber.IsValid(number)) return IdentifierSystems.ChineseResidentId;
        return kind == PatientKind && typeCode is null or "MR" or "PI"
            ? conversion.Context.IdentifierSystems.MedicalRecordOf(conversion.Source)
            : conversion.SystemOf(typeCode is null ? kind : $"{kind}:{Uri.EscapeDataString(typeCode)}");
    }

    /// <summary>Kind of the patient's own identifiers.</summary>
    public const string PatientKind = "patient";
}
