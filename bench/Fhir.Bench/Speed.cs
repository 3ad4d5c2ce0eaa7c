using System.Diagnostics;
using System.Text.Json;

namespace Consortium.Fhir.Bench;

/// <summary>
/// Parse and validate, all checks on, over 200 resources of a folder drawn with a fixed seed at about 4.4 kB on average. Each
/// round runs the floor (Utf8JsonReader over the same bytes), parsing, validation on one thread and on two, one after the
/// other, so that a busy machine slows all alike.
/// </summary>
internal static class Speed
{
    public static int Run(string folder, int rounds, string sampleList)
    {
        Random random = new(20260101);
        string[] files = [.. Directory.EnumerateFiles(folder, "*.json").Order(StringComparer.Ordinal)];
        random.Shuffle(files);
        // Under 50 kB: the few megabyte-sized definitions would otherwise be the whole figure.
        files = [.. files.Where(f => new FileInfo(f).Length < 50_000).Take(200)];
        byte[][] sample = [.. files.Select(File.ReadAllBytes)];
        File.WriteAllText(sampleList, JsonSerializer.Serialize(files));

        Stopwatch first = Stopwatch.StartNew();
        FhirValidator.R4.Validate(sample[0]);
        double start = first.Elapsed.TotalMilliseconds;

        Series floor = new(s =>
        {
            Utf8JsonReader reader = new(s);
            while (reader.Read())
            {
            }
        });
        Series parse = new(s => FhirDocument.Parse(s));
        long errors = 0;
        Series validate = new(s => errors += FhirValidator.R4.Validate(s).Errors);
        Series validateOnTwo = new(s => FhirValidator.R4.Validate(s), threads: 2);
        Series[] all = [floor, parse, validate, validateOnTwo];

        // Warm-up long enough for the tiered compiler.
        for (Stopwatch clock = Stopwatch.StartNew(); clock.Elapsed.TotalSeconds < 5;)
        {
            foreach (Series series in all) series.Round(sample, passes: 1);
        }

        foreach (Series series in all) series.Forget();
        for (int round = 0; round < rounds; round++)
        {
            foreach (Series series in all) series.Round(sample, passes: 5);
        }

        double mean = sample.Average(s => (double)s.Length);
        Console.WriteLine(JsonSerializer.Serialize(new
        {
            resources = sample.Length,
            meanBytes = Math.Round(mean),
            firstValidationMilliseconds = Math.Round(start, 1),
            errorsInOnePass = errors / Math.Max(1, validate.Passes),
            utf8JsonReader = floor.Report(mean),
            parse = parse.Report(mean),
            parseAndValidate = validate.Report(mean),
            parseAndValidateOnTwoThreads = validateOnTwo.Report(mean),
            timesTheFloor = Ratio(floor, validate),
            secondCore = Ratio(validateOnTwo, validate),
        }));
        return 0;
    }

    /// <summary>How many times slower the second is: the median over rounds of the ratio within a round, and the ratio of the best.</summary>
    private static object Ratio(Series quick, Series slow) => new
    {
        median = Math.Round(slow.Seconds.Zip(quick.Seconds, (s, q) => s / q).Order().ElementAt(slow.Seconds.Count / 2), 2),
        best = Math.Round(slow.Seconds.Min() / quick.Seconds.Min(), 2),
    };
}
