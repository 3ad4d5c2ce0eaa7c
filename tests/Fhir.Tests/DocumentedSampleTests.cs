using System.Text;
using System.Text.RegularExpressions;
using Consortium.Fhir.Model;
using Consortium.Testing;

namespace Consortium.Fhir.Tests;

/// <summary>The code of <c>docs/fhir.md</c>: it stands here too, compiled, and does what the page says.</summary>
public sealed class DocumentedSampleTests
{
    [Fact]
    public void Document_ReadsElementsWhereTheyStand()
    {
        byte[] utf8 = Encoding.UTF8.GetBytes("""{"resourceType":"Patient","name":[{"family":"王"}],"birthDate":"1980-05"}""");

        FhirDocument document = FhirDocument.Parse(utf8);
        FhirNode family = document.Root.Child("name").Child("family");
        Console.WriteLine($"{family.Expression} at {family.Line}:{family.Column}");

        Assert.Equal("Patient.name[0].family", family.Expression);
    }

    [Fact]
    public void Model_WritesAndReadsAPatient()
    {
        Patient patient = new()
        {
            Id = "p1",
            Active = true,
            Name = [new HumanName { Use = NameUse.Official, Family = "王", Given = ["小明"] }],
            Gender = AdministrativeGender.Female,
            BirthDate = new FhirDate(1980, 5),
            Deceased = new FhirBoolean(false),
        };
        patient.BirthDate.Extension.Add(new Extension("http://example.org/source", new FhirString("ID card")));

        string json = patient.ToJson();
        string xml = patient.ToXml();
        Patient same = FhirXml.Parse<Patient>(xml);

        Assert.True(same.DeepEquals(FhirJson.Parse<Patient>(json)));
        Assert.Contains("\"_birthDate\":{\"extension\":[{\"url\":\"http://example.org/source\",\"valueString\":\"ID card\"}]}", json, StringComparison.Ordinal);
    }

    [Fact]
    public void Model_ReadsTheChoiceOfAnObservation()
    {
        Observation observation = new()
        {
            Status = ObservationStatus.Final,
            Code = new CodeableConcept("http://loinc.org", "718-7"),
            Subject = new Reference("Patient/p1"),
            Value = new Quantity(FhirDecimal.Parse("135.0"), "g/L"),
        };

        string text = observation.Value switch
        {
            Quantity quantity => $"{quantity.Value} {quantity.Unit}",
            CodeableConcept concept => concept.Text?.Value ?? "coded",
            FhirString words => words.Value ?? "",
            null => "no value",
            _ => observation.Value.TypeName,
        };

        Assert.Equal("135.0 g/L", text);
    }

    [Fact]
    public void Validator_SaysWhatIsWrongAndWhere()
    {
        FhirDocument document = new Patient { BirthDate = "1980-13" }.ToDocument();

        FhirValidator validator = new(FhirDefinitions.R4, new ValidationOptions
        {
            ResolveReference = reference => null, // or the resource, where the site has it
        });
        ValidationResult result = validator.Validate(document);
        foreach (OutcomeIssue issue in result.Issues)
        {
            Console.WriteLine($"{issue.Severity} {issue.Expression} {issue.Line}:{issue.Column} {issue.Diagnostics}");
        }

        Assert.False(result.IsValid);
    }

    [Fact]
    public void FhirPath_IsCompiledOnce()
    {
        FhirDocument document = new Patient { Name = [new HumanName { Family = "王" }] }.ToDocument();

        CompiledPath path = FhirPath.Compile("name.where(use != 'old' or use.empty()).family");
        foreach (FhirPathValue value in path.Evaluate(document))
        {
            Console.WriteLine($"{value.TypeName}: {value.Value}");
        }

        Assert.Equal("王", Assert.Single(path.Evaluate(document)).Value);
    }

    [Fact]
    public void Refusal_NamesThePlace()
    {
        try
        {
            FhirJson.Parse<Patient>("{\"resourceType\":\"Patient\",\n \"colour\":\"blue\"}");
        }
        catch (FhirFormatException refused)
        {
            Console.WriteLine($"line {refused.Line}, column {refused.Column}: {refused.Message}");
        }

        Assert.Equal((2, 2), Place());
    }

    [Fact]
    public void EveryBlockOfThePage_StandsHere()
    {
        string source = Plain(File.ReadAllText(Repository.Path("tests/Fhir.Tests/DocumentedSampleTests.cs")));
        MatchCollection blocks = Regex.Matches(File.ReadAllText(Repository.Path("docs/fhir.md")), "```csharp\n(.*?)```", RegexOptions.Singleline, TimeSpan.FromSeconds(5));
        Assert.True(blocks.Count >= 6, $"The page has {blocks.Count} blocks.");
        Assert.All(blocks, block => Assert.Contains(Plain(block.Groups[1].Value), source, StringComparison.Ordinal));
    }

    private static (int, int) Place()
    {
        FhirFormatException refused = Assert.Throws<FhirFormatException>(() => FhirJson.Parse<Patient>("{\"resourceType\":\"Patient\",\n \"colour\":\"blue\"}"));
        return (refused.Line, refused.Column);
    }

    private static string Plain(string code) => string.Join('\n', code.Split('\n').Select(l => l.Trim()).Where(l => l.Length > 0));
}
