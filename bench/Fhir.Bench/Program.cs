using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Consortium.Fhir;

// Fhir.Bench FOLDER [SECONDS]: parse and validate, all checks on, one thread, over 200 resources of FOLDER drawn with a fixed
// seed at about 4 kB on average; in the same run Utf8JsonReader over the same bytes, which is the floor.
if (args.Length is 0 or > 2)
{
    Console.Error.WriteLine("usage: Fhir.Bench FOLDER-OF-JSON-RESOURCES [SECONDS]");
    return 2;
}

double seconds = args.Length > 1 ? double.Parse(args[1], CultureInfo.InvariantCulture) : 5;
Random random = new(20260101);
string[] files = [.. Directory.EnumerateFiles(args[0], "*.json").Order(StringComparer.Ordinal)];
random.Shuffle(files);
// Under 16 kB: the few megabyte-sized definitions would otherwise be the whole figure.
byte[][] sample = [.. files.Select(File.ReadAllBytes).Where(b => b.Length < 16_384).Take(200)];
double bytes = sample.Sum(s => (double)s.Length);

Stopwatch first = Stopwatch.StartNew();
FhirValidator.R4.Validate(sample[0]);
double start = first.Elapsed.TotalMilliseconds;

long errors = 0;
(double floorRate, _) = Measure(static s =>
{
    Utf8JsonReader reader = new(s);
    while (reader.Read())
    {
    }
});
(double parseRate, double parseAllocated) = Measure(static s => FhirDocument.Parse(s));
(double rate, double allocated) = Measure(s => errors += FhirValidator.R4.Validate(s).Errors);

Console.WriteLine(JsonSerializer.Serialize(new
{
    resources = sample.Length,
    meanBytes = Math.Round(bytes / sample.Length),
    firstValidationMs = Math.Round(start, 1),
    utf8JsonReaderPerSecond = Math.Round(floorRate),
    parsePerSecond = Math.Round(parseRate),
    parseAllocatedBytes = Math.Round(parseAllocated),
    validatePerSecond = Math.Round(rate),
    validateAllocatedBytes = Math.Round(allocated),
    timesTheFloor = Math.Round(floorRate / rate, 1),
}));
return 0;

(double PerSecond, double Allocated) Measure(Action<byte[]> work)
{
    // Warm-up long enough for the tiered compiler, then whole rounds over the sample until the time is over.
    Stopwatch clock = Stopwatch.StartNew();
    while (clock.Elapsed.TotalSeconds < Math.Min(2, seconds)) Array.ForEach(sample, work);
    long before = GC.GetAllocatedBytesForCurrentThread();
    long done = 0;
    clock.Restart();
    while (clock.Elapsed.TotalSeconds < seconds)
    {
        Array.ForEach(sample, work);
        done += sample.Length;
    }

    return (done / clock.Elapsed.TotalSeconds, (GC.GetAllocatedBytesForCurrentThread() - before) / (double)done);
}
