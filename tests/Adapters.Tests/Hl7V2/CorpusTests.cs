using System.Text;
using Consortium.Fhir;
using Consortium.Testing;

namespace Consortium.Adapters.Tests.Hl7V2;

public sealed class CorpusTests
{
    private const string Document = "docs/hl7v2-corpus.md";

    /// <summary>
    /// What becomes of each message of the corpora, as a page that a person can read. With <c>CONSORTIUM_WRITE_TABLES=1</c> it is written, else it must be what the
    /// adapter gives: every message converts to valid resources, or goes to quarantine for a reason that names its place.
    /// </summary>
    [CorpusFact]
    public void Every_message_converts_to_valid_resources_or_goes_to_quarantine_for_the_reason_that_the_page_gives()
    {
        var text = new StringBuilder("""
            # What becomes of each message of the corpora

            Made by `CorpusTests` from the messages in the corpora's `hl7v2` folder; it fails when this page is not what the adapter gives. A converted message lists its resources;
            another one goes to quarantine, for the reason that stands there: the adapter's, or what validation found in what it made.

            | message | event | result |
            | --- | --- | --- |

            """.ReplaceLineEndings("\n"));
        foreach (string file in MessageFiles())
        {
            byte[] bytes = File.ReadAllBytes(file);
            foreach (ConversionResult result in Messages.ConvertAll(bytes, "corpus"))
            {
                text.Append(System.Globalization.CultureInfo.InvariantCulture, $"| {Path.GetFileName(file)}{(result.Index > 0 ? $" #{result.Index}" : "")} | {Event(bytes)} | {Outcome(result)} |\n");
            }
        }

        string page = Repository.Path(Document);
        if (Environment.GetEnvironmentVariable("CONSORTIUM_WRITE_TABLES") == "1") File.WriteAllText(page, text.ToString());
        Assert.Equal(File.ReadAllText(page).ReplaceLineEndings("\n"), text.ToString());
    }

    private static string Outcome(ConversionResult result)
    {
        OutcomeIssue? reason = result.Issues.FirstOrDefault(issue => issue.Severity <= IssueSeverity.Error);
        if (result.IsRejected)
        {
            Assert.NotNull(reason?.Expression ?? (object?)reason?.Line);
            return $"quarantine: {Cell(reason!.Diagnostics)}";
        }

        Assert.Equal("Provenance", result.Resources[^1].ResourceType);
        foreach (ResourceDraft draft in result.Resources)
        {
            ValidationResult validation = FhirValidator.R4.Validate(BundleWriter.WriteResource(draft.Json));
            if (validation.IsValid) continue;
            var issue = validation.Issues.First(found => found.Severity <= IssueSeverity.Error);
            return $"quarantine: invalid, {issue.Expression}: {Cell(issue.Diagnostics)}";
        }

        return string.Join(", ", result.Resources.GroupBy(draft => draft.ResourceType).Select(type => type.Count() == 1 ? type.Key : $"{type.Count()} {type.Key}"));
    }

    private static string Cell(string text) => text.Replace("|", "\\|", StringComparison.Ordinal).ReplaceLineEndings(" ");

    private static string Event(byte[] bytes)
    {
        string text = Encoding.UTF8.GetString(bytes);
        string[] type = text[text.IndexOf("MSH", StringComparison.Ordinal)..].Split('|')[8].Split('^');
        return $"{type[0]}^{(type.Length > 1 ? type[1] : "")}";
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
            .Concat(Directory.GetFiles(Corpora.Path("hl7v2/v2-to-fhir-ig/messages"), "*.hl7"))
            .Order(StringComparer.Ordinal);

    private static string[] Written(byte[] bytes) =>
        [.. Messages.ConvertAll(bytes).Select(result => result.IsRejected ? "rejected" : Encoding.UTF8.GetString(BundleWriter.Write(result)))];

    private static IEnumerable<string> References(Consortium.Adapters.Elements.DraftNode? node) => node switch
    {
        Consortium.Adapters.Elements.DraftObject o => o.SelectMany(member =>
            member.Key == "reference" && member.Value is Consortium.Adapters.Elements.DraftValue value ? [value.GetValue<string>()] : References(member.Value)),
        Consortium.Adapters.Elements.DraftArray a => a.SelectMany(References),
        _ => [],
    };
}
