using Consortium.Adapters.Elements;
using Consortium.Adapters.Hl7V2.Er7;
using Consortium.Adapters.Site;
using Consortium.Messaging;

namespace Consortium.Adapters.Hl7V2.Types;

/// <summary>XCN to a Practitioner and the reference to it; XON to an Organization and the reference to it.</summary>
internal static class People
{
    /// <summary>The components of XCN that are read here and in <see cref="Names.FromXcn"/>.</summary>
    private static readonly int[] PractitionerParts = [1, 2, 3, 4, 5, 6, 7, 9, 10, 13, 21];

    /// <summary>
    /// Reference to the Practitioner of an XCN, which is created where the store does not have it. Without an identifier the reference
    /// is by name only: two people of one name must not become one.
    /// </summary>
    public static DraftObject? Practitioner(Er7Value value, MessageConversion conversion)
    {
        if (!value.HasData) return null;

        // One doctor stands in many fields of a message, mostly to the letter.
        if (value.Component == 0 && conversion.KnownPractitioner(value.Bytes) is { } known)
        {
            foreach (int part in PractitionerParts) value.Segment.MarkRead(value.Field, part, value.Repetition);
            return Element.ReferenceTo(known.Reference, known.Display);
        }

        int issues = conversion.Issues.Count;
        DraftObject? name = Names.FromXcn(value, conversion);
        string? display = Names.Display(name);
        if (value[1].Text is not { } number) return display is null ? null : Element.LogicalReference(null, display, "Practitioner");

        string? type = value[13].Text;
        string system = Identifiers.Authority(value[9], conversion) ?? conversion.SystemOf("practitioner");
        DraftObject practitioner = JsonBuilding.Resource("Practitioner", conversion.Id("Practitioner", system, number))
            .Append("identifier", Element.Identifier(system, number, Identifiers.Type(type, conversion)))
            .Append("name", name);
        if (value[7].Text is { } degree) practitioner.Append("qualification", new DraftObject().Set("code", Element.CodeableConcept(degree)));
        ResourceDraft draft = conversion.Add(practitioner, ApplyMode.CreateIfAbsent);

        // What is to be said of a field is said of each field.
        if (value.Component == 0 && conversion.Issues.Count == issues)
        {
            conversion.Remember(value, $"Practitioner/{draft.Id}", display);
        }

        return Element.Reference(draft, display);
    }

    /// <summary>Reference to the Organization of an XON.</summary>
    public static DraftObject? Organization(Er7Value value, MessageConversion conversion)
    {
        string? name = value[1].Text;
        string? number = value[10].Text ?? value[3].Text;
        if (name is null && number is null) return null;
        string system = Identifiers.Authority(value[6], conversion) ?? conversion.SystemOf("organization");
        DraftObject organization = JsonBuilding.Resource("Organization", conversion.Id("Organization", system, number ?? $"name|{name}"))
            .Append("identifier", Element.Identifier(system, number, Identifiers.Type(value[7].Text, conversion)))
            .Set("name", name);
        return Element.Reference(conversion.Add(organization, ApplyMode.CreateIfAbsent), name);
    }
}
