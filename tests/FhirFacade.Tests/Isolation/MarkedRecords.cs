using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Consortium.Fhir;

namespace Consortium.FhirFacade.Tests.Isolation;

/// <summary>
/// Records of many types with every element that R4 defines filled by seed, and marks planted wherever a name, a number, an address, a contact, a photo, free text or a
/// medication can stand. What is marked is decided here by data type, and not by the policy: a hole in the policy shows.
/// </summary>
internal sealed class MarkedRecords(int seed)
{
    /// <summary>Somebody's words: for the eyes of the hospital and, but for what the resident's policy hides, of the patient.</summary>
    public const string Mark = "Zqxvwkjh";

    /// <summary>How <see cref="Mark"/> begins in Base64.</summary>
    public const string EncodedMark = "WnF4dndr";

    /// <summary>What was prescribed, given or thought of it: not for the resident.</summary>
    public const string MedicationMark = "Qrxpzkvt";

    /// <summary>The types of the sample: what a hospital mostly has, and those that carry documents and people.</summary>
    public static readonly string[] Types =
    [
        "Patient", "Practitioner", "RelatedPerson", "Organization", "Location", "Encounter", "Condition", "Observation", "DiagnosticReport", "Specimen", "Procedure",
        "AllergyIntolerance", "Immunization", "Medication", "MedicationRequest", "MedicationAdministration", "MedicationDispense", "MedicationStatement", "CarePlan", "DocumentReference",
        "Composition", "Consent", "Coverage", "Claim", "Communication", "Appointment", "QuestionnaireResponse", "Provenance", "Binary", "Group", "ValueSet",
    ];

    /// <summary>How many of each type.</summary>
    public const int Each = 3;

    private const int Deepest = 3;

    /// <summary>Text that the telemedicine view shows on purpose (decision 0022).</summary>
    private static readonly HashSet<string> s_shown = ["unit", "version", "display"];

    /// <summary>What a resident sees of a medication: that it was ordered or given, when and by whom.</summary>
    private static readonly HashSet<string> s_residentSees =
    [
        "id", "meta", "identifier", "status", "subject", "patient", "context", "encounter", "authoredOn", "dateAsserted", "effectiveDateTime", "effectivePeriod", "whenPrepared", "whenHandedOver",
        "requester", "performer", "informationSource",
    ];

    private readonly Random _random = new(seed);
    private int _marks;

    /// <summary>The records in the order in which they are stored: type, id and content.</summary>
    public IReadOnlyList<(string Type, string Id, JsonObject Json)> All()
    {
        List<(string, string, JsonObject)> all = [];
        foreach (string type in Types)
        {
            for (int i = 0; i < Each; i++) all.Add((type, Id(type, i), Resource(type, i)));
        }

        return all;
    }

    public static string Id(string type, int number) => string.Create(CultureInfo.InvariantCulture, $"{type.ToLowerInvariant()}-{number}");

    private JsonObject Resource(string type, int number)
    {
        var json = new JsonObject
        {
            ["resourceType"] = type,
            ["id"] = Id(type, number),
            ["meta"] = new JsonObject { ["profile"] = new JsonArray("http://example.org/profile"), ["tag"] = new JsonArray(Coding(false)) },
        };
        FhirElementType of = FhirElementType.Find(type)!;
        if (of.Element("contained") is not null)
        {
            json["text"] = new JsonObject { ["status"] = "generated", ["div"] = $"<div xmlns=\"http://www.w3.org/1999/xhtml\">{Words(true)}</div>" };
            json["extension"] = new JsonArray(new JsonObject { ["url"] = "http://example.org/remark", ["valueString"] = Words(false) });
            if (number == 0) json["contained"] = new JsonArray(new JsonObject { ["resourceType"] = "Practitioner", ["id"] = "c", ["name"] = new JsonArray(new JsonObject { ["text"] = Words(false) }) });
        }

        Members(json, of, [type], isMedication: false, 0);
        // A patient is known by a number, so that records about it have a subject tag.
        if (type == "Patient") json["identifier"] = new JsonArray(new JsonObject { ["system"] = "urn:oid:2.16.156.10011.1.3", ["value"] = Words(false) });
        if (json.ContainsKey("subject") && type != "Group") json["subject"] = Reference("Patient", number);
        if (json.ContainsKey("patient")) json["patient"] = Reference("Patient", number);
        return json;
    }

    private void Members(JsonObject json, FhirElementType of, List<string> path, bool isMedication, int depth)
    {
        var elements = of.PropertyNames.Select(name => (Name: name, Element: of.Element(name)!)).Where(member => member.Element is not null)
            .GroupBy(member => member.Element.IsChoice ? member.Name[..^member.Element.Type.Name.Length] + "[x]" : member.Name, StringComparer.Ordinal);
        foreach (var choice in elements)
        {
            (string name, FhirElement element) = choice.ElementAt(_random.Next(choice.Count()));
            if (name is "id" or "meta" or "implicitRules" or "language" or "contained" or "text" && depth == 0 || element.Type.IsResource || element.Type.Name is "Extension" or "Narrative") continue;
            if (!element.IsRequired && _random.NextDouble() < (depth == 0 ? 0.15 : 0.3)) continue;
            if (!element.Type.IsPrimitive && element.Type.Name != "Reference" && depth >= Deepest) continue;
            path.Add(name);
            bool medication = isMedication || IsMedication(path, element);
            JsonNode value = Value(element, path, medication, depth);
            if (value is not JsonObject { Count: 0 }) json[name] = element.Repeats ? new JsonArray(value) : value;
            path.RemoveAt(path.Count - 1);
        }
    }

    private static bool IsMedication(List<string> path, FhirElement element) =>
        (path[0].StartsWith("Medication", StringComparison.Ordinal) && !s_residentSees.Contains(path[1]))
        || path[^1] is "medicationCodeableConcept" or "medicationReference" || element.Type.Name is "Dosage" or "Annotation";

    private JsonNode Value(FhirElement element, List<string> path, bool isMedication, int depth)
    {
        string name = path[^1];
        switch (element.Type.Name)
        {
            case "boolean":
                return _random.Next(2) == 0;
            case "integer" or "positiveInt" or "unsignedInt":
                return _random.Next(1, 9);
            case "decimal":
                return _random.Next(1, 900) / 10m;
            case "date":
                return Day();
            case "dateTime" or "instant":
                return Day() + "T08:00:00Z";
            case "time":
                return "08:00:00";
            case "uri" or "url" or "canonical":
                // A place on the web may be a person's; a system, a profile and a type are not.
                return path.Contains("photo") || path.Contains("attachment") ? $"http://example.org/{Mark}{++_marks}" : name == "type" ? "Patient" : $"http://example.org/{One("a", "b", "c")}";
            case "oid" or "uuid":
                return "urn:oid:1.2." + _random.Next(9).ToString(CultureInfo.InvariantCulture);
            case "base64Binary":
                return Convert.ToBase64String(Encoding.UTF8.GetBytes(Words(isMedication)));
            case "code" or "id":
                return name == "system" ? One("phone", "email") : isMedication && name == "code" ? $"{MedicationMark}{++_marks}" : One("alpha", "beta", "gamma");
            case "string" or "markdown":
                if (!s_shown.Contains(name)) return Words(isMedication);
                // Each display is another one: what is hidden in one place is looked for in all others.
                return isMedication ? $"{MedicationMark}{++_marks}" : name == "display" ? $"shown words {++_marks}" : One("plain", "other");
            case "Coding":
                return Coding(isMedication);
            case "Reference":
                string[] targets = [.. Types.Where(type => element.ReferenceTargets.Count == 0 || element.ReferenceTargets.Contains(type))];
                return targets.Length == 0 ? Reference("Device", 0) : Reference(targets.Contains("Patient") ? "Patient" : targets[_random.Next(targets.Length)], _random.Next(Each));
            default:
                var inner = new JsonObject();
                Members(inner, element.Type, path, isMedication, depth + 1);
                return inner;
        }
    }

    private JsonObject Coding(bool isMedication) => new()
    {
        ["system"] = $"http://example.org/cs-{One("a", "b")}",
        ["code"] = isMedication ? $"{MedicationMark}{++_marks}" : One("alpha", "beta", "gamma"),
        ["display"] = isMedication ? $"{MedicationMark}{++_marks}" : One("plain words", "other words"),
    };

    private JsonObject Reference(string type, int number) => new()
    {
        ["reference"] = $"{type}/{Id(type, number)}",
        ["identifier"] = new JsonObject { ["system"] = "http://example.org/numbers", ["value"] = $"{Mark}{++_marks}" },
        ["display"] = $"{Mark}{++_marks}",
    };

    private string Words(bool isMedication) => isMedication ? $"{Mark}{++_marks} {MedicationMark}{_marks}" : $"{Mark}{++_marks} 名";

    private string Day() => string.Create(CultureInfo.InvariantCulture, $"20{_random.Next(10, 24)}-0{_random.Next(1, 9)}-1{_random.Next(9)}");

    private string One(params ReadOnlySpan<string> of) => of[_random.Next(of.Length)];
}
