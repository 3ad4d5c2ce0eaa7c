using System.Collections.Concurrent;
using System.Text.Json;
using Consortium.Integrity;
using Consortium.Ledger;

namespace Consortium.Audit;

/// <summary>
/// Tells an erasure from a loss: a custodian that says that it erased a record names the AuditEvent that records it. That event must be in the custodian's own index, must verify
/// against its commitment, and must name the record. An event names many records and is asked for once.
/// </summary>
internal sealed class ErasureProofs(CustodianClient client, CustodianTrail trail, Uri endpoint, Address audience)
{
    private readonly ConcurrentDictionary<Tag128, Lazy<Task<IReadOnlySet<string>?>>> _events = new();
    private readonly Lazy<Dictionary<Tag128, Hash256>> _commitments = new(() =>
    {
        var commitments = new Dictionary<Tag128, Hash256>();
        foreach (TrailEntry entry in trail.Entries()) commitments.TryAdd(entry.Entry.RecordId, entry.Entry.Commitment);
        return commitments;
    });

    /// <summary>What a custodian's "erased" is worth.</summary>
    /// <param name="recordId">The record that it was asked for.</param>
    /// <param name="reply">Its answer.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<(FindingKind Kind, string Detail)> OfAsync(Tag128 recordId, ChallengeReply reply, CancellationToken cancellationToken)
    {
        if (EventOf(reply.Body) is not { } id) return (FindingKind.Missing, $"The custodian says that the record is gone, and names no record of its erasure. {reply.Detail}");
        IReadOnlySet<string>? erased = await _events.GetOrAdd(id, _ => new Lazy<Task<IReadOnlySet<string>?>>(() => ReadAsync(id, cancellationToken))).Value.ConfigureAwait(false);
        if (erased is null) return (FindingKind.Missing, $"The custodian says that it erased the record; the AuditEvent that it names (record {id}) is not anchored, or does not verify.");
        return erased.Contains(ErasureProof.Reference(recordId))
            ? (FindingKind.Erased, $"The custodian erased the record and says so in an anchored AuditEvent (record {id}).")
            : (FindingKind.Missing, $"The custodian says that it erased the record; the AuditEvent that it names (record {id}) does not speak of it.");
    }

    /// <summary>The records that an event says were erased; null where it proves nothing.</summary>
    private async Task<IReadOnlySet<string>?> ReadAsync(Tag128 id, CancellationToken cancellationToken)
    {
        if (!_commitments.Value.TryGetValue(id, out Hash256 commitment)) return null;
        ChallengeReply reply = await client.AskAsync(endpoint, audience, id, cancellationToken).ConfigureAwait(false);
        if (reply.Outcome != ChallengeOutcome.Answered) return null;
        CustodianAnswer answer;
        try
        {
            answer = CustodianAnswer.Read(reply.Body);
        }
        catch (FormatException)
        {
            return null;
        }

        if (!DisclosureVerifier.Verify(answer.View, answer.Disclosure, commitment).Ok) return null;
        if (answer.Leaf("/resourceType") != "AuditEvent" || answer.Leaf("/type/code") != ErasureProof.TypeCode || answer.Leaf("/action") != "D") return null;
        var leaves = answer.Disclosure.Disclosed.Where(leaf => leaf.Type == 's' && leaf.Pointer.StartsWith("/entity/", StringComparison.Ordinal))
            .ToDictionary(leaf => leaf.Pointer, leaf => leaf.Value, StringComparer.Ordinal);
        return leaves.Where(leaf => leaf.Key.EndsWith("/what/reference", StringComparison.Ordinal)
                && leaves.GetValueOrDefault(leaf.Key[..^"/what/reference".Length] + "/lifecycle/code") == ErasureProof.LifecycleErased)
            .Select(leaf => leaf.Value).ToHashSet(StringComparer.Ordinal);
    }

    /// <summary>The record id in the extension of the OperationOutcome; null where there is none.</summary>
    private static Tag128? EventOf(byte[] body)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(body);
            foreach (JsonElement issue in document.RootElement.GetProperty("issue").EnumerateArray())
            {
                if (!issue.TryGetProperty("extension", out JsonElement extensions)) continue;
                foreach (JsonElement extension in extensions.EnumerateArray())
                {
                    if (extension.GetProperty("url").ValueEquals(ErasureProof.EventExtension) && Tag128.TryParse(extension.GetProperty("valueString").GetString(), out Tag128 id)) return id;
                }
            }
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            // no such thing
        }

        return null;
    }
}
