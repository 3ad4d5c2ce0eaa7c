using Consortium.Adapters.Cda.Types;
using Consortium.Adapters.Cda.Xml;
using Consortium.Adapters.Elements;

namespace Consortium.Adapters.Cda.Header;

/// <summary>The header of a document (CDA R2 4.2) to Composition.</summary>
internal static class CompositionHeader
{
    /// <summary>The Composition without its sections.</summary>
    public static DraftObject Read(CdaConversion conversion)
    {
        CdaNode document = conversion.Document;
        DraftObject composition = JsonBuilding.Resource("Composition", conversion.IdFor("Composition", document))
            .Set("language", KnownCodes.Language(document.Child("languageCode")?["code"]));
        composition.Set("identifier", Identifiers.Of(document.Child("id"), conversion))
            .Set("status", document.Child("sdtc:statusCode")?["code"] is "active" ? "preliminary" : "final");
        composition["type"] = Codes.ConceptOrReason(document.Child("code"), conversion);
        composition["subject"] = conversion.Subject;
        composition.Set("encounter", conversion.Encounter?.DeepClone());
        if (Times.DateTime(document.Child("effectiveTime"), conversion) is { } date) composition.Set("date", date);
        else composition["_date"] = Absent();
        List<DraftObject> authors = [];
        foreach (CdaNode author in document.Children("author"))
        {
            if (People.Assigned(author.Child("assignedAuthor"), conversion) is not { } who || authors.Exists(known => DraftNode.DeepEquals(known, who))) continue;
            authors.Add(who);
            composition.Append("author", who.DeepClone());
        }

        if (authors.Count == 0) composition.Append("author", Absent());
        composition.Set("title", document.Child("title")?.Text ?? Codes.Words(document.Child("code"), conversion) ?? "Clinical document");
        composition.Set("confidentiality", CdaTables.Map("confidentiality", document.Child("confidentialityCode")?["code"]));
        AddAttesters(composition, document, conversion);
        composition.Set("custodian", People.Organization(document.Down("custodian", "assignedCustodian", "representedCustodianOrganization"), conversion));
        foreach (CdaNode related in document.Children("relatedDocument")) AddRelated(composition, related, conversion);
        foreach (CdaNode service in document.Children("documentationOf")) AddEvent(composition, service.Child("serviceEvent"), conversion);
        AddOrders(composition, document, conversion);
        foreach (CdaNode recipient in document.Children("informationRecipient"))
        {
            conversion.Inform("not-supported", recipient, "to whom the document was sent is not mapped: a Composition has no place for it. It is in the original.");
        }

        return composition;
    }

    /// <summary>Who took part in making the document without being its author, as agents of the Provenance: who entered it, who told it, who is to have it.</summary>
    public static void AddAgents(DraftObject provenance, CdaConversion conversion)
    {
        CdaNode document = conversion.Document;
        foreach (CdaNode enterer in document.Children("dataEnterer")) Agent(provenance, "enterer", People.Assigned(enterer.Child("assignedEntity"), conversion));
        foreach (CdaNode informant in document.Children("informant"))
        {
            Agent(provenance, "informant", People.Assigned(informant.Child("assignedEntity"), conversion) ?? People.Related(informant.Child("relatedEntity"), conversion, "relatedPerson"));
        }
    }

    private static void Agent(DraftObject provenance, string type, DraftObject? who)
    {
        if (who is null) return;
        provenance["agent"]!.AsArray().Add(new DraftObject().Set("type", Element.CodeableConcept(CodeSystems.ProvenanceParticipant, type, null, null)).Set("who", who));
    }

    private static DraftObject Absent() => new DraftObject().Append("extension", Element.DataAbsentReason("unknown"));

    private static void AddAttesters(DraftObject composition, CdaNode document, CdaConversion conversion)
    {
        foreach (CdaNode signed in document.Elements())
        {
            if (signed.Name is not ("legalAuthenticator" or "authenticator")) continue;
            DraftObject? party = People.Assigned(signed.Child("assignedEntity"), conversion);
            if (party is null || ((string?)party["reference"])?.StartsWith("Device/", StringComparison.Ordinal) == true) continue;
            composition.Append("attester", new DraftObject()
                .Set("mode", signed.Name == "legalAuthenticator" ? "legal" : "professional")
                .Set("time", Times.Point(signed.Child("time"), conversion))
                .Set("party", party));
        }
    }

    private static void AddRelated(DraftObject composition, CdaNode related, CdaConversion conversion)
    {
        string? code = CdaTables.Map("document-relation", related["typeCode"]);
        if (code is null || Identifiers.Of(related.Down("parentDocument", "id"), conversion) is not { } target) return;
        composition.Append("relatesTo", new DraftObject().Set("code", code).Set("targetIdentifier", target));
    }

    private static void AddEvent(DraftObject composition, CdaNode? service, CdaConversion conversion)
    {
        if (service is null) return;
        DraftObject json = new DraftObject().Append("code", Codes.Concept(service.Child("code"), conversion))
            .Set("period", Times.Period(service.Child("effectiveTime"), conversion));
        json.SetAll("detail", People.Performers(service, conversion).Select(performer => performer.Who));
        composition.Append("event", json);
    }

    // What the document answers to, and consents that it stands on, are things of other systems: named by their identifiers.
    private static void AddOrders(DraftObject composition, CdaNode document, CdaConversion conversion)
    {
        var json = new DraftObject();
        foreach (CdaNode fulfilled in document.Children("inFulfillmentOf"))
        {
            json.Append("detail", Element.LogicalReference(Identifiers.Of(fulfilled.Down("order", "id"), conversion), null, "ServiceRequest"));
        }

        foreach (CdaNode authorization in document.Children("authorization"))
        {
            json.Append("detail", Element.LogicalReference(Identifiers.Of(authorization.Down("consent", "id"), conversion), null, "Consent"));
        }

        foreach (CdaNode participant in document.Children("participant"))
        {
            CdaNode? entity = participant.Child("associatedEntity");
            bool related = entity?["classCode"] is "PRS" or "NOK" or "CAREGIVER" or "GUARD" or "AGNT" or "ECON" or "GUAR";
            json.Append("detail", related ? People.Related(entity, conversion, "associatedPerson") : People.Organization(entity?.Child("scopingOrganization"), conversion));
        }

        composition.Append("event", json);
    }
}
