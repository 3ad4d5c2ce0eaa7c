using System.Text.Json;
using Consortium.Fhir;
using Consortium.FhirFacade.Search;
using Consortium.FhirFacade.Store;

namespace Consortium.FhirFacade.Access;

/// <summary>
/// The names, numbers and addresses of the patient whom a record is about, so that they can be hidden wherever they surface in it:
/// a note that mentions the patient by name knows nothing of the Patient resource.
/// </summary>
internal sealed class PatientIdentity(RecordQueries records, FacadeOptions options)
{
    /// <summary>Names change; those of the last versions are looked for.</summary>
    private const int MostVersions = 20;

    /// <summary>The strings that must not surface; empty where the record is about no patient of this store.</summary>
    public async Task<IReadOnlyCollection<string>> OfAsync(StoredVersion record, CancellationToken cancellationToken)
    {
        if (PatientOf(record) is not { } id) return [];
        var found = new HashSet<string>(StringComparer.Ordinal);
        foreach (StoredVersion patient in await records.HistoryAsync(new HistoryQuery("Patient", id, null, null, null, MostVersions), cancellationToken).ConfigureAwait(false))
        {
            if (patient.Erased) continue;
            using JsonDocument document = JsonDocument.Parse(patient.Body);
            Collect(document.RootElement, found);
        }

        return found;
    }

    /// <summary>The logical id of the patient whom a record is about; null where there is none, or the bytes were altered and cannot be read.</summary>
    public string? PatientOf(StoredVersion record) => PatientOf(record.Type, record.Id, record.Body);

    /// <summary>The same of a resource's bytes.</summary>
    public string? PatientOf(string type, string id, byte[] body)
    {
        if (type == "Patient") return id;
        if (body.Length == 0) return null; // erased
        try
        {
            return RecordSubject.Of(type, FhirDocument.Parse(body).Root, options.BaseUrl).PatientId;
        }
        catch (FhirFormatException)
        {
            return null;
        }
    }

    private static void Collect(JsonElement patient, HashSet<string> found)
    {
        foreach (JsonElement name in Items(patient, "name")) Name(name, found);
        foreach (JsonElement identifier in Items(patient, "identifier")) Text(identifier, "value", found);
        foreach (JsonElement telecom in Items(patient, "telecom")) Text(telecom, "value", found);
        foreach (JsonElement address in Items(patient, "address"))
        {
            Text(address, "text", found);
            Texts(address, "line", found);
        }

        foreach (JsonElement contact in Items(patient, "contact"))
        {
            if (contact.TryGetProperty("name", out JsonElement name)) Name(name, found);
            foreach (JsonElement telecom in Items(contact, "telecom")) Text(telecom, "value", found);
        }
    }

    private static void Name(JsonElement name, HashSet<string> found)
    {
        if (name.ValueKind != JsonValueKind.Object) return;
        Text(name, "text", found);
        string? family = Text(name, "family", found);
        string given = string.Concat(Texts(name, "given", found));
        if (family is null || given.Length == 0) return;
        found.Add(family + given); // 王小明
        found.Add($"{given} {family}"); // Ming Wang
        found.Add($"{family} {given}");
    }

    private static string? Text(JsonElement element, string name, HashSet<string> found)
    {
        if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(name, out JsonElement value) || value.ValueKind != JsonValueKind.String) return null;
        string text = value.GetString()!;
        found.Add(text);
        return text;
    }

    private static List<string> Texts(JsonElement element, string name, HashSet<string> found)
    {
        List<string> texts = [.. Items(element, name).Where(item => item.ValueKind == JsonValueKind.String).Select(item => item.GetString()!)];
        found.UnionWith(texts);
        return texts;
    }

    private static JsonElement.ArrayEnumerator Items(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out JsonElement list) && list.ValueKind == JsonValueKind.Array ? list.EnumerateArray() : default;
}
