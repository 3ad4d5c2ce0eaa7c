using System.Text;

namespace Consortium.Fhir.Tests;

/// <summary>FHIR R4 xml.html and XML 1.0: hostile or ill-formed XML is refused with its place; nothing is expanded, fetched or dropped.</summary>
public sealed class XmlInputTests
{
    private static FhirFormatException Refused(string xml) => Refused(Encoding.UTF8.GetBytes(xml));

    private static FhirFormatException Refused(byte[] xml)
    {
        FhirFormatException refused = Assert.Throws<FhirFormatException>(() => FhirDocument.ParseXml(xml));
        Assert.True(refused.Line >= 1 && refused.Column >= 1);
        return refused;
    }

    [Theory]
    [InlineData("""<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]><Patient xmlns="http://hl7.org/fhir"><id value="&c;"/></Patient>""")]
    [InlineData("""<!DOCTYPE a SYSTEM "file:///etc/passwd"><Patient xmlns="http://hl7.org/fhir"/>""")]
    [InlineData("""<!DOCTYPE a [<!ENTITY x SYSTEM "http://127.0.0.1:1/x">]><Patient xmlns="http://hl7.org/fhir"><id value="&x;"/></Patient>""")]
    [InlineData("""<Patient xmlns="http://hl7.org/fhir"><id value="&undeclared;"/></Patient>""")]
    [InlineData("""<Patient xmlns="http://hl7.org/fhir"><text><div xmlns="http://www.w3.org/1999/xhtml">&nbsp;</div></text></Patient>""")]
    public void DocumentTypesAndEntities_AreRefused(string xml) => Refused(xml);

    [Fact]
    public void DeepNesting_IsRefused()
    {
        string open = string.Concat(Enumerable.Repeat("<extension url=\"u\">", 100_000));
        Assert.Contains("deeper", Refused($"<Patient xmlns=\"http://hl7.org/fhir\">{open}").Message, StringComparison.Ordinal);
    }

    [Fact]
    public void DeepNarrative_EndsWithoutAnException()
    {
        string open = string.Concat(Enumerable.Repeat("<p>", 50_000)), close = string.Concat(Enumerable.Repeat("</p>", 50_000));
        byte[] xml = Encoding.UTF8.GetBytes($"""<Patient xmlns="http://hl7.org/fhir"><text><status value="generated"/><div xmlns="http://www.w3.org/1999/xhtml">{open}{close}</div></text></Patient>""");
        Assert.False(FhirValidator.R4.ValidateXml(xml).IsValid);
    }

    [Theory]
    [InlineData("<Patient/>")]
    [InlineData("<Patient xmlns=\"http://hl7.org/fhir\">text</Patient>")]
    [InlineData("<Patient xmlns=\"http://hl7.org/fhir\"/><Patient xmlns=\"http://hl7.org/fhir\"/>")]
    [InlineData("<Patient xmlns=\"http://hl7.org/fhir\" id=\"x\"/>")]
    [InlineData("<Patient xmlns=\"http://hl7.org/fhir\"><active url=\"x\" value=\"true\"/></Patient>")]
    [InlineData("<Patient xmlns=\"http://hl7.org/fhir\"><active value=\"true\" colour=\"x\"/></Patient>")]
    [InlineData("<Patient xmlns=\"http://hl7.org/fhir\"><name id=\"a\"><id value=\"b\"/></name></Patient>")]
    [InlineData("<Patient xmlns=\"http://hl7.org/fhir\"><extension><url value=\"b\"/></extension></Patient>")]
    public void WhatIsNotFhirXml_IsRefused(string xml) => Refused(xml);

    [Fact]
    public void ElementsOutOfOrder_AreAnErrorWithTheirPlace()
    {
        OutcomeIssue issue = OnlyError("<Patient xmlns=\"http://hl7.org/fhir\">\n<birthDate value=\"1980\"/>\n <active value=\"true\"/></Patient>");
        Assert.Equal((3, 2, "Patient.active"), (issue.Line, issue.Column, issue.Expression));
    }

    [Fact]
    public void ARepeatThatOthersInterrupt_IsOutOfOrder() =>
        Assert.Equal("Patient.name[1]", OnlyError("<Patient xmlns=\"http://hl7.org/fhir\"><name><family value=\"a\"/></name><gender value=\"male\"/><name><family value=\"b\"/></name></Patient>").Expression);

    private static OutcomeIssue OnlyError(string xml) =>
        Assert.Single(FhirValidator.R4.ValidateXml(Encoding.UTF8.GetBytes(xml)).Issues, i => i.Severity <= IssueSeverity.Error);

    [Theory]
    [InlineData("utf-16")]
    [InlineData("iso-8859-1")]
    [InlineData("utf-8")]
    public void OtherEncodings_AreReadWhereXmlNamesThem(string name)
    {
        Encoding encoding = Encoding.GetEncoding(name);
        string xml = $"""<?xml version="1.0" encoding="{name}"?><Basic xmlns="http://hl7.org/fhir"><text><status value="generated"/><div xmlns="http://www.w3.org/1999/xhtml"><p title='é'>é<br/></p></div></text><code><text value="é"/></code></Basic>""";
        FhirDocument document = FhirDocument.ParseXml((byte[])[.. encoding.GetPreamble(), .. encoding.GetBytes(xml)]);
        Assert.Equal("é", document.Root.Child("code").Child("text").Value);
        Assert.Contains("é<br", document.Root.Child("text").Child("div").Value, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""<?xml version="1.0" encoding="x-nonsense"?><Patient xmlns="http://hl7.org/fhir"/>""")]
    [InlineData("""<?xml version="1.0" encoding="utf-32"?><Patient xmlns="http://hl7.org/fhir"/>""")]
    [InlineData("")]
    public void WhatCannotBeDecoded_IsRefused(string xml) => Refused(xml);

    [Fact]
    public void InvalidUtf8_IsRefused() => Refused([.. "<Patient xmlns=\"http://hl7.org/fhir\"><id value=\""u8, 0xFF, .. "\"/></Patient>"u8]);
}
