using System.Text;
using System.Text.Json.Nodes;

namespace Consortium.Fhir.Tests;

/// <summary>
/// Wrong shapes everywhere: each value of a resource that has rules of its own is replaced by each kind of JSON, dropped,
/// doubled or nested. The answer is a bounded list of issues with places; nothing is thrown.
/// </summary>
public sealed class MutationTests
{
    private static readonly string[] s_shapes = ["null", "true", "1", "-1e400", "\"\"", "\"x\"", "\"#\"", "\"\\ud800\"", "[]", "{}", "[null]", "[[1]]", "[{\"a\":[]}]", "{\"resourceType\":\"Bundle\"}", "{\"resourceType\":1}"];

    private static Dictionary<string, string> Resources { get; } = new(StringComparer.Ordinal)
    {
        ["Questionnaire"] = """
            {"resourceType":"Questionnaire","url":"http://example.org/q","status":"active","subjectType":["Patient"],"effectivePeriod":{"start":"2020","end":"2021"},
            "item":[{"linkId":"a","type":"choice","text":"A","repeats":true,"answerOption":[{"valueCoding":{"code":"x"},"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/questionnaire-optionExclusive","valueBoolean":true}]}]},
            {"linkId":"b","type":"integer","extension":[{"url":"http://hl7.org/fhir/StructureDefinition/minValue","valueInteger":1}],"enableWhen":[{"question":"a","operator":"=","answerCoding":{"code":"x"}}]},
            {"linkId":"g","type":"group","item":[{"linkId":"c","type":"string","maxLength":3,"initial":[{"valueString":"x"}]}]}]}
            """,
        ["QuestionnaireResponse"] = """
            {"resourceType":"QuestionnaireResponse","questionnaire":"http://example.org/q","status":"completed","subject":{"reference":"Patient/1"},"authored":"2020-06-01",
            "item":[{"linkId":"a","text":"A","answer":[{"valueCoding":{"code":"x"}}]},{"linkId":"b","answer":[{"valueInteger":5}]},{"linkId":"g","item":[{"linkId":"c","answer":[{"valueString":"abc"}]}]}]}
            """,
        ["Measure"] = """
            {"resourceType":"Measure","url":"http://example.org/m","status":"active","library":["http://example.org/l"],"scoring":{"coding":[{"code":"proportion"}]},
            "group":[{"code":{"text":"g"},"population":[{"code":{"coding":[{"system":"http://example.org","code":"p"}]},"criteria":{"language":"text/cql","expression":"L.P"}}],"stratifier":[{"code":{"text":"s"},"criteria":{"language":"text/fhirpath","expression":"gender"}}]}]}
            """,
        ["MeasureReport"] = """
            {"resourceType":"MeasureReport","status":"complete","type":"summary","measure":"http://example.org/m","period":{"start":"2020"},
            "group":[{"code":{"text":"g"},"population":[{"code":{"coding":[{"system":"http://example.org","code":"p"}]},"count":3}],"measureScore":{"value":0.5},"stratifier":[{"code":[{"text":"s"}],"stratum":[{"value":{"text":"x"},"population":[{"code":{"text":"p"},"count":1}]}]}]}]}
            """,
        ["Bundle"] = """
            {"resourceType":"Bundle","type":"document","identifier":{"system":"urn:ietf:rfc:3986","value":"urn:uuid:c757873d-ec9a-4326-a141-556f43239520"},"timestamp":"2024-01-01T00:00:00Z",
            "link":[{"relation":"self","url":"http://example.org"}],
            "entry":[{"fullUrl":"urn:uuid:61ebe359-bfdc-4613-8bf2-c5e300945f0a","resource":{"resourceType":"Composition","status":"final","type":{"text":"x"},"subject":{"reference":"urn:uuid:88f151c0-a954-468a-88bd-5ae15c08e059"},"date":"2024","author":[{"display":"x"}],"title":"x","attester":[{"mode":"legal","party":{"display":"y"}}],"section":[{"title":"s","entry":[{"reference":"urn:uuid:88f151c0-a954-468a-88bd-5ae15c08e059"}],"section":[{"title":"t","focus":{"display":"z"}}]}]}},
            {"fullUrl":"urn:uuid:88f151c0-a954-468a-88bd-5ae15c08e059","search":{"mode":"match"},"request":{"method":"PUT","url":"Patient/1"},"response":{"status":"200"},"resource":{"resourceType":"Patient","contained":[{"resourceType":"Organization","id":"o","name":"x"}],"managingOrganization":{"reference":"#o","type":"Organization"},"photo":[{"data":"QUJD","size":3,"hash":"AAAA"}],"name":[{"id":"n","family":"x"}]}}]}
            """,
    };

    private static readonly Lazy<FhirValidator> s_validator = new(() => new FhirValidator(FhirDefinitions.R4.With([Parse(Resources["Questionnaire"]), Parse(Resources["Measure"])])));

    private static readonly Lazy<FhirValidator> s_errorsOnly = new(() => new FhirValidator(s_validator.Value.Definitions, new ValidationOptions { ErrorsOnly = true }));

    public static TheoryData<string> Types => [.. Resources.Keys];

    [Theory]
    [MemberData(nameof(Types))]
    public void Validate_EachValueReplacedByEachShape_GivesIssuesWithPlaces(string type)
    {
        string json = Resources[type];
        foreach (string path in Paths(JsonNode.Parse(json)!, string.Empty))
        {
            foreach (string shape in s_shapes) Survives(Mutated(json, path, shape));
        }
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void Validate_EachTypeOfBundleAndStatus_WithPiecesDropped_NeverThrows(string type)
    {
        Random random = new(type.Length);
        for (int round = 0; round < 400; round++)
        {
            JsonNode root = JsonNode.Parse(Resources[type])!;
            if (type == "Bundle") root["type"] = new[] { "document", "message", "transaction", "batch", "searchset", "history", "collection", "transaction-response" }[random.Next(8)];
            for (int drops = random.Next(1, 6); drops > 0; drops--)
            {
                string[] paths = [.. Paths(root, string.Empty)];
                if (paths.Length == 0) break;
                Remove(root, paths[random.Next(paths.Length)]);
            }

            Survives(Encoding.UTF8.GetBytes(root.ToJsonString()));
        }
    }

    [Fact]
    public void Validate_ResponseNestedToTheLimit_IsWithinTheStack()
    {
        StringBuilder json = new("""{"resourceType":"QuestionnaireResponse","questionnaire":"http://example.org/q","status":"completed","item":[""");
        const int Depth = 60;
        for (int i = 0; i < Depth; i++) json.Append("""{"linkId":"a","answer":[{"valueCoding":{"code":"x"},"item":[""");
        json.Append("""{"linkId":"b"}""").Append(string.Concat(Enumerable.Repeat("]}]}", Depth))).Append("]}");
        Survives(Encoding.UTF8.GetBytes(json.ToString()));
    }

    private static void Survives(byte[] json)
    {
        ValidationResult result = s_validator.Value.Validate(json);
        Assert.InRange(result.Issues.Count, 0, 1001);
        Assert.All(result.Issues.Where(i => i.Severity <= IssueSeverity.Error), i => Assert.True(i is { Line: > 0, Column: > 0, Diagnostics.Length: > 0 } && (i.Severity == IssueSeverity.Fatal || i.Expression is { Length: > 0 })));

        // Who asks for errors only gets the same ones in the same places, and nothing else.
        ValidationResult errors = s_errorsOnly.Value.Validate(json);
        Assert.Equal(result.Issues.Where(i => i.Severity <= IssueSeverity.Error), errors.Issues);
        Assert.Equal((result.Errors, 0), (errors.Errors, errors.Warnings));
    }

    private static FhirDocument Parse(string json) => FhirDocument.Parse(Encoding.UTF8.GetBytes(json));

    private static IEnumerable<string> Paths(JsonNode node, string path)
    {
        IEnumerable<(string Key, JsonNode? Value)> children = node switch
        {
            JsonObject o => o.Select(p => (p.Key, p.Value)),
            JsonArray a => a.Select((v, i) => (i.ToString(System.Globalization.CultureInfo.InvariantCulture), v)),
            _ => [],
        };
        foreach ((string key, JsonNode? value) in children.ToArray())
        {
            yield return $"{path}/{key}";
            if (value is null) continue;
            foreach (string below in Paths(value, $"{path}/{key}")) yield return below;
        }
    }

    private static byte[] Mutated(string json, string path, string shape)
    {
        // The shape is put in as text, since a lone surrogate or 1e400 is no JsonNode.
        const string Mark = "@@@";
        JsonNode root = JsonNode.Parse(json)!;
        (JsonNode holder, string last) = Holder(root, path);
        if (holder is JsonObject o) o[last] = Mark;
        else ((JsonArray)holder)[int.Parse(last, System.Globalization.CultureInfo.InvariantCulture)] = Mark;
        return Encoding.UTF8.GetBytes(root.ToJsonString().Replace($"\"{Mark}\"", shape, StringComparison.Ordinal));
    }

    private static void Remove(JsonNode root, string path)
    {
        (JsonNode holder, string last) = Holder(root, path);
        if (holder is JsonObject o) o.Remove(last);
        else ((JsonArray)holder).RemoveAt(int.Parse(last, System.Globalization.CultureInfo.InvariantCulture));
    }

    private static (JsonNode Holder, string Last) Holder(JsonNode root, string path)
    {
        string[] steps = path.Split('/')[1..];
        JsonNode at = root;
        foreach (string step in steps[..^1]) at = at is JsonObject o ? o[step]! : at[int.Parse(step, System.Globalization.CultureInfo.InvariantCulture)]!;
        return (at, steps[^1]);
    }
}
