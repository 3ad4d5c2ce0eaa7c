using System.Text;

namespace Consortium.Fhir.Tests;

/// <summary>RFC 8259 and FHIR R4 json.html: what cannot be read is refused with line and column, and never crashes.</summary>
public sealed class JsonFormatTests
{
    private static FhirFormatException Refused(string json) => Refused(Encoding.UTF8.GetBytes(json));

    private static FhirFormatException Refused(byte[] json)
    {
        FhirFormatException refused = Assert.Throws<FhirFormatException>(() => FhirDocument.Parse(json));
        OutcomeIssue issue = Assert.Single(FhirValidator.R4.Validate(json).Issues);
        Assert.Equal((IssueSeverity.Fatal, refused.Line, refused.Column), (issue.Severity, issue.Line!.Value, issue.Column!.Value));
        return refused;
    }

    [Theory]
    [InlineData("", 1, 1)]
    [InlineData("{", 1, 2)]
    [InlineData("{\n  \"resourceType\": \"Patient\",\n}", 3, 1)]
    [InlineData("{\"resourceType\":\"Patient\"} x", 1, 28)]
    [InlineData("{\"resourceType\":\"Patient\"}{}", 1, 27)]
    [InlineData("{ // no\n}", 1, 3)]
    [InlineData("[]", 1, 1)]
    [InlineData("\"Patient\"", 1, 1)]
    [InlineData("{\"a\":\"\\x\"}", 1, 8)]
    public void Parse_NotOneJsonObject_SaysWhere(string json, int line, int column)
    {
        FhirFormatException refused = Refused(json);
        Assert.Equal((line, column), (refused.Line, refused.Column));
    }

    [Fact]
    public void Parse_ByteOrderMark_IsRefused() => Assert.Contains("byte-order mark", Refused("\uFEFF{}").Message, StringComparison.Ordinal);

    [Fact]
    public void Parse_DuplicateKey_PointsAtTheSecond()
    {
        FhirFormatException refused = Refused("{\"resourceType\":\"Patient\",\n\"active\":true,\n \"active\":false}");
        Assert.Equal((3, 2), (refused.Line, refused.Column));
    }

    [Fact]
    public void Parse_DuplicateKeySpeltWithAnEscape_IsRefused() => Refused("""{"resourceType":"Patient","active":true,"\u0061ctive":true}""");

    [Fact]
    public void Parse_DuplicateAmongManyKeys_IsRefused()
    {
        string keys = string.Join(",", Enumerable.Range(0, 500).Select(i => $"\"k{i}\":1"));
        Refused($"{{{keys},\"k77\":2}}");
    }

    [Fact]
    public void Parse_InvalidUtf8_PointsAtTheByte()
    {
        byte[] json = Encoding.UTF8.GetBytes("{\"resourceType\":\n\"Pa?tient\"}");
        json[Array.IndexOf(json, (byte)'?')] = 0xFF;
        FhirFormatException refused = Refused(json);
        Assert.Equal((2, 4), (refused.Line, refused.Column));
    }

    [Fact]
    public void Parse_UnpairedSurrogate_IsRefused() => Refused("""{"resourceType":"Patient","id":"\ud800"}""");

    [Theory]
    [InlineData(100_000)]
    [InlineData(257)]
    public void Parse_TooDeep_IsRefusedWithItsPlace(int depth) =>
        Assert.Contains("deeper than 256", Refused(string.Concat(Enumerable.Repeat("{\"a\":", depth))).Message, StringComparison.Ordinal);

    [Fact]
    public void Parse_Message_QuotesNothingOfTheInput()
    {
        FhirFormatException refused = Refused("""{"resourceType":"Patient","name":[{"family":Wang}]}""");
        Assert.DoesNotContain("Wang", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Value_OfADecimal_KeepsItsCharacters()
    {
        FhirDocument document = FhirDocument.Parse("""{"resourceType":"Observation","valueQuantity":{"value":1.50e2}}"""u8.ToArray());
        Assert.Equal("1.50e2", document.Root.Child("value").Child("value").Value);
    }

    [Fact]
    public void Children_JoinAPrimitiveWithItsExtensions()
    {
        FhirDocument document = FhirDocument.Parse("""
            {"resourceType":"Patient","name":[{"given":["a",null],"_given":[null,{"id":"g"},{"id":"h"}]}],"_birthDate":{"id":"b"}}
            """u8.ToArray());
        FhirNode[] given = [.. document.Root.Child("name").ChildrenNamed("given")];
        Assert.Equal(["a", null, null], given.Select(g => g.Value));
        Assert.Equal([null, "g", "h"], given.Select(g => g.Child("id").Exists ? g.Child("id").Value : null));
        Assert.Equal("b", document.Root.Child("birthDate").Child("id").Value);
        Assert.Equal("Patient.name[0].given[1].id", given[1].Child("id").Expression);
    }
}
