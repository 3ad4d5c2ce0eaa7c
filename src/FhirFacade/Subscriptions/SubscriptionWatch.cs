using System.Collections.Frozen;
using Consortium.FhirFacade.Rest;
using Consortium.FhirFacade.Search;
using Consortium.FhirFacade.Search.Query;
using Consortium.FhirFacade.Store;

namespace Consortium.FhirFacade.Subscriptions;

/// <summary>
/// What subscriptions have to do with a write: a Subscription that is written becomes a channel, and every new version that matches one is queued, all in the
/// transaction that stores it. So nothing that was acknowledged is missed, whatever stops the process. Criteria are evaluated by the search engine over
/// the index rows of the transaction, so that a subscription and a search agree. Thread-safe.
/// </summary>
internal sealed class SubscriptionWatch(SubscriptionContent content, SubscriptionTables tables, SearchQueries search)
{
    private volatile Known _known = new(0, FrozenDictionary<string, SubscriptionChannel[]>.Empty);

    /// <summary>Raised after a commit that queued something.</summary>
    public event Action? Queued;

    /// <summary>Checks the Subscriptions among the writes of a client and puts what is stored in their place.</summary>
    /// <exception cref="FhirException">422: one cannot be taken.</exception>
    public async Task<IReadOnlyList<ResourceWrite>> AcceptAsync(StoreTransaction unit, IReadOnlyList<ResourceWrite> writes)
    {
        if (!writes.Any(IsClients)) return writes;
        var accepted = new List<ResourceWrite>(writes.Count);
        foreach (ResourceWrite write in writes)
        {
            if (!IsClients(write))
            {
                accepted.Add(write);
                continue;
            }

            SubscriptionChannel? known = await tables.FindAsync(unit.Transaction, write.Id).ConfigureAwait(false);
            AcceptedSubscription subscription = content.Accept(write.Id, write.Content!, known?.Headers ?? []);
            accepted.Add(write with { Content = subscription.Content, Subscription = subscription });
        }

        return accepted;

        static bool IsClients(ResourceWrite write) => write is { Type: "Subscription", Content: not null, IsServers: false };
    }

    /// <summary>Takes or forgets the channels of the Subscriptions that were written.</summary>
    public async Task RegisterAsync(StoreTransaction unit, IReadOnlyList<ResourceWrite> writes, IReadOnlyList<WriteResult> results)
    {
        for (int i = 0; i < writes.Count; i++)
        {
            if (writes[i].Type != "Subscription" || writes[i].IsServers) continue;
            switch (results[i].Outcome)
            {
                case WriteOutcome.Left or WriteOutcome.StoredAsLate or WriteOutcome.NothingToDelete:
                    break; // what is current is not what was written
                case WriteOutcome.Deleted:
                    unit.SubscriptionStamp = await SubscriptionTables.RemoveAsync(unit.Transaction, writes[i].Id).ConfigureAwait(false);
                    break;
                default:
                    unit.SubscriptionStamp = await tables.WriteAsync(unit.Transaction, writes[i].Subscription!.Channel).ConfigureAwait(false);
                    break;
            }
        }
    }

    /// <summary>Queues what subscriptions ask to be told of the unit's versions; true where there is something.</summary>
    public async Task<bool> QueueAsync(StoreTransaction unit)
    {
        if (unit.Versions.Count == 0) return false;
        Known known = await KnownAsync(unit).ConfigureAwait(false);
        if (known.ByType.Count == 0) return false;
        List<Notice> notices = [];
        // The last version of each resource is the one that is current when the transaction ends; a deletion tells nobody (subscription.html).
        foreach (IGrouping<string, VersionRow> ofType in unit.Versions.GroupBy(row => row.Key.Type, StringComparer.Ordinal))
        {
            if (!known.ByType.TryGetValue(ofType.Key, out SubscriptionChannel[]? channels)) continue;
            Dictionary<string, VersionRow> current = [];
            foreach (VersionRow row in ofType) current[row.Key.Id] = row;
            string[] ids = [.. current.Values.Where(row => !row.Deleted).Select(row => row.Key.Id)];
            foreach (SubscriptionChannel channel in channels)
            {
                foreach (string id in await MatchesAsync(channel, ids, unit).ConfigureAwait(false)) notices.Add(new Notice(channel.Id, ofType.Key, id, current[id].Version));
            }
        }

        if (notices.Count == 0) return false;
        await tables.QueueAsync(unit.Transaction, notices).ConfigureAwait(false);
        return true;
    }

    /// <summary>After the commit.</summary>
    public void Wake() => Queued?.Invoke();

    private async Task<IReadOnlyCollection<string>> MatchesAsync(SubscriptionChannel channel, string[] ids, StoreTransaction unit)
    {
        if (ids.Length == 0) return [];
        SearchQuery query;
        try
        {
            query = content.Query(channel.Type, channel.Criteria);
        }
        catch (FhirException)
        {
            return []; // its search parameter is gone since: SubscriptionDelivery turns it off and says so
        }

        if (query.Conditions.Count == 0) return ids;
        IReadOnlySet<string> found = await search.AmongAsync(query, ids, unit.Transaction).ConfigureAwait(false);
        return [.. ids.Where(found.Contains)];
    }

    private async Task<Known> KnownAsync(StoreTransaction unit)
    {
        Known known = _known;
        if (known.Stamp == unit.SubscriptionStamp) return known;
        IReadOnlyList<SubscriptionChannel> all = await tables.AllAsync(unit.Transaction.Connection!, unit.Transaction).ConfigureAwait(false);
        return _known = new Known(unit.SubscriptionStamp, all.GroupBy(channel => channel.Type, StringComparer.Ordinal).ToFrozenDictionary(type => type.Key, type => type.ToArray(), StringComparer.Ordinal));
    }

    private sealed record Known(long Stamp, FrozenDictionary<string, SubscriptionChannel[]> ByType);
}
