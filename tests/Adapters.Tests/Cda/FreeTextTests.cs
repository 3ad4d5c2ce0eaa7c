using System.Text;
using Consortium.Adapters.Elements;

namespace Consortium.Adapters.Tests.Cda;

/// <summary>What stands in words alone (decision 0158).</summary>
public sealed class FreeTextTests
{
    private const string Words = "<paragraph>Hypertension for ten years.</paragraph><paragraph>Denies diabetes mellitus.</paragraph>";

    [Fact]
    public void Facts_of_a_section_without_entries_are_its_entries_with_their_evidence()
    {
        ConversionResult result = Documents.Valid(Documents.Around(Documents.Section("11348-0", "", Words)));
        DraftObject[] conditions = result.All("Condition");
        Assert.Contains(conditions, condition => condition.At("verificationStatus.coding.0.code") == "refuted");
        Assert.Contains(conditions, condition => condition.At("verificationStatus.coding.0.code") != "refuted");
        Assert.All(conditions, condition => Assert.Contains(condition["extension"]!.AsArray(), extension => extension.At("url") == "urn:consortium:extension:evidence"));
        Assert.All(conditions, condition => Assert.Equal($"Patient/{result.Only("Patient").At("id")}", condition.At("subject.reference")));
        string[] entries = [.. result.Only("Composition")["section"]![0]!["entry"]!.AsArray().Select(entry => entry.At("reference")!)];
        Assert.All(conditions, condition => Assert.Contains($"Condition/{condition.At("id")}", entries));
    }

    [Fact]
    public void The_words_of_a_section_with_entries_or_with_a_null_flavor_are_not_read_again()
    {
        const string Entry = """<entry><act classCode="ACT" moodCode="EVN"><templateId root="2.999.404"/></act></entry>""";
        Assert.Empty(Documents.Valid(Documents.Around(Documents.Section("11348-0", Entry, Words))).All("Condition"));
        string none = Documents.Section("11348-0", "", Words).Replace("<section>", "<section nullFlavor=\"NI\">", StringComparison.Ordinal);
        Assert.Empty(Documents.Valid(Documents.Around(none)).All("Condition"));
    }

    [Fact]
    public void What_is_marked_as_deleted_is_not_read()
    {
        string section = Documents.Section("11348-0", "", "<paragraph>Hypertension.</paragraph><paragraph><content revised=\"delete\">Asthma.</content></paragraph>");
        DraftObject condition = Documents.Valid(Documents.Around(section)).Only("Condition");
        Assert.Contains("ypertension", condition.ToJsonString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("text/plain", "Diagnosis: Hypertension\nDenies diabetes mellitus.")]
    [InlineData("text/rtf", @"{\rtf1\ansi Diagnosis: Hypertension\par Denies diabetes mellitus.\par}")]
    public void The_text_of_a_file_is_narrative_and_facts(string type, string file)
    {
        string body = System.Convert.ToBase64String(Encoding.ASCII.GetBytes(file));
        string document = Documents.Around("").Replace("<component><structuredBody></structuredBody></component>", $"<component><nonXMLBody><text mediaType=\"{type}\" representation=\"B64\">{body}</text></nonXMLBody></component>", StringComparison.Ordinal);
        ConversionResult result = Documents.Valid(document);
        Assert.Contains("Denies diabetes mellitus.", result.Only("Composition").At("section.0.text.div"), StringComparison.Ordinal);
        Assert.NotEmpty(result.All("Condition"));
        Assert.Equal(body, result.Only("Binary").At("data"));
        Assert.Equal(type, result.Only("Binary").At("contentType"));
    }
}
