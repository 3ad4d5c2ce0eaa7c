using System.Data.Common;
using System.Text.Json;
using System.Threading.Channels;
using Consortium.Storage;
using Dapper;

namespace Consortium.Messaging;

/// <summary>
/// Messages that a component has committed to send, in a table of its own store: written in the transaction that makes them true, removed when the next
/// hop has them. <see cref="OutboxRelay"/> sends them, in order of writing as far as several may be under way at once.
/// </summary>
public sealed class Outbox
{
    /// <summary>The largest message, as JSON: a quarter of what RabbitMQ takes, and what two cores still move with ease.</summary>
    public const int MaxBodyBytes = 32 * 1024 * 1024;

    private readonly Database _database;
    private readonly MessageTypes _types;
    private readonly TimeProvider _time;
    private readonly string _table;
    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <param name="database">The component's store.</param>
    /// <param name="component">Names the table <c>outbox_component</c>: lower-case letters, digits, underscore.</param>
    /// <param name="types">The messages that it may hold; left out, those of this room.</param>
    /// <param name="time">Left out, the system's clock.</param>
    public Outbox(Database database, string component, MessageTypes? types = null, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(database);
        _database = database;
        Component = ComponentName.Checked(component);
        _table = $"outbox_{component}";
        _types = types ?? MessageTypes.BuiltIn;
        _time = time ?? TimeProvider.System;
    }

    /// <summary>The component's name.</summary>
    public string Component { get; }

    internal MessageTypes Types => _types;

    /// <summary>Creates or updates the table.</summary>
    public Task InitializeAsync(CancellationToken cancellationToken = default) => _database.MigrateAsync(_table,
    [
        $"""
        CREATE TABLE {_table} (
            seq {"{identity}"},
            message_id TEXT NOT NULL,
            message_type TEXT NOT NULL,
            body {"{bytes}"} NOT NULL,
            size BIGINT NOT NULL,
            enqueued_at BIGINT NOT NULL,
            attempts BIGINT NOT NULL DEFAULT 0,
            not_before BIGINT NOT NULL DEFAULT 0,
            failure TEXT
        )
        """,
        $"ALTER TABLE {_table} ADD COLUMN trace TEXT",
    ], cancellationToken);

    /// <summary>
    /// Writes a message into the caller's transaction. When that commits, the message will be sent at least once; call <see cref="Wake"/> then.
    /// </summary>
    /// <param name="transaction">A transaction of the outbox's store.</param>
    /// <param name="message">The message; one of the outbox's <see cref="MessageTypes"/>.</param>
    /// <param name="messageId">Tells this message from every other of the component, the same if the caller's work is repeated.</param>
    /// <param name="trace">The traces that the message belongs to (<see cref="MessagingTraces.Of"/>); left out, the one that is under way.</param>
    /// <exception cref="ArgumentException">The type is not one of them, or the message is larger than <see cref="MaxBodyBytes"/>.</exception>
    public async Task EnqueueAsync<T>(DbTransaction transaction, T message, string messageId, string? trace = null)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(transaction);
        ArgumentNullException.ThrowIfNull(message);
        ArgumentException.ThrowIfNullOrEmpty(messageId);
        string type = _types.NameOf<T>();
        byte[] body = JsonSerializer.SerializeToUtf8Bytes(message);
        if (body.Length > MaxBodyBytes)
        {
            throw new ArgumentException($"The {type} is {body.Length} bytes long; the most that is sent in one message is {MaxBodyBytes}. Split it.", nameof(message));
        }

        await transaction.Connection!.ExecuteAsync(
            $"INSERT INTO {_table} (message_id, message_type, body, size, enqueued_at, trace) VALUES (@messageId, @type, @body, @size, @now, @trace)",
            new { messageId, type, body, size = body.Length, now = Now, trace = trace ?? MessagingTraces.Current }, transaction).ConfigureAwait(false);
    }

    /// <summary>Tells the relay of this process that something was committed; without it the relay finds out within its poll interval.</summary>
    public void Wake() => _wake.Writer.TryWrite(true);

    /// <summary>What has not reached the next hop yet: how many, since when the oldest waits, how many of them failed and are to be tried again.</summary>
    public async Task<OutboxPending> PendingAsync(CancellationToken cancellationToken = default)
    {
        await using DbConnection connection = await _database.ConnectAsync(cancellationToken).ConfigureAwait(false);
        (long count, long? oldest, long failing) = await connection.QuerySingleAsync<(long, long?, long)>(
            $"SELECT COUNT(*), MIN(enqueued_at), COALESCE(SUM(CASE WHEN attempts > 0 THEN 1 ELSE 0 END), 0) FROM {_table}").ConfigureAwait(false);
        return new OutboxPending(count, oldest is { } ms ? DateTimeOffset.FromUnixTimeMilliseconds(ms) : null, failing);
    }

    /// <summary>
    /// Changes what messages of a type say that are still here, for what may not be sent any more. A relay that has one of them in hand sends it as it was.
    /// </summary>
    /// <param name="transaction">A transaction of the outbox's store.</param>
    /// <param name="change">Gives the message as it shall be; null to leave it.</param>
    public async Task ReviseAsync<T>(DbTransaction transaction, Func<T, T?> change)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(transaction);
        ArgumentNullException.ThrowIfNull(change);
        DbConnection connection = transaction.Connection!;
        string type = _types.NameOf<T>();
        foreach (long seq in (await connection.QueryAsync<long>($"SELECT seq FROM {_table} WHERE message_type = @type ORDER BY seq", new { type }, transaction).ConfigureAwait(false)).AsList())
        {
            // One at a time: together they may be more than fits into memory.
            byte[]? body = await connection.ExecuteScalarAsync<byte[]?>($"SELECT body FROM {_table} WHERE seq = @seq", new { seq }, transaction).ConfigureAwait(false);
            if (body is null || change(JsonSerializer.Deserialize<T>(body)!) is not { } changed) continue;
            body = JsonSerializer.SerializeToUtf8Bytes(changed);
            await connection.ExecuteAsync($"UPDATE {_table} SET body = @body, size = @size WHERE seq = @seq", new { body, size = body.Length, seq }, transaction).ConfigureAwait(false);
        }
    }

    internal long Now => _time.GetUtcNow().ToUnixTimeMilliseconds();

    internal async Task WaitForWorkAsync(TimeSpan poll, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(poll, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            await _wake.Reader.ReadAsync(either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // The poll interval is over.
        }
    }

    /// <summary>
    /// Takes the oldest rows that are due and passes them to <paramref name="send"/>, which answers for each whether the next hop has it; those that it
    /// has are removed, the others deferred. PostgreSQL: the rows are locked meanwhile, so that relays of several processes share the work, and a relay that
    /// dies lets go of them at once. SQLite: one process owns the file.
    /// </summary>
    /// <returns>How many rows were taken.</returns>
    internal async Task<int> TakeAsync(int most, Func<IReadOnlyList<OutboxRow>, Func<long[], Task<IReadOnlyList<OutboxBody>>>, Task<IReadOnlyList<Sent>>> send, CancellationToken cancellationToken)
    {
        string due = $"SELECT seq, size, attempts FROM {_table} WHERE not_before <= @now ORDER BY seq LIMIT @most";
        await using DbConnection connection = await _database.ConnectAsync(cancellationToken).ConfigureAwait(false);
        if (_database.Dialect == Dialect.Sqlite)
        {
            List<OutboxRow> rows = (await connection.QueryAsync<OutboxRow>(due, new { now = Now, most }).ConfigureAwait(false)).AsList();
            if (rows.Count == 0) return 0;
            IReadOnlyList<Sent> sent = await send(rows, seqs => LoadAsync(connection, null, seqs)).ConfigureAwait(false);
            await _database.TransactAsync(transaction => SettleAsync(transaction, sent), CancellationToken.None).ConfigureAwait(false);
            return rows.Count;
        }

        await using DbTransaction held = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
        List<OutboxRow> locked = (await connection.QueryAsync<OutboxRow>(due + " FOR UPDATE SKIP LOCKED", new { now = Now, most }, held).ConfigureAwait(false)).AsList();
        if (locked.Count == 0) return 0;
        await SettleAsync(held, await send(locked, seqs => LoadAsync(connection, held, seqs)).ConfigureAwait(false)).ConfigureAwait(false);
        await held.CommitAsync(CancellationToken.None).ConfigureAwait(false);
        return locked.Count;
    }

    // Dapper hands PostgreSQL an array as one parameter, and spells it out for SQLite.
    private string Among(string parameter) => _database.Dialect == Dialect.Postgres ? $"= ANY(@{parameter})" : $"IN @{parameter}";

    private async Task<IReadOnlyList<OutboxBody>> LoadAsync(DbConnection connection, DbTransaction? transaction, long[] seqs) =>
        (await connection.QueryAsync<OutboxBody>(
            $"SELECT seq, message_id AS MessageId, message_type AS MessageType, body, trace FROM {_table} WHERE seq {Among("seqs")} ORDER BY seq", new { seqs }, transaction)
            .ConfigureAwait(false)).AsList();

    private async Task SettleAsync(DbTransaction transaction, IReadOnlyList<Sent> results)
    {
        long[] arrived = [.. results.Where(result => result.Failure is null).Select(result => result.Seq)];
        if (arrived.Length > 0)
        {
            await transaction.Connection!.ExecuteAsync($"DELETE FROM {_table} WHERE seq {Among("arrived")}", new { arrived }, transaction).ConfigureAwait(false);
        }

        foreach (Sent failed in results.Where(result => result.Failure is not null))
        {
            await transaction.Connection!.ExecuteAsync(
                $"UPDATE {_table} SET attempts = attempts + 1, not_before = @notBefore, failure = @failure WHERE seq = @seq",
                new { notBefore = Now + (long)failed.Pause.TotalMilliseconds, failure = failed.Failure, seq = failed.Seq }, transaction).ConfigureAwait(false);
        }
    }
}

/// <summary>What an outbox holds.</summary>
/// <param name="Count">Messages that the next hop does not have yet.</param>
/// <param name="Oldest">When the oldest of them was written.</param>
/// <param name="Failing">Those among them whose last attempt failed; they are tried again and again, at most a minute apart.</param>
public sealed record OutboxPending(long Count, DateTimeOffset? Oldest, long Failing);

/// <summary>A row to send, without its body.</summary>
internal sealed record OutboxRow(long Seq, long Size, long Attempts);

/// <summary>The message of a row.</summary>
internal sealed record OutboxBody(long Seq, string MessageId, string MessageType, byte[] Body, string? Trace);

/// <summary>What became of a row: it arrived (no failure), or is to be tried again after a pause.</summary>
internal sealed record Sent(long Seq, string? Failure, TimeSpan Pause);
