using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Xml;
using Consortium.Testing;

namespace Consortium.Fhir.Tests;

/// <summary>FHIR R4 xml.html: what JSON says, XML says, and gives back with its characters.</summary>
public sealed class XmlRoundTripTests
{
    private const string Div = "<div xmlns=\\\"http://www.w3.org/1999/xhtml\\\">";

    private static string Xml(string json) => Encoding.UTF8.GetString(FhirDocument.Parse(Encoding.UTF8.GetBytes(json)).ToXml());

    private static void ComesBack(string json)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(json);
        byte[] xml = FhirDocument.Parse(utf8).ToXml();
        Assert.Null(SameContent.Difference(utf8, FhirDocument.ParseXml(xml).Utf8Json));
    }

    private static FhirFormatException Refused(string json) => Assert.Throws<FhirFormatException>(() => Xml(json));

    [CorpusFact]
    public void Write_EveryOfficialExample_ComesBackTheSame()
    {
        ConcurrentBag<string> differences = [];
        string[] files = [.. Directory.EnumerateFiles(Corpora.Path("fhir/r4-examples"), "*.json")];
        Parallel.ForEach(files, file =>
        {
            byte[] json = File.ReadAllBytes(file);
            try
            {
                byte[] xml = FhirDocument.Parse(json).ToXml();
                if (SameContent.Difference(json, FhirDocument.ParseXml(xml).Utf8Json) is { } difference) differences.Add($"{Path.GetFileName(file)} {difference}");
            }
            catch (FhirFormatException refused)
            {
                differences.Add($"{Path.GetFileName(file)} {refused.Line}:{refused.Column} {refused.Message}");
            }
        });
        Assert.True(files.Length > 2600, $"Only {files.Length} examples were found.");
        Assert.True(differences.IsEmpty, string.Join("\n", differences.Order(StringComparer.Ordinal).Take(20)));
    }

    [Theory]
    [InlineData("1.00")]
    [InlineData("1e3")]
    [InlineData("-0.0")]
    [InlineData("1.0E-20")]
    [InlineData("123456789012345678901234567890.12")]
    public void Decimal_KeepsItsCharacters(string number)
    {
        string json = $$$"""{"resourceType":"Observation","valueQuantity":{"value":{{{number}}}}}""";
        Assert.Contains($"<value value=\"{number}\"/>", Xml(json), StringComparison.Ordinal);
        ComesBack(json);
    }

    [Theory]
    [InlineData("a\\nb\\tc\\r\\nd")]
    [InlineData(" lead and trail ")]
    [InlineData("<a href=\\\"x\\\">&amp; ' ]]>")]
    [InlineData("\\u0085\\u2028\\u00a0\\u007f")]
    [InlineData("王小明 \\ud83d\\ude00 \\ufeff \\uffe5")]
    [InlineData("")]
    public void String_KeepsItsCharacters(string text) => ComesBack($$"""{"resourceType":"Basic","language":"{{text}}","extension":[{"url":"http://x","valueString":"{{text}}"}]}""");

    [Theory]
    [InlineData("""{"resourceType":"Patient","name":[{"given":["a",null,"b"],"_given":[null,{"id":"g"},{"extension":[{"url":"http://x","valueCode":"y"}]}]}]}""")]
    [InlineData("""{"resourceType":"Patient","_birthDate":{"extension":[{"url":"http://x","valueBoolean":true}]}}""")]
    [InlineData("""{"resourceType":"Patient","name":[{"_given":[{"id":"a"},{"id":"b"}]}]}""")]
    [InlineData("""{"resourceType":"Patient","id":"p","_id":{"extension":[{"url":"http://x","valueInteger":-1}]}}""")]
    public void ExtensionsOfPrimitives_StandInTheElement(string json) => ComesBack(json);

    [Theory]
    [InlineData("<!-- a > b --><p title='x>y' class=\\\"z\\\" >a<br/>b<br></br>&#160;&#xA0;&lt;</p>\\n\\t")]
    [InlineData("\\r\\n<b>王</b>\\r")]
    [InlineData("<![CDATA[a < b]]>")]
    [InlineData("")]
    public void Narrative_KeepsItsCharacters(string inner) =>
        ComesBack($$"""{"resourceType":"Basic","text":{"status":"generated","div":"{{Div}}{{inner}}</div>"},"language":"en"}""");

    [Fact]
    public void Narrative_Empty_KeepsItsForm() =>
        ComesBack("""{"resourceType":"Basic","text":{"status":"generated","div":"<div xmlns='http://www.w3.org/1999/xhtml' title='a>b'/>"}}""");

    [Fact]
    public void Narrative_IsXhtmlElementsInTheXml()
    {
        XmlDocument xml = new();
        xml.LoadXml(Xml($$$"""{"resourceType":"Basic","text":{"status":"generated","div":"{{{Div}}}<p>a&nbsp;b&eacute;</p></div>"}}"""));
        XmlNamespaceManager names = new(xml.NameTable);
        names.AddNamespace("f", "http://hl7.org/fhir");
        names.AddNamespace("h", "http://www.w3.org/1999/xhtml");
        Assert.Equal("a\u00a0bé", xml.SelectSingleNode("/f:Basic/f:text/h:div/h:p", names)!.InnerText);
    }

    [Fact]
    public void Narrative_WithAPrefixOrANamespaceFromFurtherOut_StandsByItself()
    {
        foreach (string div in new[] { "<h:div><h:p>x</h:p></h:div>", "<div xmlns=\"http://www.w3.org/1999/xhtml\"><h:p>x</h:p></div>" })
        {
            FhirDocument document = FhirDocument.ParseXml(Encoding.UTF8.GetBytes(
                $"""<Basic xmlns="http://hl7.org/fhir" xmlns:h="http://www.w3.org/1999/xhtml"><text><status value="generated"/>{div}</text><code><text value="c"/></code></Basic>"""));
            Assert.Equal("<div xmlns=\"http://www.w3.org/1999/xhtml\"><p>x</p></div>", document.Root.Child("text").Child("div").Value);
            Assert.Equal("c", document.Root.Child("code").Child("text").Value);
        }
    }

    [Fact]
    public void Elements_StandInTheOrderOfTheDefinitions()
    {
        string xml = Xml("""{"birthDate":"1980-01","resourceType":"Patient","name":[{"given":["b"],"family":"a","id":"n"}],"id":"p","extension":[{"valueCode":"c","url":"http://x","id":"e"}]}""");
        Assert.EndsWith("""
            <Patient xmlns="http://hl7.org/fhir"><id value="p"/><extension id="e" url="http://x"><valueCode value="c"/></extension><name id="n"><family value="a"/><given value="b"/></name><birthDate value="1980-01"/></Patient>
            """.Trim(), xml, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"resourceType":"Bundle","type":"collection","entry":[{"resource":{"resourceType":"Patient","contained":[{"resourceType":"Basic","id":"b"}]}},{"fullUrl":"urn:x"}]}""")]
    [InlineData("""{"resourceType":"Parameters","parameter":[{"name":"a","resource":{"resourceType":"Patient"}},{"name":"b","part":[{"name":"c","valueDecimal":1.10}]}]}""")]
    [InlineData("""{"resourceType":"Patient"}""")]
    public void ResourcesWithin_ComeBack(string json) => ComesBack(json);

    [Theory]
    [InlineData("""{"resourceType":"Nonsense"}""", 1)]
    [InlineData("{\"resourceType\":\"Patient\",\n\"colour\":\"x\"}", 2)]
    [InlineData("{\"resourceType\":\"Patient\",\n\"active\":\"true\"}", 2)]
    [InlineData("{\"resourceType\":\"Patient\",\n\"name\":{}}", 2)]
    [InlineData("{\"resourceType\":\"Patient\",\n\"name\":[]}", 2)]
    [InlineData("{\"resourceType\":\"Patient\",\n\"name\":[null]}", 2)]
    [InlineData("{\"resourceType\":\"Patient\",\n\"active\":null}", 2)]
    [InlineData("{\"resourceType\":\"Patient\",\n\"_active\":{}}", 2)]
    [InlineData("{\"resourceType\":\"Patient\",\n\"language\":\"\\u0001\"}", 2)]
    [InlineData("{\"resourceType\":\"Patient\",\n\"language\":\"\\uffff\"}", 2)]
    [InlineData("{\"resourceType\":\"Patient\",\n\"text\":{\"div\":\"<div>\"}}", 2)]
    [InlineData("{\"resourceType\":\"Patient\",\n\"text\":{\"div\":\"<div xmlns='http://www.w3.org/1999/xhtml'/> \"}}", 2)]
    [InlineData("{\"resourceType\":\"Patient\",\n\"contained\":[{\"id\":\"x\"}]}", 2)]
    [InlineData("{\"resourceType\":\"Patient\",\n\"extension\":[{\"_url\":{\"id\":\"x\"}}]}", 2)]
    [InlineData("{\"resourceType\":\"Patient\",\n\"active\":true,\n\"_active\":[{\"id\":\"x\"}]}", 3)]
    public void WhatXmlCannotCarry_IsRefusedWithItsPlace(string json, int line) => Assert.Equal(line, Refused(json).Line);

    [Fact]
    public void Refusal_QuotesNothingOfTheInput() =>
        Assert.DoesNotContain("Wang", Refused("""{"resourceType":"Patient","name":"Wang","Wang Xiaoming":1}""").Message, StringComparison.Ordinal);

    [Fact]
    public void Write_DoesNotDependOnTheCulture()
    {
        CultureInfo before = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = new CultureInfo(string.Empty) { NumberFormat = new NumberFormatInfo { NumberDecimalSeparator = ",", NegativeSign = "~" } };
            ComesBack("""{"resourceType":"Observation","valueQuantity":{"value":-1.50},"id":"I"}""");
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }
}
