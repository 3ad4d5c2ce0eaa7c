using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using Consortium.Integrity;
using Consortium.Ledger;

namespace Consortium.Audit.Tests;

/// <summary>Replays over a real chain and custodians on the loopback interface that are really tampered with.</summary>
public sealed class LedgerReplayTests(ReplayWorld world) : IClassFixture<ReplayWorld>
{
    [Fact]
    public async Task RunAsync_NothingTouched_IsIntact()
    {
        await using ReplayWorld.Consortium consortium = await world.ConsortiumAsync();
        var progress = new ConcurrentQueue<ReplayProgress>();

        ReplayVerdict verdict = await consortium.ReplayAsync(consortium.Options with { Progress = new Immediate(progress), ConcurrentChallenges = 3 });

        Assert.Empty(verdict.Findings);
        Assert.Equal(VerdictWord.Intact, verdict.Verdict);
        Assert.Equal((2, 6, 24UL, 24UL, 24UL), (verdict.Counts.Custodians, verdict.Counts.Batches, verdict.Counts.Entries, verdict.Counts.Challenged, verdict.Counts.Verified));
        Assert.Equal(["甲医院 <A>", "乙医院"], verdict.Custodians.Select(c => c.Name));
        Assert.Equal((await consortium.Contract.CustodianAsync(consortium.A.Signer.Address)).Head.ToString(), verdict.Custodians[0].Head);
        Assert.Contains(progress, p => p is { Stage: "custodians", Done: 24, Total: 24 });
        Assert.InRange(consortium.A.MostAtOnce, 1, 3);
    }

    [Theory]
    [InlineData("4.10", "4.1", null)]
    [InlineData("王小明", "王大明", null)]
    [InlineData("\"final\"", "\"amended\"", null)]
    [InlineData("\"note\":[{\"text\":\"王小明\"}]", "\"note\":[{\"text\":\"王小明\"},{\"text\":\"x\"}]", null)]
    public async Task RunAsync_OneValueChangedInTheStore_NamesTheRecord(string was, string becomes, string? pointer)
    {
        await using ReplayWorld.Consortium consortium = await world.ConsortiumAsync();
        Tag128 victim = IndexIdentifiers.RecordId([.. Enumerable.Repeat((byte)1, 32)], "Observation", "o7", "1");
        consortium.A.Tamper(victim, was, becomes);

        ReplayVerdict verdict = await consortium.ReplayAsync();

        Finding finding = Assert.Single(verdict.Findings);
        Assert.Equal(VerdictWord.Tampered, verdict.Verdict);
        Assert.Equal(
            (FindingKind.Altered, consortium.A.Signer.Address.ToString(), (ulong?)7, victim.ToString(), "Observation/o7/_history/1", pointer),
            (finding.Kind, finding.Custodian, finding.Sequence, finding.RecordId, finding.Resource, finding.Pointer));
        Assert.Equal(23UL, verdict.Counts.Verified);
    }

    [Fact]
    public async Task RunAsync_ErasedWithAnAnchoredRecordOfIt_IsNamedAndIsNoTampering()
    {
        await using ReplayWorld.Consortium consortium = await world.ConsortiumAsync();
        Tag128 Id(int i) => IndexIdentifiers.RecordId([.. Enumerable.Repeat((byte)1, 32)], "Observation", $"o{i}", "1");
        await consortium.AnchorAsync(consortium.A, [consortium.A.Erase("e1", DateTimeOffset.UtcNow, Id(3), Id(5))], 5);

        ReplayVerdict verdict = await consortium.ReplayAsync();

        Assert.Equal(VerdictWord.Intact, verdict.Verdict);
        Assert.Equal([(FindingKind.Erased, 3UL), (FindingKind.Erased, 5UL)], verdict.Findings.Select(f => (f.Kind, f.Sequence!.Value)));
        Assert.Equal((23UL, 2UL), (verdict.Counts.Verified, verdict.Counts.Findings["erased"]));
    }

    [Fact]
    public async Task RunAsync_ErasureWithoutProof_IsALoss()
    {
        await using ReplayWorld.Consortium consortium = await world.ConsortiumAsync();
        Tag128 Id(int i) => IndexIdentifiers.RecordId([.. Enumerable.Repeat((byte)1, 32)], "Observation", $"o{i}", "1");
        IndexEntry real = consortium.A.Erase("e1", DateTimeOffset.UtcNow, Id(1));
        await consortium.AnchorAsync(consortium.A, [real], 5);
        consortium.A.Erase("never-anchored", DateTimeOffset.UtcNow, Id(2));
        consortium.A.Erased[Id(3)] = null; // says so, and names nothing
        consortium.A.Erased[Id(4)] = real.RecordId; // names an erasure of another record
        consortium.A.Erased[Id(5)] = Id(6); // names what is no AuditEvent

        ReplayVerdict verdict = await consortium.ReplayAsync();

        Assert.Equal(VerdictWord.Tampered, verdict.Verdict);
        Assert.Equal([2UL, 3UL, 4UL, 5UL], verdict.Findings.Where(f => f.Kind == FindingKind.Missing).Select(f => f.Sequence!.Value));
        Assert.Equal([1UL], verdict.Findings.Where(f => f.Kind == FindingKind.Erased).Select(f => f.Sequence!.Value));
    }

    [Fact]
    public async Task RunAsync_CustodianLimitsItsCallers_IsWaitedFor()
    {
        await using ReplayWorld.Consortium consortium = await world.ConsortiumAsync();
        consortium.A.Throttles = 40;
        ReplayVerdict verdict = await consortium.ReplayAsync();
        Assert.Equal((VerdictWord.Intact, 24UL), (verdict.Verdict, verdict.Counts.Verified));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task RunAsync_EachKindOfMisdeed_IsToldApart(bool singly)
    {
        await using ReplayWorld.Consortium consortium = await world.ConsortiumAsync();
        Tag128 Id(byte hospital, int i) => IndexIdentifiers.RecordId([.. Enumerable.Repeat(hospital, 32)], "Observation", $"o{i}", "1");
        consortium.A.Records.TryRemove(Id(1, 3), out _);
        consortium.A.Tamper(Id(1, 5), "{", "{{");
        consortium.B.Tamper(Id(2, 4), "4.10", "9.10");
        consortium.B.Confuses = id => id == Id(2, 9) ? Id(2, 8) : id;

        consortium.A.AnswersSingly = consortium.B.AnswersSingly = singly;
        ReplayVerdict verdict = await consortium.ReplayAsync(consortium.Options with { RecordsAtOnce = 5 });

        Assert.Equal(singly ? (0, 0) : (3, 3), (consortium.A.Many, consortium.B.Many));
        Assert.Equal(
            [
                (FindingKind.Altered, consortium.B.Signer.Address.ToString(), 4, "Observation/o4/_history/1"),
                (FindingKind.Altered, consortium.B.Signer.Address.ToString(), 9, "Observation/o8/_history/1"),
                (FindingKind.Missing, consortium.A.Signer.Address.ToString(), 3, null),
                (FindingKind.Damaged, consortium.A.Signer.Address.ToString(), 5, (string?)null),
            ],
            verdict.Findings.Select(f => (f.Kind, f.Custodian!, (int)f.Sequence!, f.Resource)));
        Assert.Equal(20UL, verdict.Counts.Verified);
        Assert.Equal(new Dictionary<string, ulong> { ["altered"] = 2, ["missing"] = 1, ["damaged"] = 1 }, verdict.Counts.Findings);
    }

    [Fact]
    public async Task RunAsync_HeldForLongerThanThePolicyAllows_AndNeverAnchored_IsNamed()
    {
        await using ReplayWorld.Consortium consortium = await world.ConsortiumAsync();
        DateTimeOffset now = await world.NowAsync();
        IndexEntry forgotten = consortium.A.Store("Observation", "forgotten", 1, now.AddDays(-4));
        consortium.A.Store("Observation", "onItsWay", 1, now.AddHours(-1));
        IndexEntry hidden = consortium.B.Store("Observation", "hidden", 1, now.AddDays(-4));

        ReplayVerdict verdict = await consortium.ReplayAsync();

        Assert.Equal(VerdictWord.Tampered, verdict.Verdict);
        Assert.Equal(
            new[] { (FindingKind.NeverAnchored, consortium.A.Signer.Address.ToString(), forgotten.RecordId.ToString()), (FindingKind.NeverAnchored, consortium.B.Signer.Address.ToString(), hidden.RecordId.ToString()) }.OrderBy(one => one.Item2, StringComparer.Ordinal),
            verdict.Findings.Select(f => (f.Kind, f.Custodian!, f.RecordId!)));
        Assert.Equal(24UL, verdict.Counts.Verified);

        // What it leaves out of its list as well, nobody can tell.
        consortium.A.Unlisted[forgotten.RecordId] = consortium.B.Unlisted[hidden.RecordId] = true;
        Assert.Equal(VerdictWord.Intact, (await consortium.ReplayAsync()).Verdict);
    }

    [Fact]
    public async Task RunAsync_CustodianAway_IsIncompleteAndSaysSo()
    {
        ReplayWorld.Consortium consortium = await world.ConsortiumAsync();
        await consortium.A.DisposeAsync();

        ReplayVerdict verdict = await consortium.ReplayAsync(consortium.Options with { GiveUpAfter = 4, ConcurrentChallenges = 1, RecordsAtOnce = 1 });
        await consortium.B.DisposeAsync();

        Finding finding = Assert.Single(verdict.Findings);
        Assert.Equal(VerdictWord.Incomplete, verdict.Verdict);
        Assert.Equal((FindingKind.Unreachable, 12UL, (ulong?)0), (finding.Kind, finding.Entries, finding.Sequence));
        Assert.Equal((16UL, 12UL), (verdict.Counts.Challenged, verdict.Counts.Verified));
    }

    [Fact]
    public async Task RunAsync_CustodianRefusesTheRegulator_IsIncompleteAndSaysSo()
    {
        await using ReplayWorld.Consortium consortium = await world.ConsortiumAsync();

        ReplayVerdict verdict = await consortium.ReplayAsync(consortium.Options with { Regulator = DevelopmentChain.FundedSigner(6) });

        Assert.Equal(VerdictWord.Incomplete, verdict.Verdict);
        Assert.All(verdict.Findings, f => Assert.Equal((FindingKind.Refusing, 12UL), (f.Kind, f.Entries)));
        Assert.Equal(2, verdict.Findings.Count);
    }

    [Theory]
    [InlineData("")]
    [InlineData("<html/>")]
    [InlineData("""{"resourceType":"Parameters","parameter":[]}""")]
    [InlineData("""{"resourceType":"Parameters","parameter":[{"name":"viewBytes","valueBase64Binary":"e30="},{"name":"disclosure","valueBase64Binary":"e30="}]}""")]
    [InlineData("""{"resourceType":"Parameters","parameter":[{"name":"viewBytes","valueBase64Binary":"?"}]}""")]
    [InlineData("""{"parameter":[{"name":7}]}""")]
    public async Task RunAsync_AnswerWithoutProof_IsTampering(string says)
    {
        await using ReplayWorld.Consortium consortium = await world.ConsortiumAsync(recordsEach: 2);
        consortium.B.Says = System.Text.Encoding.UTF8.GetBytes(says);

        ReplayVerdict verdict = await consortium.ReplayAsync();

        Assert.Equal(VerdictWord.Tampered, verdict.Verdict);
        Assert.All(verdict.Findings, f => Assert.Equal(FindingKind.Malformed, f.Kind));
        Assert.Equal(2, verdict.Findings.Count);
    }

    [Fact]
    public async Task RunAsync_SameVersionOrRecordIdAnchoredTwice_IsDuplicated()
    {
        await using ReplayWorld.Consortium consortium = await world.ConsortiumAsync(recordsEach: 2);
        IndexEntry again = consortium.A.Store("Observation", "o0", 1, DateTimeOffset.UtcNow);
        await consortium.AnchorAsync(consortium.A, [again]);

        ReplayVerdict verdict = await consortium.ReplayAsync();

        Assert.Contains(verdict.Findings, f => f.Kind == FindingKind.Duplicated && f.RecordId == again.RecordId.ToString() && f.Sequence == 2);
        Assert.Contains(verdict.Findings, f => f.Kind == FindingKind.Altered && f.Sequence == 0);
    }

    [Fact]
    public async Task RunAsync_SameVersionUnderTwoRecordIds_IsDuplicated()
    {
        await using ReplayWorld.Consortium consortium = await world.ConsortiumAsync(recordsEach: 2);
        IndexEntry twin = consortium.A.Store("Observation", "o9", 1, DateTimeOffset.UtcNow);
        Tag128 other = new([.. Enumerable.Repeat((byte)7, 16)]);
        consortium.A.Records[other] = consortium.A.Records[twin.RecordId];
        await consortium.AnchorAsync(consortium.A, [twin, twin with { RecordId = other }]);

        ReplayVerdict verdict = await consortium.ReplayAsync(consortium.Options with { ConcurrentChallenges = 1 });

        Finding finding = Assert.Single(verdict.Findings);
        Assert.Equal((FindingKind.Duplicated, (ulong?)3, "Observation/o9/_history/1"), (finding.Kind, finding.Sequence, finding.Resource));
    }

    [Fact]
    public async Task RunAsync_EntryThatLiesAboutTypeOrTime_IsNamed()
    {
        await using ReplayWorld.Consortium consortium = await world.ConsortiumAsync(recordsEach: 1);
        DateTimeOffset now = DateTimeOffset.UtcNow;
        IndexEntry kind = consortium.A.Store("Observation", "k", 1, now) with { Kind = 1 };
        IndexEntry backdated = consortium.A.Store("Observation", "t", 1, now);
        await consortium.AnchorAsync(consortium.A, [kind, backdated with { RecordedAt = backdated.RecordedAt - 3600 }]);

        ReplayVerdict verdict = await consortium.ReplayAsync();

        Assert.Equal(["Observation/k/_history/1", "Observation/t/_history/1"], verdict.Findings.Select(f => f.Resource));
        Assert.All(verdict.Findings, f => Assert.Equal(FindingKind.WrongEntry, f.Kind));
    }

    [Fact]
    public async Task RunAsync_AnchoredLateOrDatedAhead_IsNoticedAndStaysIntact()
    {
        await using ReplayWorld.Consortium consortium = await world.ConsortiumAsync(recordsEach: 1);
        DateTimeOffset now = await world.NowAsync();
        await consortium.AnchorAsync(consortium.A, [consortium.A.Store("Observation", "late", 1, now.AddDays(-4)), consortium.A.Store("Observation", "early", 1, now.AddHours(2))]);

        ReplayVerdict verdict = await consortium.ReplayAsync();

        Assert.Equal([(FindingKind.Late, (ulong?)1), (FindingKind.FutureDated, (ulong?)2)], verdict.Findings.Select(f => (f.Kind, f.Sequence)));
        Assert.Equal(VerdictWord.Intact, verdict.Verdict);
    }

    [Fact]
    public async Task RunAsync_NoContractOrAnotherOne_IsContractReplaced()
    {
        await using ReplayWorld.Consortium consortium = await world.ConsortiumAsync(recordsEach: 1);

        ReplayVerdict none = await consortium.ReplayAsync(consortium.Options with { Contract = consortium.A.Signer.Address });
        ReplayVerdict another = await consortium.ReplayAsync(consortium.Options with { CodeHash = Hash256.Zero });
        ReplayVerdict wrongChain = await consortium.ReplayAsync(consortium.Options with { ChainId = 1 });

        Assert.Equal(FindingKind.ContractReplaced, Assert.Single(none.Findings).Kind);
        Assert.Equal(FindingKind.ContractReplaced, Assert.Single(another.Findings).Kind);
        Assert.Equal(FindingKind.WrongChain, Assert.Single(wrongChain.Findings).Kind);
        Assert.All([none, another, wrongChain], v => Assert.Equal(VerdictWord.Tampered, v.Verdict));
    }

    [Fact]
    public async Task RunAsync_EndpointsGivenWithoutNames_FindsWhoseTheyAre()
    {
        await using ReplayWorld.Consortium consortium = await world.ConsortiumAsync(recordsEach: 2);
        await using TestCustodian mirror = await TestCustodian.StartAsync(consortium.A.Signer, world.Regulator.Address, 1);
        foreach ((Tag128 id, StoredRecord record) in consortium.A.Records) mirror.Records[id] = record;
        consortium.A.Always = HttpStatusCode.ServiceUnavailable;

        ReplayVerdict verdict = await consortium.ReplayAsync(consortium.Options with { UnassignedEndpoints = [consortium.B.Endpoint, mirror.Endpoint] });

        Assert.Equal(VerdictWord.Intact, verdict.Verdict);
        Assert.Equal([mirror.Endpoint.AbsoluteUri, consortium.B.Endpoint.AbsoluteUri], verdict.Custodians.Select(c => c.Endpoint));
    }

    [Fact]
    public async Task RunAsync_WitnessAttestedAnotherHead_IsEquivocation()
    {
        await using ReplayWorld.Consortium consortium = await world.ConsortiumAsync(recordsEach: 2);
        var witness = new LedgerAccount(world.Client, consortium.B.Signer);
        await witness.SendAsync(consortium.Contract.Address, consortium.Contract.EncodeAttest(consortium.A.Signer.Address, 2, Keccak256.Hash("another"u8)));

        ReplayVerdict verdict = await consortium.ReplayAsync();

        Assert.Equal((FindingKind.Equivocated, consortium.A.Signer.Address.ToString()), (Assert.Single(verdict.Findings).Kind, verdict.Findings[0].Custodian));
    }

    [Fact]
    public async Task RunAsync_ChainAlone_IsIncomplete()
    {
        await using ReplayWorld.Consortium consortium = await world.ConsortiumAsync(recordsEach: 2);

        ReplayVerdict verdict = await consortium.ReplayAsync(consortium.Options with { ChallengeCustodians = false });

        Assert.Equal((VerdictWord.Incomplete, 0UL, 4UL), (verdict.Verdict, verdict.Counts.Challenged, verdict.Counts.Entries));
        Assert.Empty(verdict.Findings);
    }

    [Fact]
    public async Task Report_TamperedTrail_IsOneSelfContainedPageAndJson()
    {
        await using ReplayWorld.Consortium consortium = await world.ConsortiumAsync(recordsEach: 2);
        consortium.A.Tamper(IndexIdentifiers.RecordId([.. Enumerable.Repeat((byte)1, 32)], "Observation", "o1", "1"), "王小明", "王大明");
        ReplayVerdict verdict = await consortium.ReplayAsync();
        string folder = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        try
        {
            string html = await File.ReadAllTextAsync(await ReplayReport.WriteAsync(verdict, folder));
            using JsonDocument json = JsonDocument.Parse(await File.ReadAllBytesAsync(Path.Combine(folder, "verdict.json")));

            Assert.Equal("tampered", json.RootElement.GetProperty("verdict").GetString());
            Assert.Equal("altered", json.RootElement.GetProperty("findings")[0].GetProperty("kind").GetString());
            Assert.Equal("Observation/o1/_history/1", json.RootElement.GetProperty("findings")[0].GetProperty("resource").GetString());
            Assert.StartsWith("verdict", json.RootElement.EnumerateObject().First().Name, StringComparison.Ordinal);
            Assert.Contains("data-verdict=\"tampered\"", html, StringComparison.Ordinal);
            Assert.Contains("Observation/o1/_history/1", html, StringComparison.Ordinal);
            Assert.Contains("甲医院 &lt;A&gt;", html, StringComparison.Ordinal);
            Assert.DoesNotContain("<script", html, StringComparison.Ordinal);
            Assert.DoesNotContain("src=", html, StringComparison.Ordinal);
            Assert.DoesNotContain("王", html, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private sealed class Immediate(ConcurrentQueue<ReplayProgress> reports) : IProgress<ReplayProgress>
    {
        public void Report(ReplayProgress value) => reports.Enqueue(value);
    }
}
