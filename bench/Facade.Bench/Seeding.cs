using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Consortium.FhirFacade;
using Consortium.Messaging;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Consortium.Facade.Bench;

/// <summary>Writes through the record store, as conversions come over the bus.</summary>
internal static class Seeding
{
    private const int PatientsATransaction = 25;

    /// <summary>Fills a store; goes on where an earlier run ended, because what is there is left.</summary>
    public static async Task<int> RunAsync(string store, int patients)
    {
        await using WebApplication app = Serving.Build(Serving.Options(store, 1));
        var records = app.Services.GetRequiredService<RecordStore>();
        await records.InitializeAsync();
        Stopwatch clock = Stopwatch.StartNew();
        await Parallel.ForAsync(0, (patients + PatientsATransaction - 1) / PatientsATransaction, new ParallelOptions { MaxDegreeOfParallelism = 2 }, async (chunk, cancellation) =>
        {
            await records.StoreAsync(Conversion(chunk * PatientsATransaction, Math.Min(PatientsATransaction, patients - (chunk * PatientsATransaction))), cancellation);
            if (chunk % 200 == 199) await Console.Error.WriteLineAsync($"{(chunk + 1) * PatientsATransaction * Hospital.ResourcesOfAPatient} resources, {clock.Elapsed.TotalSeconds:0} s");
        });
        long resources = (long)patients * Hospital.ResourcesOfAPatient;
        await Floors.FillAsync(store);
        Console.WriteLine(JsonSerializer.Serialize(new { resources, seconds = Math.Round(clock.Elapsed.TotalSeconds, 1), resourcesPerSecond = Math.Round(resources / clock.Elapsed.TotalSeconds) }));
        return 0;
    }

    /// <summary>New resources for a while, for a profiler.</summary>
    public static async Task<int> ForAsync(string store, TimeSpan duration)
    {
        await using WebApplication app = Serving.Build(Serving.Options(store, 1));
        var records = app.Services.GetRequiredService<RecordStore>();
        await records.InitializeAsync();
        int first = 0;
        await WriteAsync(duration / 2); // JIT, caches
        TimeSpan before = Process.GetCurrentProcess().TotalProcessorTime;
        (long written, double seconds) = await WriteAsync(duration);
        double cpu = (Process.GetCurrentProcess().TotalProcessorTime - before).TotalSeconds;
        Console.WriteLine(JsonSerializer.Serialize(new { resourcesPerSecond = Math.Round(written / seconds), processorMicrosecondsAResource = Math.Round(cpu / written * 1e6, 1) }));
        return 0;

        async Task<(long Written, double Seconds)> WriteAsync(TimeSpan time)
        {
            Stopwatch clock = Stopwatch.StartNew();
            long count = 0;
            for (; clock.Elapsed < time; first += PatientsATransaction)
            {
                await records.StoreAsync(Conversion(first, PatientsATransaction));
                count += PatientsATransaction * Hospital.ResourcesOfAPatient;
            }

            return (count, clock.Elapsed.TotalSeconds);
        }
    }

    private static ResourcesConverted Conversion(int first, int patients) => new()
    {
        ConversionId = string.Create(CultureInfo.InvariantCulture, $"bench-{first}-{patients}"),
        IntakeDigest = new string('0', 64),
        IntakeSequence = first + 1,
        Source = "bench",
        ReceivedAt = DateTimeOffset.UnixEpoch,
        Resources = [.. Enumerable.Range(first, patients).SelectMany(patient => Enumerable.Range(0, Hospital.ResourcesOfAPatient).Select(item =>
        {
            (string type, string id) = Hospital.Key(patient, item);
            return new ConvertedResource(type, id, ApplyMode.Update, Hospital.Resource(patient, item));
        }))],
    };
}
