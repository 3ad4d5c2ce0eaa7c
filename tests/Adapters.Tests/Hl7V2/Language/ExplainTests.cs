using System.Text;
using System.Text.Json;
using Consortium.Adapters.Site;
using Consortium.Testing;

namespace Consortium.Adapters.Tests.Hl7V2.Language;

public sealed class ExplainTests : IDisposable
{
    private const string Header = "MSH|^~\\&|||||||ZZZ^Z01\r";
    private readonly MapSite _site = new();

    public void Dispose() => _site.Dispose();

    [Fact]
    public void Each_element_names_its_field_and_rule_and_unused_fields_are_named()
    {
        _site.WithMessage("""
            - {from: PID-5.1, to: 'contact[c].name.family'}
            - {from: PID-7, to: birthDate}
            - {from: PID-7, to: 'birthDate.extension(http://hl7.org/fhir/StructureDefinition/patient-birthTime).valueDateTime', when: PID-7 LENGTH GREATER THAN 8}
            - {from: PID-4, to: generalPractitioner, as: 'XCN[Practitioner]'}
            - {value: true, to: active}
            """);

        RecordExplanation explanation = Assert.Single(Pipeline().Explain(Record(Header + "PID|||1|7^Li|Wang^Secret~Zhao||198001011200|||||X\r"), "hl7v2")!);

        Assert.Equal(
            [
                "Patient.contact[0].name.family from PID-5.1 by PID[Patient] segments/PID-Patient.yaml:4",
                "Patient.contact[1].name.family from PID-5[2].1 by PID[Patient] segments/PID-Patient.yaml:4",
                "Patient.birthDate from PID-7 by PID[Patient] segments/PID-Patient.yaml:5",
                "Patient.birthDate.extension[0].valueDateTime from PID-7 by PID[Patient] segments/PID-Patient.yaml:6",
                "Practitioner from PID-4 by PID[Patient] segments/PID-Patient.yaml:7",
                "Patient.generalPractitioner[0] from PID-4 by PID[Patient] segments/PID-Patient.yaml:7",
                "Patient.active from  by PID[Patient] segments/PID-Patient.yaml:8",
            ],
            explanation.Elements.Select(element => $"{element.Element} from {Whole(element.From)} by {element.Map} {element.At}"));
        Assert.Equal(["PID-3", "PID-5.2", "PID-12"], explanation.Unused);

        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer)) explanation.WriteTo(writer, "a.hl7");
        string json = Encoding.UTF8.GetString(buffer.ToArray());
        Assert.StartsWith("""{"file":"a.hl7","record":1,"explain":[{"element":"Patient.contact[0].name.family","resource":"Patient/""", json, StringComparison.Ordinal);
        Assert.DoesNotContain("Secret", json, StringComparison.Ordinal);
        Assert.DoesNotContain("1980", json, StringComparison.Ordinal);
    }

    [Fact]
    public void An_adapter_that_does_not_explain_says_so() =>
        Assert.Null(Pipeline().Explain(Record("出院小结\n"), "narrative"));

    [Fact]
    public void References_and_functions_are_explained_too()
    {
        _site.WithMessage("- {from: PID-5, to: name, as: 'XPN[HumanName]'}\n", "- {for: OBX, resource: Observation, map: 'OBX[Observation-Small]', set: {subject: patient}}\n")
            .With("segments/obx.yaml", "map: OBX[Observation-Small]\nrows:\n- {from: OBX-3, to: code, as: 'CWE[CodeableConcept]'}\n- {from: OBX-5, to: $this, as: 'OBX[value]'}\n- {value: final, to: status}\n");

        RecordExplanation explanation = Assert.Single(Pipeline().Explain(Record(Header + "PID|||1||Wang\rOBX||NM|x||1\r"), "hl7v2")!);

        Assert.Contains(explanation.Elements, element => element is { Element: "Observation.subject", From: "PID", Map: "ZZZ_Z01", At: "messages/ZZZ_Z01.yaml:4" });
        Assert.Contains(explanation.Elements, element => element is { Element: "Observation.valueQuantity", From: "OBX-5", At: "segments/obx.yaml:4" });
    }

    [Theory]
    [InlineData("adt-a01.hl7")]
    [InlineData("adt-a03.hl7")]
    [InlineData("oru-r01.hl7")]
    public void Each_element_of_an_admission_and_a_report_names_the_segment_field_and_rule_that_made_it(string file)
    {
        var record = new RawRecord(File.ReadAllBytes(Repository.Path($"samples/hl7v2/{file}")), "his", DateTimeOffset.UnixEpoch);
        var pipeline = new ConversionPipeline(AdapterRegistry.BuiltIn(), SiteConfiguration.Default);
        RecordExplanation explanation = Assert.Single(pipeline.Explain(record, "hl7v2")!);
        ILookup<string, string> explained = explanation.Elements.ToLookup(element => element.Resource, element => element.Element);

        foreach (ResourceDraft draft in Assert.Single(pipeline.Convert(record)).Resources.SkipLast(1))
        {
            using JsonDocument json = JsonDocument.Parse(BundleWriter.WriteResource(draft.Json));
            string[] silent = [.. Leaves(json.RootElement, draft.ResourceType)
                .Where(leaf => leaf != $"{draft.ResourceType}.id" && leaf != $"{draft.ResourceType}.resourceType" && !leaf.StartsWith($"{draft.ResourceType}.meta.profile", StringComparison.Ordinal))
                .Where(leaf => !leaf.EndsWith("].url", StringComparison.Ordinal) || !leaf.Contains("xtension[", StringComparison.Ordinal)) // the URL of an extension is its place
                .Where(leaf => !explained[$"{draft.ResourceType}/{draft.Id}"].Any(element => Covers(element, leaf)))];
            Assert.True(silent.Length == 0, string.Join('\n', silent));
        }

        var message = new HashSet<string>(Encoding.UTF8.GetString(record.Bytes.Span).Split('\r', '\n').Where(line => line.Length > 3).Select(line => line[..3]));
        Assert.All(explanation.Elements, element =>
        {
            Assert.Matches(@"^(segments|types|messages)/[A-Za-z0-9_-]+\.yaml:[0-9]+$", element.At);
            if (element.From is not null) Assert.Contains(element.From[..3], message);
        });
    }

    private static bool Covers(string element, string leaf) =>
        leaf == element || leaf.StartsWith(element + ".", StringComparison.Ordinal) || leaf.StartsWith(element + "[", StringComparison.Ordinal);

    private static IEnumerable<string> Leaves(JsonElement element, string path) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().SelectMany(property => Leaves(property.Value, $"{path}.{property.Name.TrimStart('_')}")),
        JsonValueKind.Array => element.EnumerateArray().SelectMany((item, index) => Leaves(item, $"{path}[{index}]")),
        _ => [path],
    };

    private static string? Whole(string? from) => from;

    private static RawRecord Record(string text) => new(Encoding.UTF8.GetBytes(text), "test", DateTimeOffset.UnixEpoch);

    private ConversionPipeline Pipeline()
    {
        SiteConfiguration site = SiteConfiguration.Load(_site.Folder);
        return new ConversionPipeline(AdapterRegistry.BuiltIn(site), site);
    }
}
