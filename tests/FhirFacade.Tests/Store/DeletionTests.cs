using System.Text;
using Consortium.FhirFacade.Store;
using Consortium.Integrity;
using Consortium.Messaging;
using Consortium.Storage;
using Consortium.Testing;
using static Consortium.FhirFacade.Tests.Store.StoreHarness;

namespace Consortium.FhirFacade.Tests.Store;

/// <summary>Decision 0061: a deletion is a version, committed like any other, and the history stays.</summary>
public sealed class DeletionTests
{
    [Theory, MemberData(nameof(TestStore.Dialects), MemberType = typeof(TestStore))]
    public async Task Delete_StoresATombstoneAndKeepsTheHistory(Dialect dialect)
    {
        await using StoreHarness harness = await CreateAsync(dialect);
        await harness.StoreAsync(1, Resource("""{"resourceType":"Patient","id":"p","identifier":[{"system":"urn:mrn","value":"1"}]}"""));

        await harness.StoreAsync(2, new ConvertedResource("Patient", "p", ApplyMode.Delete, ""));

        CommittedVersion deletion = await harness.CommittedAsync("Patient", "p", 2);
        Assert.True(deletion.Stored.Deleted);
        Assert.Equal(
            """{"resourceType":"Patient","id":"p","meta":{"versionId":"2","lastUpdated":"2026-03-01T08:00:00.123Z","tag":[{"system":"urn:consortium:record-lifecycle","code":"deleted"}]}}""",
            Encoding.UTF8.GetString(deletion.Stored.Body));
        Assert.Equal(RecordCommitment.Compute(deletion.Stored.Body, deletion.Secret).Commitment, deletion.Entry.Commitment);
        Assert.Equal((await harness.CommittedAsync("Patient", "p", 1)).Entry.SubjectTag, deletion.Entry.SubjectTag);
        Assert.Equal(2, (await harness.EntriesAsync()).Length);
        Assert.Equal(0, await harness.CountAsync("search_token"));
    }

    [Theory, MemberData(nameof(TestStore.Dialects), MemberType = typeof(TestStore))]
    public async Task Delete_OverRestOfWhatIsNotThere_ChangesNothing(Dialect dialect)
    {
        await using StoreHarness harness = await CreateAsync(dialect);

        WriteResult result = Assert.Single(await harness.WriteAsync(new ResourceWrite("Patient", "p", WriteMode.Delete)));

        Assert.Equal(WriteOutcome.NothingToDelete, result.Outcome);
        Assert.Equal(0, await harness.CountAsync("resource"));
        Assert.Empty(await harness.OutboxAsync());
    }

    [Theory, MemberData(nameof(TestStore.Dialects), MemberType = typeof(TestStore))]
    public async Task Update_AfterADeletion_GoesOnCounting(Dialect dialect)
    {
        await using StoreHarness harness = await CreateAsync(dialect);
        await harness.WriteAsync(Put("""{"resourceType":"Patient","id":"p"}"""));
        await harness.WriteAsync(new ResourceWrite("Patient", "p", WriteMode.Delete));

        WriteResult result = Assert.Single(await harness.WriteAsync(Put("""{"resourceType":"Patient","id":"p"}""")));

        Assert.Equal((3, WriteOutcome.Created), (result.Version, result.Outcome));
    }
}
