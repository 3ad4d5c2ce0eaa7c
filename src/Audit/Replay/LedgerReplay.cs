using Consortium.Integrity;
using Consortium.Ledger;

namespace Consortium.Audit;

/// <summary>
/// Replays the whole trail with trust in nobody: the contract's code and events from its first block, then every
/// custodian, challenged for every record that the chain says it holds (<c>architecture.md</c>, "The flow", 9).
/// </summary>
/// <param name="timeProvider">The clock.</param>
/// <param name="handler">Sends the challenges; null for the network.</param>
public sealed class LedgerReplay(TimeProvider? timeProvider = null, HttpMessageHandler? handler = null)
{
    private const ulong EventBlocksAtOnce = 20_000;
    private readonly TimeProvider _time = timeProvider ?? TimeProvider.System;

    /// <summary>Replays once.</summary>
    /// <exception cref="RpcUnavailableException">No endpoint of the chain answers.</exception>
    /// <exception cref="RpcException">The chain refused a call.</exception>
    /// <exception cref="FormatException">An event bears one of the contract's names and is malformed.</exception>
    public async Task<ReplayVerdict> RunAsync(ReplayOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        DateTimeOffset started = _time.GetUtcNow();
        var ethereum = new EthereumClient(options.Chain);
        await using (ethereum.ConfigureAwait(false))
        {
            ulong chainId = await ethereum.ChainIdAsync(cancellationToken).ConfigureAwait(false);
            ulong newest = await ethereum.BlockNumberAsync(cancellationToken).ConfigureAwait(false);
            Block last = await BlockAsync(ethereum, newest - Math.Min(newest, options.Confirmations), cancellationToken).ConfigureAwait(false);
            byte[] code = await ethereum.CodeAsync(options.Contract, cancellationToken).ConfigureAwait(false);
            var verdict = new ReplayVerdict
            {
                StartedAt = started,
                FinishedAt = started,
                Regulator = options.Regulator?.Address.ToString(),
                Chain = new ReplayedChain(chainId, null, last.Number, last.Hash.ToString(), DateTimeOffset.UnixEpoch),
                Contract = new ReplayedContract(options.Contract.ToString(), Keccak256.Hash(code).ToString()),
                Complete = options.ChallengeCustodians,
                Counts = new ReplayCounts(),
                Custodians = [],
                Findings = [],
            };
            return FirstDoubt(options, chainId, code) is { } doubt
                ? Finished(verdict, [doubt])
                : await ReplayAsync(options, ethereum, verdict, last, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Why there is nothing to replay.</summary>
    private static Finding? FirstDoubt(ReplayOptions options, ulong chainId, byte[] code)
    {
        if (options.ChainId is { } expected && expected != chainId) return new Finding(FindingKind.WrongChain, $"The chain's id is {chainId}, not {expected}.");
        if (code.Length == 0) return new Finding(FindingKind.ContractReplaced, $"There is no contract at {options.Contract}.");
        return Keccak256.Hash(code) == options.CodeHash ? null : new Finding(FindingKind.ContractReplaced, $"The code at {options.Contract} is not the ledger contract's.");
    }

    private async Task<ReplayVerdict> ReplayAsync(ReplayOptions options, EthereumClient ethereum, ReplayVerdict verdict, Block last, CancellationToken cancellationToken)
    {
        var contract = new ConsortiumLedgerContract(ethereum, options.Contract);
        ulong units = await contract.TimestampUnitsPerSecondAsync(cancellationToken).ConfigureAwait(false);
        var chain = new ChainReplay(options, units);
        for (ulong from = options.FromBlock; from <= last.Number; from += EventBlocksAtOnce)
        {
            ulong to = Math.Min(last.Number, from + EventBlocksAtOnce - 1);
            foreach (LedgerEvent ledgerEvent in await contract.EventsAsync(from, to, cancellationToken).ConfigureAwait(false)) chain.Apply(ledgerEvent);
        }

        var states = new Dictionary<Address, CustodianState>();
        foreach (CustodianTrail trail in chain.Trails) states[trail.Custodian] = await contract.CustodianAsync(trail.Custodian, last.Number, cancellationToken).ConfigureAwait(false);
        chain.Finish(custodian => states[custodian]);
        if (options.Since is { } since) chain.CompareWith(since);

        var findings = new List<Finding>(chain.Findings);
        var custodians = new List<ReplayedCustodian>();
        var scope = new ReplayScope(options);
        DateTimeOffset lastBlockTime = DateTimeOffset.FromUnixTimeSeconds((long)(last.Timestamp / units));
        ulong challenged = await ChallengeAsync(options, verdict.Chain.Id, chain, lastBlockTime, scope, custodians, findings, cancellationToken).ConfigureAwait(false);
        Block? again = await ethereum.BlockAsync(last.Number, cancellationToken).ConfigureAwait(false);
        if (again?.Hash != last.Hash) findings.Add(new Finding(FindingKind.ChainChanged, $"Block {last.Number} was replaced during the replay; replay again.") { Block = last.Number });

        verdict = verdict with
        {
            Chain = verdict.Chain with { FirstBlock = chain.FirstBlock, LastBlockTime = lastBlockTime },
            Custodians = custodians,
            Sample = options is { Sample: { } size, ChallengeCustodians: true } ? ReplaySample.Of(size, scope, chain.Trails, options.Since is not null) : null,
            Counts = new ReplayCounts
            {
                Custodians = chain.Trails.Count,
                Batches = chain.Trails.Sum(t => t.Batches.Count),
                Entries = chain.Entries,
                Challenged = challenged,
                ProvedBefore = chain.Trails.Aggregate(0UL, (sum, trail) => sum + scope.ProvedBefore(trail)),
                Verified = custodians.Aggregate(0UL, (sum, c) => sum + c.Verified),
            },
        };
        return Finished(verdict, findings);
    }

    /// <summary>All custodians at the same time, each with its own bound on what is under way.</summary>
    private async Task<ulong> ChallengeAsync(
        ReplayOptions options, ulong chainId, ChainReplay chain, DateTimeOffset lastBlockTime, ReplayScope scope, List<ReplayedCustodian> custodians, List<Finding> findings, CancellationToken cancellationToken)
    {
        using HttpClient http = handler is null ? new HttpClient() : new HttpClient(handler, disposeHandler: false);
        http.Timeout = Timeout.InfiniteTimeSpan;
        var client = new CustodianClient(options, chainId, http, _time);
        using ReplayJournal? journal = options is { Journal: { } path, ChallengeCustodians: true } ? ReplayJournal.Open(path, chainId, options.Contract) : null;
        var endpoints = new CustodianEndpoints(options, chain, client);
        var replays = new List<(CustodianTrail Trail, Uri? Endpoint, Address Audience, CustodianReplay? Replay)>();
        ulong total = 0;
        foreach (CustodianTrail trail in chain.Trails)
        {
            (Uri? endpoint, Address audience) = options.ChallengeCustodians ? await endpoints.OfAsync(trail, cancellationToken).ConfigureAwait(false) : (null, trail.Custodian);
            IReadOnlyList<TrailEntry> challenges = endpoint is null ? [] : scope.Challenges(trail);
            total += (ulong)challenges.Count;
            replays.Add((trail, endpoint, audience, endpoint is null ? null : new CustodianReplay(options, client, trail, endpoint, audience, challenges, journal)));
        }

        ulong done = 0;
        await Task.WhenAll(replays.Where(r => r.Replay is not null).Select(r => r.Replay!.RunAsync(
            () => options.Progress?.Report(new ReplayProgress("custodians", Interlocked.Increment(ref done), total)), cancellationToken))).ConfigureAwait(false);

        var unanchored = new UnanchoredRecords(options, client);
        foreach (var custodian in replays.Where(r => r.Replay is not null).GroupBy(r => r.Audience))
        {
            // One that could not be asked for its records was named already.
            if (custodian.Any(r => r.Replay!.Findings.Any(finding => finding.Kind is FindingKind.Unreachable or FindingKind.Refusing))) continue;
            findings.AddRange(await unanchored.FindAsync(custodian.Select(r => r.Trail), custodian.First().Endpoint!, custodian.Key, lastBlockTime, cancellationToken).ConfigureAwait(false));
        }

        ulong challenged = 0;
        foreach ((CustodianTrail trail, Uri? endpoint, _, CustodianReplay? replay) in replays)
        {
            challenged += replay?.Challenged ?? 0;
            if (replay is not null)
            {
                findings.AddRange(replay.Findings);
            }
            else if (options.ChallengeCustodians)
            {
                findings.Add(new Finding(FindingKind.NoEndpoint, "Neither the regulator nor the contract's registry knows where this custodian answers.") { Custodian = trail.Custodian.ToString(), Entries = trail.EntryCount });
            }

            custodians.Add(new ReplayedCustodian(
                trail.Custodian.ToString(), chain.Member(trail.Custodian)?.Name ?? "", endpoint?.GetLeftPart(UriPartial.Path), trail.Batches.Count, trail.EntryCount, replay?.Verified ?? 0, trail.Head.ToString()));
        }

        return challenged;
    }

    private ReplayVerdict Finished(ReplayVerdict verdict, IReadOnlyList<Finding> findings)
    {
        Finding[] sorted =
        [
            .. findings.OrderByDescending(f => f.Weight).ThenBy(f => f.Kind)
                .ThenBy(f => f.Custodian, StringComparer.Ordinal).ThenBy(f => f.Sequence),
        ];
        return verdict with
        {
            FinishedAt = _time.GetUtcNow(),
            Findings = sorted,
            Counts = verdict.Counts with
            {
                Findings = sorted.GroupBy(f => f.Kind).ToDictionary(
                    g => System.Text.Json.JsonNamingPolicy.KebabCaseLower.ConvertName(g.Key.ToString()), g => g.Aggregate(0UL, (sum, f) => sum + f.Entries)),
            },
        };
    }

    private static async Task<Block> BlockAsync(EthereumClient ethereum, ulong number, CancellationToken cancellationToken) =>
        await ethereum.BlockAsync(number, cancellationToken).ConfigureAwait(false) ?? throw new FormatException($"The chain says that it has block {number} and does not give it.");
}
