using static Consortium.Fhir.Tests.Profiles.Profiling;

namespace Consortium.Fhir.Tests.Profiles;

/// <summary>FHIR R4 extensibility.html, defining-extensions.html: definitions of extensions are found by url and hold wherever one stands.</summary>
public sealed class ExtensionTests
{
    private const string Url = "http://example.org/StructureDefinition/flag";
    private const string OnPatient = """{"type":"element","expression":"Patient"}""";

    private static OutcomeIssue[] Errors(string json, params FhirDocument[] loaded) =>
        [.. Profiling.Validate(json, [], loaded).Issues.Where(i => i.Severity <= IssueSeverity.Error)];

    private static string Flag(string url = Url, string value = "\"valueBoolean\":true") => $$"""[{"url":"{{url}}",{{value}}}]""";

    [Fact]
    public void Validate_KnownExtensionWhereItMayStand_IsAccepted() =>
        Assert.Empty(Errors(Patient($"\"extension\":{Flag()}"), Extension(Url, OnPatient)));

    [Fact]
    public void Validate_UnknownExtension_IsAnInformation()
    {
        ValidationResult result = Profiling.Validate(Patient($"\"extension\":{Flag()}"), [], []);
        Assert.True(result.IsValid);
        Assert.Contains(result.Issues, i => i.Severity == IssueSeverity.Information && i.Code == "not-found" && i.Diagnostics.Contains(Url, StringComparison.Ordinal));
    }

    [Fact]
    public void Validate_UnknownModifierExtension_IsAWarningThatTheElementMustNotBeProcessed() =>
        Assert.Contains(Profiling.Validate(Patient($"\"modifierExtension\":{Flag()}"), [], []).Issues, i => i.Severity == IssueSeverity.Warning && i.Code == "not-found");

    [Theory]
    [InlineData("Patient", "\"extension\":FLAG", true)]
    [InlineData("DomainResource", "\"extension\":FLAG", true)]
    [InlineData("Element", "\"name\":[{\"extension\":FLAG}]", true)]
    [InlineData("Patient.name", "\"name\":[{\"extension\":FLAG}]", true)]
    [InlineData("HumanName", "\"name\":[{\"extension\":FLAG}]", true)]
    [InlineData("Patient.contact.name", "\"contact\":[{\"name\":{\"extension\":FLAG}}]", true)]
    [InlineData("HumanName.family", "\"name\":[{\"_family\":{\"extension\":FLAG}}]", true)]
    [InlineData("string", "\"name\":[{\"_given\":[{\"extension\":FLAG}]}]", true)]
    [InlineData("Patient.deceased[x]", "\"_deceasedBoolean\":{\"extension\":FLAG}", true)]
    [InlineData("Patient.deceasedBoolean", "\"_deceasedBoolean\":{\"extension\":FLAG}", true)]
    [InlineData("Patient", "\"name\":[{\"extension\":FLAG}]", false)]
    [InlineData("Organization", "\"extension\":FLAG", false)]
    [InlineData("HumanName.family", "\"name\":[{\"extension\":FLAG}]", false)]
    [InlineData("Patient.contact.name", "\"name\":[{\"extension\":FLAG}]", false)]
    [InlineData("Resource", "\"name\":[{\"extension\":FLAG}]", false)]
    [InlineData("code", "\"name\":[{\"_family\":{\"extension\":FLAG}}]", false)]
    public void Validate_ElementContext_NamesTypesAndPathsAndWhatTheyAreDerivedFrom(string expression, string content, bool allowed)
    {
        FhirDocument definition = Extension(Url, $$"""{"type":"element","expression":"{{expression}}"}""");
        OutcomeIssue[] errors = Errors(Patient(content.Replace("FLAG", Flag(), StringComparison.Ordinal)), definition);
        Assert.Equal(allowed ? 0 : 1, errors.Length);
        if (!allowed) Assert.Contains($"allowed on {expression}", errors[0].Diagnostics, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("home", true)]
    [InlineData("work", false)]
    public void Validate_FhirPathContext_IsTheElementsThatTheExpressionSelects(string use, bool allowed)
    {
        FhirDocument definition = Extension(Url, """{"type":"fhirpath","expression":"Patient.address.where(use = 'home')"}""");
        Assert.Equal(allowed ? 0 : 1, Errors(Patient($$$"""  "address":[{"use":"{{{use}}}","extension":{{{Flag()}}}}]"""), definition).Length);
    }

    [Fact]
    public void Validate_ExtensionContext_IsTheExtensionOfThatUrlAndItsValue()
    {
        FhirDocument definition = Extension(Url, """{"type":"extension","expression":"http://example.org/outer"}""");
        FhirDocument outer = Extension("http://example.org/outer", OnPatient, """{"id":"Extension.value[x]","path":"Extension.value[x]"}""");
        static string Value(string url) => Patient($$$"""  "extension":[{"url":"{{{url}}}","valueBoolean":true,"_valueBoolean":{"extension":{{{Flag()}}}}}]""");
        Assert.Empty(Errors(Value("http://example.org/outer"), definition, outer));
        Assert.Single(Errors(Value("http://example.org/another"), definition, outer));
    }

    [Fact]
    public void Validate_ContextInvariant_HoldsOnTheElementThatHasTheExtension()
    {
        FhirDocument definition = Extension(Url, OnPatient, rest: "\"contextInvariant\":[\"active.exists()\"],");
        Assert.Empty(Errors(Patient($"\"extension\":{Flag()},\"active\":true"), definition));
        Assert.Equal("invariant", Assert.Single(Errors(Patient($"\"extension\":{Flag()},\"gender\":\"male\""), definition)).Code);
    }

    [Fact]
    public void Validate_ValueOfAnotherTypeThanDefined_IsAnError()
    {
        OutcomeIssue issue = Assert.Single(Errors(Patient($"\"extension\":{Flag(value: "\"valueString\":\"x\"")}"), Extension(Url, OnPatient)));
        Assert.Equal("Patient.extension[0].value", issue.Expression);
        Assert.Contains("has the type boolean; found string", issue.Diagnostics, StringComparison.Ordinal);
    }

    [Fact]
    public void Validate_ModifierExtension_StandsWhereItsDefinitionSays()
    {
        FhirDocument modifier = Profile(
            "Extension", $$"""{"id":"Extension","path":"Extension","isModifier":true,"isModifierReason":"x"},{"id":"Extension.url","path":"Extension.url","fixedUri":"{{Url}}"}""", Url, $"\"context\":[{OnPatient}],");
        Assert.Empty(Errors(Patient($"\"modifierExtension\":{Flag()}"), modifier));
        Assert.Contains("modifierExtension, not extension", Assert.Single(Errors(Patient($"\"extension\":{Flag()}"), modifier)).Diagnostics, StringComparison.Ordinal);
        Assert.Contains("extension, not modifierExtension", Assert.Single(Errors(Patient($"\"modifierExtension\":{Flag()}"), Extension(Url, OnPatient))).Diagnostics, StringComparison.Ordinal);
    }

    [Fact]
    public void Validate_UrlWithAVersion_IsAnError() =>
        Assert.Contains("has no version", Assert.Single(Errors(Patient($"\"extension\":{Flag(Url + "|1.0")}"), Extension(Url, OnPatient))).Diagnostics, StringComparison.Ordinal);

    [Fact]
    public void Validate_UrlOfADefinitionThatIsNoExtension_IsAnError() =>
        Assert.Contains("not of an extension", Assert.Single(Errors(Patient($"\"extension\":{Flag("http://hl7.org/fhir/StructureDefinition/Patient")}"))).Diagnostics, StringComparison.Ordinal);

    [Theory]
    [InlineData("""{"url":"species","valueCodeableConcept":{"text":"x"}}""", null)]
    [InlineData("""{"url":"breed","valueCodeableConcept":{"text":"x"}}""", "Extension.extension:species is required")]
    [InlineData("""{"url":"species","valueCodeableConcept":{"text":"x"}},{"url":"color","valueString":"x"}""", "The extension has no part of that name; it has species, breed, genderStatus")]
    [InlineData("""{"url":"species","valueString":"x"}""", "has the type CodeableConcept; found string")]
    public void Validate_PartsOfAComplexExtension_AreThoseOfItsDefinition(string parts, string? error)
    {
        // A definition of R4 itself: patient-animal.
        OutcomeIssue[] errors = Errors(Patient($$"""  "extension":[{"url":"http://hl7.org/fhir/StructureDefinition/patient-animal","extension":[{{parts}}]}]"""));
        if (error is null) Assert.Empty(errors);
        else Assert.Contains(error, Assert.Single(errors).Diagnostics, StringComparison.Ordinal);
    }
}
