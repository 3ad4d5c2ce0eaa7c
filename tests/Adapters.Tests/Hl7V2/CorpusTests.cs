using System.Text;
using Consortium.Adapters.Site;
using Consortium.Fhir;
using Consortium.Testing;

namespace Consortium.Adapters.Tests.Hl7V2;

public sealed class CorpusTests
{
    private static readonly string[] Mapped = ["A01", "A02", "A03", "A04", "A05", "A06", "A07", "A08", "A11", "A12", "A13", "A14", "A28", "A31"];

    /// <summary>Messages of mapped types that are rejected all the same, each with the place and the reason that a person can check in the file.</summary>
    private static readonly Dictionary<string, string> RejectedWithReason = new(StringComparer.Ordinal)
    {
        ["sample_unix.hl7"] = "MSH-2", // the escape character is written twice, as if by a programmer: ^~\\&
        ["sample_win.hl7"] = "MSH-2",
        ["ORU-multiline-short.hl7"] = "OBX[1]-3", // the observation has no identifier
        ["ORU-multiline-short-mixed.hl7"] = "OBX[2]-3",
    };

    [CorpusFact]
    public void Every_message_converts_to_valid_resources_or_is_rejected_with_code_and_place()
    {
        var pipeline = new ConversionPipeline(AdapterRegistry.BuiltIn(), SiteConfiguration.Default);
        var wrong = new List<string>();
        int converted = 0;
        foreach (string file in MessageFiles())
        {
            byte[] bytes = File.ReadAllBytes(file);
            string name = Path.GetFileName(file);
            foreach (ConversionResult result in pipeline.Convert(new RawRecord(bytes, "corpus", DateTimeOffset.UnixEpoch, name)))
            {
                if (result.IsRejected)
                {
                    OutcomeIssue reason = result.Issues.First(issue => issue.Severity == IssueSeverity.Error);
                    bool expected = RejectedWithReason.TryGetValue(name, out string? place)
                        ? reason.Expression == place
                        : !IsMapped(bytes) && reason is { Code: "not-supported", Expression: "MSH-9" };
                    if (!expected) wrong.Add($"{name} #{result.Index}: {string.Join("; ", result.Issues.Where(issue => issue.Severity == IssueSeverity.Error).Select(issue => issue.Diagnostics))}");
                    continue;
                }

                converted++;
                if (!IsMapped(bytes)) wrong.Add($"{name}: converted, though its type is not mapped");
                Assert.Equal("Provenance", result.Resources[^1].ResourceType);
                Assert.All(result.Resources, draft => Assert.True(FhirValidator.R4.Validate(BundleWriter.WriteResource(draft.Json)).IsValid));
            }
        }

        Assert.Empty(wrong);
        Assert.Equal(15, converted); // every message of a mapped type, but for those listed above
    }

    [CorpusFact]
    public void The_same_bytes_give_the_same_resources_in_any_order_of_calls()
    {
        foreach (string file in MessageFiles())
        {
            byte[] bytes = File.ReadAllBytes(file);
            string[] first = Written(bytes);
            string[] second = Written(bytes);
            Assert.Equal(first, second);
        }
    }

    [CorpusFact]
    public void Every_reference_points_to_a_resource_of_the_same_result()
    {
        foreach (string file in MessageFiles())
        {
            foreach (ConversionResult result in Messages.ConvertAll(File.ReadAllBytes(file)))
            {
                var there = result.Resources.Select(draft => $"{draft.ResourceType}/{draft.Id}").ToHashSet(StringComparer.Ordinal);
                Assert.All(result.Resources.SelectMany(draft => References(draft.Json)), reference => Assert.Contains(reference, there));
            }
        }
    }

    [CorpusFact]
    public void Hostile_files_are_rejected_with_a_place()
    {
        foreach (string file in Directory.GetFiles(Corpora.Path("hl7v2/bad-inputs"), "*", SearchOption.AllDirectories))
        {
            if (Path.GetFileName(file) == "LICENSE") continue;
            Assert.All(Messages.ConvertAll(File.ReadAllBytes(file)), result =>
            {
                Assert.True(result.IsRejected, file);
                Assert.NotNull(result.Issues[0].Expression);
                Assert.NotNull(result.Issues[0].Line);
            });
        }
    }

    [CorpusFact]
    public void Messages_cut_off_anywhere_or_damaged_anywhere_never_throw()
    {
        var random = new Random(20261122);
        foreach (string file in MessageFiles().Take(30))
        {
            byte[] bytes = File.ReadAllBytes(file);
            for (int i = 0; i < 20; i++)
            {
                _ = Messages.ConvertAll(bytes[..random.Next(bytes.Length)]);
                byte[] damaged = [.. bytes];
                for (int n = 0; n < 5; n++) damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
                _ = Messages.ConvertAll(damaged);
            }
        }
    }

    private static IEnumerable<string> MessageFiles() =>
        Directory.GetFiles(Corpora.Path("hl7v2/fhir-converter"), "*.hl7")
            .Concat(Directory.GetFiles(Corpora.Path("hl7v2/linuxforhealth"), "*.hl7"))
            .Concat(Directory.GetFiles(Corpora.Path("hl7v2/v2-to-fhir-ig/messages"), "*.txt"))
            .Order(StringComparer.Ordinal);

    private static bool IsMapped(byte[] bytes)
    {
        string text = Encoding.UTF8.GetString(bytes);
        string[] type = text[text.IndexOf("MSH", StringComparison.Ordinal)..].Split('|')[8].Split('^');
        return type[0] == "ORU" ? type[1] == "R01" : type[0] == "ADT" && Mapped.Contains(type[1]);
    }

    private static string[] Written(byte[] bytes) =>
        [.. Messages.ConvertAll(bytes).Select(result => result.IsRejected ? "rejected" : Encoding.UTF8.GetString(BundleWriter.Write(result)))];

    private static IEnumerable<string> References(System.Text.Json.Nodes.JsonNode? node) => node switch
    {
        System.Text.Json.Nodes.JsonObject o => o.SelectMany(member =>
            member.Key == "reference" && member.Value is System.Text.Json.Nodes.JsonValue value ? [value.GetValue<string>()] : References(member.Value)),
        System.Text.Json.Nodes.JsonArray a => a.SelectMany(References),
        _ => [],
    };
}
