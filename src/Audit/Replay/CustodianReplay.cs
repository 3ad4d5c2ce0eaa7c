using System.Collections.Concurrent;
using Consortium.Integrity;
using Consortium.Ledger;

namespace Consortium.Audit;

/// <summary>
/// The second half of a replay, for one custodian: each entry of its index is challenged, and the answer verified against
/// the commitment on the chain.
/// </summary>
internal sealed class CustodianReplay(ReplayOptions options, CustodianClient client, CustodianTrail trail, Uri endpoint, Address audience, IReadOnlyList<TrailEntry> challenges, ReplayJournal? journal)
{
    private const int MostAtOnce = 100; // what a facade takes in one call

    private readonly ConcurrentBag<Finding> _findings = [];
    private readonly ConcurrentDictionary<string, ulong> _names = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<ChallengeOutcome, Silence> _silences = new();
    private readonly ErasureProofs _erasures = new(client, trail, endpoint, audience);
    private ulong _verified;
    private ulong _challenged;
    private int _unansweredInARow;
    private bool _asksSingly;

    public ulong Verified => Volatile.Read(ref _verified);

    public ulong Challenged => Volatile.Read(ref _challenged);

    public IReadOnlyCollection<Finding> Findings => _findings;

    /// <param name="done">Called after each entry.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task RunAsync(Action done, CancellationToken cancellationToken)
    {
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = Math.Max(1, options.ConcurrentChallenges), CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(Open(done).Chunk(Math.Clamp(options.RecordsAtOnce, 1, MostAtOnce)), parallel, async (entries, token) =>
        {
            IReadOnlyList<ChallengeReply>? replies = await AskManyAsync(entries, token).ConfigureAwait(false);
            for (int i = 0; i < entries.Length; i++)
            {
                if (Volatile.Read(ref _unansweredInARow) >= options.GiveUpAfter) Silent(ChallengeOutcome.Unreachable, entries[i], "Given up after too many records without an answer.");
                else await ChallengeAsync(entries[i], replies?[i], token).ConfigureAwait(false);
                done();
            }
        }).ConfigureAwait(false);

        foreach ((ChallengeOutcome outcome, Silence silence) in _silences)
        {
            _findings.Add(new Finding(outcome == ChallengeOutcome.Refused ? FindingKind.Refusing : FindingKind.Unreachable, silence.Detail)
            {
                Custodian = trail.Custodian.ToString(),
                Sequence = silence.First.Sequence,
                RecordId = silence.First.Entry.RecordId.ToString(),
                Entries = silence.Count,
            });
        }
    }

    // What an earlier run of this replay proved is not asked for again.
    private IEnumerable<TrailEntry> Open(Action done)
    {
        foreach (TrailEntry entry in challenges)
        {
            if (journal?.Has(trail.Custodian, entry) != true)
            {
                yield return entry;
                continue;
            }

            Interlocked.Increment(ref _verified);
            done();
        }
    }

    // Null where each is asked for by itself.
    private async Task<IReadOnlyList<ChallengeReply>?> AskManyAsync(TrailEntry[] entries, CancellationToken cancellationToken)
    {
        if (entries.Length == 1 || Volatile.Read(ref _asksSingly) || Volatile.Read(ref _unansweredInARow) >= options.GiveUpAfter) return null;
        IReadOnlyList<ChallengeReply>? replies = await client.AskManyAsync(endpoint, audience, [.. entries.Select(entry => entry.Entry.RecordId)], cancellationToken).ConfigureAwait(false);
        if (replies is null) Volatile.Write(ref _asksSingly, true);
        return replies;
    }

    private async Task ChallengeAsync(TrailEntry entry, ChallengeReply? answered, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _challenged);
        ChallengeReply reply = answered ?? await client.AskAsync(endpoint, audience, entry.Entry.RecordId, cancellationToken).ConfigureAwait(false);
        if (reply.Outcome == ChallengeOutcome.Unreachable) Interlocked.Increment(ref _unansweredInARow);
        else Volatile.Write(ref _unansweredInARow, 0);

        switch (reply.Outcome)
        {
            case ChallengeOutcome.Answered:
                Verify(entry, reply.Body);
                break;
            case ChallengeOutcome.Erased:
                (FindingKind kind, string said) = await _erasures.OfAsync(entry.Entry.RecordId, reply, cancellationToken).ConfigureAwait(false);
                Add(kind, entry, said);
                break;
            case ChallengeOutcome.Missing:
                Add(FindingKind.Missing, entry, $"The custodian has no such record any more. {reply.Detail}");
                break;
            case ChallengeOutcome.Damaged:
                Add(FindingKind.Damaged, entry, $"The custodian cannot produce the committed record. {reply.Detail}");
                break;
            default:
                Silent(reply.Outcome, entry, reply.Detail);
                break;
        }
    }

    private void Verify(TrailEntry entry, byte[] body)
    {
        CustodianAnswer answer;
        try
        {
            answer = CustodianAnswer.Read(body);
        }
        catch (FormatException e)
        {
            Add(FindingKind.Malformed, entry, e.Message);
            return;
        }

        string? name = answer.Name();
        VerificationResult result = DisclosureVerifier.Verify(answer.View, answer.Disclosure, entry.Entry.Commitment);
        if (!result.Ok)
        {
            Add(FindingKind.Altered, entry, $"What the custodian holds is not what was committed: {result.Reason}", name, result.Pointer);
            return;
        }

        if (EntryAgreement.Disagreement(entry.Entry, answer.Disclosure) is { } wrong)
        {
            Add(FindingKind.WrongEntry, entry, wrong, name);
        }
        else if (name is not null && name.Contains("/_history/", StringComparison.Ordinal) && !_names.TryAdd(name, entry.Sequence))
        {
            Add(FindingKind.Duplicated, entry, $"The same version was anchored as number {_names[name]} already.", name);
        }
        else
        {
            Interlocked.Increment(ref _verified);
            journal?.Add(trail.Custodian, entry);
        }
    }

    private void Silent(ChallengeOutcome outcome, TrailEntry entry, string detail) =>
        _silences.AddOrUpdate(outcome, _ => new Silence(entry, 1, detail), (_, s) => s with { Count = s.Count + 1, First = s.First.Sequence < entry.Sequence ? s.First : entry });

    private void Add(FindingKind kind, TrailEntry entry, string detail, string? resource = null, string? pointer = null) => _findings.Add(new Finding(kind, detail)
    {
        Custodian = trail.Custodian.ToString(),
        Sequence = entry.Sequence,
        RecordId = entry.Entry.RecordId.ToString(),
        Resource = resource,
        Pointer = pointer,
        Block = entry.Block,
        Transaction = entry.Transaction.ToString(),
    });

    private sealed record Silence(TrailEntry First, ulong Count, string Detail);
}
