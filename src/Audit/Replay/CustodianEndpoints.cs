using Consortium.Ledger;

namespace Consortium.Audit;

/// <summary>
/// Where each custodian is asked, and under which name it expects to be addressed: what the regulator said, else what it
/// found by asking, else what the contract's registry says. A replaced key's records are with its successor.
/// </summary>
internal sealed class CustodianEndpoints(ReplayOptions options, ChainReplay chain, CustodianClient client)
{
    private const int MostReplacements = 64;
    private readonly List<Uri> _unassigned = [.. options.UnassignedEndpoints];

    public async Task<(Uri? Endpoint, Address Audience)> OfAsync(CustodianTrail trail, CancellationToken cancellationToken)
    {
        Address account = Successor(trail.Custodian);
        if (options.CustodianEndpoints.TryGetValue(trail.Custodian, out Uri? named) || options.CustodianEndpoints.TryGetValue(account, out named)) return (named, account);
        if (await FindAsync(trail, account, cancellationToken).ConfigureAwait(false) is { } found) return (found, account);
        bool known = Uri.TryCreate(chain.Member(account)?.Endpoint, UriKind.Absolute, out Uri? registered) && registered.Scheme is "http" or "https";
        return (known ? registered : null, account);
    }

    /// <summary>The account that has taken a replaced one's place.</summary>
    private Address Successor(Address account)
    {
        for (int i = 0; i < MostReplacements && chain.Member(account)?.ReplacedBy is { } next; i++) account = next;
        return account;
    }

    /// <summary>The one of the unassigned endpoints that has this custodian's first record.</summary>
    private async Task<Uri?> FindAsync(CustodianTrail trail, Address audience, CancellationToken cancellationToken)
    {
        if (_unassigned.Count == 0) return null;
        foreach (TrailEntry entry in trail.Entries().Take(3))
        {
            foreach (Uri candidate in _unassigned)
            {
                ChallengeReply reply = await client.AskAsync(candidate, audience, entry.Entry.RecordId, cancellationToken).ConfigureAwait(false);
                if (reply.Outcome is not (ChallengeOutcome.Answered or ChallengeOutcome.Damaged)) continue;
                _unassigned.Remove(candidate);
                return candidate;
            }
        }

        return null;
    }
}
