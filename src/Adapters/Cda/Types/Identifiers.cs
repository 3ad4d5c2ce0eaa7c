using Consortium.Adapters.Cda.Xml;
using Consortium.Adapters.Elements;

namespace Consortium.Adapters.Cda.Types;

/// <summary>II (HL7 v3 instance identifier) to Identifier.</summary>
internal static class Identifiers
{
    private const string UriSystem = "urn:ietf:rfc:3986";

    /// <summary>The Identifier; null where the II says nothing.</summary>
    public static DraftObject? Of(CdaNode? ii, CdaConversion conversion)
    {
        if (ii is null || Key(ii, conversion) is not { } key) return null;
        return Element.Identifier(key.System, key.Value, key.Type is null ? null : Element.CodeableConcept("http://terminology.hl7.org/CodeSystem/v2-0203", key.Type, null, null));
    }

    /// <summary>System and value; null where the II has a null flavor, no root, or no value that identifies.</summary>
    public static (string System, string Value, string? Type)? Key(CdaNode ii, CdaConversion conversion)
    {
        if (ii.NullFlavor is not null && ii["extension"] is null || ii["root"] is not { } root) return null;
        string? configured = conversion.Context.IdentifierSystems.Configured(root);
        if (ii["extension"] is not { } value) return configured is null ? (UriSystem, CdaTables.Uri(root), null) : null;
        (string system, string? type) = CdaTables.Authority(root);
        return (configured ?? Sharing.SharingIdentifiers.System(root, conversion) ?? system, value, type);
    }

    /// <summary>The Identifiers of all <c>id</c>s of an element.</summary>
    public static IEnumerable<DraftObject?> All(CdaNode? element, CdaConversion conversion) =>
        element is null ? [] : element.Children("id").Select(id => Of(id, conversion));
}
