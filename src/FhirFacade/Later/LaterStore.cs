using System.Data.Common;
using Consortium.Storage;
using Dapper;

namespace Consortium.FhirFacade.Later;

/// <summary>Keeps requests that are answered later, and their answers. Thread-safe.</summary>
internal sealed class LaterStore(Database database, TimeProvider time)
{
    /// <summary>How long a request and its answer are kept.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromHours(24);

    /// <summary>How long a runner holds a request without a sign of life.</summary>
    public static readonly TimeSpan Lease = TimeSpan.FromSeconds(30);

    private long Now => time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Keeps a new request, held by its runner, and forgets those that are too old.</summary>
    public Task AddAsync(LaterRequest request, string runner) => database.TransactAsync(async transaction =>
    {
        await transaction.Connection!.ExecuteAsync("DELETE FROM later_request WHERE created_at < @oldest", new { oldest = Oldest }, transaction).ConfigureAwait(false);
        await transaction.Connection!.ExecuteAsync(
            "INSERT INTO later_request (id, owner, kind, state, writes, runner, leased_until, created_at, request) VALUES (@Id, @Owner, @kind, 0, 0, @runner, @until, @CreatedAt, @Request)",
            new { request.Id, request.Owner, kind = (long)request.Kind, runner, until = Now + (long)Lease.TotalMilliseconds, request.CreatedAt, request.Request }, transaction).ConfigureAwait(false);
    });

    /// <summary>A request of a caller; null where there is none, it was given up, or it is too old.</summary>
    public async Task<LaterRequest?> FindAsync(string id, string owner, CancellationToken cancellationToken)
    {
        await using DbConnection connection = await database.ConnectAsync(cancellationToken).ConfigureAwait(false);
        var found = await connection.QuerySingleOrDefaultAsync<(long Kind, long State, long Writes, long LeasedUntil, long CreatedAt, byte[]? Request, byte[]? Answer)?>(new CommandDefinition(
            "SELECT kind, state, writes, leased_until, created_at, request, answer FROM later_request WHERE id = @id AND owner = @owner AND created_at >= @oldest",
            new { id, owner, oldest = Oldest }, cancellationToken: cancellationToken)).ConfigureAwait(false);
        return found is not { } row ? null : new LaterRequest(id, owner, (LaterKind)row.Kind, (LaterState)row.State, row.Writes, row.LeasedUntil, row.CreatedAt, row.Request, row.Answer);
    }

    /// <summary>True where nobody holds the request any more.</summary>
    public bool IsAbandoned(LaterRequest request) => request.State == LaterState.Running && request.LeasedUntil < Now;

    /// <summary>Takes an abandoned request over; false where another was faster.</summary>
    public Task<bool> TakeAsync(string id, string runner) => database.TransactAsync(async transaction => await transaction.Connection!.ExecuteAsync(
        "UPDATE later_request SET runner = @runner, leased_until = @until WHERE id = @id AND state = 0 AND leased_until < @now",
        new { id, runner, now = Now, until = Now + (long)Lease.TotalMilliseconds }, transaction).ConfigureAwait(false) > 0);

    /// <summary>A sign of life; false where the request was given up or taken over.</summary>
    public Task<bool> HoldAsync(string id, string runner) => database.TransactAsync(async transaction => await transaction.Connection!.ExecuteAsync(
        "UPDATE later_request SET leased_until = @until WHERE id = @id AND runner = @runner AND state = 0",
        new { id, runner, until = Now + (long)Lease.TotalMilliseconds }, transaction).ConfigureAwait(false) > 0);

    /// <summary>Lets go of a request that was not finished.</summary>
    public Task ReleaseAsync(string id, string runner) => database.TransactAsync(transaction => transaction.Connection!.ExecuteAsync(
        "UPDATE later_request SET leased_until = 0 WHERE id = @id AND runner = @runner AND state = 0", new { id, runner }, transaction));

    /// <summary>Keeps the answer; the request itself is not needed any more.</summary>
    public Task FinishAsync(string id, string runner, byte[] answer) => database.TransactAsync(transaction => transaction.Connection!.ExecuteAsync(
        "UPDATE later_request SET state = 1, request = NULL, answer = @answer WHERE id = @id AND runner = @runner", new { id, runner, answer }, transaction));

    /// <summary>Gives a request up; false where there is none.</summary>
    public Task<bool> RemoveAsync(string id, string owner) => database.TransactAsync(async transaction =>
        await transaction.Connection!.ExecuteAsync("DELETE FROM later_request WHERE id = @id AND owner = @owner", new { id, owner }, transaction).ConfigureAwait(false) > 0);

    private long Oldest => (time.GetUtcNow() - Kept).ToUnixTimeMilliseconds();
}
