using Consortium.Fhir;
using Xunit;

namespace Consortium.Fhir.Tests;

public sealed class ElementTypeTests
{
    [Fact]
    public void Elements_say_their_type_and_whether_they_repeat()
    {
        FhirElementType patient = FhirElementType.Find("Patient")!;

        FhirElement name = patient.Element("name")!;
        Assert.True(name.Repeats);
        Assert.Equal("HumanName", name.Type.Name);
        Assert.False(name.Type.Element("family")!.Repeats);
        Assert.True(patient.Element("birthDate")!.Type.IsPrimitive);
        Assert.True(patient.Element("gender")!.HasRequiredBinding);
        Assert.Null(patient.Element("birthdate"));
        Assert.True(patient.IsResource);
    }

    [Fact]
    public void Choices_are_named_as_in_json()
    {
        FhirElementType observation = FhirElementType.Find("Observation")!;

        FhirElement value = observation.Element("valueQuantity")!;
        Assert.True(value.IsChoice);
        Assert.Equal("Quantity", value.Type.Name);
        Assert.Null(observation.Element("value"));
        Assert.Null(observation.Element("valueAddress"));
    }

    [Fact]
    public void Inline_types_and_content_references_have_elements()
    {
        FhirElementType contact = FhirElementType.Find("Patient")!.Element("contact")!.Type;
        Assert.Equal("Patient.contact", contact.Name);
        Assert.True(contact.Element("telecom")!.Repeats);

        FhirElement range = FhirElementType.Find("Observation")!.Element("component")!.Type.Element("referenceRange")!;
        Assert.NotNull(range.Type.Element("low"));
    }

    [Fact]
    public void References_name_their_targets()
    {
        FhirElement subject = FhirElementType.Find("Observation")!.Element("subject")!;
        Assert.Contains("Patient", subject.ReferenceTargets);
        Assert.DoesNotContain("Practitioner", subject.ReferenceTargets);
        Assert.Empty(FhirElementType.Find("Provenance")!.Element("target")!.ReferenceTargets);
    }

    [Fact]
    public void Element_SaysWhetherItIsPartOfASummary_AndWhetherItModifies()
    {
        FhirElementType patient = FhirElementType.Find("Patient")!;

        Assert.True(patient.Element("name")!.IsSummary);
        Assert.False(patient.Element("photo")!.IsSummary);
        Assert.True(patient.Element("active")!.IsModifier);
        Assert.False(patient.Element("name")!.IsModifier);
        Assert.True(FhirElementType.Find("Observation")!.Element("valueQuantity")!.IsSummary);
    }

    [Theory]
    [InlineData("Patient", "")]
    [InlineData("Patient.name[0].given[1]", "/name/0/given/1")]
    [InlineData("Patient.birthDate", "/_birthDate")]
    [InlineData("Patient.gender.extension[0].value", "/_gender/extension/0/valueString")]
    [InlineData("Patient.deceased", "/deceasedBoolean")]
    public void Node_KnowsItsPlaceInTheJson(string path, string pointer)
    {
        FhirDocument patient = FhirDocument.Parse("""
            {"resourceType":"Patient","name":[{"given":["a","b"]}],"_birthDate":{"extension":[{"url":"urn:x","valueCode":"y"}]},
             "gender":"male","_gender":{"extension":[{"url":"urn:x","valueString":"y"}]},"deceasedBoolean":true}
            """u8.ToArray());

        Assert.Equal(pointer, Assert.Single(FhirPath.Compile(path).Evaluate(patient)).Node.JsonPointer);
    }
}
