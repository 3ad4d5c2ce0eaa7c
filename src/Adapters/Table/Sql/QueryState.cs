using System.Data.Common;
using System.Text.Json;
using Consortium.Storage;
using Dapper;

namespace Consortium.Adapters.Table.Sql;

/// <summary>How far a query has come: the watermark, and the digests of the rows from there on that have been taken.</summary>
/// <param name="Watermark">The latest watermark taken.</param>
/// <param name="Taken">SHA-256 of the rows at the watermark, and within the overlap before it, by their watermarks.</param>
internal sealed record QueryState(string Watermark, IReadOnlyDictionary<string, string> Taken);

/// <summary>Where a query's state is kept, beside the intake journal. A step is announced before the journal takes it, so that a restart knows whether it was taken.</summary>
internal sealed class QueryStates(Database database)
{
    private const string Component = "queries";

    private static readonly string[] Scripts =
    [
        """
        CREATE TABLE query_state (
            name TEXT PRIMARY KEY,
            watermark TEXT NOT NULL,
            taken TEXT NOT NULL,
            announced TEXT,
            announced_watermark TEXT,
            announced_taken TEXT
        );
        """,
    ];

    /// <summary>Creates the table.</summary>
    public Task InitializeAsync(CancellationToken cancellationToken) => database.MigrateAsync(Component, Scripts, cancellationToken);

    /// <summary>The state of a query, and the step that was announced and not finished; null where the query is new.</summary>
    public async Task<(QueryState State, string? Announced, QueryState? Next)?> LoadAsync(string name, CancellationToken cancellationToken)
    {
        await using DbConnection connection = await database.ConnectAsync(cancellationToken).ConfigureAwait(false);
        Row? row = await connection.QuerySingleOrDefaultAsync<Row>(new CommandDefinition(
            "SELECT watermark AS Watermark, taken AS Taken, announced AS Announced, announced_watermark AS NextWatermark, announced_taken AS NextTaken FROM query_state WHERE name = @name",
            new { name }, cancellationToken: cancellationToken)).ConfigureAwait(false);
        return row is null ? null : (State(row.Watermark, row.Taken), row.Announced, row.Announced is null ? null : State(row.NextWatermark!, row.NextTaken!));
    }

    /// <summary>Says that a record of this digest is about to be taken, and what the state is then.</summary>
    public Task AnnounceAsync(string name, QueryState state, string digest, QueryState next, CancellationToken cancellationToken) => SaveAsync(name, state, digest, next, cancellationToken);

    /// <summary>Says how far the query has come.</summary>
    public Task SaveAsync(string name, QueryState state, CancellationToken cancellationToken) => SaveAsync(name, state, null, null, cancellationToken);

    private Task<int> SaveAsync(string name, QueryState state, string? announced, QueryState? next, CancellationToken cancellationToken) => database.TransactAsync(
        transaction => transaction.Connection!.ExecuteAsync(
            """
            INSERT INTO query_state (name, watermark, taken, announced, announced_watermark, announced_taken)
            VALUES (@name, @watermark, @taken, @announced, @nextWatermark, @nextTaken)
            ON CONFLICT (name) DO UPDATE SET watermark = excluded.watermark, taken = excluded.taken, announced = excluded.announced,
                announced_watermark = excluded.announced_watermark, announced_taken = excluded.announced_taken
            """,
            new { name, watermark = state.Watermark, taken = Json(state), announced, nextWatermark = next?.Watermark, nextTaken = next is null ? null : Json(next) }, transaction),
        cancellationToken);

    private static string Json(QueryState state) => JsonSerializer.Serialize(state.Taken);

    private static QueryState State(string watermark, string taken) => new(watermark, JsonSerializer.Deserialize<Dictionary<string, string>>(taken)!);

    private sealed record Row(string Watermark, string Taken, string? Announced, string? NextWatermark, string? NextTaken);
}
