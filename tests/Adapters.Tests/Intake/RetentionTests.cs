using System.Data.Common;
using System.Text;
using Consortium.Adapters.Intake;
using Consortium.Storage;
using Consortium.Testing;
using Dapper;

namespace Consortium.Adapters.Tests.Intake;

public sealed class RetentionTests
{
    [Theory]
    [MemberData(nameof(TestStore.Dialects), MemberType = typeof(TestStore))]
    public async Task Only_processed_records_past_their_sources_age_are_pruned_and_their_digests_stay_known(Dialect dialect)
    {
        await using IntakeFixture intake = await IntakeFixture.CreateAsync(dialect);
        IntakeReceipt old = await AddAsync(intake, "old", "his", days: 40, IntakeSchema.Published);
        IntakeReceipt young = await AddAsync(intake, "young", "his", days: 20, IntakeSchema.Published);
        IntakeReceipt laboratory = await AddAsync(intake, "laboratory", "lab", days: 20, IntakeSchema.Published);
        IntakeReceipt kept = await AddAsync(intake, "kept", "archive", days: 400, IntakeSchema.Published);
        IntakeReceipt waits = await AddAsync(intake, "waits", "his", days: 400, IntakeSchema.Quarantined);
        IntakeReceipt pending = await AddAsync(intake, "pending", "his", days: 400, IntakeSchema.Pending);
        using JournalKeeper keeper = intake.Keeper(intake.Options with
        {
            Retention = new IntakeRetention { Default = TimeSpan.FromDays(30), BySource = new Dictionary<string, TimeSpan?> { ["lab"] = TimeSpan.FromDays(10), ["archive"] = null } },
        });

        Assert.Equal((0, 2), await keeper.TidyAsync(CancellationToken.None));
        Assert.Equal((0, 0), await keeper.TidyAsync(CancellationToken.None));

        foreach (IntakeReceipt gone in (IntakeReceipt[])[old, laboratory]) Assert.Null(await intake.Journal.FindAsync(gone.Digest));
        foreach (IntakeReceipt there in (IntakeReceipt[])[young, kept, waits, pending]) Assert.NotNull(await intake.Journal.FindAsync(there.Digest));
        Assert.True((await intake.AcceptAsync("old")).IsDuplicate);
        Assert.Equal(6, (await intake.Status.BySourceAsync()).Sum(source => source.Received));
    }

    [Fact]
    public async Task A_full_journal_stops_the_intake_and_goes_on_when_there_is_room()
    {
        await using IntakeFixture intake = await IntakeFixture.CreateAsync(Dialect.Sqlite);
        using JournalKeeper keeper = intake.Keeper(intake.Options with { MaxPending = 3 });
        for (int i = 0; i < 3; i++) await intake.AcceptAsync($"record {i}");

        await keeper.LookAtRoomAsync(CancellationToken.None);
        Assert.Contains("MaxPending", intake.Journal.Gate.Reason, StringComparison.Ordinal);
        ValueTask waiting = intake.Journal.Gate.WaitAsync(CancellationToken.None);
        Assert.False(waiting.IsCompleted);

        await intake.Database.TransactAsync(transaction => transaction.Connection!.ExecuteAsync("UPDATE intake SET state = 'published'", transaction: transaction));
        await keeper.LookAtRoomAsync(CancellationToken.None);
        await waiting.AsTask().WaitAsync(TimeSpan.FromSeconds(60));
    }

    [Fact]
    public async Task A_nearly_full_disk_stops_the_intake()
    {
        await using IntakeFixture intake = await IntakeFixture.CreateAsync(Dialect.Sqlite);
        using JournalKeeper keeper = intake.Keeper(intake.Options with { DataFolder = Path.GetTempPath(), MinFreeDiskBytes = long.MaxValue });

        await keeper.LookAtRoomAsync(CancellationToken.None);

        Assert.Contains("MinFreeDiskBytes", intake.Journal.Gate.Reason, StringComparison.Ordinal);
    }

    private static async Task<IntakeReceipt> AddAsync(IntakeFixture intake, string text, string source, int days, string state)
    {
        IntakeReceipt receipt = await intake.Journal.AcceptAsync(Encoding.UTF8.GetBytes(text), source);
        await using DbConnection connection = await intake.Database.ConnectAsync();
        await connection.ExecuteAsync(
            "UPDATE intake SET state = @state, received_at = @at WHERE digest = @Digest",
            new { state, at = DateTimeOffset.UtcNow.AddDays(-days).ToUnixTimeMilliseconds(), receipt.Digest });
        return receipt;
    }
}
