using System.Text;
using Consortium.Adapters.Intake;
using Consortium.Adapters.Tests.Hl7V2;
using Consortium.Storage;
using Consortium.Testing;

namespace Consortium.Adapters.Tests.Intake;

public sealed class JournalTests
{
    [Theory]
    [MemberData(nameof(TestStore.Dialects), MemberType = typeof(TestStore))]
    public async Task The_same_bytes_twice_are_one_intake(Dialect dialect)
    {
        await using IntakeFixture intake = await IntakeFixture.CreateAsync(dialect);

        IntakeReceipt first = await intake.AcceptAsync("one");
        IntakeReceipt again = await intake.AcceptAsync("one");
        IntakeReceipt other = await intake.AcceptAsync("two");

        Assert.False(first.IsDuplicate);
        Assert.Equal(first with { IsDuplicate = true }, again);
        Assert.True(other.Sequence > first.Sequence);
        Assert.Equal(2, Assert.Single(await intake.Status.BySourceAsync()).Received);
    }

    [Theory]
    [MemberData(nameof(TestStore.Dialects), MemberType = typeof(TestStore))]
    public async Task Many_senders_at_once_each_get_their_own_receipt_and_every_byte_is_kept(Dialect dialect)
    {
        await using IntakeFixture intake = await IntakeFixture.CreateAsync(dialect);
        byte[][] records = [.. Enumerable.Range(0, 500).Select(i => Encoding.UTF8.GetBytes($"record {i}\u0000\u001c"))];

        IntakeReceipt[] receipts = await Task.WhenAll(records.Select(record => intake.Journal.AcceptAsync(record, "his", "a.hl7")));

        Assert.Equal(500, receipts.Select(receipt => receipt.Sequence).Distinct().Count());
        for (int i = 0; i < records.Length; i += 50)
        {
            RawRecord kept = Assert.IsType<RawRecord>(await intake.Journal.FindAsync(receipts[i].Digest));
            Assert.Equal(records[i], kept.Bytes.ToArray());
            Assert.Equal("a.hl7", kept.FileName);
        }
    }

    [Theory]
    [MemberData(nameof(TestStore.Dialects), MemberType = typeof(TestStore))]
    public async Task A_record_whose_commit_fails_is_not_acknowledged_and_leaves_nothing(Dialect dialect)
    {
        await using IntakeFixture intake = await IntakeFixture.CreateAsync(dialect);
        intake.Journal.BeforeCommit = () => throw new IOException("the disk is full");

        await Assert.ThrowsAsync<IOException>(() => intake.AcceptAsync("one"));
        Assert.Empty(await intake.Status.BySourceAsync());

        intake.Journal.BeforeCommit = null;
        Assert.False((await intake.AcceptAsync("one")).IsDuplicate);
    }

    [Theory]
    [MemberData(nameof(TestStore.Dialects), MemberType = typeof(TestStore))]
    public async Task Each_record_is_published_once_in_order_and_settled(Dialect dialect)
    {
        await using IntakeFixture intake = await IntakeFixture.CreateAsync(dialect);
        for (int i = 0; i < 150; i++) await intake.AcceptAsync(Messages.Admission($"M{i}", $"Z{i}", $"V{i}"));
        var publisher = new RecordingPublisher();

        await intake.StartAsync(publisher);
        await intake.WaitForAsync(pending: 0, published: 150, quarantined: 0);

        long[] sequences = [.. publisher.Messages.Select(message => message.IntakeSequence)];
        Assert.Equal(150, sequences.Distinct().Count());
        Assert.Equal(150, sequences.Length);
        Assert.All(publisher.Messages, message => Assert.Contains(message.Resources, resource => resource.ResourceType == "Patient"));
    }

    [Theory]
    [MemberData(nameof(TestStore.Dialects), MemberType = typeof(TestStore))]
    public async Task A_crash_between_publishing_and_settling_repeats_under_the_same_id(Dialect dialect)
    {
        await using IntakeFixture intake = await IntakeFixture.CreateAsync(dialect);
        await intake.AcceptAsync(Messages.Admission());
        var publisher = new RecordingPublisher();
        var crashed = new TaskCompletionSource();

        await intake.StartAsync(publisher, (step, _) =>
        {
            if (step != WorkerStep.Published) return Task.CompletedTask;
            crashed.TrySetResult();
            throw new InvalidOperationException("crash");
        });
        await crashed.Task.WaitAsync(TimeSpan.FromSeconds(60));
        await intake.StopAsync();
        await intake.WaitForAsync(pending: 1, published: 0, quarantined: 0);

        await intake.StartAsync(publisher);
        await intake.WaitForAsync(pending: 0, published: 1, quarantined: 0);

        Assert.True(publisher.Messages.Count >= 2);
        Assert.Single(publisher.Ids);
    }

    [Theory]
    [MemberData(nameof(TestStore.Dialects), MemberType = typeof(TestStore))]
    public async Task A_crash_between_conversion_and_publishing_loses_nothing(Dialect dialect)
    {
        await using IntakeFixture intake = await IntakeFixture.CreateAsync(dialect);
        for (int i = 0; i < 20; i++) await intake.AcceptAsync(Messages.Admission($"M{i}", $"Z{i}", $"V{i}"));
        var publisher = new RecordingPublisher();
        int seen = 0;
        var crashed = new TaskCompletionSource();

        await intake.StartAsync(publisher, (step, _) =>
        {
            if (step != WorkerStep.Converted || Interlocked.Increment(ref seen) % 3 != 0) return Task.CompletedTask;
            crashed.TrySetResult();
            throw new InvalidOperationException("crash");
        });
        await crashed.Task.WaitAsync(TimeSpan.FromSeconds(60));
        await intake.StopAsync();

        await intake.StartAsync(publisher);
        await intake.WaitForAsync(pending: 0, published: 20, quarantined: 0);

        Assert.Equal(20, publisher.Ids.Count);
    }

    [Fact]
    public async Task While_the_broker_is_away_records_wait_and_intake_goes_on()
    {
        await using IntakeFixture intake = await IntakeFixture.CreateAsync(Dialect.Sqlite);
        var publisher = new RecordingPublisher { Gated = true };
        await intake.StartAsync(publisher);

        for (int i = 0; i < 200; i++) await intake.AcceptAsync(Messages.Admission($"M{i}", $"Z{i}", $"V{i}"));
        await intake.WaitForAsync(pending: 200, published: 0, quarantined: 0);
        publisher.OpenGate();

        await intake.WaitForAsync(pending: 0, published: 200, quarantined: 0);
        Assert.Equal(200, publisher.Messages.Count);
    }

    [Fact]
    public async Task A_publication_that_fails_from_outside_is_tried_until_it_works()
    {
        await using IntakeFixture intake = await IntakeFixture.CreateAsync(Dialect.Sqlite);
        await intake.AcceptAsync(Messages.Admission());
        var publisher = new RecordingPublisher();
        for (int i = 0; i < 3; i++) publisher.Failures.Enqueue(new IOException("broker gone"));

        await intake.StartAsync(publisher);
        await intake.WaitForAsync(pending: 0, published: 1, quarantined: 0);

        Assert.Single(publisher.Messages);
    }

    [Fact]
    public async Task What_the_store_refuses_time_after_time_waits_for_a_person_and_can_be_released()
    {
        await using IntakeFixture intake = await IntakeFixture.CreateAsync(Dialect.Sqlite);
        await intake.AcceptAsync(Messages.Admission());
        var publisher = new RecordingPublisher();
        for (int i = 0; i < 5; i++) publisher.Failures.Enqueue(new NotSupportedException("a secret name"));

        await intake.StartAsync(publisher);
        await intake.WaitForAsync(pending: 0, published: 0, quarantined: 1);
        QuarantinedRecord waiting = Assert.Single(await intake.Quarantine.ListAsync());
        Assert.Equal("processing", waiting.Code);
        Assert.DoesNotContain("a secret name", waiting.OutcomeJson, StringComparison.Ordinal);

        Assert.True(await intake.Quarantine.ReleaseAsync(waiting.Digest));
        await intake.WaitForAsync(pending: 0, published: 1, quarantined: 0);
        Assert.Empty(await intake.Quarantine.ListAsync());
    }
}
