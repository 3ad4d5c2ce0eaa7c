using System.Diagnostics;
using System.Text;
using static Consortium.Fhir.Tests.Bundles.Bundling;

namespace Consortium.Fhir.Tests.Bundles;

/// <summary>
/// Time grows linearly with what is validated: four times the entries take about four times as long, where a quadratic rule
/// would take sixteen. Other work on the machine may disturb a measurement, so one good one of several decides.
/// </summary>
[Collection(nameof(LargeBundleTests))]
[CollectionDefinition(nameof(LargeBundleTests), DisableParallelization = true)]
public sealed class LargeBundleTests
{
    public static TheoryData<string> Shapes => ["collection", "document", "contained", "unresolved", "errors"];

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Validate_FourTimesTheEntries_TakesAboutFourTimesAsLong(string shape)
    {
        Time(shape, 500);
        TimeSpan small = default, large = default;
        for (int attempt = 0; attempt < 5; attempt++)
        {
            (small, large) = (Time(shape, 2_500), Time(shape, 10_000));
            if (large < (small * 7) + TimeSpan.FromMilliseconds(100)) return;
        }

        Assert.Fail($"2,500 entries took {small}, 10,000 took {large}.");
    }

    private static TimeSpan Time(string shape, int count)
    {
        byte[] json = Encoding.UTF8.GetBytes(Make(shape, count));
        Stopwatch clock = Stopwatch.StartNew();
        ValidationResult result = FhirValidator.R4.Validate(json);
        TimeSpan taken = clock.Elapsed;
        Assert.InRange(result.Issues.Count, 0, 1001);
        Assert.Equal(shape is "unresolved" or "errors", !result.IsValid);
        return taken;
    }

    private static string Make(string shape, int count)
    {
        string Url(int i) => $"urn:uuid:00000000-0000-4000-8000-{i:x12}";
        IEnumerable<int> all = Enumerable.Range(1, count);
        switch (shape)
        {
            case "document":
                string section = string.Join(",", all.Select(i => $$"""{"reference":"{{Url(i)}}"}"""));
                string composition = Composition(Url(0), $$""","section":[{"title":"x","entry":[{{section}}]}]""");
                return Bundle("document", [Entry(Url(count + 1), composition), Entry(Url(0), Patient()), .. all.Select(i => Entry(Url(i), Observation(Url(0))))]);
            case "contained":
                string contained = string.Join(",", all.Select(i => $$$"""{"resourceType":"Observation","id":"o{{{i}}}","status":"final","code":{"text":"x"},"hasMember":[{"reference":"#o{{{Math.Max(1, i - 1)}}}"}],"focus":[{"reference":"#"}]}"""));
                return Observation("Patient/1").Replace("\"status\"", $"\"contained\":[{contained}],\"status\"", StringComparison.Ordinal);
            case "unresolved":
                return Bundle("message", [.. all.Select(i => Entry(Url(i), Observation(Url(count + i))))]);
            case "errors":
                return Bundle("collection", [.. all.Select(i => Entry("http://example.org/fhir/Patient/x", """{"resourceType":"Patient","weight":1,"id":"y"}"""))]);
            default:
                return Bundle("collection", [Entry(Url(0), Patient()), .. all.Select(i => Entry(Url(i), Observation(Url(0))))]);
        }
    }
}
