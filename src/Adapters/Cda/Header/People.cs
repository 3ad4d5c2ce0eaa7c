using Consortium.Adapters.Cda.Types;
using Consortium.Adapters.Cda.Xml;
using Consortium.Adapters.Elements;

namespace Consortium.Adapters.Cda.Header;

/// <summary>
/// Who wrote, did, checked or keeps something: assignedAuthor, assignedEntity, relatedEntity, organizations and devices to Practitioner, PractitionerRole, RelatedPerson,
/// Organization and Device. A document only mentions them, so nothing that the store knows is overwritten.
/// </summary>
internal static class People
{
    /// <summary>A reference to an assigned person, device or organization; null where nothing is said of whom.</summary>
    /// <param name="assigned">assignedAuthor, assignedEntity, intendedRecipient.</param>
    /// <param name="conversion">The conversion.</param>
    public static DraftObject? Assigned(CdaNode? assigned, CdaConversion conversion)
    {
        if (assigned is null) return null;
        CdaNode? person = assigned.Child("assignedPerson") ?? assigned.Child("informationRecipient");
        CdaNode? institution = assigned.Child("representedOrganization") ?? assigned.Child("receivedOrganization");
        DraftObject? organization = Organization(institution, conversion);
        if (assigned.Child("assignedAuthoringDevice") is { } device) return Device(assigned, device, organization, conversion);
        string? name = Names.Display(person);
        CdaNode? id = assigned.Children("id").FirstOrDefault(candidate => Identifiers.Key(candidate, conversion) is not null);
        if (id is null && name is null) return organization;
        if (PatientReference(assigned, conversion) is { } self) return self;

        string key = id is null ? "" : Key(id, conversion);
        string practitionerId = id is null ? conversion.Context.Ids.For(conversion.Record.Source, "Practitioner", $"{conversion.DocumentKey}|{name}") : Id("Practitioner", id, conversion);
        DraftObject practitioner = JsonBuilding.Resource("Practitioner", practitionerId)
            .SetAll("identifier", Identifiers.All(assigned, conversion))
            .SetAll("name", Names.Humans(person, conversion))
            .SetAll("telecom", Names.Telecoms(assigned, conversion))
            .SetAll("address", Names.Addresses(assigned, conversion));
        conversion.Add(practitioner, ApplyMode.CreateIfAbsent);
        DraftObject? specialty = Codes.Concept(assigned.Child("code") ?? assigned.Child("sdtc:specialty"), conversion);
        if (organization is null && specialty is null) return Element.Reference("Practitioner", practitionerId, name);

        // A role is a person in an institution: the same two are the same role.
        string at = (string?)organization?["reference"] ?? "";
        string roleId = conversion.Context.Ids.For(conversion.Record.Source, "PractitionerRole", $"{(id is null ? practitionerId : key)}|{at}|{assigned.Child("code")?["code"]}");
        DraftObject role = JsonBuilding.Resource("PractitionerRole", roleId)
            .Set("practitioner", Element.Reference("Practitioner", practitionerId, name))
            .Set("organization", organization?.DeepClone())
            .Append("specialty", specialty);
        conversion.Add(role, ApplyMode.CreateIfAbsent);
        return Element.Reference("PractitionerRole", roleId, name);
    }

    /// <summary>A reference to an organization; null where nothing is said of it.</summary>
    public static DraftObject? Organization(CdaNode? organization, CdaConversion conversion, string nameElement = "name")
    {
        if (organization is null) return null;
        string? name = organization.Child(nameElement)?.Text ?? organization.Child("desc")?.Text;
        CdaNode? id = organization.Children("id").FirstOrDefault(candidate => Identifiers.Key(candidate, conversion) is not null);

        // Chinese documents nest ward, department and hospital; the innermost that names itself is meant.
        CdaNode? whole = organization.Down("asOrganizationPartOf", "wholeOrganization");
        if (id is null && name is null) return Organization(whole, conversion, nameElement);
        string organizationId = id is null
            ? conversion.Context.Ids.For(conversion.Record.Source, "Organization", $"{conversion.DocumentKey}|{name}")
            : Id("Organization", id, conversion);
        DraftObject resource = JsonBuilding.Resource("Organization", organizationId)
            .SetAll("identifier", Identifiers.All(organization, conversion))
            .Append("type", Codes.Concept(organization.Child("standardIndustryClassCode"), conversion))
            .Set("name", name)
            .SetAll("telecom", Names.Telecoms(organization, conversion).Select(NotHome))
            .SetAll("address", Names.Addresses(organization, conversion).Select(NotHome))
            .Set("partOf", Organization(whole, conversion, nameElement));
        conversion.Add(resource, ApplyMode.CreateIfAbsent);
        return Element.Reference("Organization", organizationId, name);
    }

    /// <summary>A reference to someone related to the patient (relatedEntity, associatedEntity, guardian …); null where nothing is said of whom.</summary>
    public static DraftObject? Related(CdaNode? entity, CdaConversion conversion, string personElement)
    {
        CdaNode? person = entity?.Child(personElement);
        if (entity is null || (person?.Child("name") is null && Codes.Concept(entity.Child("code"), conversion) is null)) return null;
        CdaNode? given = entity.Children("id").FirstOrDefault(candidate => Identifiers.Key(candidate, conversion) is not null);
        string id = given is null
            ? conversion.Context.Ids.For(conversion.Record.Source, "RelatedPerson", $"{(string?)conversion.Subject["reference"]}|{Names.Display(person)}|{entity.Child("code")?["code"]}")
            : Id("RelatedPerson", given, conversion);
        conversion.Add(
            JsonBuilding.Resource("RelatedPerson", id)
                .SetAll("identifier", Identifiers.All(entity, conversion))
                .Set("patient", conversion.Subject.DeepClone())
                .Append("relationship", Codes.Concept(entity.Child("code"), conversion))
                .SetAll("name", Names.Humans(person, conversion))
                .SetAll("telecom", Names.Telecoms(entity, conversion))
                .SetAll("address", Names.Addresses(entity, conversion))
                .Set("period", Times.Period(entity.Child("effectiveTime") ?? entity.Parent?.Child("time"), conversion)),
            ApplyMode.CreateIfAbsent);
        return Element.Reference("RelatedPerson", id, Names.Display(person));
    }

    /// <summary>The author nearest to a statement: its own, else that of the statement or section around it; null where only the document has one.</summary>
    public static (DraftObject Who, string? When)? AuthorOf(CdaNode statement, CdaConversion conversion)
    {
        foreach (CdaNode author in statement.Children("author"))
        {
            if (Assigned(author.Child("assignedAuthor"), conversion) is { } who) return (who, Times.Point(author.Child("time"), conversion));
        }

        return null;
    }

    /// <summary>The time of the first author of a statement; null without one.</summary>
    public static string? AuthoredAt(CdaNode statement, CdaConversion conversion) => Times.Point(statement.Down("author", "time"), conversion);

    /// <summary>The performers of a statement as references.</summary>
    public static IEnumerable<(DraftObject Who, CdaNode Performer)> Performers(CdaNode statement, CdaConversion conversion)
    {
        foreach (CdaNode performer in statement.Children("performer"))
        {
            if (Assigned(performer.Child("assignedEntity"), conversion) is { } who) yield return (who, performer);
        }
    }

    private static DraftObject Device(CdaNode assigned, CdaNode device, DraftObject? organization, CdaConversion conversion)
    {
        string model = device.Child("manufacturerModelName")?.Text ?? device.Child("softwareName")?.Text ?? "";
        string id = conversion.Context.Ids.For(conversion.Record.Source, "Device", $"{(string?)organization?["reference"]}|{device.Child("manufacturerModelName")?.Text}|{device.Child("softwareName")?.Text}|{assigned.Child("id")?["root"]}|{assigned.Child("id")?["extension"]}");
        conversion.Add(
            JsonBuilding.Resource("Device", id)
                .SetAll("identifier", Identifiers.All(assigned, conversion))
                .Append("deviceName", Name(device.Child("softwareName")?.Text ?? device.Child("manufacturerModelName")?.Text))
                .Set("modelNumber", device.Child("manufacturerModelName")?.Text)
                .Set("owner", organization),
            ApplyMode.CreateIfAbsent);
        return Element.Reference("Device", id, model);

        static DraftObject? Name(string? name) => name is null ? null : new DraftObject().Set("name", name).Set("type", "model-name");
    }

    // org-2 and org-3: an organization has no home; who writes HP there means its own place.
    private static DraftObject? NotHome(DraftObject? contact)
    {
        if ((string?)contact?["use"] == "home") contact!.Remove("use");
        return contact;
    }

    // A patient who writes has the identifier of the record target.
    private static DraftObject? PatientReference(CdaNode assigned, CdaConversion conversion)
    {
        CdaNode? role = conversion.Document.Down("recordTarget", "patientRole");
        foreach (CdaNode id in assigned.Children("id"))
        {
            if (Identifiers.Key(id, conversion) is not { } key || role is null) continue;
            if (role.Children("id").Any(own => Identifiers.Key(own, conversion) is { } mine && mine.System == key.System && mine.Value == key.Value)) return conversion.Subject.DeepClone().AsObject();
        }

        return null;
    }

    private static string Id(string type, CdaNode id, CdaConversion conversion)
    {
        (string system, string value, _) = Identifiers.Key(id, conversion)!.Value;
        return conversion.Context.Ids.For(system, type, value);
    }

    private static string Key(CdaNode id, CdaConversion conversion)
    {
        (string system, string value, _) = Identifiers.Key(id, conversion)!.Value;
        return $"{system}|{value}";
    }
}
