using System.Globalization;
using System.Text.Json;
using Consortium.FhirFacade.Store;
using Consortium.Integrity;
using Consortium.Storage;
using Consortium.Testing;
using static Consortium.FhirFacade.Tests.Store.StoreHarness;

namespace Consortium.FhirFacade.Tests.Store;

/// <summary>Many writers at once: no update is lost, nothing is stored in part.</summary>
public sealed class ConcurrencyTests
{
    private const int Writers = 64;
    private const int Resources = 10;
    private const int Increments = 5;

    [Theory, MemberData(nameof(TestStore.Dialects), MemberType = typeof(TestStore))]
    public async Task IfMatch_SixtyFourWritersOnTheSameResources_LoseNoUpdate(Dialect dialect)
    {
        await using StoreHarness harness = await CreateAsync(dialect);
        await harness.WriteAsync([.. Enumerable.Range(0, Resources).Select(i => Counter(i, 0, null))]);

        await Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => Task.Run(async () =>
        {
            var random = new Random(writer);
            for (int done = 0; done < Increments;)
            {
                int resource = random.Next(Resources);
                StoredVersion current = await harness.CurrentAsync("Basic", $"c{resource}");
                try
                {
                    await harness.WriteAsync(Counter(resource, Value(current) + 1, current.Version));
                    done++;
                }
                catch (PreconditionException)
                {
                    // Another writer was first: read again.
                }
            }
        })));

        int total = 0;
        for (int i = 0; i < Resources; i++)
        {
            StoredVersion current = await harness.CurrentAsync("Basic", $"c{i}");
            Assert.Equal(current.Version - 1, Value(current)); // every version is one increment
            total += Value(current);
        }

        Assert.Equal(Writers * Increments, total);
        IndexEntry[] entries = await harness.EntriesAsync();
        Assert.Equal(Resources + (Writers * Increments), entries.Length);
        Assert.Equal(entries.Length, entries.Select(entry => entry.RecordId).Distinct().Count());
    }

    [Theory, MemberData(nameof(TestStore.Dialects), MemberType = typeof(TestStore))]
    public async Task ConversionsThatShareAPatient_AllArrive_InAnyOrder(Dialect dialect)
    {
        await using StoreHarness harness = await CreateAsync(dialect);
        var random = new Random(11);
        int[] order = [.. Enumerable.Range(1, 200)];
        random.Shuffle(order);

        await Parallel.ForEachAsync(order, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (sequence, _) => await harness.StoreAsync(
            sequence,
            Resource($$"""{"resourceType":"Patient","id":"p{{sequence % 7}}","multipleBirthInteger":{{sequence}}}"""),
            Resource($$$"""{"resourceType":"Observation","id":"o{{{sequence}}}","subject":{"reference":"Patient/p{{{sequence % 7}}}"}}""")));

        for (int patient = 0; patient < 7; patient++)
        {
            int newest = Enumerable.Range(1, 200).Last(sequence => sequence % 7 == patient);
            string current = (await harness.HistoryAsync("Patient", $"p{patient}"))[^1];
            Assert.Contains($"\"multipleBirthInteger\":{newest}}}", current, StringComparison.Ordinal);
        }

        Assert.Equal(207, await harness.CountAsync("resource"));
        Assert.Equal(await harness.CountAsync("resource_version"), (await harness.EntriesAsync()).Length);
    }

    [Theory, MemberData(nameof(TestStore.Dialects), MemberType = typeof(TestStore))]
    public async Task AFailingUnit_LeavesThoseBesideItAlone(Dialect dialect)
    {
        await using StoreHarness harness = await CreateAsync(dialect);

        Task[] units = [.. Enumerable.Range(0, 40).Select(i => Task.Run(() => harness.StoreAsync(
            i + 1,
            Resource($$"""{"resourceType":"Patient","id":"p{{i}}"}"""),
            Resource(i % 4 == 0 ? """{"resourceType":"Basic","id":"bad","code":{}}""" : $$"""{"resourceType":"Basic","id":"b{{i}}"}"""))))];

        for (int i = 0; i < units.Length; i++)
        {
            if (i % 4 == 0) await Assert.ThrowsAsync<RecordFormatException>(() => units[i]);
            else await units[i];
        }

        Assert.Equal(60, await harness.CountAsync("resource_version"));
        Assert.Equal(30, await harness.CountAsync("inbox_facade"));
        Assert.Equal(60, (await harness.EntriesAsync()).Length);
    }

    private static ResourceWrite Counter(int resource, int value, long? ifMatch) =>
        Put($$$"""{"resourceType":"Basic","id":"c{{{resource}}}","code":{"text":"{{{value.ToString(CultureInfo.InvariantCulture)}}}"}}""", ifMatch);

    private static int Value(StoredVersion version)
    {
        using JsonDocument document = JsonDocument.Parse(version.Body);
        return int.Parse(document.RootElement.GetProperty("code").GetProperty("text").GetString()!, CultureInfo.InvariantCulture);
    }
}
