using System.Text;
using Consortium.Adapters.Elements;
using Consortium.Fhir;
using Consortium.Testing;

namespace Consortium.Adapters.Tests.Hl7V2.Guide;

/// <summary>
/// Our result beside the Bundle that the authors of HL7's guide expect, element by element. With <c>CONSORTIUM_WRITE_TABLES=1</c> the page is written,
/// else it must be what the comparison gives.
/// </summary>
public sealed class GuideSampleTests
{
    private const string Document = "docs/hl7v2-guide-samples.md";
    private const string Samples = "hl7v2/v2-to-fhir-ig/";

    // What stands in the sample where a document's bytes would: no Base64, and rejected as such.
    private const string Placeholder = "<Base64 encoded>";

    /// <summary>The samples that have both a message and a Bundle.</summary>
    private static readonly (string Name, string Message, string Bundle)[] Pairs =
        [("MDM_T02", Samples + "messages/Message.hl7_MDM_T02.txt", Samples + "fhir-bundles/FHIR_bundle.hl7_MDM_T02.xml")];

    [CorpusFact]
    public void Each_difference_from_the_guide_s_Bundles_is_explained_and_no_explanation_is_left_over()
    {
        var explanations = new Explanations();
        string[] silent = [.. Pairs.SelectMany(pair => Differences(pair).Where(difference => explanations.Of(pair.Name, difference) is null).Select(difference =>
            $"{pair.Name}\t{difference.Resource}\t{difference.Path}\t{difference.Side}"))];

        Assert.True(silent.Length == 0, $"nobody has said why:\n{string.Join('\n', silent)}");
        Assert.Empty(explanations.Unneeded);
    }

    [CorpusFact]
    public void The_committed_page_is_what_the_comparison_gives()
    {
        var text = new StringBuilder("""
            # Our result beside the Bundles of HL7's guide

            Made by `GuideSampleTests` from the samples of HL7/v2-to-fhir in the corpora's `hl7v2/v2-to-fhir-ig` folder; it fails when this page is not what the comparison gives.
            Resources are matched by what they share, the likest first, and compared element by element; ids, `fullUrl`, narrative and order do not count. *guide*: only the
            guide's Bundle has it; *ours*: only our result; *other value*: both have the element, with different values. The reasons stand in
            `tests/Adapters.Tests/Hl7V2/Guide/explanations.tsv`; a difference without one fails, and so does a reason without a difference.

            The sample's message has a placeholder where a document's Base64 would stand, for which we refuse it (docs/hl7v2-corpus.md); here the placeholder is replaced by
            the bytes of a small PDF. The Bundle of the ADT_A01 sample comes without its message, so there is nothing to convert. What the validator says of each Bundle
            of the guide stands under *valid*.


            """.ReplaceLineEndings("\n"));
        var explanations = new Explanations();
        text.Append("| Bundle of the guide | resources | valid | first error |\n| --- | --- | --- | --- |\n");
        foreach (string file in Directory.GetFiles(Corpora.Path(Samples + "fhir-bundles")).Order(StringComparer.Ordinal)) text.Append(Validity(file));
        foreach ((string Name, string Message, string Bundle) pair in Pairs)
        {
            text.Append(System.Globalization.CultureInfo.InvariantCulture, $"\n## {pair.Name}\n\n| resource | element | side | times | why |\n| --- | --- | --- | --- | --- |\n");
            foreach (Difference difference in Differences(pair))
            {
                string path = difference.Path.Length == 0 ? "(all of it)" : $"`{difference.Path}`";
                text.Append(System.Globalization.CultureInfo.InvariantCulture, $"| {difference.Resource} | {path} | {difference.Side} | {difference.Times} | {explanations.Of(pair.Name, difference)} |\n");
            }
        }

        string page = Repository.Path(Document);
        if (Environment.GetEnvironmentVariable("CONSORTIUM_WRITE_TABLES") == "1") File.WriteAllText(page, text.ToString());
        Assert.Equal(File.ReadAllText(page).ReplaceLineEndings("\n"), text.ToString());
    }

    private static List<Difference> Differences((string Name, string Message, string Bundle) pair)
    {
        byte[] pdf = Encoding.ASCII.GetBytes("%PDF-1.4\n%%EOF\n");
        string message = File.ReadAllText(Corpora.Path(pair.Message));
        Assert.Contains(Placeholder, message, StringComparison.Ordinal);
        ConversionResult result = Messages.Convert(message.Replace(Placeholder, Convert.ToBase64String(pdf), StringComparison.Ordinal), "guide");
        Assert.False(result.IsRejected, string.Join('\n', result.Issues.Select(issue => issue.Diagnostics)));
        Assert.All(result.Resources, draft => Assert.True(FhirValidator.R4.Validate(BundleWriter.WriteResource(draft.Json)).IsValid));
        return BundleComparison.Of(
            [.. Resources(Parse(Corpora.Path(pair.Bundle))!).Select(resource => new FlatResource(resource))],
            [.. result.Resources.Select(draft => new FlatResource(draft.Json))]);
    }

    private static string Validity(string file)
    {
        string name = Path.GetFileName(file);
        byte[] bytes = File.ReadAllBytes(file);
        if (Parse(file) is not { } bundle)
        {
            return $"| {name} | | no | not well-formed: it is XML and called JSON |\n";
        }

        ValidationResult validation = FhirValidator.R4.Validate(Encoding.UTF8.GetBytes(bundle.ToJsonString()));
        string count = Resources(bundle).Count().ToString(System.Globalization.CultureInfo.InvariantCulture);
        string first = validation.IsValid ? "" : validation.Issues.First(issue => issue.Severity <= IssueSeverity.Error).Expression ?? "";
        return $"| {name} | {count} | {(validation.IsValid ? "yes" : $"no, {validation.Issues.Count(issue => issue.Severity <= IssueSeverity.Error)} errors")} | {(first.Length == 0 ? "" : $"`{first}`")} |\n";
    }

    private static DraftObject? Parse(string file)
    {
        byte[] bytes = File.ReadAllBytes(file);
        try
        {
            ReadOnlyMemory<byte> json = Path.GetExtension(file) == ".xml" ? FhirDocument.ParseXml(bytes).Utf8Json : bytes;
            return DraftNode.Parse(json.Span)!.AsObject();
        }
        catch (System.Text.Json.JsonException)
        {
            return null;
        }
    }

    private static IEnumerable<DraftObject> Resources(DraftObject bundle) => bundle["entry"]!.AsArray().Select(entry => entry!["resource"]!.AsObject());
}
