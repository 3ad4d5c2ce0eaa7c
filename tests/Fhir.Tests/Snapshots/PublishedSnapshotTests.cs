using Consortium.Fhir.Definitions;
using Consortium.Fhir.Snapshots;

namespace Consortium.Fhir.Tests.Snapshots;

/// <summary>Snapshots that the core definitions carry (FHIR R4 structuredefinition.html#snapshot).</summary>
public sealed class PublishedSnapshotTests
{
    [Fact]
    public void Find_EveryCoreStructureDefinition_HasARootAndElementsOfTheTablesTypes()
    {
        R4Tables tables = R4Tables.Instance;
        HashSet<string> types = [.. tables.Types.Skip(1).Select(t => tables.Text(t.Name)), "Logical"];
        foreach (FhirDocument definition in FhirDefinitions.R4.All("StructureDefinition"))
        {
            ProfileSnapshot snapshot = FhirDefinitions.R4.Snapshots.Of(definition);
            Assert.True(snapshot.Elements[0].IsRoot, snapshot.Url);
            Assert.Equal(snapshot.Type, snapshot.Elements[0].Path);
            Assert.All(snapshot.Elements.SelectMany(e => e.Types), t => Assert.Contains(t.Code, types));
            Assert.All(snapshot.Elements.Skip(1), e => Assert.True(e.Types.Count > 0 || e.ContentReference is not null, $"{snapshot.Url} {e.Id}"));
        }
    }

    [Fact]
    public void Find_ByVersionedUrl_GivesTheSameOneEachTime()
    {
        ProfileSnapshot? found = FhirDefinitions.R4.Snapshots.Find("http://hl7.org/fhir/StructureDefinition/bodyweight|4.0.1");
        Assert.NotNull(found);
        Assert.Same(found, FhirDefinitions.R4.With([]).Snapshots.Find("http://hl7.org/fhir/StructureDefinition/bodyweight"));
        Assert.Null(FhirDefinitions.R4.Snapshots.Find("http://example.org/none"));
    }

    [Fact]
    public void Find_ProfileOfVitalSigns_KeepsWhatItSays()
    {
        ProfileSnapshot snapshot = FhirDefinitions.R4.Snapshots.Find("http://hl7.org/fhir/StructureDefinition/bodyweight")!;
        SnapshotElement Element(string id) => snapshot.Elements.Single(e => e.Id == id);

        Assert.True(snapshot.IsConstraint);
        Assert.Equal("http://hl7.org/fhir/StructureDefinition/vitalsigns", snapshot.BaseDefinition);
        Assert.Equal("29463-7", Element("Observation.code.coding:BodyWeightCode.code").Fixed.Value);
        Assert.Equal("BodyWeightCode", Element("Observation.code.coding:BodyWeightCode").SliceName);
        Assert.Equal(("open", false), (Element("Observation.code.coding").Slicing!.Rules, Element("Observation.code.coding").Slicing!.Ordered));
        Assert.Equal([new("value", "code"), new("value", "system")], Element("Observation.code.coding").Slicing!.Discriminators);
        Assert.Equal(BindingStrength.Required, Element("Observation.value[x]:valueQuantity.code").Binding!.Strength);
        Assert.Equal(Cardinality.Unbounded, Element("Observation.category").Max);
        Assert.Equal(["dateTime", "Period"], Element("Observation.effective[x]").Types.Select(t => t.Code));
        Assert.Contains(Element("Observation.component").Constraints, c => c.Key == "vs-3" && c.IsError);
        Assert.Contains("http://hl7.org/fhir/StructureDefinition/Patient", Element("Observation.subject").Types[0].TargetProfiles);
        Assert.Equal("string", Element("Observation.id").Types[0].Code);
    }
}
