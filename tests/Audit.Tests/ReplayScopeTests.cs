using Consortium.Integrity;
using Consortium.Ledger;

namespace Consortium.Audit.Tests;

/// <summary>Replays of a part: a sample with its bound, what is newer than an earlier replay, and what an interrupted one had left.</summary>
public sealed class ReplayScopeTests(ReplayWorld world) : IClassFixture<ReplayWorld>
{
    [Fact]
    public async Task Sample_IsDrawnFromItsSeed_AndSaysWhatItIsWorth()
    {
        await using ReplayWorld.Consortium consortium = await world.ConsortiumAsync(recordsEach: 40, batch: 20);
        string first = Path.GetTempFileName(), second = Path.GetTempFileName();
        ReplayVerdict verdict = await consortium.ReplayAsync(consortium.Options with { Sample = 10, Journal = Fresh(first) });
        ReplayVerdict again = await consortium.ReplayAsync(consortium.Options with { Sample = 10, SampleSeed = Hash256.Parse(verdict.Sample!.Seed), Journal = Fresh(second) });

        Assert.Equal((VerdictWord.Intact, 20UL, 20UL, 80UL), (verdict.Verdict, verdict.Counts.Challenged, verdict.Counts.Verified, verdict.Counts.Entries));
        Assert.Equal(2, verdict.Sample.Custodians.Count);
        Assert.All(verdict.Sample.Custodians, one => Assert.Equal((10UL, 40UL), (one.Drawn, one.Of)));
        Assert.Equal(File.ReadAllLines(first).Order(), File.ReadAllLines(second).Order());
        Assert.Equal(21, File.ReadAllLines(first).Distinct().Count());
        Assert.Contains("\"mostWrong\":", System.Text.Encoding.UTF8.GetString(verdict.ToJson()), StringComparison.Ordinal);
        Assert.NotEqual(verdict.Sample.Seed, (await consortium.ReplayAsync(consortium.Options with { Sample = 10 })).Sample!.Seed);
        Assert.Equal((80UL, 0UL), await Wrong(consortium.ReplayAsync(consortium.Options with { Sample = 1000 })));
        File.Delete(first);
        File.Delete(second);

        static async Task<(ulong, ulong)> Wrong(Task<ReplayVerdict> replay) => ((await replay).Counts.Challenged, (await replay).Sample!.Custodians[0].MostWrong);
    }

    [Theory]
    [InlineData(10, 40)]
    [InlineData(59, 1000)]
    [InlineData(300, 301)]
    [InlineData(1, 2)]
    public void Bound_IsTheMostThatASampleMissesInMoreThanFiveOfAHundred(int drawn, int of)
    {
        int bound = (int)SampleBound.Most((ulong)drawn, (ulong)of);

        Assert.True(Miss(bound) > 0.05, $"{bound}: {Miss(bound)}");
        Assert.True(bound == of - drawn || Miss(bound + 1) <= 0.05, $"{bound + 1}: {Miss(bound + 1)}");

        // C(of - wrong, drawn) / C(of, drawn) in whole numbers.
        double Miss(int wrong)
        {
            System.Numerics.BigInteger above = 1, below = 1;
            for (int i = 0; i < drawn; i++) (above, below) = (above * (of - wrong - i), below * (of - i));
            return (double)(above * 1_000_000_000 / below) / 1e9;
        }
    }

    [Fact]
    public async Task Since_ChallengesWhatIsNewer_AndTheChainMustLeadToTheOldHeads()
    {
        await using ReplayWorld.Consortium consortium = await world.ConsortiumAsync();
        Checkpoint before = Checkpoint.Parse((await consortium.ReplayAsync()).ToJson());
        Assert.True(before.ProvesAll);
        await consortium.AnchorAsync(consortium.A, [consortium.A.Store("Observation", "new1", 1, await world.NowAsync()), consortium.A.Store("Observation", "new2", 1, await world.NowAsync())]);

        ReplayVerdict verdict = await consortium.ReplayAsync(consortium.Options with { Since = before });
        Assert.Equal((VerdictWord.Intact, 2UL, 24UL, 26UL), (verdict.Verdict, verdict.Counts.Challenged, verdict.Counts.ProvedBefore, verdict.Counts.Entries));
        Assert.True(Checkpoint.Parse(verdict.ToJson()).ProvesAll);

        ReplayVerdict sampled = await consortium.ReplayAsync(consortium.Options with { Since = before, Sample = 5 });
        Assert.Equal((12UL, true), (sampled.Counts.Challenged, sampled.Sample!.OfEarlierOnly));
        Assert.True(Checkpoint.Parse(sampled.ToJson()).ProvesAll);
        Assert.False(Checkpoint.Parse((await consortium.ReplayAsync(consortium.Options with { Sample = 5 })).ToJson()).ProvesAll);
        Assert.False(Checkpoint.Parse((await consortium.ReplayAsync(consortium.Options with { ChallengeCustodians = false })).ToJson()).ProvesAll);

        Checkpoint other = before with { Heads = before.Heads.ToDictionary(one => one.Key, one => one.Key == consortium.B.Signer.Address ? (one.Value.Entries, Hash256.Zero) : one.Value) };
        ReplayVerdict rewritten = await consortium.ReplayAsync(consortium.Options with { Since = other });
        Assert.Equal((VerdictWord.Tampered, FindingKind.Equivocated, consortium.B.Signer.Address.ToString()), (rewritten.Verdict, rewritten.Findings.Single().Kind, rewritten.Findings.Single().Custodian));
    }

    [Fact]
    public async Task Journal_AfterAnInterruption_OnlyTheRestIsChallenged()
    {
        await using ReplayWorld.Consortium consortium = await world.ConsortiumAsync();
        string journal = Fresh(Path.GetTempFileName());
        Tag128 wrong = IndexIdentifiers.RecordId([.. Enumerable.Repeat((byte)1, 32)], "Observation", "o2", "1");
        consortium.A.Tamper(wrong, "4.10", "4.20");
        using (var stop = new CancellationTokenSource())
        {
            var progress = new Counting(9, stop.Cancel);
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => new LedgerReplay().RunAsync(consortium.Options with { Journal = journal, Progress = progress, ConcurrentChallenges = 1, RecordsAtOnce = 1 }, stop.Token));
        }

        // A cut last line, as a killed process leaves it.
        await File.AppendAllTextAsync(journal, "0x12");
        int proved = (await File.ReadAllLinesAsync(journal)).Length - 2;
        Assert.InRange(proved, 1, 22);
        ReplayVerdict verdict = await consortium.ReplayAsync(consortium.Options with { Journal = journal });

        Assert.Equal((24UL - (ulong)proved, 23UL), (verdict.Counts.Challenged, verdict.Counts.Verified));
        Assert.Equal(wrong.ToString(), verdict.Findings.Single().RecordId);
        await using ReplayWorld.Consortium other = await world.ConsortiumAsync();
        await Assert.ThrowsAsync<ReplayJournalException>(() => other.ReplayAsync(other.Options with { Journal = journal }));
        await File.WriteAllTextAsync(journal, "a file of somebody's, without an end of line");
        await Assert.ThrowsAsync<ReplayJournalException>(() => other.ReplayAsync(other.Options with { Journal = journal }));
        Assert.StartsWith("a file", await File.ReadAllTextAsync(journal), StringComparison.Ordinal);
        File.Delete(journal);
    }

    private static string Fresh(string path)
    {
        File.Delete(path);
        return path;
    }

    private sealed class Counting(int after, Action then) : IProgress<ReplayProgress>
    {
        public void Report(ReplayProgress value)
        {
            if (value is { Stage: "custodians" } && value.Done >= (ulong)after) then();
        }
    }
}
