using System.Collections.Frozen;
using System.Text.Json;
using Consortium.Fhir;
using Consortium.FhirFacade.Search;
using Consortium.FhirFacade.Search.Indexing;
using Consortium.FhirFacade.Search.Parameters;
using Consortium.FhirFacade.Search.Query;
using Consortium.FhirFacade.Store;

namespace Consortium.FhirFacade.Access.Smart;

/// <summary>
/// What <c>patient/</c> scopes are about: the patient, its compartment (FHIR R4 compartmentdefinition-patient.html), a Binary whose security context is one of
/// these, and, for reading, what is about nobody: who gave care and where, substances, definitions (decision 0206).
/// </summary>
internal static class PatientRecords
{
    private static readonly string[] s_careGivers =
        ["Practitioner", "PractitionerRole", "Organization", "OrganizationAffiliation", "Location", "HealthcareService", "Endpoint", "Medication", "MedicationKnowledge", "Substance"];

    // Definitions have a canonical URL with a version, by which other resources name them (FHIR R4 canonicalresource in references.html#canonical).
    private static readonly Lazy<FrozenSet<string>> s_aboutNobody = new(() => FhirR4.ResourceTypes
        .Where(type => s_careGivers.Contains(type, StringComparer.Ordinal)
            || (SearchCatalog.R4.Find(type, "url") is not null && SearchCatalog.R4.Find(type, "version") is not null))
        .Where(type => !Compartment.Of("Patient")!.By.ContainsKey(type)).ToFrozenSet(StringComparer.Ordinal));

    /// <summary>True where resources of the type are about nobody.</summary>
    public static bool IsAboutNobody(string type) => s_aboutNobody.Value.Contains(type);

    /// <summary>The condition that resources of a type are of a patient's records; null where none of the type are, as far as a search can tell.</summary>
    public static SearchCondition? Condition(string type, string patient)
    {
        if (type == "Patient") return new IdCondition(type, [patient], IsNegated: false);
        return Compartment.Of("Patient")!.By.TryGetValue(type, out SearchParameter[]? by) ? new CompartmentCondition(by, "Patient", patient, WithSubject: false) : null;
    }

    /// <summary>True where a resource is of a patient's records.</summary>
    public static bool Has(string type, string id, IndexRows rows, ReadOnlyMemory<byte> body, string patient, string serverBase)
    {
        if (type == "Patient") return id == patient;
        if (type == "Binary") return SecurityContext(body, serverBase) is { } context && context == new RecordKey("Patient", patient);
        if (!Compartment.Of("Patient")!.By.TryGetValue(type, out SearchParameter[]? by)) return false;
        return rows.References.Any(row => row.TargetType == "Patient" && row.TargetId == patient && by.Any(one => one.Number == row.Parameter));
    }

    /// <summary>What the access to a Binary follows (FHIR R4 binary.html#security); null where it names no resource of this server.</summary>
    private static RecordKey? SecurityContext(ReadOnlyMemory<byte> body, string serverBase)
    {
        using JsonDocument binary = JsonDocument.Parse(body);
        return binary.RootElement.TryGetProperty("securityContext", out JsonElement context) && context.ValueKind == JsonValueKind.Object
            && context.TryGetProperty("reference", out JsonElement reference) && reference.ValueKind == JsonValueKind.String
            && LocalReference.TryParse(reference.GetString()!, serverBase, out RecordKey key) ? key : null;
    }
}
