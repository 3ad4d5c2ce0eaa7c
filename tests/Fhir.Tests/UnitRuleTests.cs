namespace Consortium.Fhir.Tests;

/// <summary>UCUM codes in Quantity and Coding (FHIR R4 ucum.html).</summary>
public sealed class UnitRuleTests
{
    private static string Observation(string value) => $$"""
        {"resourceType":"Observation","status":"final","code":{"text":"x"},{{value}}}
        """;

    [Theory]
    [InlineData("mg/dL")]
    [InlineData("mm[Hg]")]
    [InlineData("{score}")]
    public void Quantity_WithUcumCode_HasNoError(string code) =>
        Validating.HasNoErrors(Observation($$"""
            "valueQuantity":{"value":1,"system":"http://unitsofmeasure.org","code":"{{code}}"}
            """));

    [Fact]
    public void Quantity_WithBrokenUcumCode_IsAnErrorWithItsPosition()
    {
        OutcomeIssue issue = Validating.OnlyError(Observation("\"valueQuantity\":{\"value\":1,\"system\":\"http://unitsofmeasure.org\",\"code\":\"mg/dl/\"}"));
        Assert.Equal("code-invalid", issue.Code);
        Assert.Equal("Observation.value.code", issue.Expression);
        Assert.Contains("Error processing Unit 'mg/dl/': not a UCUM code, position 7", issue.Diagnostics, StringComparison.Ordinal);
    }

    [Fact]
    public void Coding_WithBrokenUcumCode_IsAnError() =>
        Assert.Contains("'Mcg' is no unit", Validating.OnlyError(Observation("\"valueCodeableConcept\":{\"coding\":[{\"system\":\"http://unitsofmeasure.org\",\"code\":\"Mcg\"}]}")).Diagnostics, StringComparison.Ordinal);

    [Fact]
    public void Quantity_WithAnotherSystem_IsNotChecked() =>
        Validating.HasNoErrors(Observation("\"valueQuantity\":{\"value\":1,\"system\":\"http://example.org/units\",\"code\":\"drop\"}"));

    [Fact]
    public void Quantity_WithTextForACode_DoesNotShowIt() =>
        Assert.DoesNotContain("Smith", Validating.OnlyError(Observation("\"valueQuantity\":{\"value\":1,\"system\":\"http://unitsofmeasure.org\",\"code\":\"John Smith took it yesterday\"}")).Diagnostics, StringComparison.Ordinal);
}
