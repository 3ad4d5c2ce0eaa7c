using System.Text;
using static Consortium.Fhir.Tests.Profiles.Profiling;

namespace Consortium.Fhir.Tests.Profiles;

/// <summary>FHIR R4 references.html, elementdefinition.html#ElementDefinition.type: what a profile says of where a reference leads and how.</summary>
public sealed class ReferenceTargetTests
{
    private const string NamedUrl = "http://example.org/StructureDefinition/named";

    private static readonly FhirDocument s_named = Profile("Patient", """{"id":"Patient.name","path":"Patient.name","min":1}""", NamedUrl);

    private static FhirDocument Subject(string targets, string rest = "") => Profile(
        "Observation", $$"""{"id":"Observation.subject","path":"Observation.subject","type":[{"code":"Reference","targetProfile":[{{targets}}]{{rest}}}]}""");

    private static string To(string reference, string contained = "") =>
        Observation($$"""  {{(contained.Length > 0 ? $"\"contained\":[{contained}]," : string.Empty)}}"subject":{"reference":"{{reference}}"} """);

    [Theory]
    [InlineData("Patient/1", true)]
    [InlineData("Group/1", false)]
    [InlineData("http://example.org/fhir/Group/1", false)]
    [InlineData("urn:uuid:c757873d-ec9a-4326-a141-556f43239520", true)]
    public void Validate_ReferenceToATypeThatTheProfileTakesAway_IsAnError(string reference, bool valid) =>
        Assert.Equal(valid, Validate(To(reference), Subject("\"http://hl7.org/fhir/StructureDefinition/Patient\"")).IsValid);

    [Fact]
    public void Validate_ContainedTarget_ConformsToTheTargetProfile()
    {
        FhirDocument profile = Subject($"\"{NamedUrl}\"");
        Accepts(To("#p", """{"resourceType":"Patient","id":"p","name":[{"family":"x"}]}"""), profile, s_named);
        OutcomeIssue issue = OnlyError(To("#p", """{"resourceType":"Patient","id":"p"}"""), profile, s_named);
        Assert.Equal("Observation.subject", issue.Expression);
        Assert.Contains("Patient.name is required", issue.Diagnostics, StringComparison.Ordinal);
    }

    [Fact]
    public void Validate_TargetThatTheCallerHas_IsCheckedAndOneThatNobodyHasIsAnInformation()
    {
        FhirDocument profile = Subject($"\"{NamedUrl}\"");
        FhirDocument bare = FhirDocument.Parse("""{"resourceType":"Patient","id":"1"}"""u8.ToArray());
        ValidationResult resolved = Profiling.Validate(To("Patient/1"), [Profiling.Url], [profile, s_named], r => r == "Patient/1" ? bare : null);
        Assert.False(resolved.IsValid);
        ValidationResult unresolved = Profiling.Validate(To("Patient/2"), [Profiling.Url], [profile, s_named], _ => null);
        Assert.True(unresolved.IsValid);
        Assert.Contains(unresolved.Issues, i => i.Severity == IssueSeverity.Information && i.Diagnostics.Contains("cannot be decided here", StringComparison.Ordinal));
    }

    [Fact]
    public void Validate_CircleOfReferences_Ends()
    {
        FhirDocument profile = Profile(
            "Patient", $$"""{"id":"Patient.active","path":"Patient.active","min":1},{"id":"Patient.link.other","path":"Patient.link.other","type":[{"code":"Reference","targetProfile":["{{Profiling.Url}}"]}]}""");
        static string Linked(string active) => $$$"""
            {"resourceType":"Bundle","type":"collection","entry":[
            {"fullUrl":"http://example.org/fhir/Patient/a","resource":{"resourceType":"Patient","id":"a","meta":{"profile":["{{{Profiling.Url}}}"]},"active":true,"link":[{"type":"seealso","other":{"reference":"Patient/b"}}]}},
            {"fullUrl":"http://example.org/fhir/Patient/b","resource":{"resourceType":"Patient","id":"b",{{{active}}}"link":[{"type":"seealso","other":{"reference":"Patient/a"}}]}}]}
            """;
        Assert.True(Profiling.Validate(Linked("\"active\":true,"), [], [profile]).IsValid);
        Assert.False(Profiling.Validate(Linked(string.Empty), [], [profile]).IsValid);
    }

    [Theory]
    [InlineData("contained", "#p", true)]
    [InlineData("referenced", "#p", false)]
    [InlineData("contained", "Patient/1", false)]
    [InlineData("referenced", "Patient/1", true)]
    [InlineData("bundled", "Patient/1", false)]
    public void Validate_AggregationMode_IsHowTheReferenceGetsThere(string mode, string reference, bool valid)
    {
        FhirDocument profile = Subject("\"http://hl7.org/fhir/StructureDefinition/Patient\"", $",\"aggregation\":[\"{mode}\"]");
        string contained = reference[0] == '#' ? """{"resourceType":"Patient","id":"p"}""" : string.Empty;
        ValidationResult result = Validate(To(reference, contained), profile);
        Assert.Equal(valid, result.IsValid);
    }

    [Theory]
    [InlineData("specific", "Patient/1", false)]
    [InlineData("specific", "Patient/1/_history/2", true)]
    [InlineData("independent", "Patient/1/_history/2", false)]
    [InlineData("either", "Patient/1/_history/2", true)]
    public void Validate_Versioning_AsksForAVersionOrForbidsIt(string versioning, string reference, bool valid) =>
        Assert.Equal(valid, Validate(To(reference), Subject("\"http://hl7.org/fhir/StructureDefinition/Patient\"", $",\"versioning\":\"{versioning}\"")).IsValid);
}
