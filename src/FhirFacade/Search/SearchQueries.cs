using System.Data.Common;
using Consortium.FhirFacade.Rest;
using Consortium.FhirFacade.Search.Query;
using Consortium.FhirFacade.Search.Sql;
using Consortium.FhirFacade.Store;
using Consortium.Storage;
using Dapper;
using Microsoft.Data.Sqlite;

namespace Consortium.FhirFacade.Search;

/// <summary>One page of a result.</summary>
/// <param name="Matches">The current versions that match.</param>
/// <param name="Total">How many match in all; null where that was not asked for, or would cost too much to know.</param>
/// <param name="Next">Where the next page starts; null on the last.</param>
/// <param name="Previous">Where the page before ends; null on the first.</param>
internal sealed record SearchPage(IReadOnlyList<StoredVersion> Matches, long? Total, SearchCursor? Next, SearchCursor? Previous);

/// <summary>Runs searches over the index tables.</summary>
internal sealed class SearchQueries(Database database, TimeProvider time)
{
    /// <summary>Counted up to here where nobody asked for an accurate total.</summary>
    private const long MostCounted = 10_000;

    /// <summary>Ids in one statement.</summary>
    private const int MostIds = 500;

    /// <summary>A page, and the total.</summary>
    public async Task<SearchPage> RunAsync(SearchQuery query, CancellationToken cancellationToken)
    {
        await using DbConnection connection = await database.ConnectAsync(cancellationToken).ConfigureAwait(false);
        List<StoredVersion> found = [];
        bool isBackward = query.After is { IsBackward: true };
        SearchCursor? near = null, far = null; // the ends of the page, in the order of the reading
        if (query.Count > 0)
        {
            var statement = new SearchStatement(query, time, database.Dialect);
            await using DbDataReader row = await statement.QueryAsync(connection, statement.Page(query.Count + 1), cancellationToken).ConfigureAwait(false);
            while (await row.ReadAsync(cancellationToken).ConfigureAwait(false))
            {
                found.Add(RecordQueries.Version(row));
                if (found.Count <= query.Count) far = Cursor(row, query.Sort.Count);
                near ??= far;
            }
        }

        bool more = found.Count > query.Count && query.Count > 0;
        if (more) found.RemoveAt(found.Count - 1);
        if (isBackward) found.Reverse();
        long? total = query switch
        {
            { Total: TotalMode.None } => null,
            { After: null, Count: > 0 } when !more => found.Count,
            _ => await CountAsync(query, connection, cancellationToken).ConfigureAwait(false),
        };
        if (query.Custom.Count > 0) await RequireReadyAsync(query, connection, null, cancellationToken).ConfigureAwait(false);
        return isBackward
            ? new SearchPage(found, total, near, more ? far! with { IsBackward = true } : null)
            : new SearchPage(found, total, more ? far : null, query.After is null || near is null ? null : near with { IsBackward = true });
    }

    /// <summary>The id of the one match of a conditional interaction, within its transaction; null for none.</summary>
    /// <exception cref="FhirException">412: there are several.</exception>
    public async Task<string?> OnlyMatchAsync(SearchQuery query, DbTransaction transaction, CancellationToken cancellationToken)
    {
        if (query.Custom.Count > 0) await RequireReadyAsync(query, transaction.Connection!, transaction, cancellationToken).ConfigureAwait(false);
        var statement = new SearchStatement(query, time, database.Dialect);
        // Only around this reading: an interrupted write would take the transactions of others with it that share this one (GroupCommit).
        using CancellationTokenRegistration interruption = transaction.Connection is SqliteConnection sqlite ? SqliteInterruption.On(sqlite, cancellationToken) : default;
        List<string> ids = [];
        await using (DbDataReader row = await statement.QueryAsync(transaction.Connection!, statement.Ids(), cancellationToken, transaction).ConfigureAwait(false))
        {
            while (await row.ReadAsync(cancellationToken).ConfigureAwait(false)) ids.Add(row.GetString(0));
        }

        return ids.Count < 2 ? ids.SingleOrDefault() : throw new FhirException(412, "multiple-matches", $"The condition matches several {query.Type} resources; it must match one at most.");
    }

    // A parameter that was changed or deleted while the search ran may have lost rows already: that answer is no answer.
    private static async Task RequireReadyAsync(SearchQuery query, DbConnection connection, DbTransaction? transaction, CancellationToken cancellationToken)
    {
        var parameters = new SqlParameters();
        string sql = $"SELECT number FROM search_parameter WHERE state = 1 AND number IN {parameters.List(query.Custom.Keys.Select(number => (long)number))}";
        HashSet<long> ready = [.. await connection.QueryAsync<long>(new CommandDefinition(sql, parameters.Values, transaction, cancellationToken: cancellationToken)).ConfigureAwait(false)];
        foreach ((int number, string code) in query.Custom)
        {
            if (!ready.Contains(number)) throw SearchParser.NotReady(code);
        }
    }

    /// <summary>Which of these resources of the query's type match, within a transaction.</summary>
    /// <param name="query">The query; its page does not matter.</param>
    /// <param name="ids">The logical ids of the resources that are asked about.</param>
    /// <param name="transaction">The transaction.</param>
    public async Task<IReadOnlySet<string>> AmongAsync(SearchQuery query, IReadOnlyList<string> ids, DbTransaction transaction)
    {
        var found = new HashSet<string>(StringComparer.Ordinal);
        foreach (string[] some in ids.Chunk(MostIds))
        {
            var statement = new SearchStatement(query with { Conditions = [new IdCondition(query.Type, some, IsNegated: false), .. query.Conditions] }, time, database.Dialect);
            found.UnionWith(await transaction.Connection!.QueryAsync<string>(statement.AllIds(), statement.Values, transaction).ConfigureAwait(false));
        }

        return found;
    }

    private async Task<long?> CountAsync(SearchQuery query, DbConnection connection, CancellationToken cancellationToken)
    {
        var statement = new SearchStatement(query, time, database.Dialect, onlyCounts: true);
        string sql = statement.Count(query.Total == TotalMode.Accurate ? null : MostCounted + 1);
        await using DbDataReader row = await statement.QueryAsync(connection, sql, cancellationToken).ConfigureAwait(false);
        await row.ReadAsync(cancellationToken).ConfigureAwait(false);
        long total = row.GetInt64(0);
        return total <= MostCounted || query.Total == TotalMode.Accurate ? total : null;
    }

    private static SearchCursor Cursor(DbDataReader row, int rules)
    {
        object?[] values = new object?[rules];
        for (int i = 0; i < rules; i++)
        {
            values[i] = row.GetValue(9 + i) switch
            {
                DBNull => null,
                string text => text,
                double number => number,
                var whole => Convert.ToInt64(whole, System.Globalization.CultureInfo.InvariantCulture),
            };
        }

        return new SearchCursor(values, row.GetInt64(8));
    }
}
