using System.Security.Cryptography;
using System.Text;
using Consortium.Adapters.Elements;
using Consortium.Adapters.Narrative.Facts;
using Consortium.Adapters.Site;
using Consortium.Adapters.Tests.Narrative;
using Consortium.Adapters.Tests.Table;
using Consortium.Testing;

namespace Consortium.Adapters.Tests.Files;

/// <summary>A note in a document file becomes what the same note in plain text becomes, and the file is kept.</summary>
public class NarrativeFileTests
{
    private const string DocxType = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";

    private static string Note { get; } = File.ReadAllText(Repository.Path("samples/narrative/discharge-note-1.txt"));

    private static byte[] Docx { get; } = new DocxFile(string.Concat(Note.Split('\n').Select(line => DocxFile.Paragraph(line.Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal))))).Bytes();

    private static byte[] Rtf { get; } = Encoding.ASCII.GetBytes(@"{\rtf1\ansi\uc0 " + string.Concat(Note.Select(c => c == '\n' ? "\\par\n" : c < 128 ? c.ToString() : $"\\u{(short)c} ")) + "}");

    public static TheoryData<string> Forms => ["docx", "rtf", "pdf"];

    [Theory]
    [MemberData(nameof(Forms))]
    public void A_note_in_a_file_gives_the_resources_of_the_same_note_in_text(string form)
    {
        ConversionResult file = Convert(Of(form));
        ConversionResult text = Convert(Encoding.UTF8.GetBytes(Note));
        Assert.Equal(
            text.Resources.Select(draft => draft.ResourceType).Order(StringComparer.Ordinal),
            file.Resources.Select(draft => draft.ResourceType).Where(type => type != "Binary").Order(StringComparer.Ordinal));
        Assert.Equal(Values(text), Values(file));
        Valid.Bundle(file);
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public void The_file_is_kept_byte_for_byte_with_its_digest_and_the_text_beside_it(string form)
    {
        byte[] bytes = Of(form);
        ConversionResult result = Convert(bytes);
        DraftObject binary = Assert.Single(Notes.Of(result, "Binary"));
        DraftObject reference = Assert.Single(Notes.Of(result, "DocumentReference"));
        Assert.Equal(System.Convert.ToBase64String(bytes), (string)binary["data"]!);
        Assert.Equal($"DocumentReference/{(string)reference["id"]!}", (string)binary["securityContext"]!["reference"]!);
        Assert.Equal("urn:sha256:" + System.Convert.ToHexStringLower(SHA256.HashData(bytes)), (string)reference["masterIdentifier"]!["value"]!);

        DraftObject original = reference["content"]![0]!["attachment"]!.AsObject();
        Assert.Equal($"Binary/{(string)binary["id"]!}", (string)original["url"]!);
        Assert.Equal((string)binary["contentType"]!, (string)original["contentType"]!);
#pragma warning disable CA5350 // FHIR R4 datatypes.html#Attachment fixes SHA-1.
        Assert.Equal(System.Convert.ToBase64String(SHA1.HashData(bytes)), (string)original["hash"]!);
#pragma warning restore CA5350
        Assert.StartsWith("text/plain", (string)reference["content"]![1]!["attachment"]!["contentType"]!, StringComparison.Ordinal);
        if (form == "docx") Assert.Equal(DocxType, (string)binary["contentType"]!);
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public void Evidence_points_into_the_text_that_is_kept(string form)
    {
        ConversionResult result = Convert(Of(form));
        DraftObject reference = Assert.Single(Notes.Of(result, "DocumentReference"));
        string text = Encoding.UTF8.GetString(System.Convert.FromBase64String((string)reference["content"]![1]!["attachment"]!["data"]!));
        DraftObject condition = Notes.Of(result, "Condition").First(one => one.ToJsonString().Contains("高脂血症", StringComparison.Ordinal));
        DraftArray evidence = condition["extension"]![0]!["extension"]!.AsArray();
        int start = int.Parse(evidence[0]!["valueUnsignedInt"]!.ToJsonString(), System.Globalization.CultureInfo.InvariantCulture);
        int length = int.Parse(evidence[1]!["valuePositiveInt"]!.ToJsonString(), System.Globalization.CultureInfo.InvariantCulture);
        Assert.Equal("高脂血症", text.Substring(start, length));
    }

    [Fact]
    public void The_same_file_twice_is_the_same_result() => Assert.Equal(BundleWriter.Write(Convert(Docx)), BundleWriter.Write(Convert(Docx)));

    [Theory]
    [MemberData(nameof(Forms))]
    public void Spans_are_found_in_a_file_as_in_its_text(string form)
    {
        FactFinder finder = FactFinder.ForSite();
        string[] expected = [.. finder.Read(Encoding.UTF8.GetBytes(Note), out _)!.Select(Said)];
        Assert.Equal(expected, finder.Read(Of(form), out _)!.Select(Said));
        Assert.Null(finder.Read(Encoding.ASCII.GetBytes("{\\rtf1 cut"), out var issue));
        Assert.Contains("cut off", issue!.Diagnostics, StringComparison.Ordinal);

        static string Said(Fact fact) => $"{fact.Text} {fact.Category} {fact.Assertion}";
    }

    [Fact]
    public void A_file_without_text_is_rejected_and_never_an_empty_document()
    {
        var pipeline = new ConversionPipeline(AdapterRegistry.BuiltIn(), SiteConfiguration.Default);
        ConversionResult result = Assert.Single(pipeline.Convert(new RawRecord(new PdfFile().Picture().Bytes(), "emr", Tables.ReceivedAt)));
        Assert.True(result.IsRejected);
        Assert.Empty(result.Resources);
    }

    private static byte[] Of(string form) => form switch { "docx" => Docx, "rtf" => Rtf, _ => Pdf() };

    private static byte[] Pdf()
    {
        var file = new PdfFile();
        double y = 780;
        foreach (string line in Note.Split('\n'))
        {
            // Wider than a page's paper would be, so that no line of the note is broken.
            if (line.Trim().Length > 0) file.Chinese(10, y, line.Replace("\r", "", StringComparison.Ordinal), 4);
            y -= 12;
        }

        return file.Bytes();
    }

    private static ConversionResult Convert(byte[] bytes) =>
        Assert.Single(new ConversionPipeline(AdapterRegistry.BuiltIn(), SiteConfiguration.Default).Convert(new RawRecord(bytes, "emr", Tables.ReceivedAt)));

    // What was said, without where it was said.
    private static string[] Values(ConversionResult result) =>
    [
        .. result.Resources.Where(draft => draft.ResourceType is "Condition" or "Observation" or "MedicationStatement" or "MedicationRequest" or "AllergyIntolerance" or "Patient")
            .Select(draft => $"{draft.ResourceType} {draft.Json["code"]?.ToJsonString()} {draft.Json["valueQuantity"]?.ToJsonString()} {draft.Json["medicationCodeableConcept"]?.ToJsonString()} {draft.Json["dosage"]?.ToJsonString()}{draft.Json["dosageInstruction"]?.ToJsonString()} {draft.Json["name"]?.ToJsonString()}"),
    ];
}
