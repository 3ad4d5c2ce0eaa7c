using Consortium.FhirFacade.Search.Parameters;
using Consortium.FhirFacade.Search.Indexing;

namespace Consortium.FhirFacade.Tests.Search;

/// <summary>Which rows of the index are not written because others say the same.</summary>
public sealed class SharedRowsTests
{
    [Theory]
    [InlineData("Observation", "patient", "subject", "Patient")]
    [InlineData("Observation", "combo-code", "code component-code", null)]
    [InlineData("Observation", "combo-value-quantity", "value-quantity component-value-quantity", null)]
    [InlineData("Observation", "combo-code-value-quantity", "code-value-quantity component-code-value-quantity", null)]
    [InlineData("Patient", "phonetic", "name", null)]
    [InlineData("Appointment", "patient", "actor", "Patient")]
    public void Of_AParameterWhoseElementsOthersLookAt_NamesThem(string type, string code, string others, string? targetType)
    {
        SharedRows.Rows? rows = SharedRows.R4.Of(Number(type, code));
        Assert.NotNull(rows);
        Assert.Equal(others.Split(' ').Select(other => Number(type, other)).Order(), rows.Numbers.Order());
        Assert.Equal(targetType, rows.TargetType);
    }

    [Theory]
    [InlineData("Observation", "subject")]
    [InlineData("Observation", "code")]
    [InlineData("Observation", "date")]
    [InlineData("AllergyIntolerance", "patient")]
    [InlineData("Patient", "identifier")]
    [InlineData("Patient", "name")]
    public void Of_AParameterOfItsOwn_IsNothing(string type, string code) => Assert.Null(SharedRows.R4.Of(Number(type, code)));

    [Fact]
    public void NoRowIsSought_WhereItIsNotWritten()
    {
        foreach (SearchParameter parameter in Consortium.Fhir.FhirR4.ResourceTypes.SelectMany(SearchCatalog.R4.Of))
        {
            for (int i = 0; i < SearchParameter.Numbers; i++)
            {
                if (SharedRows.R4.Of(parameter.Number + i) is { } rows) Assert.All(rows.Numbers, number => Assert.Null(SharedRows.R4.Of(number)));
            }
        }
    }

    [Fact]
    public void AReferenceToAnotherServer_HasARowOfItsOwn()
    {
        int patient = Number("Observation", "patient");
        Assert.True(SharedRows.R4.Has(new ReferenceRow(patient, 0, "Patient", "a")));
        Assert.False(SharedRows.R4.Has(new ReferenceRow(patient, 0, "", "http://elsewhere.org/fhir/Patient/a")));
    }

    private static int Number(string type, string code) => SearchCatalog.R4.Find(type, code)!.Number;
}
