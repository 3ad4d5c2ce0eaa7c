using System.Text;
using Consortium.Fhir.Definitions;
using Consortium.Fhir.Snapshots;

namespace Consortium.Fhir.Tests.Snapshots;

/// <summary>Snapshot generation rule by rule (FHIR R4 profiling.html#snapshot, elementdefinition.html).</summary>
public sealed class SnapshotGenerationTests
{
    private const string Core = "http://hl7.org/fhir/StructureDefinition/";
    private const string Own = "http://example.org/StructureDefinition/";

    private static FhirDocument Profile(string name, string baseUrl, string type, params string[] elements) => FhirDocument.Parse(Encoding.UTF8.GetBytes(
        $$"""{"resourceType":"StructureDefinition","url":"{{Own + name}}","name":"P","status":"draft","kind":"resource","abstract":false,"type":"{{type}}","baseDefinition":"{{baseUrl}}","derivation":"constraint","differential":{"element":[{{string.Join(',', elements)}}]} }"""));

    private static ProfileSnapshot Snapshot(params FhirDocument[] definitions) =>
        FhirDefinitions.R4.With(definitions).Snapshots.Of(definitions[0]);

    private static SnapshotElement Element(ProfileSnapshot snapshot, string id) => snapshot.Elements.Single(e => e.Id == id);

    private static string OnlyProblem(ProfileSnapshot snapshot) => Assert.Single(snapshot.Problems).Message;

    [Fact]
    public void Generate_SparseDifferential_KeepsEveryElementOfTheBaseInItsOrder()
    {
        ProfileSnapshot snapshot = Snapshot(Profile("p", Core + "Patient", "Patient", """{"path":"Patient.birthDate","min":1,"mustSupport":true}"""));
        ProfileSnapshot patient = FhirDefinitions.R4.Snapshots.Find(Core + "Patient")!;
        Assert.Empty(snapshot.Problems);
        Assert.Equal(patient.Elements.Select(e => e.Id), snapshot.Elements.Select(e => e.Id));
        Assert.Equal((1, 1, 0, 1, true), (Element(snapshot, "Patient.birthDate").Min, Element(snapshot, "Patient.birthDate").Max, Element(snapshot, "Patient.birthDate").BaseMin, Element(snapshot, "Patient.birthDate").BaseMax, Element(snapshot, "Patient.birthDate").MustSupport));
    }

    [Fact]
    public void Generate_PathBelowADataType_GoesIntoTheType()
    {
        ProfileSnapshot snapshot = Snapshot(Profile("p", Core + "Patient", "Patient", """{"path":"Patient.name.family","min":1}"""));
        Assert.Equal((1, "HumanName.family"), (Element(snapshot, "Patient.name.family").Min, Element(snapshot, "Patient.name.family").BasePath));
        Assert.Equal("Patient.name.given", Element(snapshot, "Patient.name.given").Path);
        Assert.DoesNotContain(snapshot.Elements, e => e.Path.StartsWith("Patient.identifier.", StringComparison.Ordinal));
    }

    [Fact]
    public void Generate_SlicesWithoutIds_AreFollowedByTheirOrder()
    {
        ProfileSnapshot snapshot = Snapshot(Profile("p", Core + "Patient", "Patient",
            """{"path":"Patient.identifier","slicing":{"discriminator":[{"type":"value","path":"system"}],"rules":"closed"},"min":1}""",
            """{"path":"Patient.identifier","sliceName":"mrn","min":1,"max":"1"}""",
            """{"path":"Patient.identifier.system","min":1,"fixedUri":"urn:mrn"}""",
            """{"path":"Patient.identifier","sliceName":"ssn","max":"1"}""",
            """{"path":"Patient.identifier.system","min":1,"fixedUri":"urn:ssn"}"""));
        Assert.Empty(snapshot.Problems);
        Assert.Equal("urn:mrn", Element(snapshot, "Patient.identifier:mrn.system").Fixed.Value);
        Assert.Equal("urn:ssn", Element(snapshot, "Patient.identifier:ssn.system").Fixed.Value);
        Assert.Equal((1, Cardinality.Unbounded), (Element(snapshot, "Patient.identifier").Min, Element(snapshot, "Patient.identifier").Max));
        Assert.Equal((0, 1), (Element(snapshot, "Patient.identifier:ssn").Min, Element(snapshot, "Patient.identifier:ssn").Max));
        Assert.Null(Element(snapshot, "Patient.identifier:mrn").Slicing);
        Assert.Equal("closed", Element(snapshot, "Patient.identifier").Slicing!.Rules);
    }

    [Fact]
    public void Generate_SliceOfABackbone_CarriesTheElementsOfTheBackbone()
    {
        ProfileSnapshot snapshot = Snapshot(Profile("p", Core + "Observation", "Observation",
            """{"id":"Observation.component","path":"Observation.component","slicing":{"discriminator":[{"type":"pattern","path":"code"}],"rules":"open"}}""",
            """{"id":"Observation.component:a","path":"Observation.component","sliceName":"a","min":1,"max":"1"}""",
            """{"id":"Observation.component:a.code","path":"Observation.component.code","patternCodeableConcept":{"coding":[{"code":"a"}]}}"""));
        Assert.True(Element(snapshot, "Observation.component:a.code").Pattern.Exists);
        Assert.False(Element(snapshot, "Observation.component.code").Pattern.Exists);
        Assert.Equal("Observation.component.value[x]", Element(snapshot, "Observation.component:a.value[x]").Path);
    }

    [Fact]
    public void Generate_ReslicingOfABaseSlice_StandsBehindIt()
    {
        FhirDocument inner = Profile("inner", Core + "Patient", "Patient",
            """{"path":"Patient.identifier","slicing":{"discriminator":[{"type":"value","path":"use"}],"rules":"open"}}""",
            """{"path":"Patient.identifier","sliceName":"official","min":1}""");
        FhirDocument outer = Profile("outer", Own + "inner", "Patient",
            """{"id":"Patient.identifier:official","path":"Patient.identifier","sliceName":"official","slicing":{"discriminator":[{"type":"value","path":"system"}],"rules":"open"},"max":"3"}""",
            """{"id":"Patient.identifier:official/mrn","path":"Patient.identifier","sliceName":"official/mrn","min":1,"max":"1"}""",
            """{"id":"Patient.identifier:official/mrn.system","path":"Patient.identifier.system","min":1}""");
        ProfileSnapshot snapshot = Snapshot(outer, inner);
        Assert.Empty(snapshot.Problems);
        Assert.Equal(["Patient.identifier", "Patient.identifier:official", "Patient.identifier:official/mrn", "Patient.identifier:official/mrn.id"],
            snapshot.Elements.SkipWhile(e => e.Id != "Patient.identifier").Take(4).Select(e => e.Id));
        Assert.Equal((1, 3), (Element(snapshot, "Patient.identifier:official").Min, Element(snapshot, "Patient.identifier:official").Max));
        Assert.Equal("system", Element(snapshot, "Patient.identifier:official").Slicing!.Discriminators[0].Path);
    }

    [Fact]
    public void Generate_ShortFormOfAChoice_LimitsTheChoiceToItsType()
    {
        ProfileSnapshot snapshot = Snapshot(Profile("p", Core + "Observation", "Observation", """{"path":"Observation.valueQuantity","min":1}""", """{"path":"Observation.valueQuantity.code","min":1}"""));
        Assert.Empty(snapshot.Problems);
        Assert.Equal(["Quantity"], Element(snapshot, "Observation.value[x]").Types.Select(t => t.Code));
        Assert.Equal(new SnapshotDiscriminator("type", "$this"), Assert.Single(Element(snapshot, "Observation.value[x]").Slicing!.Discriminators));
        Assert.Equal((1, "valueQuantity"), (Element(snapshot, "Observation.value[x]:valueQuantity").Min, Element(snapshot, "Observation.value[x]:valueQuantity").SliceName));
        Assert.Equal(1, Element(snapshot, "Observation.value[x]:valueQuantity.code").Min);
    }

    [Fact]
    public void Generate_SliceNamedAfterAType_IsOfThatType()
    {
        ProfileSnapshot snapshot = Snapshot(Profile("p", Core + "Observation", "Observation",
            """{"id":"Observation.value[x]","path":"Observation.value[x]","slicing":{"discriminator":[{"type":"type","path":"$this"}],"rules":"open"}}""",
            """{"id":"Observation.value[x]:valueQuantity","path":"Observation.value[x]","sliceName":"valueQuantity"}""",
            """{"id":"Observation.value[x]:valueQuantity.code","path":"Observation.value[x].code","min":1}"""));
        Assert.Empty(snapshot.Problems);
        Assert.Equal(11, Element(snapshot, "Observation.value[x]").Types.Count);
        Assert.Equal(["Quantity"], Element(snapshot, "Observation.value[x]:valueQuantity").Types.Select(t => t.Code));
        Assert.Equal(1, Element(snapshot, "Observation.value[x]:valueQuantity.code").Min);
    }

    [Fact]
    public void Generate_PathThroughAContentReference_TakesTheReferencedContent()
    {
        ProfileSnapshot snapshot = Snapshot(Profile("p", Core + "Questionnaire", "Questionnaire", """{"path":"Questionnaire.item.item.item.text","min":1}"""));
        Assert.Empty(snapshot.Problems);
        Assert.Equal(1, Element(snapshot, "Questionnaire.item.item.item.text").Min);
        Assert.Equal(0, Element(snapshot, "Questionnaire.item.text").Min);
        Assert.Equal("#Questionnaire.item", Element(snapshot, "Questionnaire.item.item.item.item").ContentReference);
        Assert.Null(Element(snapshot, "Questionnaire.item.item").ContentReference);
    }

    [Fact]
    public void Generate_PathThroughATypesProfile_TakesTheProfilesContent()
    {
        FhirDocument extension = Profile("e", Core + "Extension", "Extension", """{"path":"Extension.value[x]","min":1,"type":[{"code":"string"}]}""", """{"path":"Extension.url","fixedUri":"http://example.org/StructureDefinition/e"}""");
        ProfileSnapshot snapshot = Snapshot(Profile("p", Core + "Patient", "Patient",
            """{"id":"Patient.extension:e","path":"Patient.extension","sliceName":"e","type":[{"code":"Extension","profile":["http://example.org/StructureDefinition/e"]}]}""",
            """{"id":"Patient.extension:e.value[x]","path":"Patient.extension.value[x]","maxLength":9}"""), extension);
        Assert.Empty(snapshot.Problems);
        Assert.Equal(["string"], Element(snapshot, "Patient.extension:e.value[x]").Types.Select(t => t.Code));
        Assert.Equal((1, 9), (Element(snapshot, "Patient.extension:e.value[x]").Min, Element(snapshot, "Patient.extension:e.value[x]").MaxLength!.Value));
        Assert.Equal(SnapshotSlicing.OfExtensions, Element(snapshot, "Patient.extension").Slicing);
    }

    [Fact]
    public void Generate_ConstraintsAndBindings_AccumulateAndOverride()
    {
        FhirDocument inner = Profile("inner", Core + "Patient", "Patient",
            """{"path":"Patient","constraint":[{"key":"in-1","severity":"error","human":"h","expression":"name.exists()"}]}""",
            """{"path":"Patient.maritalStatus","binding":{"strength":"extensible","valueSet":"http://example.org/vs"}}""");
        ProfileSnapshot snapshot = Snapshot(Profile("outer", Own + "inner", "Patient",
            """{"path":"Patient","constraint":[{"key":"out-1","severity":"warning","human":"h","expression":"true"}]}""",
            """{"path":"Patient.maritalStatus","binding":{"strength":"required"}}"""), inner);
        Assert.Equal([("in-1", Own + "inner"), ("out-1", Own + "outer")],
            Element(snapshot, "Patient").Constraints.Where(c => c.Key is "in-1" or "out-1").Select(c => (c.Key, c.Source!)));
        Assert.Contains(Element(snapshot, "Patient").Constraints, c => c.Key == "dom-2");
        Assert.Equal(new SnapshotBinding(BindingStrength.Required, "http://example.org/vs", null), Element(snapshot, "Patient.maritalStatus").Binding);
    }

    [Fact]
    public void Generate_DerivedFromItself_SaysSo()
    {
        FhirDocument one = Profile("one", Own + "two", "Patient"), two = Profile("two", Own + "one", "Patient");
        ProfileSnapshot snapshot = Snapshot(one, two);
        Assert.Empty(snapshot.Elements);
        Assert.Contains("derived from itself", OnlyProblem(snapshot), StringComparison.Ordinal);
    }

    [Fact]
    public void Generate_LongChainOfProfiles_EndsWithAProblemAndNoException()
    {
        FhirDocument[] chain = [.. Enumerable.Range(0, 5_000).Select(i => Profile($"p{i}", i == 4_999 ? Core + "Patient" : $"{Own}p{i + 1}", "Patient"))];
        Assert.Empty(Snapshot(chain).Elements);
    }

    [Fact]
    public void Generate_UnknownBase_NamesIt() =>
        Assert.Equal("The baseDefinition http://example.org/none is not known: give it with the definitions.", OnlyProblem(Snapshot(Profile("p", "http://example.org/none", "Patient"))));

    [Theory]
    [InlineData("""{"path":"Observation...unit"}""", "The path Observation...unit has an empty part.")]
    [InlineData("""{"path":"Observation.valueBla"}""", "Observation.valueBla does not exist: below Observation stand id, meta,")]
    [InlineData("""{"path":"Patient.name"}""", "The path Patient.name does not begin with Observation")]
    [InlineData("""{"path":"Observation.status","min":0}""", "Observation.status: min 0 is below the 1 of the base.")]
    [InlineData("""{"path":"Observation.code","max":"*"}""", "Observation.code: max * is above the 1 of the base.")]
    [InlineData("""{"path":"Observation.code","type":[{"code":"Coding"}]}""", "Observation.code: type Coding is not among those of the base: CodeableConcept.")]
    [InlineData("""{"path":"Observation.status","binding":{"strength":"preferred","valueSet":"http://example.org/vs"}}""", "Observation.status: the base binds with strength required, which cannot become preferred.")]
    [InlineData("""{"path":"Observation.device","type":[{"code":"Reference","targetProfile":["http://hl7.org/fhir/StructureDefinition/Patient"]}]}""", "Observation.device: the target http://hl7.org/fhir/StructureDefinition/Patient is not among those of the base: ")]
    public void Generate_DifferentialThatContradictsItsBase_NamesTheElementAndWhatIsAllowed(string element, string message)
    {
        SnapshotProblem problem = Assert.Single(Snapshot(Profile("p", Core + "Observation", "Observation", element)).Problems);
        Assert.True(problem.IsError);
        Assert.StartsWith(message, problem.Message, StringComparison.Ordinal);
        Assert.Equal("StructureDefinition.differential.element[0]", problem.Element.Expression);
    }

    [Fact]
    public void Generate_SlicesWithoutSlicing_AreAProblem()
    {
        ProfileSnapshot snapshot = Snapshot(Profile("p", Core + "Patient", "Patient",
            """{"path":"Patient.identifier","sliceName":"a"}""", """{"path":"Patient.identifier","sliceName":"b"}"""));
        Assert.StartsWith("Patient.identifier is not sliced", OnlyProblem(snapshot), StringComparison.Ordinal);
    }

    [Fact]
    public void Generate_NewSliceWhereTheBaseClosedTheSlicing_IsAProblem()
    {
        FhirDocument inner = Profile("inner", Core + "Patient", "Patient",
            """{"path":"Patient.identifier","slicing":{"discriminator":[{"type":"value","path":"use"}],"rules":"closed"}}""",
            """{"path":"Patient.identifier","sliceName":"official"}""");
        ProfileSnapshot snapshot = Snapshot(Profile("outer", Own + "inner", "Patient", """{"path":"Patient.identifier","sliceName":"other"}"""), inner);
        Assert.StartsWith("The base closes the slicing of Patient.identifier", OnlyProblem(snapshot), StringComparison.Ordinal);
    }

    [Fact]
    public void Generate_TargetProfileDerivedFromAnAllowedTarget_IsNoProblem()
    {
        FhirDocument target = Profile("t", Core + "Device", "Device");
        ProfileSnapshot snapshot = Snapshot(Profile("p", Core + "Observation", "Observation",
            $$"""{"path":"Observation.device","type":[{"code":"Reference","targetProfile":["{{Own}}t","http://example.org/unknown"]}]}"""), target);
        Assert.Empty(snapshot.Problems);
    }

    [Fact]
    public void Generate_LogicalModel_AddsItsOwnElements()
    {
        FhirDocument model = FhirDocument.Parse(Encoding.UTF8.GetBytes("""
            {"resourceType":"StructureDefinition","url":"http://example.org/StructureDefinition/Model","name":"Model","status":"draft","kind":"logical","abstract":false,
             "type":"http://example.org/StructureDefinition/Model","baseDefinition":"http://hl7.org/fhir/StructureDefinition/Element","derivation":"specialization",
             "differential":{"element":[{"id":"Model","path":"Model","min":0,"max":"*"},{"id":"Model.part","path":"Model.part","min":1,"max":"*","type":[{"code":"BackboneElement"}]},
               {"id":"Model.part.code","path":"Model.part.code","min":1,"max":"1","type":[{"code":"code"}]}]}}
            """));
        ProfileSnapshot snapshot = Snapshot(model);
        Assert.Empty(snapshot.Problems);
        Assert.Equal(["Model", "Model.id", "Model.extension", "Model.part", "Model.part.id", "Model.part.extension", "Model.part.modifierExtension", "Model.part.code"], snapshot.Elements.Select(e => e.Id));
    }

    [Fact]
    public void Generate_DifferentialThatMultipliesSlices_IsBounded()
    {
        string[] elements = [.. Enumerable.Range(0, 3_000).Select(i => $$"""{"id":"Bundle.entry:s{{i}}","path":"Bundle.entry","sliceName":"s{{i}}"}""")];
        ProfileSnapshot snapshot = Snapshot(Profile("p", Core + "Bundle", "Bundle", ["""{"path":"Bundle.entry","slicing":{"discriminator":[{"type":"type","path":"resource"}],"rules":"open"}}""", .. elements]));
        Assert.Empty(snapshot.Elements);
        Assert.Contains("50000", OnlyProblem(snapshot), StringComparison.Ordinal);
    }
}
