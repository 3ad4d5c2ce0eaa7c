namespace Consortium.Fhir.Tests;

/// <summary>FHIR R4 datatypes.html#primitive: formats and ranges, each type through an element that has it.</summary>
public sealed class PrimitiveFormatTests
{
    private const string Basic = """{"resourceType":"Basic","code":{"text":"x"},"extension":[{"url":"http://example.org/x",VALUE}]}""";

    [Theory]
    [InlineData("valueDate", "2024")]
    [InlineData("valueDate", "2024-02")]
    [InlineData("valueDate", "2024-02-29")]
    [InlineData("valueDateTime", "2024")]
    [InlineData("valueDateTime", "2024-02-29T23:59:60Z")]
    [InlineData("valueDateTime", "2024-02-29T10:00:00.123456789+14:00")]
    [InlineData("valueDateTime", "2024-02-29T10:00:00-13:59")]
    [InlineData("valueInstant", "2024-02-29T10:00:00.1Z")]
    [InlineData("valueTime", "23:59:59.5")]
    [InlineData("valueCode", "a b")]
    [InlineData("valueId", "A-Z.0")]
    [InlineData("valueOid", "urn:oid:1.2.0.3")]
    [InlineData("valueUuid", "urn:uuid:c757873d-ec9a-4326-a141-556f43239520")]
    [InlineData("valueUri", "urn:x:é")]
    [InlineData("valueBase64Binary", "QUJD RA==")]
    [InlineData("valueString", " 王 ")]
    public void Validate_WellFormedText_IsAccepted(string property, string value) => Validating.HasNoErrors(Basic.Replace("VALUE", $"\"{property}\":\"{value}\"", StringComparison.Ordinal));

    [Theory]
    [InlineData("valueDate", "2023-02-29")]
    [InlineData("valueDate", "1900-02-29")]
    [InlineData("valueDate", "2024-13")]
    [InlineData("valueDate", "2024-00-01")]
    [InlineData("valueDate", "0000")]
    [InlineData("valueDate", "24-01-01")]
    [InlineData("valueDate", "2024-1-1")]
    [InlineData("valueDate", "2024-01-01T00:00:00Z")]
    [InlineData("valueDateTime", "2024-01-01T10:00:00")]
    [InlineData("valueDateTime", "2024-01-01T10:00Z")]
    [InlineData("valueDateTime", "2024-01-01T24:00:00Z")]
    [InlineData("valueDateTime", "2024-01-01T10:00:00+14:01")]
    [InlineData("valueDateTime", "2024-01-01 10:00:00Z")]
    [InlineData("valueDateTime", "2024-01T10:00:00Z")]
    [InlineData("valueInstant", "2024-01-01")]
    [InlineData("valueTime", "10:00")]
    [InlineData("valueTime", "10:00:00Z")]
    [InlineData("valueCode", " a")]
    [InlineData("valueCode", "a  b")]
    [InlineData("valueCode", "a\\tb")]
    [InlineData("valueId", "a_b")]
    [InlineData("valueId", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    [InlineData("valueOid", "1.2.3")]
    [InlineData("valueOid", "urn:oid:3.2")]
    [InlineData("valueOid", "urn:oid:1.02")]
    [InlineData("valueUuid", "urn:uuid:C757873D-EC9A-4326-A141-556F43239520")]
    [InlineData("valueUri", "a b")]
    [InlineData("valueUrl", "http://a b")]
    [InlineData("valueBase64Binary", "QUJ")]
    [InlineData("valueBase64Binary", "QU=JD")]
    [InlineData("valueBase64Binary", "QUJ*")]
    [InlineData("valueString", "")]
    public void Validate_MalformedText_IsAnErrorThatDoesNotShowTheValue(string property, string value)
    {
        OutcomeIssue issue = Validating.OnlyError(Basic.Replace("VALUE", $"\"{property}\":\"{value}\"", StringComparison.Ordinal));
        Assert.Equal(("value", "Basic.extension[0].value"), (issue.Code, issue.Expression));
        if (value.Length > 4) Assert.DoesNotContain(value, issue.Diagnostics, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("valueInteger", "-2147483648", true)]
    [InlineData("valueInteger", "2147483648", false)]
    [InlineData("valueInteger", "1.0", false)]
    [InlineData("valueInteger", "1e2", false)]
    [InlineData("valueInteger", "-0", false)]
    [InlineData("valueInteger", "99999999999999999999999999", false)]
    [InlineData("valueUnsignedInt", "0", true)]
    [InlineData("valueUnsignedInt", "-1", false)]
    [InlineData("valuePositiveInt", "1", true)]
    [InlineData("valuePositiveInt", "0", false)]
    [InlineData("valueDecimal", "1.50", true)]
    [InlineData("valueDecimal", "-1e400", true)]
    public void Validate_Number_IsCheckedForItsRange(string property, string value, bool valid) =>
        Assert.Equal(valid, Validating.Json(Basic.Replace("VALUE", $"\"{property}\":{value}", StringComparison.Ordinal)).IsValid);

    [Theory]
    [InlineData("   ")]
    [InlineData("a\\u0001b")]
    public void Validate_DoubtfulString_IsAWarning(string value)
    {
        ValidationResult result = Validating.Json(Basic.Replace("VALUE", $"\"valueString\":\"{value}\"", StringComparison.Ordinal));
        Assert.True(result.IsValid);
        Assert.Contains(result.Issues, i => i.Severity == IssueSeverity.Warning && i.Code == "value");
    }
}
