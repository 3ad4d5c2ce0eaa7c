using System.Text.Json.Nodes;
using Consortium.Adapters.Elements;
using Consortium.Adapters.Hl7V2.Er7;
using Consortium.Adapters.Hl7V2.Tables;
using Consortium.Adapters.Hl7V2.Types;
using Consortium.Messaging;

namespace Consortium.Adapters.Hl7V2.Map;

/// <summary>What names an order: its numbers, and the key that makes the ids of all that belongs to it.</summary>
/// <param name="Placer">Placer order number, OBR-2 or ORC-2.</param>
/// <param name="Filler">Filler order number, OBR-3 or ORC-3.</param>
/// <param name="Key">The filler's number with the service, else the placer's, else patient, service and time.</param>
internal sealed record OrderIdentity(IdentifierValue? Placer, IdentifierValue? Filler, string Key)
{
    /// <summary>Reads the numbers of an OBR and the ORC before it.</summary>
    public static OrderIdentity Read(Er7Segment request, Er7Segment? order, ResourceDraft patient, MessageConversion conversion)
    {
        IdentifierValue? placer = Identifiers.FromEi(request[2], conversion, "placer-order", "PLAC");
        IdentifierValue? filler = Identifiers.FromEi(request[3], conversion, "filler-order", "FILL");
        if (order is not null)
        {
            placer ??= Identifiers.FromEi(order[2], conversion, "placer-order", "PLAC");
            filler ??= Identifiers.FromEi(order[3], conversion, "filler-order", "FILL");
            order.MarkRead(2, 3);
        }

        string service = $"{request[4][3].PeekText}|{request[4][1].PeekText ?? request[4][2].PeekText}";
        if ((filler ?? placer) is { } number) return new OrderIdentity(placer, filler, $"{number.System}|{number.Value}|{service}");

        string? time = request[7].PeekText;
        if (time is null)
        {
            conversion.Warn("incomplete", request[3][1], "the order has neither a number (OBR-2, OBR-3) nor a time (OBR-7): a correction of it cannot be matched and will make another report.");
            time = $"{conversion.Record.Digest}|{request.Line}";
        }

        return new OrderIdentity(placer, filler, $"{patient.Id}|{service}|{time}");
    }

    /// <summary>The identifiers as FHIR has them.</summary>
    public IEnumerable<JsonNode?> Json => [Placer?.Json, Filler?.Json];
}

/// <summary>OBR and ORC to ServiceRequest and DiagnosticReport (HL7 v2-to-FHIR OBR[ServiceRequest], OBR[DiagnosticReport], ORC[ServiceRequest]).</summary>
internal static class OrderMap
{
    /// <summary>The ServiceRequest that a report answers. A report only mentions its order: it is created where the store lacks it.</summary>
    public static ResourceDraft Request(
        Er7Segment request, Er7Segment? order, OrderIdentity identity, ResourceDraft patient, ResourceDraft? encounter,
        IEnumerable<Er7Segment> notes, MessageConversion conversion)
    {
        JsonObject resource = JsonBuilding.Resource("ServiceRequest", conversion.Id("ServiceRequest", conversion.Source, identity.Key))
            .SetAll("identifier", identity.Json);
        if (order is not null && Identifiers.FromEi(order[4], conversion, "placer-group", "PGN") is { } group) resource.Set("requisition", group.Json);
        resource.Set("status", Status(order, conversion))
            .Set("intent", "order")
            .Append("category", Codes.CodeableConcept(request[24], conversion, CodeTables.DiagnosticSection))
            .Set("priority", request[5].HasData ? Codes.Optional(request[5], conversion, CodeTables.RequestPriority, "HL7 table 0485 (priority)") : null)
            .Set("code", Codes.CodeableConcept(request[4], conversion))
            .Set("subject", Element.Reference(patient))
            .Set("encounter", encounter is null ? null : Element.Reference(encounter))
            .Set("occurrenceDateTime", Times.DateTime(request[6], conversion))
            .Set("authoredOn", order is null ? null : Times.DateTime(order[9], conversion))
            .Set("requester", Requester(request, order, conversion))
            .SetAll("reasonCode", request[31].Repetitions().Select(reason => (JsonNode?)Codes.CodeableConcept(reason, conversion)))
            .SetAll("note", ObservationMap.Notes(notes, conversion));
        return conversion.Add(resource, ApplyMode.CreateIfAbsent);
    }

    /// <summary>The DiagnosticReport of an OBR; its results are added as they are read.</summary>
    public static ResourceDraft Report(
        Er7Segment request, OrderIdentity identity, ResourceDraft patient, ResourceDraft? encounter, ResourceDraft order, MessageConversion conversion)
    {
        request.MarkRead(1);
        JsonObject resource = JsonBuilding.Resource("DiagnosticReport", conversion.Id("DiagnosticReport", conversion.Source, identity.Key))
            .SetAll("identifier", identity.Json)
            .SetAll("basedOn", [Element.Reference(order)])
            .Set("status", ReportStatus(request, conversion))
            .Append("category", Codes.CodeableConcept(request[24], conversion, CodeTables.DiagnosticSection));
        JsonObject? code = Codes.CodeableConcept(request[4], conversion);
        if (code is null) conversion.Error("required", request[4], "a report without the service that was asked for.");
        resource.Set("code", code)
            .Set("subject", Element.Reference(patient))
            .Set("encounter", encounter is null ? null : Element.Reference(encounter));
        string? start = Times.DateTime(request[7], conversion);
        string? end = Times.DateTime(request[8], conversion);
        if (end is not null) resource.Set("effectivePeriod", Element.Period(start, end));
        else resource.Set("effectiveDateTime", start);
        resource.Set("issued", request[22].HasData ? Times.Instant(request[22], conversion) : null)
            .SetAll("performer", [Person(request[34], conversion), Person(request[35], conversion)])
            .SetAll("resultsInterpreter", [Person(request[32], conversion), .. request[33].Repetitions().Select(assistant => (JsonNode?)Person(assistant, conversion))]);
        return conversion.Add(resource, ApplyMode.Update);
    }

    private static string Status(Er7Segment? order, MessageConversion conversion)
    {
        if (order is null) return "unknown";
        if (order[5].HasData) return Codes.Optional(order[5], conversion, CodeTables.OrderStatus, "HL7 table 0038 (order status)") ?? "unknown";
        return order[1].HasData ? Codes.Optional(order[1], conversion, CodeTables.OrderControl, "HL7 table 0119 (order control)") ?? "unknown" : "unknown";
    }

    private static string ReportStatus(Er7Segment request, MessageConversion conversion)
    {
        if (!request[25].HasData)
        {
            conversion.Warn("required", request[25], "the report has no status; it is published as unknown.");
            return "unknown";
        }

        return Codes.Required(request[25], conversion, CodeTables.ReportStatus, "HL7 table 0123 (result status)") ?? "unknown";
    }

    private static JsonObject? Requester(Er7Segment request, Er7Segment? order, MessageConversion conversion)
    {
        foreach (Er7Value doctor in request[16].Repetitions().Concat(order?[12].Repetitions() ?? []))
        {
            if (People.Practitioner(doctor, conversion) is { } requester) return requester;
        }

        return order is null ? null : People.Organization(order[21], conversion);
    }

    // NDL.1 is a CNN: person number, family and given name as sub-components.
    private static JsonObject? Person(Er7Value value, MessageConversion conversion)
    {
        Er7Value person = value[1];
        string? number = person[1].Text;
        string display = string.Join(' ', new[] { person[3].Text, person[2].Text }.Where(part => part is not null));
        if (number is null && display.Length == 0) return null;
        JsonObject? identifier = number is null ? null : Element.Identifier(Site.IdentifierSystems.OfSource(conversion.Source, "practitioner"), number);
        return Element.LogicalReference(identifier, display.Length == 0 ? null : display, "Practitioner");
    }
}
