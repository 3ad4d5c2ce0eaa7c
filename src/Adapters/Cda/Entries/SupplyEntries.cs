using Consortium.Adapters.Cda.Header;
using Consortium.Adapters.Cda.Types;
using Consortium.Adapters.Cda.Xml;
using Consortium.Adapters.Elements;

namespace Consortium.Adapters.Cda.Entries;

/// <summary>supply: drugs ordered and dispensed, devices that a patient has or is to get.</summary>
internal static class SupplyEntries
{
    /// <summary>Medication Supply Order to MedicationRequest.</summary>
    public static bool Order(CdaNode supply, EntryScope scope, string? argument)
    {
        CdaConversion conversion = scope.Conversion;
        if (Drug(supply, conversion) is not { } drug) return false;
        DraftObject request = Statements.Start("MedicationRequest", supply, conversion)
            .Set("status", Statements.Status(supply, "request-status", "unknown", conversion))
            .Set("intent", "order");
        request.Set(drug.Name, drug.Value).Set("encounter", conversion.Encounter?.DeepClone());
        request.Set("authoredOn", People.AuthoredAt(supply, conversion));
        if (People.AuthorOf(supply, conversion) is { } author) request.Set("requester", author.Who);
        DraftObject dispense = new DraftObject().Set("validityPeriod", Times.Period(Timings.Span(supply), conversion));
        if (MedicationEntries.Repeats(supply.Child("repeatNumber")) is { } repeats) dispense.Set("numberOfRepeatsAllowed", DraftValue.Of(repeats));
        dispense.Set("quantity", Quantities.Of(supply.Child("quantity"), conversion));
        request.Notes(supply, conversion, Statements.First(supply, "2.16.840.1.113883.10.20.22.4.20") is { } instruction ? Statements.Words(instruction, conversion) : null);
        scope.Add(request.Set("dispenseRequest", dispense));
        return true;
    }

    /// <summary>Medication Dispense to MedicationDispense.</summary>
    public static bool Dispense(CdaNode supply, EntryScope scope, string? argument)
    {
        CdaConversion conversion = scope.Conversion;
        if (Drug(supply, conversion) is not { } drug) return false;
        DraftObject dispense = Statements.Start("MedicationDispense", supply, conversion)
            .Set("status", Statements.Status(supply, "dispense-status", "unknown", conversion));
        dispense.Set(drug.Name, drug.Value).Set("context", conversion.Encounter?.DeepClone());
        dispense.SetAll("performer", People.Performers(supply, conversion).Select(performer => new DraftObject().Set("actor", performer.Who)));
        dispense.Set("quantity", Quantities.Of(supply.Child("quantity"), conversion));
        dispense.Set("whenHandedOver", Times.Point(Timings.Span(supply), conversion));
        scope.Add(dispense.Notes(supply, conversion));
        return true;
    }

    /// <summary>Non-Medicinal Supply Activity and Planned Supply: a Device that is used, or one that is requested.</summary>
    public static bool Supply(CdaNode supply, EntryScope scope, string? argument)
    {
        CdaConversion conversion = scope.Conversion;
        if (MedicationEntries.Material(supply) is not null)
        {
            return Order(supply, scope, argument);
        }

        CdaNode? instance = supply.Children("participant").FirstOrDefault(participant => participant.Down("participantRole", "playingDevice") is not null);
        if (supply.Is("negationInd"))
        {
            scope.NilKnown = true;
            return true;
        }

        if (instance is null || DeviceEntries.Read(instance.Child("participantRole")!, conversion) is not { } device)
        {
            conversion.Warn("required", supply, "a supply without what it is; it is not mapped. It stays in the section's text.");
            return false;
        }

        if (supply["moodCode"] is null or "EVN")
        {
            DraftObject use = Statements.Start("DeviceUseStatement", supply, conversion)
                .Set("status", supply.Child("statusCode")?["code"] switch { "completed" => "completed", "nullified" => "entered-in-error", "suspended" or "held" => "on-hold", "aborted" or "cancelled" => "stopped", _ => "active" });
            Times.Set(use, "timing", Timings.Span(supply), conversion);
            scope.Add(use.Set("device", device).Notes(supply, conversion));
        }
        else
        {
            DraftObject request = Statements.Start("DeviceRequest", supply, conversion)
                .Set("status", Statements.Status(supply, "service-status", "unknown", conversion))
                .Set("intent", CdaTables.Map("intent", supply["moodCode"]) ?? "plan");
            request.Set("codeReference", device).Set("encounter", conversion.Encounter?.DeepClone());
            Times.Set(request, "occurrence", Timings.Span(supply), conversion);
            request.Set("authoredOn", People.AuthoredAt(supply, conversion));
            scope.Add(request.Notes(supply, conversion));
        }

        return true;
    }

    private static (string Name, DraftObject Value)? Drug(CdaNode supply, CdaConversion conversion)
    {
        // A supply within a medication is of that drug where it names none itself.
        CdaNode? around = supply.Parent?.Parent;
        CdaNode? material = MedicationEntries.Material(supply) ?? (around?.Name == "substanceAdministration" ? MedicationEntries.Material(around) : null);
        if (supply.Is("negationInd") || MedicationEntries.Medication(supply, material, conversion) is not { } drug)
        {
            conversion.Warn("required", supply, "a supply that is denied, or without what it is; it is not mapped. It stays in the section's text.");
            return null;
        }

        return drug;
    }
}
