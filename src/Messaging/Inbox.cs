using System.Data.Common;
using Consortium.Storage;
using Dapper;

namespace Consortium.Messaging;

/// <summary>
/// Knows the messages that a component has applied: a consumer enters each in the transaction that applies it, so that a second delivery changes nothing.
/// </summary>
public sealed class Inbox
{
    private readonly string _table;
    private readonly TimeProvider _time;

    /// <param name="component">Names the table <c>inbox_component</c>: lower-case letters, digits, underscore. Consumers that apply the same message to different ends need one each.</param>
    /// <param name="time">Left out, the system's clock.</param>
    public Inbox(string component, TimeProvider? time = null)
    {
        Component = ComponentName.Checked(component);
        _table = $"inbox_{component}";
        _time = time ?? TimeProvider.System;
    }

    /// <summary>The component's name.</summary>
    public string Component { get; }

    /// <summary>Creates or updates the table.</summary>
    public Task InitializeAsync(Database database, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(database);
        return database.MigrateAsync(_table,
        [
            $"""
            CREATE TABLE {_table} (message_id TEXT PRIMARY KEY, received_at BIGINT NOT NULL);
            CREATE INDEX {_table}_received_at ON {_table} (received_at)
            """,
        ], cancellationToken);
    }

    /// <summary>
    /// Enters a message. False where it was applied before: then the consumer has nothing to do. Where another transaction is applying it at this moment,
    /// this waits for its outcome.
    /// </summary>
    /// <param name="transaction">The transaction that applies the message.</param>
    /// <param name="messageId"><see cref="ConsumeContextExtensions.DurableMessageId"/>.</param>
    public async Task<bool> TryEnterAsync(DbTransaction transaction, string messageId)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        ArgumentException.ThrowIfNullOrEmpty(messageId);
        return await transaction.Connection!.ExecuteAsync(
            $"INSERT INTO {_table} (message_id, received_at) VALUES (@messageId, @now) ON CONFLICT (message_id) DO NOTHING",
            new { messageId, now = _time.GetUtcNow().ToUnixTimeMilliseconds() }, transaction).ConfigureAwait(false) == 1;
    }

    /// <summary>
    /// Forgets what was entered before <paramref name="before"/>; returns how many. A message that is delivered again later than that is applied again,
    /// so keep more than the longest outage and the longest stay among the dead letters.
    /// </summary>
    public async Task<long> PruneAsync(Database database, DateTimeOffset before, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(database);
        const int portion = 1000; // consumers of SQLite wait their turn behind each
        long pruned = 0;
        while (true)
        {
            int gone = await database.TransactAsync(transaction => transaction.Connection!.ExecuteAsync(
                $"DELETE FROM {_table} WHERE message_id IN (SELECT message_id FROM {_table} WHERE received_at < @before LIMIT @portion)",
                new { before = before.ToUnixTimeMilliseconds(), portion }, transaction), cancellationToken).ConfigureAwait(false);
            pruned += gone;
            if (gone < portion) return pruned;
        }
    }
}
