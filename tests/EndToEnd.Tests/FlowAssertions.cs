using System.Text.Json;
using Consortium.Adapters;
using Consortium.Cli.Load;
using Consortium.Integrity;
using Consortium.Ledger;
using Consortium.Storage;
using Dapper;

namespace Consortium.EndToEnd.Tests;

/// <summary>What must hold at the end of every run, read from the database and the chain themselves and not from the programs under test.</summary>
internal static class FlowAssertions
{
    /// <summary>
    /// Converts every message again, here, and holds the result against the store: each resource is there; one that a single message speaks of has exactly one version;
    /// no resource has more versions than messages speak of it; nothing else is there.
    /// </summary>
    public static async Task AssertStoredOnceAsync(this FlowUnderTest flow, MessageGenerator generator, int messages, CancellationToken cancellationToken)
    {
        var expected = new Dictionary<(string Type, string Id), int>();
        ConversionPipeline pipeline = flow.Pipeline();
        for (int number = 0; number < messages; number++)
        {
            var record = new RawRecord(generator.Message(number), flow.Source, FlowUnderTest.MessageTime);
            ConversionResult result = Assert.Single(pipeline.Convert(record));
            Assert.False(result.IsRejected, string.Join("; ", result.Issues));
            foreach (ResourceDraft draft in result.Resources)
            {
                (string, string) key = (draft.ResourceType, draft.Id);
                expected[key] = expected.GetValueOrDefault(key) + 1;
            }
        }

        Dictionary<(string Type, string Id), int> stored = (await flow.VersionsAsync(cancellationToken))
            .GroupBy(version => (version.Type, version.Id)).ToDictionary(group => group.Key, group => group.Count());
        Assert.Empty(expected.Keys.Except(stored.Keys).Take(5));
        Assert.Empty(stored.Keys.Except(expected.Keys).Take(5));
        Assert.Empty(stored.Where(s => s.Value > expected[s.Key]).Select(s => $"{s.Key}: {s.Value} versions from {expected[s.Key]} messages").Take(5));
    }

    /// <summary>Every stored version has exactly one entry on the chain, the entries are numbered without gap, and nothing else is there.</summary>
    public static async Task AssertIndexedOnceAsync(this FlowUnderTest flow, CancellationToken cancellationToken)
    {
        List<BatchAnchored> batches = await flow.BatchesAsync(cancellationToken);
        ulong next = 0;
        foreach (BatchAnchored batch in batches)
        {
            Assert.Equal(next, batch.FirstSequence);
            next += batch.Count;
        }

        Tag128[] anchored = batches.SelectMany(batch => IndexEntry.Unpack(batch.Entries)).Select(entry => entry.RecordId).ToArray();
        Assert.Equal(anchored.Length, anchored.Distinct().Count());
        Tag128[] stored = (await flow.VersionsAsync(cancellationToken)).Select(version => new Tag128(version.RecordId)).ToArray();
        Assert.Empty(stored.Except(anchored).Take(5));
        Assert.Empty(anchored.Except(stored).Take(5));
        Assert.Equal(stored.Length, await flow.ReceiptsAsync(cancellationToken));
    }

    /// <summary>The regulator's command itself says so.</summary>
    public static async Task AssertReplayIntactAsync(this FlowUnderTest flow, CancellationToken cancellationToken)
    {
        (int exitCode, string output, string error) = await flow.ReplayAsync(cancellationToken);
        Assert.True(exitCode == 0, $"exit {exitCode}: {output} {error}");
        using JsonDocument verdict = JsonDocument.Parse(output);
        Assert.Equal("intact", verdict.RootElement.GetProperty("verdict").GetString());
    }

    public static async Task<IReadOnlyList<StoredRow>> VersionsAsync(this FlowUnderTest flow, CancellationToken cancellationToken)
    {
        await using Database database = Database.Open(flow.DatabaseUrl + "?schema=facade");
        await using System.Data.Common.DbConnection connection = await database.ConnectAsync(cancellationToken);
        return (await connection.QueryAsync<StoredRow>("SELECT type AS Type, id AS Id, version AS Version, record_id AS RecordId FROM resource_version")).AsList();
    }

    /// <summary>How many conversions the facade has taken.</summary>
    public static async Task<long> StoredConversionsAsync(this FlowUnderTest flow, CancellationToken cancellationToken)
    {
        await using Database database = Database.Open(flow.DatabaseUrl + "?schema=facade");
        await using System.Data.Common.DbConnection connection = await database.ConnectAsync(cancellationToken);
        return await connection.ExecuteScalarAsync<long>("SELECT count(*) FROM inbox_facade");
    }

    private static async Task<long> ReceiptsAsync(this FlowUnderTest flow, CancellationToken cancellationToken)
    {
        await using Database database = Database.Open(flow.DatabaseUrl + "?schema=facade");
        await using System.Data.Common.DbConnection connection = await database.ConnectAsync(cancellationToken);
        return await connection.ExecuteScalarAsync<long>("SELECT count(*) FROM receipt");
    }

    private static async Task<List<BatchAnchored>> BatchesAsync(this FlowUnderTest flow, CancellationToken cancellationToken)
    {
        await using var client = new EthereumClient(flow.Chain.Endpoint);
        IReadOnlyList<LogEntry> logs = await client.LogsAsync(
            new LogFilter(flow.Contract, 0, await client.BlockNumberAsync(cancellationToken)) { Topics = [[ConsortiumLedgerContract.BatchAnchoredTopic]] }, cancellationToken);
        return logs.Select(ConsortiumLedgerContract.DecodeEvent).OfType<BatchAnchored>()
            .OrderBy(batch => batch.BlockNumber).ThenBy(batch => batch.LogIndex).ToList();
    }

    /// <summary>One row of the facade's table of versions.</summary>
    internal sealed record StoredRow(string Type, string Id, long Version, byte[] RecordId);
}
