using System.Data.Common;
using System.Text;
using System.Text.Json;
using Consortium.FhirFacade.Later;
using Consortium.FhirFacade.Store;
using Consortium.Messaging;
using Consortium.Storage;
using Dapper;

namespace Consortium.FhirFacade.Erasure;

/// <summary>What waits in the store to be sent or fetched, and holds or points to what is erased: cleared in the transaction that erases.</summary>
internal static class WaitingContent
{
    /// <summary>The tables in which content waits, for who cleans the files.</summary>
    public static IReadOnlyList<string> Tables { get; } = ["later_request", "subscription_notice", "view_mark", "view_identity"];

    /// <summary>The table of changes on their way to their topic; there where the site publishes them, or did.</summary>
    public const string ChangeTable = "outbox_" + FhirFacadeServiceCollectionExtensions.ChangeComponent;

    /// <summary>True where there is a table of changes.</summary>
    public static async Task<bool> HasChangesAsync(DbConnection connection, DbTransaction? transaction = null) =>
        await connection.ExecuteScalarAsync<long>("SELECT COUNT(*) FROM schema_version WHERE component = @ChangeTable", new { ChangeTable }, transaction).ConfigureAwait(false) > 0;

    /// <summary>Clears it.</summary>
    /// <param name="transaction">The transaction that erases.</param>
    /// <param name="database">The store.</param>
    /// <param name="versions">What is erased.</param>
    public static async Task ClearAsync(DbTransaction transaction, Database database, IReadOnlyCollection<(RecordKey Key, long Version)> versions)
    {
        DbConnection connection = transaction.Connection!;
        foreach ((RecordKey key, long version) in versions)
        {
            await connection.ExecuteAsync(
                "DELETE FROM subscription_notice WHERE type = @type AND id = @id AND version = @version", new { type = key.Type, id = key.Id, version }, transaction).ConfigureAwait(false);
        }

        await GiveUpRequestsAsync(connection, transaction, [.. versions.Select(one => one.Key).Distinct()]).ConfigureAwait(false);
        if (!await HasChangesAsync(connection, transaction).ConfigureAwait(false)) return;
        HashSet<(string, string, long)> gone = [.. versions.Select(one => (one.Key.Type, one.Key.Id, one.Version))];
        // That there was a change is still told, with the record id; only the content is not.
        await new Outbox(database, FhirFacadeServiceCollectionExtensions.ChangeComponent).ReviseAsync<ResourceChanges>(transaction, message =>
            message.Changes.Any(change => IsGone(change)) ? message with { Changes = [.. message.Changes.Select(change => IsGone(change) ? change with { Resource = null } : change)] } : null).ConfigureAwait(false);

        bool IsGone(ResourceChange change) => change.Resource is not null && gone.Contains((change.Type, change.Id, change.Version));
    }

    /// <summary>
    /// Answers that wait to be fetched may hold what is erased, and so may the answer that is being made; whoever asked asks again. A Bundle that is being stored goes on
    /// if it reads nothing and names none of the records: it was accepted, and is about others.
    /// </summary>
    private static async Task GiveUpRequestsAsync(DbConnection connection, DbTransaction transaction, IReadOnlyCollection<RecordKey> keys)
    {
        string own = LaterWork.Current?.Request ?? ""; // the erasure may itself be an entry of such a Bundle
        await connection.ExecuteAsync(
            "DELETE FROM later_request WHERE id <> @own AND (answer IS NOT NULL OR request IS NULL OR kind = @read)", new { own, read = (long)LaterKind.Read }, transaction).ConfigureAwait(false);
        foreach ((string id, byte[] request) in (await connection.QueryAsync<(string, byte[])>("SELECT id, request FROM later_request WHERE id <> @own", new { own }, transaction).ConfigureAwait(false)).AsList())
        {
            if (Concerns(request, keys)) await connection.ExecuteAsync("DELETE FROM later_request WHERE id = @id", new { id }, transaction).ConfigureAwait(false);
        }
    }

    private static bool Concerns(byte[] kept, IReadOnlyCollection<RecordKey> keys)
    {
        string body = Encoding.UTF8.GetString(JsonSerializer.Deserialize<KeptRequest>(kept)!.Body);
        return body.Contains("\"GET\"", StringComparison.OrdinalIgnoreCase)
            || keys.Any(key => body.Contains($"\"{key.Id}\"", StringComparison.Ordinal) || body.Contains($"/{key.Id}", StringComparison.Ordinal));
    }
}
