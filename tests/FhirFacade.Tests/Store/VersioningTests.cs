using System.Text;
using Consortium.FhirFacade.Store;
using Consortium.Integrity;
using Consortium.Messaging;
using Consortium.Storage;
using Consortium.Testing;
using static Consortium.FhirFacade.Tests.Store.StoreHarness;

namespace Consortium.FhirFacade.Tests.Store;

/// <summary>Flow step 5: versions, exact bytes, commitment and outbox in one transaction.</summary>
public sealed class VersioningTests
{
    private const string Observation = """{"resourceType":"Observation","id":"o1","status":"final","code":{"text":"WBC"},"valueQuantity":{"value":12.30,"unit":"10^9/L"}}""";

    [Theory, MemberData(nameof(TestStore.Dialects), MemberType = typeof(TestStore))]
    public async Task Store_NewResource_HasVersionOneAndItsOwnBytes(Dialect dialect)
    {
        await using StoreHarness harness = await CreateAsync(dialect);

        await harness.StoreAsync(1, Resource(Observation));

        Assert.Equal(
            """{"resourceType":"Observation","id":"o1","status":"final","code":{"text":"WBC"},"valueQuantity":{"value":12.30,"unit":"10^9/L"}}""".Replace(
                "\"Observation\",", "\"Observation\",\"meta\":{\"versionId\":\"1\",\"lastUpdated\":\"2026-03-01T08:00:00.123Z\"},", StringComparison.Ordinal),
            Encoding.UTF8.GetString((await harness.CurrentAsync("Observation", "o1")).Body));
    }

    [Theory, MemberData(nameof(TestStore.Dialects), MemberType = typeof(TestStore))]
    public async Task Store_NewResource_CommitsToExactlyTheStoredBytes(Dialect dialect)
    {
        await using StoreHarness harness = await CreateAsync(dialect);

        await harness.StoreAsync(1, Resource(Observation));

        CommittedVersion version = await harness.CommittedAsync("Observation", "o1", 1);
        Assert.Equal(32, version.Secret.Length);
        Assert.NotEqual(new byte[32], version.Secret);
        Assert.Equal(RecordCommitment.Compute(version.Stored.Body, version.Secret).Commitment, version.Entry.Commitment);
        Assert.Equal(IndexIdentifiers.RecordId(Options.CustodianKey, "Observation", "o1", "1"), version.Entry.RecordId);
        Assert.Equal(IndexIdentifiers.Kind("Observation"), version.Entry.Kind);
        Assert.Equal((ulong)harness.Time.Now.ToUnixTimeSeconds(), version.Entry.RecordedAt);
        Assert.Equal([version.Entry], await harness.EntriesAsync());
        Assert.Null(version.Receipt);
    }

    [Theory, MemberData(nameof(TestStore.Dialects), MemberType = typeof(TestStore))]
    public async Task Store_ChangedContent_MakesTheNextVersionWithAFreshSecret(Dialect dialect)
    {
        await using StoreHarness harness = await CreateAsync(dialect);

        await harness.StoreAsync(1, Resource(Observation));
        harness.Time.Now += TimeSpan.FromHours(1);
        await harness.StoreAsync(2, Resource(Observation.Replace("12.30", "12.3", StringComparison.Ordinal)));

        Assert.Equal(2, (await harness.CurrentAsync("Observation", "o1")).Version);
        Assert.Contains("\"versionId\":\"2\",\"lastUpdated\":\"2026-03-01T09:00:00.123Z\"", (await harness.HistoryAsync("Observation", "o1"))[1], StringComparison.Ordinal);
        Assert.NotEqual((await harness.CommittedAsync("Observation", "o1", 1)).Secret, (await harness.CommittedAsync("Observation", "o1", 2)).Secret);
        Assert.Equal(2, (await harness.OutboxAsync()).Length);
    }

    [Theory, MemberData(nameof(TestStore.Dialects), MemberType = typeof(TestStore))]
    public async Task Store_SameContentInAnotherOrder_MakesNoVersionAndNoMessage(Dialect dialect)
    {
        await using StoreHarness harness = await CreateAsync(dialect);
        await harness.StoreAsync(1, Resource(Observation));

        await harness.StoreAsync(2, Resource(Observation));
        await harness.StoreAsync(3, Resource("""{ "id":"o1", "resourceType":"Observation", "code":{"text":"WBC"}, "status":"final", "valueQuantity":{"unit":"10^9/L","value":12.30}}"""));

        Assert.Single(await harness.HistoryAsync("Observation", "o1"));
        Assert.Single(await harness.OutboxAsync());
    }

    [Theory, MemberData(nameof(TestStore.Dialects), MemberType = typeof(TestStore))]
    public async Task Store_SameConversionTwice_IsAppliedOnce(Dialect dialect)
    {
        await using StoreHarness harness = await CreateAsync(dialect);
        await harness.StoreAsync(1, Resource(Observation));
        await harness.StoreAsync(2, Resource(Observation.Replace("12.30", "13", StringComparison.Ordinal)));

        await harness.StoreAsync(1, Resource(Observation)); // a redelivery: without the inbox it would be taken for a late arrival

        Assert.Equal(2, (await harness.HistoryAsync("Observation", "o1")).Length);
    }

    [Theory, MemberData(nameof(TestStore.Dialects), MemberType = typeof(TestStore))]
    public async Task Store_MentionOfAKnownResource_LeavesItAlone(Dialect dialect)
    {
        await using StoreHarness harness = await CreateAsync(dialect);
        await harness.StoreAsync(1, Resource("""{"resourceType":"Patient","id":"p","gender":"male"}"""));

        await harness.StoreAsync(2, Resource("""{"resourceType":"Patient","id":"p"}""", ApplyMode.CreateIfAbsent), Resource("""{"resourceType":"Patient","id":"q"}""", ApplyMode.CreateIfAbsent));

        Assert.Single(await harness.HistoryAsync("Patient", "p"));
        Assert.Single(await harness.HistoryAsync("Patient", "q"));
    }

    [Theory, MemberData(nameof(TestStore.Dialects), MemberType = typeof(TestStore))]
    public async Task Store_OneTransaction_PutsOneMessageWithAllEntriesInTheOutbox(Dialect dialect)
    {
        await using StoreHarness harness = await CreateAsync(dialect);

        await harness.StoreAsync(1, [.. Enumerable.Range(0, 20).Select(i => Resource(Observation.Replace("o1", $"o{i}", StringComparison.Ordinal)))]);

        RecordCommitted message = Assert.Single(await harness.OutboxAsync());
        Assert.Equal(Options.Custodian.ToString(), message.Custodian);
        Assert.Equal(20, IndexEntry.Unpack(message.Entries).Select(entry => entry.RecordId).Distinct().Count());
    }

    [Theory, MemberData(nameof(TestStore.Dialects), MemberType = typeof(TestStore))]
    public async Task Store_OneResourceThatCannotBeCommittedTo_StoresNothingOfTheConversion(Dialect dialect)
    {
        await using StoreHarness harness = await CreateAsync(dialect);

        await Assert.ThrowsAsync<RecordFormatException>(() =>
            harness.StoreAsync(1, Resource(Observation), Resource("""{"resourceType":"Observation","id":"bad","code":{}}""")));

        Assert.Equal(0, await harness.CountAsync("resource"));
        Assert.Equal(0, await harness.CountAsync("resource_version"));
        Assert.Equal(0, await harness.CountAsync("inbox_facade"));
        Assert.Empty(await harness.OutboxAsync());
    }

    [Theory, MemberData(nameof(TestStore.Dialects), MemberType = typeof(TestStore))]
    public async Task Store_ResourceThatIsNotTheOneNamed_IsRefused(Dialect dialect)
    {
        await using StoreHarness harness = await CreateAsync(dialect);

        await Assert.ThrowsAsync<InvalidDataException>(() => harness.StoreAsync(1, new ConvertedResource("Observation", "other", ApplyMode.Update, Observation)));
    }

    [Theory, MemberData(nameof(TestStore.Dialects), MemberType = typeof(TestStore))]
    public async Task Store_ClockSetBack_NeverBackDatesAVersion(Dialect dialect)
    {
        await using StoreHarness harness = await CreateAsync(dialect);
        await harness.StoreAsync(1, Resource(Observation));
        harness.Time.Now -= TimeSpan.FromDays(1);

        await harness.StoreAsync(2, Resource(Observation.Replace("12.30", "13", StringComparison.Ordinal)));

        Assert.Equal((await harness.CommittedAsync("Observation", "o1", 1)).Stored.RecordedAt, (await harness.CommittedAsync("Observation", "o1", 2)).Stored.RecordedAt);
    }
}
