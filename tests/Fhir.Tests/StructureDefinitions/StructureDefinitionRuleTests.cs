using System.Text;

namespace Consortium.Fhir.Tests.StructureDefinitions;

/// <summary>StructureDefinition as an instance, rule by rule (FHIR R4 structuredefinition.html, profiling.html#limitations).</summary>
public sealed class StructureDefinitionRuleTests
{
    private const string Observation = "http://hl7.org/fhir/StructureDefinition/Observation";

    private static string Profile(string elements, string type = "Observation", string baseUrl = Observation) =>
        $$"""{"resourceType":"StructureDefinition","url":"http://example.org/p","name":"P","status":"draft","kind":"resource","abstract":false,"type":"{{type}}","baseDefinition":"{{baseUrl}}","derivation":"constraint","differential":{"element":[{"id":"{{type}}","path":"{{type}}"}{{elements}}]} }""";

    private static string Extension(string more) =>
        $$"""{"resourceType":"StructureDefinition","url":"http://example.org/e","name":"E","status":"draft","kind":"complex-type","abstract":false,{{more}},"type":"Extension","baseDefinition":"http://hl7.org/fhir/StructureDefinition/Extension","derivation":"constraint","differential":{"element":[{"id":"Extension","path":"Extension"}]} }""";

    [Fact]
    public void Differential_ThatTheBaseAllows_DrawsNothing() =>
        Validating.HasNoErrors(Profile(""",{"id":"Observation.subject","path":"Observation.subject","min":1},{"id":"Observation.valueQuantity","path":"Observation.valueQuantity","min":1},{"id":"Observation.valueQuantity.code","path":"Observation.valueQuantity.code","min":1}"""));

    [Fact]
    public void Differential_ElementThatTheBaseDoesNotHave_NamesItAndWhatThereIs()
    {
        OutcomeIssue error = Validating.OnlyError(Profile(""",{"id":"Observation.code.wrong","path":"Observation.code.wrong"}"""));
        Assert.Equal(("business-rule", "StructureDefinition.differential.element[1]", "Observation.code.wrong does not exist: below Observation.code stand id, extension, coding, text."), (error.Code, error.Expression, error.Diagnostics));
    }

    [Theory]
    [InlineData(""",{"id":"Observation.issued","path":"Observation.issued","binding":{"strength":"example"}}""", "A binding does nothing on Observation.issued: its type is instant, and a binding is for code, Coding, CodeableConcept, Quantity, string, uri.")]
    [InlineData(""",{"id":"Observation.issued","path":"Observation.issued","maxLength":3}""", "maxLength does nothing on Observation.issued")]
    [InlineData(""",{"id":"Observation.code","path":"Observation.code","minValueInteger":3}""", "minValue[x] does nothing on Observation.code")]
    [InlineData(""",{"id":"Observation.code","path":"Observation.code","patternCoding":{"code":"x"}}""", "pattern[x] of Observation.code is a Coding; the element's type is CodeableConcept.")]
    [InlineData(""",{"id":"Observation.status","path":"Observation.status","fixedBoolean":true}""", "fixed[x] of Observation.status is a boolean; the element's type is code.")]
    public void Differential_ValueThatDoesNotFitTheType_IsAnError(string element, string message)
    {
        Assert.StartsWith(message, Validating.OnlyError(Profile(element)).Diagnostics, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(""",{"id":"Observation.status","path":"Observation.status","fixedCode":"final"}""")]
    [InlineData(""",{"id":"Observation.referenceRange.low","path":"Observation.referenceRange.low","patternQuantity":{"unit":"mg"}}""")]
    [InlineData(""",{"id":"Observation.implicitRules","path":"Observation.implicitRules","maxLength":30}""")]
    [InlineData(""",{"id":"Observation.effectiveDateTime","path":"Observation.effectiveDateTime","minValueDateTime":"2000-01-01"}""")]
    public void Differential_ValueThatFitsTheType_DrawsNothing(string element) => Validating.HasNoErrors(Profile(element));

    [Fact]
    public void Constraint_OfAnotherTypeThanItsBase_IsAnError()
    {
        OutcomeIssue[] errors = [.. Validating.Json(Profile(string.Empty, type: "Patient")).Issues.Where(i => i.Severity == IssueSeverity.Error)];
        Assert.Contains(errors, e => e.Expression == "StructureDefinition.type" && e.Diagnostics.StartsWith("A constraint has the type of its base, Observation", StringComparison.Ordinal));
    }

    [Fact]
    public void BaseDefinition_ThatIsNotKnown_IsAWarningForTheDifferentialIsNotChecked()
    {
        string json = Profile(""",{"id":"Observation.nothing","path":"Observation.nothing"}""", baseUrl: "http://example.org/unknown");
        Validating.HasNoErrors(json);
        Assert.Contains(Validating.Json(json).Issues, i => i.Severity == IssueSeverity.Warning && i.Expression == "StructureDefinition.baseDefinition" && i.Diagnostics.Contains("http://example.org/unknown is not known", StringComparison.Ordinal));
    }

    [Fact]
    public void BaseDefinition_ThatIsTheDefinitionItself_IsAWarning()
    {
        FhirDocument circle = FhirDocument.Parse(Encoding.UTF8.GetBytes(Profile(string.Empty, baseUrl: "http://example.org/p")));
        ValidationResult result = new FhirValidator(FhirDefinitions.R4.With([circle])).Validate(circle);
        Assert.True(result.IsValid);
        Assert.Contains(result.Issues, i => i.Severity == IssueSeverity.Warning && i.Diagnostics.Contains("derived from itself", StringComparison.Ordinal));
    }

    [Fact]
    public void Constraint_WhoseExpressionIsNoFhirPath_NamesItsKey()
    {
        OutcomeIssue error = Validating.OnlyError(Profile(""",{"id":"Observation.code","path":"Observation.code","constraint":[{"key":"my-1","severity":"error","human":"h","expression":"coding.where("}]}"""));
        Assert.Equal("StructureDefinition.differential.element[1].constraint[0].expression", error.Expression);
        Assert.StartsWith("The expression of my-1 is not FHIRPath:", error.Diagnostics, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("$this", true)]
    [InlineData("code.coding.code", true)]
    [InlineData("value.ofType(Quantity).code", true)]
    [InlineData("subject.resolve()", true)]
    [InlineData("extension('http://example.org/a.b').value", true)]
    [InlineData("component.where(code = 'x')", false)]
    [InlineData("hasMember.count() > 1", false)]
    public void Discriminator_Path_IsTheRestrictedFhirPath(string path, bool allowed)
    {
        string json = Profile($$$""",{"id":"Observation.component","path":"Observation.component","slicing":{"discriminator":[{"type":"value","path":"{{{path}}}"}],"rules":"open"}}""");
        Assert.Equal(allowed, !Validating.Json(json).Issues.Any(i => i.Expression == "StructureDefinition.differential.element[1].slicing.discriminator[0].path" && i.Severity == IssueSeverity.Error));
    }

    [Theory]
    [InlineData("""{"type":"element","expression":"Patient"}""", null)]
    [InlineData("""{"type":"element","expression":"Patient.contact"}""", null)]
    [InlineData("""{"type":"element","expression":"Observation.code.coding"}""", null)]
    [InlineData("""{"type":"element","expression":"Element"}""", null)]
    [InlineData("""{"type":"element","expression":"http://hl7.org/fhir/StructureDefinition/bodyweight#Observation.code"}""", null)]
    [InlineData("""{"type":"element","expression":"Nothing.at.all"}""", IssueSeverity.Warning)]
    [InlineData("""{"type":"element","expression":"Patient.none"}""", IssueSeverity.Warning)]
    [InlineData("""{"type":"extension","expression":"no url"}""", IssueSeverity.Error)]
    [InlineData("""{"type":"fhirpath","expression":"Patient.name.where("}""", IssueSeverity.Error)]
    public void Context_OfAnExtension_NamesWhereItMayStand(string context, IssueSeverity? expected)
    {
        string json = Extension($"\"context\":[{context}]");
        Assert.Equal(expected, Validating.Json(json).Issues.Where(i => i.Expression == "StructureDefinition.context[0].expression" && i.Severity < IssueSeverity.Information).Select(i => (IssueSeverity?)i.Severity).SingleOrDefault());
    }

    [Fact]
    public void ContextInvariant_ThatIsNoFhirPath_IsAnError() =>
        Assert.Equal("StructureDefinition.contextInvariant[0]", Validating.OnlyError(Extension("\"context\":[{\"type\":\"element\",\"expression\":\"Patient\"}],\"contextInvariant\":[\"name.where(\"]")).Expression);

    [Fact]
    public void Snapshot_WithoutAnElementOfTheDifferential_IsAWarning()
    {
        string json = Profile(""",{"id":"Observation.note","path":"Observation.note","min":1}""")[..^2]
            + ""","snapshot":{"element":[{"id":"Observation","path":"Observation","min":0,"max":"*","definition":"d","base":{"path":"Observation","min":0,"max":"*"}}]}}""";
        Assert.Contains(Validating.Json(json).Issues, i => i.Severity == IssueSeverity.Warning && i.Diagnostics == "The snapshot has no element Observation.note, of which the differential speaks.");
    }
}
