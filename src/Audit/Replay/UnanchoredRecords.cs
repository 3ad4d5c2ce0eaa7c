using Consortium.Integrity;
using Consortium.Ledger;

namespace Consortium.Audit;

/// <summary>
/// What a custodian says it holds, against what the chain says: a version older than policy allows that stands in no batch was never anchored, and could be altered at will.
/// A custodian can leave a record out of its list too; then it is in no view and no search of anybody who compares.
/// </summary>
internal sealed class UnanchoredRecords(ReplayOptions options, CustodianClient client)
{
    /// <summary>The findings for one custodian.</summary>
    /// <param name="trails">Its entries on the chain, those under keys that it had before among them.</param>
    /// <param name="endpoint">Where it answers.</param>
    /// <param name="audience">Under which name.</param>
    /// <param name="lastBlockTime">The time of the last block that was replayed: what is younger than policy allows is still on its way.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<IReadOnlyList<Finding>> FindAsync(IEnumerable<CustodianTrail> trails, Uri endpoint, Address audience, DateTimeOffset lastBlockTime, CancellationToken cancellationToken)
    {
        HashSet<Tag128> anchored = [.. trails.SelectMany(trail => trail.Entries()).Select(entry => entry.Entry.RecordId)];
        DateTimeOffset due = lastBlockTime - options.LongestDelay;
        var findings = new List<Finding>();
        for (string? after = ""; after is not null;)
        {
            InventoryPage page = await client.InventoryAsync(endpoint, audience, after, cancellationToken).ConfigureAwait(false);
            if (page.Outcome != ChallengeOutcome.Answered)
            {
                bool away = page.Outcome == ChallengeOutcome.Unreachable;
                findings.Add(new Finding(away ? FindingKind.Unreachable : FindingKind.Refusing, $"The custodian does not say what it holds, so that nobody knows whether all of it was anchored. {page.Detail}")
                {
                    Custodian = audience.ToString(),
                    Entries = 0,
                });
                break;
            }

            findings.AddRange(page.Records.Where(record => record.Recorded < due && !anchored.Contains(record.RecordId)).Select(record => new Finding(
                FindingKind.NeverAnchored, $"The custodian holds this version since {record.Recorded.ToUniversalTime():yyyy-MM-dd'T'HH:mm:ss'Z'}, and no batch on the chain has it.")
            {
                Custodian = audience.ToString(),
                RecordId = record.RecordId.ToString(),
            }));
            after = page.Next;
        }

        return findings;
    }
}

/// <summary>A page of a custodian's inventory.</summary>
/// <param name="Outcome">What came of asking.</param>
/// <param name="Detail">In words.</param>
/// <param name="Records">Record ids and times.</param>
/// <param name="Next">What the next page is asked for with; null at the end.</param>
internal sealed record InventoryPage(ChallengeOutcome Outcome, string Detail, IReadOnlyList<(Tag128 RecordId, DateTimeOffset Recorded)> Records, string? Next);
