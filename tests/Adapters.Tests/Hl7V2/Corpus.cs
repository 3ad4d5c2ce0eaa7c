using System.Text;
using Consortium.Adapters.Hl7V2;
using Consortium.Fhir;

namespace Consortium.Adapters.Tests.Hl7V2;

public sealed class CorpusTests(Xunit.Abstractions.ITestOutputHelper output)
{
    [Testing.CorpusFact]
    public void Every_message_of_the_corpora_converts_to_valid_resources_or_is_rejected_with_a_reason()
    {
        var adapter = new Hl7V2Adapter();
        string root = Testing.Corpora.Path("hl7v2");
        string[] files = [.. Directory.GetFiles(root, "*", SearchOption.AllDirectories)
            .Where(f => f.EndsWith(".hl7", StringComparison.Ordinal) || f.Contains("messages/Message", StringComparison.Ordinal) && f.EndsWith(".txt", StringComparison.Ordinal) && f.Contains("v2-to-fhir-ig", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];
        foreach (string file in files)
        {
            var record = new RawRecord(File.ReadAllBytes(file), "test", DateTimeOffset.UnixEpoch, Path.GetFileName(file));
            foreach (ConversionResult r in adapter.Convert(record, new ConversionContext(LogicalIds.Unkeyed, TimeZoneInfo.Utc)))
            {
                output.WriteLine($"{Path.GetFileName(file)} #{r.Index} {(r.IsRejected ? "REJECTED" : string.Join(' ', r.Resources.GroupBy(x => x.ResourceType).Select(g => $"{g.Key}:{g.Count()}")))}");
                foreach (var i in r.Issues) if (i.Severity != IssueSeverity.Information) output.WriteLine($"    {i.Severity} {i.Code} {i.Diagnostics}");
                if (r.IsRejected) continue;
                foreach (var d in r.Resources)
                {
                    ValidationResult v = FhirValidator.R4.Validate(BundleWriter.WriteResource(d.Json));
                    foreach (var i in v.Issues.Where(x => x.Severity != IssueSeverity.Information)) output.WriteLine($"      VALID {d.ResourceType} {i.Severity} {i.Expression} {i.Diagnostics}");
                }
                ValidationResult b = FhirValidator.R4.Validate(BundleWriter.Write(r));
                foreach (var i in b.Issues.Where(x => x.Severity <= IssueSeverity.Error)) output.WriteLine($"      BUNDLE {i.Severity} {i.Expression} {i.Diagnostics}");
            }
        }
    }
}
