namespace Consortium.Fhir.Tests.Paths;

/// <summary>Variables and their scope (FHIRPath, defineVariable; FHIR R4 fhirpath.html#variables).</summary>
public sealed class VariableTests
{
    [Theory]
    [InlineData("defineVariable('v1', 'value1').select(%v1)", "value1")]
    [InlineData("defineVariable('n1', name.first()).select(%n1.given)", "B,C")]
    [InlineData("name.first().defineVariable('n').select(%n.family)", "A")]
    [InlineData("defineVariable('n1', name.first()).select(%n1.family) | defineVariable('n1', name.skip(1).first()).select(%n1.use)", "A,usual")]
    [InlineData("name.select(defineVariable('g', given.first()).select(%g))", "B,D")]
    [InlineData("defineVariable('root', 'r1-').select(defineVariable('v1', 'v1').defineVariable('v2', 'v2').select(%v1 | %v2)).select(%root & $this)", "r1-v1,r1-v2")]
    [InlineData("defineVariable('a', 1).defineVariable('b', 2).select(%a + %b)", "3")]
    [InlineData("%resource.id | %rootResource.id | %context.id", "p")]
    [InlineData("contained.select(%resource.id)", "p")]
    [InlineData("%ucum", "http://unitsofmeasure.org")]
    [InlineData("%`vs-administrative-gender`", "http://hl7.org/fhir/ValueSet/administrative-gender")]
    [InlineData("%vs-administrative-gender", "http://hl7.org/fhir/ValueSet/administrative-gender")]
    [InlineData("%'ext-patient-birthTime'", "http://hl7.org/fhir/StructureDefinition/patient-birthTime")]
    public void Variable_IsSeenWhereItIsDefined(string expression, string value) => Assert.Equal(value, Evaluating.Values(expression));

    [Theory]
    [InlineData("defineVariable('v1').defineVariable('v1').select(%v1)")]
    [InlineData("defineVariable('context', 1)")]
    [InlineData("defineVariable('vs-a', 1)")]
    [InlineData("defineVariable('n1', 'v1').active | defineVariable('n2', 'v2').select(%n1)")]
    [InlineData("select(defineVariable('x', 1)) | %x")]
    [InlineData("iif(defineVariable('x', true).exists(), %x, 1)")]
    [InlineData("%nothing")]
    public void Variable_OutsideItsScope_IsRefused(string expression) => Evaluating.Refused(expression);
}
