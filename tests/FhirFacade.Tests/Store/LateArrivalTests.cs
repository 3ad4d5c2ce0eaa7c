using Consortium.FhirFacade.Store;
using Consortium.Messaging;
using Consortium.Storage;
using Consortium.Testing;
using static Consortium.FhirFacade.Tests.Store.StoreHarness;

namespace Consortium.FhirFacade.Tests.Store;

/// <summary>Decision 0060: an intake that was overtaken stays in the history, and the newer content stays current.</summary>
public sealed class LateArrivalTests
{
    [Theory, MemberData(nameof(TestStore.Dialects), MemberType = typeof(TestStore))]
    public async Task LateUpdate_IsKeptAndFollowedByTheNewerContent(Dialect dialect)
    {
        await using StoreHarness harness = await CreateAsync(dialect);
        await harness.StoreAsync(7, Patient("female"));

        await harness.StoreAsync(5, Patient("male"));

        string[] history = await harness.HistoryAsync("Patient", "p");
        Assert.Equal(["female", "male", "female"], history.Select(Gender));
        Assert.Equal(3, (await harness.EntriesAsync()).Length);
    }

    [Theory, MemberData(nameof(TestStore.Dialects), MemberType = typeof(TestStore))]
    public async Task SeveralLateUpdates_EachIsKeptAndTheNewestStaysCurrent(Dialect dialect)
    {
        await using StoreHarness harness = await CreateAsync(dialect);
        await harness.StoreAsync(9, Patient("female"));
        await harness.StoreAsync(7, Patient("other"));
        await harness.StoreAsync(8, Patient("male"));

        Assert.Equal(["female", "other", "female", "male", "female"], (await harness.HistoryAsync("Patient", "p")).Select(Gender));
    }

    [Theory, MemberData(nameof(TestStore.Dialects), MemberType = typeof(TestStore))]
    public async Task LateUpdateWithTheSameContent_MakesNoVersion(Dialect dialect)
    {
        await using StoreHarness harness = await CreateAsync(dialect);
        await harness.StoreAsync(7, Patient("female"));
        await harness.StoreAsync(5, Patient("female"));
        await harness.StoreAsync(8, Patient("male"));

        Assert.Equal(["female", "male"], (await harness.HistoryAsync("Patient", "p")).Select(Gender));
    }

    [Theory, MemberData(nameof(TestStore.Dialects), MemberType = typeof(TestStore))]
    public async Task UnchangedLaterIntake_StillCountsAgainstAnEarlierOne(Dialect dialect)
    {
        await using StoreHarness harness = await CreateAsync(dialect);
        await harness.StoreAsync(3, Patient("female"));
        await harness.StoreAsync(7, Patient("female")); // no version, but the source has confirmed it at 7
        await harness.StoreAsync(5, Patient("male"));

        Assert.Equal(["female", "male", "female"], (await harness.HistoryAsync("Patient", "p")).Select(Gender));
    }

    [Theory, MemberData(nameof(TestStore.Dialects), MemberType = typeof(TestStore))]
    public async Task LateUpdateOfADeletedResource_StaysDeleted(Dialect dialect)
    {
        await using StoreHarness harness = await CreateAsync(dialect);
        await harness.StoreAsync(1, Patient("female"));
        await harness.StoreAsync(7, Delete());

        await harness.StoreAsync(5, Patient("male"));

        Assert.Equal(["female", "", "male", ""], (await harness.HistoryAsync("Patient", "p")).Select(Gender));
        Assert.True((await harness.CurrentAsync("Patient", "p")).Deleted);
    }

    [Theory, MemberData(nameof(TestStore.Dialects), MemberType = typeof(TestStore))]
    public async Task DeletionBeforeTheResourceItself_IsRemembered(Dialect dialect)
    {
        await using StoreHarness harness = await CreateAsync(dialect);
        await harness.StoreAsync(7, Delete());

        await harness.StoreAsync(5, Patient("male"));

        Assert.Equal(["", "male", ""], (await harness.HistoryAsync("Patient", "p")).Select(Gender));
        Assert.True((await harness.CurrentAsync("Patient", "p")).Deleted);
    }

    [Theory, MemberData(nameof(TestStore.Dialects), MemberType = typeof(TestStore))]
    public async Task LateDeletion_IsKeptAndTheResourceStays(Dialect dialect)
    {
        await using StoreHarness harness = await CreateAsync(dialect);
        await harness.StoreAsync(7, Patient("female"));

        await harness.StoreAsync(5, Delete());

        Assert.Equal(["female", "", "female"], (await harness.HistoryAsync("Patient", "p")).Select(Gender));
        Assert.False((await harness.CurrentAsync("Patient", "p")).Deleted);
    }

    [Theory, MemberData(nameof(TestStore.Dialects), MemberType = typeof(TestStore))]
    public async Task EarlierAuthority_ReplacesALaterMention(Dialect dialect)
    {
        await using StoreHarness harness = await CreateAsync(dialect);
        await harness.StoreAsync(7, Patient("female") with { Apply = ApplyMode.CreateIfAbsent }); // a report mentions the patient

        await harness.StoreAsync(5, Patient("male")); // the registration itself

        Assert.Equal(["female", "male"], (await harness.HistoryAsync("Patient", "p")).Select(Gender));
    }

    [Theory, MemberData(nameof(TestStore.Dialects), MemberType = typeof(TestStore))]
    public async Task SourcesAreOrderedEachByItself(Dialect dialect)
    {
        await using StoreHarness harness = await CreateAsync(dialect);
        await harness.StoreAsync("his", 7, Patient("female"));
        await harness.StoreAsync("lis", 3, Patient("male")); // another source: nothing says that it is late
        await harness.StoreAsync("his", 5, Patient("other")); // late for its own source, though the other wrote last

        Assert.Equal(["female", "male", "other", "male"], (await harness.HistoryAsync("Patient", "p")).Select(Gender));
    }

    [Theory, MemberData(nameof(TestStore.Dialects), MemberType = typeof(TestStore))]
    public async Task LateUpdate_OverAlteredBytes_DoesNotMakeTheAlterationGood(Dialect dialect)
    {
        await using StoreHarness harness = await CreateAsync(dialect);
        await harness.StoreAsync(7, Patient("female"));
        byte[] body = (await harness.CurrentAsync("Patient", "p")).Body;
        body[^3] ^= 1;
        await harness.ExecuteAsync("UPDATE resource_version SET body = @body", new { body });

        await Assert.ThrowsAsync<InvalidDataException>(() => harness.StoreAsync(5, Patient("male")));

        Assert.Single(await harness.HistoryAsync("Patient", "p"));
    }

    private static ConvertedResource Patient(string gender) => Resource($$"""{"resourceType":"Patient","id":"p","gender":"{{gender}}"}""");

    private static ConvertedResource Delete() => new("Patient", "p", ApplyMode.Delete, "");

    private static string Gender(string json)
    {
        using var document = System.Text.Json.JsonDocument.Parse(json);
        return document.RootElement.TryGetProperty("gender", out System.Text.Json.JsonElement gender) ? gender.GetString()! : "";
    }
}
