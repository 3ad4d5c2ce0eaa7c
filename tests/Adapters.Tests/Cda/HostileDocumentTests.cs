using System.Text;
using Consortium.Fhir;

namespace Consortium.Adapters.Tests.Cda;

public sealed class HostileDocumentTests
{
    [Theory]
    [InlineData("<!DOCTYPE ClinicalDocument [<!ENTITY a SYSTEM \"file:///etc/passwd\">]>")]
    [InlineData("<!DOCTYPE ClinicalDocument [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;\"><!ENTITY c \"&b;&b;&b;&b;&b;&b;&b;&b;\">]>")]
    [InlineData("<!DOCTYPE ClinicalDocument SYSTEM \"http://127.0.0.1:9/evil.dtd\">")]
    public void A_document_type_definition_is_refused_as_a_matter_of_security(string dtd)
    {
        string document = Documents.Around("").Replace("<ClinicalDocument", dtd + "\n<ClinicalDocument", StringComparison.Ordinal).Replace("<title>Summary", "<title>&a;", StringComparison.Ordinal);
        OutcomeIssue issue = Refused(document);
        Assert.Equal("security", issue.Code);
        Assert.Equal(2, issue.Line);
    }

    [Fact]
    public void Elements_nested_deeper_than_any_document_are_refused_and_exhaust_nothing()
    {
        string deep = string.Concat(Enumerable.Repeat("<content>", 200_000)) + string.Concat(Enumerable.Repeat("</content>", 200_000));
        Assert.Equal("too-costly", Refused(Documents.Around(Documents.Section("10164-2", "", deep))).Code);
    }

    [Fact]
    public void Too_many_attributes_are_refused()
    {
        string many = $"<content {string.Join(' ', Enumerable.Range(0, 500).Select(i => $"a{i}=\"1\""))}/>";
        Assert.Equal("too-costly", Refused(Documents.Around(Documents.Section("10164-2", "", many))).Code);
    }

    [Fact]
    public void A_document_cut_off_names_the_line_where_it_ends()
    {
        string document = Documents.Around(Documents.Section("10164-2", ""));
        OutcomeIssue issue = Refused(document[..(document.Length / 2)]);
        Assert.Equal("structure", issue.Code);
        Assert.NotNull(issue.Line);
    }

    [Theory]
    [InlineData("<section xmlns=\"urn:hl7-org:v3\"><title>x</title></section>", "piece")]
    [InlineData("<ClinicalDocument><title>x</title></ClinicalDocument>", "namespace")]
    [InlineData("<html/>", "no ClinicalDocument")]
    public void What_is_no_whole_document_is_refused_with_the_reason(string xml, string reason) => Assert.Contains(reason, Refused(xml).Diagnostics, StringComparison.Ordinal);

    [Fact]
    public void A_document_without_a_patient_or_with_two_is_refused()
    {
        string document = Documents.Around("");
        int from = document.IndexOf("<recordTarget>", StringComparison.Ordinal), to = document.IndexOf("</recordTarget>", StringComparison.Ordinal) + "</recordTarget>".Length;
        Assert.Equal("required", Refused(document.Remove(from, to - from)).Code);
        Assert.Contains("several", Refused(document.Insert(to, document[from..to])).Diagnostics, StringComparison.Ordinal);
    }

    [Fact]
    public void Active_content_in_narrative_becomes_words()
    {
        string text = """<paragraph onclick="x()">A<linkHtml href="javascript:alert(1)">link</linkHtml><linkHtml href="https://hospital.example/a?b=1&amp;c=2">good</linkHtml></paragraph><script xmlns="http://www.w3.org/1999/xhtml">evil()</script>""";
        ConversionResult result = Documents.Valid(Documents.Around(Documents.Section("10164-2", "", text)));
        string div = result.Only("Composition").At("section.0.text.div")!;
        Assert.DoesNotContain("javascript", div, StringComparison.Ordinal);
        Assert.DoesNotContain("onclick", div, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", div, StringComparison.Ordinal);
        Assert.Contains("<a href=\"https://hospital.example/a?b=1&amp;c=2\">good</a>", div, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("utf-8")]
    [InlineData("utf-16")]
    [InlineData("GB18030")]
    [InlineData("GBK")]
    public void Names_come_through_in_every_encoding_that_is_declared(string charset)
    {
        Encoding encoding = charset is "GB18030" or "GBK" ? CodePagesEncodingProvider.Instance.GetEncoding(charset)! : Encoding.GetEncoding(charset);
        string document = Documents.Around("").Replace("UTF-8", charset, StringComparison.Ordinal).Replace("<family>Probe", "<family>测试", StringComparison.Ordinal);
        byte[] bytes = [.. encoding.GetPreamble(), .. encoding.GetBytes(document)];
        Assert.Equal("测试", Documents.Valid(Documents.Convert(bytes)).Only("Patient").At("name.0.family"));
    }

    [Fact]
    public void Latin_1_is_read_as_it_is_declared_and_refused_where_it_is_not()
    {
        string document = Documents.Around("").Replace("<family>Probe", "<family>Müßig", StringComparison.Ordinal);
        byte[] declared = Encoding.Latin1.GetBytes(document.Replace("UTF-8", "ISO-8859-1", StringComparison.Ordinal));
        Assert.Equal("Müßig", Documents.Valid(Documents.Convert(declared)).Only("Patient").At("name.0.family"));
        ConversionResult wrong = Documents.Convert(Encoding.Latin1.GetBytes(document));
        Assert.True(wrong.IsRejected);
        Assert.Contains("UTF-8", wrong.Issues[0].Diagnostics, StringComparison.Ordinal);
    }

    [Fact]
    public void Any_prefix_is_the_same_document_and_is_detected()
    {
        string document = Documents.Around("").Replace("<?xml version=\"1.0\" encoding=\"UTF-8\"?>", "", StringComparison.Ordinal);
        string prefixed = System.Text.RegularExpressions.Regex.Replace(document, @"<(/?)([A-Za-z])", "<$1n1:$2").Replace("xmlns=\"urn", "xmlns:n1=\"urn", StringComparison.Ordinal);
        Assert.Equal(Documents.Valid(document).Only("Patient").ToJsonString(), Documents.Valid(prefixed).Only("Patient").ToJsonString());
        Assert.Equal("cda", AdapterRegistry.BuiltIn().Detect(new RawRecord(Encoding.UTF8.GetBytes(prefixed), "test", DateTimeOffset.UnixEpoch))?.Name);
        Assert.Equal("cda", AdapterRegistry.BuiltIn().Detect(new RawRecord(Encoding.Unicode.GetBytes("\uFEFF" + document), "test", DateTimeOffset.UnixEpoch))?.Name);
    }

    [Fact]
    public void No_issue_quotes_what_the_document_says_of_the_patient()
    {
        string document = Documents.Around(Documents.Section("11450-4", """<entry><observation classCode="OBS" moodCode="EVN"><templateId root="2.999.1"/><code code="Secretname"/><value xsi:type="ST">Secretname</value></observation></entry>"""))
            .Replace("19700102", "Secretname", StringComparison.Ordinal);
        ConversionResult result = Documents.Valid(document);
        Assert.NotEmpty(result.Issues);
        Assert.All(result.Issues, issue => Assert.DoesNotContain("Secretname", issue.Diagnostics, StringComparison.Ordinal));
    }

    private static OutcomeIssue Refused(string document)
    {
        ConversionResult result = Documents.Convert(document);
        Assert.True(result.IsRejected);
        Assert.Empty(result.Resources);
        return result.Issues.First(issue => issue.Severity <= IssueSeverity.Error);
    }
}
