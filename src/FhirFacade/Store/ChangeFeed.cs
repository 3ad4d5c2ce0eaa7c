using System.Data.Common;
using System.Globalization;
using System.Text;
using Consortium.Messaging;

namespace Consortium.FhirFacade.Store;

/// <summary>Puts every change in an outbox of its own, in the transaction that makes it, for the topic of changes.</summary>
internal sealed class ChangeFeed(Outbox outbox, FacadeOptions options)
{
    /// <summary>Bytes of content in one message of the outbox; a larger resource goes alone.</summary>
    private const int MostBytes = 4 * 1024 * 1024;

    private const int MostChanges = 1000;

    private readonly string _custodian = options.Custodian.ToString();

    /// <summary>The outbox that the topic's relay empties.</summary>
    public Outbox Outbox => outbox;

    /// <summary>Enqueues the changes of a transaction.</summary>
    /// <param name="transaction">The transaction.</param>
    /// <param name="versions">What was stored, in order.</param>
    /// <param name="id">The id of the transaction's message of index entries.</param>
    /// <param name="traces">The traces of those who wrote.</param>
    public async Task EnqueueAsync(DbTransaction transaction, IReadOnlyList<VersionRow> versions, string id, string? traces)
    {
        int part = 0;
        long bytes = 0;
        List<ResourceChange> changes = [];
        foreach (VersionRow row in versions)
        {
            bool withContent = options.Changes == ChangeContent.Resource && !row.Deleted;
            long size = withContent ? row.Body.Length : 0;
            if (changes.Count == MostChanges || (changes.Count > 0 && bytes + size > MostBytes)) await SendAsync().ConfigureAwait(false);
            bytes += size;
            changes.Add(new ResourceChange
            {
                Type = row.Key.Type,
                Id = row.Key.Id,
                Version = row.Version,
                Interaction = row.Interaction,
                RecordedAt = row.RecordedAt,
                RecordId = Convert.ToHexStringLower(row.Entry.RecordId.ToArray()),
                Commitment = Convert.ToHexStringLower(row.Entry.Commitment.ToArray()),
                Resource = withContent ? Encoding.UTF8.GetString(row.Body) : null,
            });
        }

        await SendAsync().ConfigureAwait(false);

        async Task SendAsync()
        {
            await outbox.EnqueueAsync(
                transaction, new ResourceChanges { Custodian = _custodian, Changes = changes }, string.Create(CultureInfo.InvariantCulture, $"{id}.{part++}"), traces).ConfigureAwait(false);
            (changes, bytes) = ([], 0);
        }
    }
}
