using System.Text;
using Consortium.Testing;

namespace Consortium.Fhir.Tests.Paths;

/// <summary>Forms that are evaluated in a quicker way give what the plain way gives (decision 0100).</summary>
public sealed class QuickFormTests
{
    [Theory]
    [InlineData("descendants().code", "descendants().select($this.code)")]
    [InlineData("descendants().concept.code", "descendants().select($this.concept).select($this.code)")]
    [InlineData("concept.descendants().extension", "concept.descendants().select($this.extension)")]
    [InlineData("children().code", "children().select($this.code)")]
    [InlineData("children().element.id", "children().select($this.element).select($this.id)")]
    [InlineData("contained.children().children().display", "contained.children().select(children()).select($this.display)")]
    public void StepIntoATree_OnOfficialExamples_GivesWhatSelectGives(string quick, string plain)
    {
        int found = 0;
        foreach (FhirDocument document in Examples())
        {
            string[] some = Texts(document, quick);
            Assert.Equal(Texts(document, plain), some);
            found += some.Length;
        }

        Assert.True(found > 0, "No example has such an element, so that the test shows nothing.");
    }

    [Fact]
    public void IsDistinct_OnOfficialExamples_AgreesWithDistinct()
    {
        int distinct = 0, repeated = 0;
        foreach (FhirDocument document in Examples())
        {
            foreach (string path in (string[])["descendants().code", "descendants().where(code.exists()).select(code | id)", "descendants().coding", "descendants().ofType(boolean)"])
            {
                bool expected = Text(document, $"{path}.distinct().count() = {path}.count()") == "true";
                Assert.Equal(expected ? "true" : "false", Text(document, $"{path}.isDistinct()"));
                if (expected) distinct++;
                else repeated++;
            }
        }

        Assert.True(distinct > 100 && repeated > 100, $"{distinct} distinct and {repeated} repeated collections are too few to show anything.");
    }

    [Theory]
    [InlineData(13, -1, "true")]
    [InlineData(13, 12, "false")]
    [InlineData(12, 11, "false")]
    [InlineData(200, 137, "false")]
    [InlineData(200, -1, "true")]
    public void IsDistinct_OneRepeatedText_IsFound(int count, int repeated, string expected)
    {
        IEnumerable<string> given = Enumerable.Range(0, count).Select(i => $"\"n{(i == repeated ? 0 : i)}\"");
        Assert.Equal(expected, Text(Patient($"\"name\":[{{\"given\":[{string.Join(',', given)}]}}]"), "name.given.isDistinct()"));
    }

    /// <summary>A part that does not look at the item is evaluated once, but anew for each resource.</summary>
    [Fact]
    public void PartThatDoesNotLookAtTheItem_SameExpressionOnTwoResources_IsEvaluatedForEach()
    {
        CompiledPath path = FhirPath.Compile("name.given.where($this.startsWith(%resource.name.family.first() & '-'))");
        FhirDocument a = Patient("\"name\":[{\"family\":\"A\",\"given\":[\"A-1\",\"B-1\",\"A-2\"]}]"), b = Patient("\"name\":[{\"family\":\"B\",\"given\":[\"A-1\",\"B-1\",\"A-2\"]}]");
        Assert.Equal(["A-1", "A-2"], path.Evaluate(a).Select(v => v.Value));
        Assert.Equal(["B-1"], path.Evaluate(b).Select(v => v.Value));
        Assert.Equal(["A-1", "A-2"], path.Evaluate(a).Select(v => v.Value));
    }

    [Theory]
    [InlineData("name.given.all($this.exists() = (%resource.active or %resource.gender = 'male'))", "true")]
    [InlineData("name.given.where(%resource.name.family = 'A').count()", "2")]
    [InlineData("name.given.where(%resource.name.where(family = 'Z').exists()).count()", "0")]
    [InlineData("name.given.select(%resource.name.family & $this)", "Ax,Ay")]
    [InlineData("name.given.where($index = (1 - 1)).count()", "1")]
    [InlineData("name.given.select($this.startsWith({}))", "")]
    [InlineData("name.given.where($this.contains(%resource.name.given.first())).count()", "1")]
    [InlineData("name.given.where($this.endsWith(name)).count()", "0")]
    [InlineData("(contact.count() + name.count() + name.given.count())", "3")]
    [InlineData("active and name.exists()", "true")]
    [InlineData("deceased and name.exists()", "")]
    [InlineData("name.family = 'A' and gender", "true")]
    [InlineData("iif(active, gender = 'male', gender = 'female')", "true")]
    public void Settled(string expression, string expected)
    {
        FhirDocument document = Patient("\"active\":true,\"gender\":\"male\",\"name\":[{\"family\":\"A\",\"given\":[\"x\",\"y\"]}]");
        Assert.Equal(expected, Text(document, expression));
    }

    [Fact]
    public void StartsWith_TextLongerThanTheShortForm_IsStillRight()
    {
        string family = new('家', 400);
        FhirDocument document = Patient($"\"name\":[{{\"family\":\"{family}\",\"given\":[\"{family}x\",\"{family[1..]}x\"]}}]");
        Assert.Equal(family + "x", Text(document, "name.given.where($this.startsWith('' & %resource.name.family))"));
    }

    private static FhirDocument Patient(string elements) => FhirDocument.Parse(Encoding.UTF8.GetBytes($"{{\"resourceType\":\"Patient\",{elements}}}"));

    private static string Text(FhirDocument document, string expression) => string.Join(",", FhirPath.Compile(expression).Evaluate(document).Select(v => v.Value ?? v.TypeName));

    /// <summary>Sorted: the order of children and descendants is undefined (FHIRPath N1 5.8).</summary>
    private static string[] Texts(FhirDocument document, string expression) =>
        [.. FhirPath.Compile(expression).Evaluate(document).Select(v => v.Value ?? v.TypeName).Order(StringComparer.Ordinal)];

    private static IEnumerable<FhirDocument> Examples() =>
        Directory.EnumerateFiles(Corpora.Path("fhir/r4-examples"), "*.json").Order(StringComparer.Ordinal).Where((_, i) => i % 6 == 0)
            .Where(f => new FileInfo(f).Length < 100_000).Select(f => FhirDocument.Parse(File.ReadAllBytes(f)));
}
