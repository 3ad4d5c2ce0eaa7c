using static Consortium.Fhir.Tests.Profiles.Profiling;

namespace Consortium.Fhir.Tests.Profiles;

/// <summary>FHIR R4 profiling.html#resources, resource.html#Meta: which profiles hold for a resource or an element, alone and together.</summary>
public sealed class ProfileSelectionTests
{
    private static readonly FhirDocument s_active = Profile("Patient", """{"id":"Patient.active","path":"Patient.active","min":1}""", "http://example.org/active");
    private static readonly FhirDocument s_born = Profile("Patient", """{"id":"Patient.birthDate","path":"Patient.birthDate","min":1}""", "http://example.org/born");

    private static string Claiming(string url, string content) => Patient($$"""  "meta":{"profile":["{{url}}"]},{{content}}""");

    [Fact]
    public void Validate_ProfileInMeta_IsApplied()
    {
        Assert.False(Profiling.Validate(Claiming("http://example.org/active", "\"gender\":\"male\""), [], [s_active]).IsValid);
        Assert.True(Profiling.Validate(Claiming("http://example.org/active", "\"active\":true"), [], [s_active]).IsValid);
    }

    [Fact]
    public void Validate_UnknownProfileInMeta_IsAWarning()
    {
        ValidationResult result = Profiling.Validate(Claiming("http://example.org/nobody", "\"active\":true"), [], []);
        Assert.True(result.IsValid);
        Assert.Contains(result.Issues, i => i.Severity == IssueSeverity.Warning && i.Code == "not-found" && i.Expression == "Patient.meta.profile[0]");
    }

    [Fact]
    public void Validate_UnknownProfileThatIsAskedFor_IsAnError() =>
        Assert.False(Profiling.Validate(Patient("\"active\":true"), ["http://example.org/nobody"], []).IsValid);

    [Fact]
    public void Validate_ProfileForAnotherType_IsAnError() =>
        Assert.Contains("The profile is for Patient; found Observation", OnlyError(Observation("\"valueString\":\"x\""), s_active).Diagnostics, StringComparison.Ordinal);

    [Fact]
    public void Validate_SeveralProfiles_HoldTogetherAndWhatBothSayIsReportedOnce()
    {
        FhirDocument again = Profile("Patient", """{"id":"Patient.active","path":"Patient.active","min":1}""", "http://example.org/again");
        ValidationResult result = Profiling.Validate(Patient("\"gender\":\"male\""), ["http://example.org/active", "http://example.org/born", "http://example.org/again"], [s_active, s_born, again]);
        Assert.Equal(2, result.Errors);
    }

    [Fact]
    public void Validate_DerivedProfile_KeepsTheRulesOfItsBase()
    {
        FhirDocument derived = Profile("Patient", """{"id":"Patient.birthDate","path":"Patient.birthDate","min":1}""", "http://example.org/derived", baseUrl: "http://example.org/active");
        Assert.Equal(2, Profiling.Validate(Patient("\"gender\":\"male\""), ["http://example.org/derived"], [derived, s_active]).Errors);
    }

    [Fact]
    public void Validate_VersionOfAProfile_IsTheOneAskedFor()
    {
        FhirDocument first = Profile("Patient", """{"id":"Patient.active","path":"Patient.active","min":1}""", "http://example.org/v", "\"version\":\"1.0\",");
        FhirDocument second = Profile("Patient", """{"id":"Patient.birthDate","path":"Patient.birthDate","min":1}""", "http://example.org/v", "\"version\":\"2.0\",");
        const string Active = "\"active\":true";
        Assert.True(Profiling.Validate(Claiming("http://example.org/v|1.0", Active), [], [first, second]).IsValid);
        Assert.False(Profiling.Validate(Claiming("http://example.org/v|2.0", Active), [], [first, second]).IsValid);
    }

    [Fact]
    public void Validate_ProfileOfEachEntryAndContainedResource_IsApplied()
    {
        string bundle = $$"""{"resourceType":"Bundle","type":"collection","entry":[{"fullUrl":"urn:uuid:c757873d-ec9a-4326-a141-556f43239520","resource":{{Claiming("http://example.org/active", "\"gender\":\"male\"")}}}]}""";
        Assert.Equal("Bundle.entry[0].resource", Assert.Single(Profiling.Validate(bundle, [], [s_active]).Issues, i => i.Severity <= IssueSeverity.Error).Expression);
    }

    [Fact]
    public void Validate_ProfilesOfOneType_AreAlternatives()
    {
        FhirDocument family = Profile("HumanName", """{"id":"HumanName.family","path":"HumanName.family","min":1}""", "http://example.org/family");
        FhirDocument text = Profile("HumanName", """{"id":"HumanName.text","path":"HumanName.text","min":1}""", "http://example.org/text");
        FhirDocument profile = Profile("Patient", """{"id":"Patient.name","path":"Patient.name","type":[{"code":"HumanName","profile":["http://example.org/family","http://example.org/text"]}]}""");
        Accepts(Patient("""  "name":[{"family":"a"},{"text":"b"}]"""), profile, family, text);
        OutcomeIssue issue = OnlyError(Patient("""  "name":[{"use":"old","given":["c"]}]"""), profile, family, text);
        Assert.Contains("HumanName.family is required", issue.Diagnostics, StringComparison.Ordinal);
        Assert.Contains("HumanName.text is required", issue.Diagnostics, StringComparison.Ordinal);
    }

    [Fact]
    public void Validate_TypeProfile_ReportsWhereItIsBroken()
    {
        FhirDocument family = Profile("HumanName", """{"id":"HumanName.family","path":"HumanName.family","min":1}""", "http://example.org/family");
        FhirDocument profile = Profile("Patient", """{"id":"Patient.name","path":"Patient.name","type":[{"code":"HumanName","profile":["http://example.org/family"]}]}""");
        Assert.Equal("Patient.name[0]", OnlyError(Patient("""  "name":[{"text":"b"}]"""), profile, family).Expression);
    }

    [Fact]
    public void Validate_ConformsTo_AsksTheProfileByItsUrl()
    {
        FhirDocument profile = Profile("Patient", """{"id":"Patient","path":"Patient","constraint":[{"key":"t-1","severity":"error","human":"x","expression":"conformsTo('http://example.org/active')"}]}""");
        Accepts(Patient("\"active\":true"), profile, s_active);
        Assert.Equal("invariant", OnlyError(Patient("\"gender\":\"male\""), profile, s_active).Code);
    }

    [Fact]
    public void Validate_ProfileElementExtension_AppliesOneElementOfAnotherProfile()
    {
        FhirDocument library = Profile("Composition", """
            {"id":"Composition.section","path":"Composition.section","slicing":{"discriminator":[{"type":"value","path":"title"}],"rules":"open"}},
            {"id":"Composition.section:summary","path":"Composition.section","sliceName":"summary"},
            {"id":"Composition.section:summary.mode","path":"Composition.section.mode","min":1}
            """, "http://example.org/library");
        FhirDocument profile = Profile("Composition", """
            {"id":"Composition.section","path":"Composition.section","type":[{"code":"BackboneElement","profile":["http://example.org/library"],"_profile":[{"extension":[
             {"url":"http://hl7.org/fhir/StructureDefinition/elementdefinition-profile-element","valueString":"Composition.section:summary"}]}]}]}
            """);
        const string Start = """{"resourceType":"Composition","status":"final","type":{"text":"x"},"date":"2020-01-01","author":[{"display":"x"}],"title":"x","section":[{"title":"t","text":{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\">x</div>"}""";
        Accepts(Start + ",\"mode\":\"working\"}]}", profile, library);
        Assert.Equal("Composition.section[0]", OnlyError(Start + "}]}", profile, library).Expression);
    }
}
