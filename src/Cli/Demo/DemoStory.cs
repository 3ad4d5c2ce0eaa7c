using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Consortium.Audit;
using Consortium.Cli.Host;
using Consortium.Cli.Page;
using Consortium.FhirFacade;
using Consortium.Integrity;
using Consortium.Ledger;

namespace Consortium.Cli.Demo;

/// <summary>
/// What happens between the members of the demo, done for real and told on the page: hospital B finds and verifies a record of hospital A's; the telemedicine
/// enterprise and the resident get their own views of it; the regulator replays the trail.
/// </summary>
internal sealed class DemoStory(DemoLayout layout, DemoNetwork network)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(500);
    private readonly ConcurrentQueue<StoryLine> _lines = new();

    /// <summary>What has happened so far, oldest first. No patient data.</summary>
    public IReadOnlyList<StoryLine> Lines => [.. _lines];

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await FetchAsync(DemoMember.HospitalB, "乙医院", "Hospital B", "Patient", "全部内容", "in full", showsName: true, cancellationToken);
        await FetchAsync(DemoMember.Telemedicine, "远程医疗企业", "The telemedicine enterprise", "Patient", "不含姓名与证件号", "without name and ID number", showsName: false, cancellationToken);
        await FetchAsync(DemoMember.Resident, "居民", "The resident", "MedicationRequest", "不含用药细节", "without medication details", showsName: null, cancellationToken);
        await ReplayAsync(cancellationToken);
    }

    /// <summary>Finds the travelling patient's record of one kind at hospital A through the index, fetches it in the member's own view, and verifies it.</summary>
    private async Task FetchAsync(DemoMember member, string zh, string en, string kind, string zhView, string enView, bool? showsName, CancellationToken cancellationToken)
    {
        using LocalSigner signer = DevelopmentChain.FundedSigner(member.Account);
        using LocalSigner custodian = DevelopmentChain.FundedSigner(DemoMember.HospitalA.Account);
        await using MemberClient client = await MemberClient.OpenAsync(
            [network.Endpoint], network.Contract, network.DeployedAtBlock, signer,
            $"sqlite:{Path.Combine(layout.State, member.Name, "projection-of-member.db")}", cancellationToken, network.IndexKey);
        ushort number = IndexIdentifiers.Kind(kind);
        while (true)
        {
            await client.CatchUpAsync(cancellationToken);
            IReadOnlyList<ProjectedEntry> entries = await client.Exchange.LocateAsync(DemoNetwork.TravellingIdentifierSystem, DemoSamples.TravellingIdentifier, cancellationToken);
            if (entries.LastOrDefault(e => e.Custodian == custodian.Address && e.Entry.Kind == number) is not { } entry)
            {
                await Task.Delay(Patience, cancellationToken); // not anchored yet
                continue;
            }

            try
            {
                FetchedRecord fetched = await client.Exchange.FetchAsync(entry, cancellationToken);
                bool asPromised = showsName is null || ShowsName(fetched.View) == showsName;
                bool good = fetched.Verification.Ok && asPromised;
                string sequence = entry.Sequence.ToString(CultureInfo.InvariantCulture);
                Tell(good,
                    $"{zh}通过链上索引找到同一患者的 {entries.Count} 条记录，调阅甲医院第 {sequence} 号 {kind}（{zhView}），与链上承诺{(good ? "一致" : "不一致")}。",
                    $"{en} found {entries.Count} records of one patient through the chain's index and fetched hospital A's {kind}, entry {sequence}, {enView}: {(good ? "verified against the chain" : "NOT verified")}.");
                return;
            }
            catch (RecordExchangeException)
            {
                await Task.Delay(Patience, cancellationToken); // the custodian's own projection may be a block behind
            }
        }
    }

    private static bool ShowsName(byte[] view) => Encoding.UTF8.GetString(view).Contains("王小明", StringComparison.Ordinal);

    private async Task ReplayAsync(CancellationToken cancellationToken)
    {
        using LocalSigner regulator = DevelopmentChain.FundedSigner(DemoMember.Regulator.Account);
        ReplayVerdict verdict = await new LedgerReplay().RunAsync(
            new ReplayOptions { Chain = [network.Endpoint], Contract = network.Contract, Regulator = regulator, FromBlock = network.DeployedAtBlock }, cancellationToken);
        bool good = verdict.Verdict == VerdictWord.Intact;
        Tell(good,
            $"监管方从合约的第一个区块回放全部轨迹并逐条质询：{(good ? "完整，无篡改、无缺失" : "发现问题")}。",
            $"The regulator replayed the whole trail from the contract's first block and challenged each custodian for every entry: {(good ? "intact" : "NOT intact")}.");
    }

    private void Tell(bool good, string zh, string en) => _lines.Enqueue(new StoryLine(TimeProvider.System.GetUtcNow(), good, zh, en));
}
