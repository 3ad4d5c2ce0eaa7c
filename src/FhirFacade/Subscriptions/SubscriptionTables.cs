using System.Data.Common;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Consortium.FhirFacade.Search.Sql;
using Consortium.FhirFacade.Store;
using Consortium.Storage;
using Dapper;

namespace Consortium.FhirFacade.Subscriptions;

/// <summary>
/// The tables of subscriptions: channels, the queue of notifications, and a stamp that changes with the channels, by which a writer knows whether it knows them all.
/// A stamp is drawn by chance and never comes again, so that one that was rolled back is not taken for a later one.
/// </summary>
internal sealed class SubscriptionTables(FacadeOptions options, TimeProvider time)
{
    private const int MostRows = 500;
    private const string Columns = "c.id, c.type, c.criteria, c.endpoint, c.payload, c.headers, c.ends_at, c.state";

    private readonly SealedBox _headers = new(options, "subscription headers");

    /// <summary>The stamp of the moment.</summary>
    public static Task<long> StampAsync(DbTransaction transaction) =>
        transaction.Connection!.ExecuteScalarAsync<long>("SELECT stamp FROM subscription_stamp", transaction: transaction);

    /// <summary>All channels that are not off.</summary>
    public async Task<IReadOnlyList<SubscriptionChannel>> AllAsync(DbConnection connection, DbTransaction? transaction = null) =>
        [.. (await connection.QueryAsync<ChannelRow>($"SELECT {Columns} FROM subscription_channel c WHERE c.state <> 2 ORDER BY c.id", transaction: transaction).ConfigureAwait(false)).Select(Read)];

    /// <summary>The channel of a subscription; null where there is none.</summary>
    public async Task<SubscriptionChannel?> FindAsync(DbTransaction transaction, string id) =>
        await transaction.Connection!.QuerySingleOrDefaultAsync<ChannelRow>($"SELECT {Columns} FROM subscription_channel c WHERE c.id = @id", new { id }, transaction).ConfigureAwait(false) is { } row ? Read(row) : null;

    /// <summary>Writes a channel; gives the new stamp. An active one starts without pauses, one that is failing keeps those it has.</summary>
    public async Task<long> WriteAsync(DbTransaction transaction, SubscriptionChannel channel)
    {
        string reset = channel.State == ChannelState.Failing ? "" : ", failures = 0, not_before = 0";
        await transaction.Connection!.ExecuteAsync(
            "INSERT INTO subscription_channel (id, type, criteria, endpoint, payload, headers, ends_at, state, failures, not_before) " +
            "VALUES (@Id, @Type, @Criteria, @Endpoint, @Payload, @headers, @EndsAt, @state, 0, 0) ON CONFLICT (id) DO UPDATE SET type = excluded.type, criteria = excluded.criteria, " +
            $"endpoint = excluded.endpoint, payload = excluded.payload, headers = excluded.headers, ends_at = excluded.ends_at, state = excluded.state{reset}",
            new
            {
                channel.Id, channel.Type, channel.Criteria, channel.Endpoint, channel.Payload, channel.EndsAt, state = (long)channel.State,
                headers = _headers.Seal(JsonSerializer.SerializeToUtf8Bytes(channel.Headers)),
            }, transaction).ConfigureAwait(false);
        if (channel.State == ChannelState.Off)
        {
            await transaction.Connection!.ExecuteAsync("DELETE FROM subscription_notice WHERE subscription = @Id", new { channel.Id }, transaction).ConfigureAwait(false);
        }
        else if (channel.State == ChannelState.Active)
        {
            await transaction.Connection!.ExecuteAsync(
                "UPDATE subscription_notice SET not_before = 0, failing_since = NULL WHERE subscription = @Id AND attempts > 0", new { channel.Id }, transaction).ConfigureAwait(false);
        }

        return await NewStampAsync(transaction).ConfigureAwait(false);
    }

    /// <summary>Turns a channel off, and forgets what waited for it; gives the new stamp.</summary>
    public static async Task<long> TurnOffAsync(DbTransaction transaction, string id)
    {
        await transaction.Connection!.ExecuteAsync("DELETE FROM subscription_notice WHERE subscription = @id", new { id }, transaction).ConfigureAwait(false);
        await transaction.Connection!.ExecuteAsync("UPDATE subscription_channel SET state = 2 WHERE id = @id", new { id }, transaction).ConfigureAwait(false);
        return await NewStampAsync(transaction).ConfigureAwait(false);
    }

    /// <summary>Forgets a channel and what waited for it; gives the new stamp.</summary>
    public static async Task<long> RemoveAsync(DbTransaction transaction, string id)
    {
        await transaction.Connection!.ExecuteAsync("DELETE FROM subscription_notice WHERE subscription = @id", new { id }, transaction).ConfigureAwait(false);
        int removed = await transaction.Connection!.ExecuteAsync("DELETE FROM subscription_channel WHERE id = @id", new { id }, transaction).ConfigureAwait(false);
        return removed > 0 ? await NewStampAsync(transaction).ConfigureAwait(false) : await StampAsync(transaction).ConfigureAwait(false);
    }

    /// <summary>Queues notifications, in the order of the changes.</summary>
    public async Task QueueAsync(DbTransaction transaction, IReadOnlyList<Notice> notices)
    {
        long now = time.GetUtcNow().ToUnixTimeMilliseconds();
        foreach (Notice[] chunk in notices.Chunk(MostRows))
        {
            var parameters = new SqlParameters();
            string queued = parameters.Add(now);
            string rows = string.Join(", ", chunk.Select(notice =>
                $"({parameters.Add(notice.Subscription)}, {parameters.Add(notice.Type)}, {parameters.Add(notice.Id)}, {parameters.Add(notice.Version)}, {queued}, 0, 0, 0)"));
            await transaction.Connection!.ExecuteAsync(
                $"INSERT INTO subscription_notice (subscription, type, id, version, queued_at, attempts, not_before, leased_until) VALUES {rows}", parameters.Values, transaction).ConfigureAwait(false);
        }
    }

    /// <summary>The header lines as they were sealed.</summary>
    public IReadOnlyList<string> Open(byte[] headers) => JsonSerializer.Deserialize<string[]>(Encoding.UTF8.GetString(_headers.Open(headers)))!;

    private static async Task<long> NewStampAsync(DbTransaction transaction)
    {
        long stamp = BitConverter.ToInt64(RandomNumberGenerator.GetBytes(8));
        await transaction.Connection!.ExecuteAsync("UPDATE subscription_stamp SET stamp = @stamp", new { stamp }, transaction).ConfigureAwait(false);
        return stamp;
    }

    private SubscriptionChannel Read(ChannelRow row) =>
        new(row.id, row.type, row.criteria, row.endpoint, row.payload, Open(row.headers), row.ends_at) { State = (ChannelState)row.state };

#pragma warning disable IDE1006, SA1300 // the names of the columns
    private sealed record ChannelRow(string id, string type, string criteria, string endpoint, string? payload, byte[] headers, long? ends_at, long state);
#pragma warning restore IDE1006, SA1300
}

/// <summary>A notification to send.</summary>
/// <param name="Subscription">The subscription.</param>
/// <param name="Type">The type of the resource.</param>
/// <param name="Id">Its id.</param>
/// <param name="Version">The version that matched.</param>
internal sealed record Notice(string Subscription, string Type, string Id, long Version);
