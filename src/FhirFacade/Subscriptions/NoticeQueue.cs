using System.Data.Common;
using Consortium.FhirFacade.Search.Sql;
using Consortium.Storage;
using Dapper;

namespace Consortium.FhirFacade.Subscriptions;

/// <summary>
/// The queue of notifications. Of each resource only the oldest notification of a subscription is ever out, so that its versions arrive in order. What is taken is leased: a
/// process that dies gives it back when the lease is over, and it is sent again.
/// </summary>
internal sealed class NoticeQueue(Database database, SubscriptionTables tables, TimeProvider time)
{
    private const int MostTaken = 128;
    private const int MostOfOne = 16;

    private long Now => time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Takes what is due, by subscription. Of one that is failing a single notification is taken: whether its endpoint is back is asked once, not a thousand times.</summary>
    /// <param name="busy">Subscriptions that are being served.</param>
    /// <param name="lease">How long nobody else takes them.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task<IReadOnlyList<IGrouping<string, TakenNotice>>> TakeAsync(IReadOnlyCollection<string> busy, TimeSpan lease, CancellationToken cancellationToken) =>
        await IsEmptyAsync(cancellationToken).ConfigureAwait(false) ? [] : await database.TransactAsync(transaction => TakeAsync(busy, lease, transaction), cancellationToken).ConfigureAwait(false);

    // Looks without a transaction, which would hold up SQLite's one writer.
    private async Task<bool> IsEmptyAsync(CancellationToken cancellationToken)
    {
        await using DbConnection connection = await database.ConnectAsync(cancellationToken).ConfigureAwait(false);
        return await connection.ExecuteScalarAsync<long?>(new CommandDefinition("SELECT 1 FROM subscription_notice LIMIT 1", cancellationToken: cancellationToken)).ConfigureAwait(false) is null;
    }

    private async Task<IReadOnlyList<IGrouping<string, TakenNotice>>> TakeAsync(IReadOnlyCollection<string> busy, TimeSpan lease, DbTransaction transaction)
    {
        var parameters = new SqlParameters();
        string now = parameters.Add(Now);
        string others = busy.Count == 0 ? "" : $" AND n.subscription NOT IN {parameters.List(busy)}";
        string locks = database.Dialect == Dialect.Postgres ? " FOR UPDATE OF n SKIP LOCKED" : "";
        NoticeRow[] due = [.. await transaction.Connection!.QueryAsync<NoticeRow>(
            "SELECT n.seq, n.subscription, n.type, n.id, n.version, n.attempts, c.endpoint, c.payload, c.headers, c.failures, c.state, v.body, v.deleted " +
            "FROM subscription_notice n JOIN subscription_channel c ON c.id = n.subscription LEFT JOIN resource_version v ON v.type = n.type AND v.id = n.id AND v.version = n.version " +
            $"WHERE n.not_before <= {now} AND n.leased_until <= {now} AND c.not_before <= {now}{others} AND NOT EXISTS (SELECT 1 FROM subscription_notice e " +
            $"WHERE e.subscription = n.subscription AND e.type = n.type AND e.id = n.id AND e.seq < n.seq) ORDER BY n.attempts, n.seq LIMIT {MostTaken}{locks}",
            parameters.Values, transaction).ConfigureAwait(false)];
        TakenNotice[] taken = [.. due.GroupBy(row => row.subscription, StringComparer.Ordinal).SelectMany(of => of.Take(of.First().failures > 0 ? 1 : MostOfOne)).Select(Read)];
        if (taken.Length > 0)
        {
            var leases = new SqlParameters();
            await transaction.Connection!.ExecuteAsync(
                $"UPDATE subscription_notice SET leased_until = {leases.Add(Now + (long)lease.TotalMilliseconds)} WHERE seq IN {leases.List(taken.Select(one => one.Sequence))}",
                leases.Values, transaction).ConfigureAwait(false);
        }

        return [.. taken.GroupBy(one => one.Subscription, StringComparer.Ordinal)];
    }

    /// <summary>It arrived, or there is nothing to send any more.</summary>
    public Task ArrivedAsync(TakenNotice notice) => database.TransactAsync(async transaction =>
    {
        await transaction.Connection!.ExecuteAsync("DELETE FROM subscription_notice WHERE seq = @Sequence", new { notice.Sequence }, transaction).ConfigureAwait(false);
        await transaction.Connection!.ExecuteAsync(
            "UPDATE subscription_channel SET failures = 0, not_before = 0 WHERE id = @Subscription AND failures > 0", new { notice.Subscription }, transaction).ConfigureAwait(false);
    });

    /// <summary>It did not arrive. Gives how often in a row the subscription has failed, and since when this notification has.</summary>
    /// <param name="notice">The notification.</param>
    /// <param name="pause">By the number of attempts that failed.</param>
    /// <param name="isEndpoint">True where the endpoint cannot be reached or does not work, so that the others wait as well; false where it refuses this one.</param>
    public Task<(long Failures, DateTimeOffset Since)> FailedAsync(TakenNotice notice, Func<long, TimeSpan> pause, bool isEndpoint) => database.TransactAsync(async transaction =>
    {
        DbConnection connection = transaction.Connection!;
        long now = Now, next = now + (long)pause(notice.Attempts + 1).TotalMilliseconds;
        await connection.ExecuteAsync(
            "UPDATE subscription_notice SET attempts = attempts + 1, leased_until = 0, not_before = @next, failing_since = COALESCE(failing_since, @now) WHERE seq = @Sequence",
            new { next, now, notice.Sequence }, transaction).ConfigureAwait(false);
        await connection.ExecuteAsync("UPDATE subscription_channel SET failures = failures + 1 WHERE id = @Subscription", new { notice.Subscription }, transaction).ConfigureAwait(false);
        long failures = await connection.ExecuteScalarAsync<long?>("SELECT failures FROM subscription_channel WHERE id = @Subscription", new { notice.Subscription }, transaction).ConfigureAwait(false) ?? 0;
        if (isEndpoint)
        {
            await connection.ExecuteAsync(
                "UPDATE subscription_channel SET not_before = @until WHERE id = @Subscription",
                new { until = now + (long)pause(Math.Max(1, failures)).TotalMilliseconds, notice.Subscription }, transaction).ConfigureAwait(false);
        }

        long since = await connection.ExecuteScalarAsync<long?>("SELECT failing_since FROM subscription_notice WHERE seq = @Sequence", new { notice.Sequence }, transaction).ConfigureAwait(false) ?? now;
        return (failures, DateTimeOffset.FromUnixTimeMilliseconds(since));
    });

    /// <summary>Subscriptions whose time has come to an end.</summary>
    public async Task<IReadOnlyList<string>> EndedAsync(CancellationToken cancellationToken)
    {
        await using DbConnection connection = await database.ConnectAsync(cancellationToken).ConfigureAwait(false);
        return [.. await connection.QueryAsync<string>(new CommandDefinition("SELECT id FROM subscription_channel WHERE ends_at <= @now AND state <> 2", new { now = Now }, cancellationToken: cancellationToken)).ConfigureAwait(false)];
    }

    /// <summary>True where no notification of the subscription is failing.</summary>
    public async Task<bool> IsCleanAsync(string subscription, CancellationToken cancellationToken)
    {
        await using DbConnection connection = await database.ConnectAsync(cancellationToken).ConfigureAwait(false);
        return await connection.ExecuteScalarAsync<long>(new CommandDefinition(
            "SELECT COUNT(*) FROM subscription_notice WHERE subscription = @subscription AND failing_since IS NOT NULL", new { subscription }, cancellationToken: cancellationToken)).ConfigureAwait(false) == 0;
    }

    /// <summary>Channels of the moment.</summary>
    public async Task<IReadOnlyList<SubscriptionChannel>> ChannelsAsync(CancellationToken cancellationToken)
    {
        await using DbConnection connection = await database.ConnectAsync(cancellationToken).ConfigureAwait(false);
        return await tables.AllAsync(connection).ConfigureAwait(false);
    }

    private TakenNotice Read(NoticeRow row) => new(
        row.seq, row.subscription, row.type, row.id, row.version, row.attempts, row.endpoint, row.payload, tables.Open(row.headers), row.deleted == 0 ? row.body : null) { IsFailing = row.state == (long)ChannelState.Failing };

#pragma warning disable IDE1006, SA1300 // the names of the columns
    private sealed record NoticeRow(
        long seq, string subscription, string type, string id, long version, long attempts, string endpoint, string? payload, byte[] headers, long failures, long state, byte[]? body, long? deleted);
#pragma warning restore IDE1006, SA1300
}

/// <summary>A notification that is being sent.</summary>
/// <param name="Sequence">Its place in the queue.</param>
/// <param name="Subscription">The subscription.</param>
/// <param name="Type">The type of the resource.</param>
/// <param name="Id">Its id.</param>
/// <param name="Version">The version.</param>
/// <param name="Attempts">Attempts that failed.</param>
/// <param name="Endpoint">Where it goes.</param>
/// <param name="Payload">The MIME type in which the resource is sent; null where nothing of it is.</param>
/// <param name="Headers">Header lines: secrets.</param>
/// <param name="Body">The version in JSON; null where the store has it no more.</param>
internal sealed record TakenNotice(
    long Sequence, string Subscription, string Type, string Id, long Version, long Attempts, string Endpoint, string? Payload, IReadOnlyList<string> Headers, byte[]? Body)
{
    /// <summary>True where the resource's status says <c>error</c>.</summary>
    public bool IsFailing { get; init; }

    /// <summary>Neither the headers nor the content.</summary>
    public override string ToString() => $"Subscription/{Subscription}";
}
