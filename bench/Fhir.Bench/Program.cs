using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Consortium.Fhir;

// Fhir.Bench FOLDER [ROUNDS]: parse and validate, all checks on, one thread, over 200 resources of FOLDER drawn with a fixed
// seed at about 4.4 kB on average. Each round runs the floor (Utf8JsonReader over the same bytes), parsing and validation one
// after the other, so that a busy machine slows all three alike; the median round and the quickest are given.
if (args.Length is 0 or > 2)
{
    Console.Error.WriteLine("usage: Fhir.Bench FOLDER-OF-JSON-RESOURCES [ROUNDS]");
    return 2;
}

int rounds = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 60;
Random random = new(20260101);
string[] files = [.. Directory.EnumerateFiles(args[0], "*.json").Order(StringComparer.Ordinal)];
random.Shuffle(files);
// Under 50 kB: the few megabyte-sized definitions would otherwise be the whole figure.
byte[][] sample = [.. files.Select(File.ReadAllBytes).Where(b => b.Length < 50_000).Take(200)];

Stopwatch first = Stopwatch.StartNew();
FhirValidator.R4.Validate(sample[0]);
double start = first.Elapsed.TotalMilliseconds;

long errors = 0;
Work[] works =
[
    new("utf8JsonReader", static s =>
    {
        Utf8JsonReader reader = new(s);
        while (reader.Read())
        {
        }
    }),
    new("parse", static s => FhirDocument.Parse(s)),
    new("validate", s => errors += FhirValidator.R4.Validate(s).Errors),
];
// Warm-up long enough for the tiered compiler.
for (Stopwatch clock = Stopwatch.StartNew(); clock.Elapsed.TotalSeconds < 4;)
{
    foreach (Work work in works) work.Run(sample);
}

foreach (Work work in works) work.Times.Clear();
for (int round = 0; round < rounds; round++)
{
    foreach (Work work in works) work.Run(sample, 5);
}

Console.WriteLine(JsonSerializer.Serialize(new
{
    resources = sample.Length,
    meanBytes = Math.Round(sample.Average(s => (double)s.Length)),
    firstValidationMs = Math.Round(start, 1),
    perSecond = works.ToDictionary(w => w.Name, w => new { median = w.PerSecond(0.5), best = w.PerSecond(0), allocatedBytes = w.Allocated }),
    timesTheFloor = new
    {
        median = Math.Round(works[0].PerSecond(0.5) / works[2].PerSecond(0.5), 2),
        best = Math.Round(works[0].PerSecond(0) / works[2].PerSecond(0), 2),
    },
}));
return 0;

internal sealed class Work(string name, Action<byte[]> action)
{
    public string Name => name;

    public List<double> Times { get; } = [];

    public double Allocated { get; private set; }

    public void Run(byte[][] sample, int passes = 1)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        Stopwatch clock = Stopwatch.StartNew();
        for (int pass = 0; pass < passes; pass++)
        {
            foreach (byte[] resource in sample) action(resource);
        }

        Times.Add(clock.Elapsed.TotalSeconds / (passes * sample.Length));
        Allocated = Math.Round((GC.GetAllocatedBytesForCurrentThread() - before) / (double)(passes * sample.Length));
    }

    /// <summary>Resources a second in the round at that place in order of time: 0 the quickest, 0.5 the median.</summary>
    public double PerSecond(double place) => Math.Round(1 / Times.Order().ElementAt((int)(place * (Times.Count - 1))));
}
