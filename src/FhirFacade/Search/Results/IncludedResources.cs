using System.Data.Common;
using Consortium.FhirFacade.Search.Parameters;
using Consortium.FhirFacade.Search.Query;
using Consortium.FhirFacade.Search.Sql;
using Consortium.FhirFacade.Store;
using Consortium.Storage;

namespace Consortium.FhirFacade.Search.Results;

/// <summary>What <c>_include</c> and <c>_revinclude</c> add to a page.</summary>
/// <param name="Versions">The resources, each once, none of them a match.</param>
/// <param name="IsCutShort">True where there were more than a page may carry.</param>
internal sealed record Included(IReadOnlyList<StoredVersion> Versions, bool IsCutShort);

/// <summary>Follows the references that a search asks to include (FHIR R4 search.html#include).</summary>
internal sealed class IncludedResources(Database database)
{
    /// <summary>A page carries no more than these beside its matches.</summary>
    private const int Most = 2000;

    /// <summary>References lead round in circles; they are followed no further than this.</summary>
    private const int MostRounds = 8;

    /// <summary>The resources to add to a page.</summary>
    /// <param name="query">The search.</param>
    /// <param name="matches">The page.</param>
    /// <param name="visible">Leaves those that exist for the caller: nothing is reached through a resource that does not.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task<Included> FindAsync(
        SearchQuery query, IReadOnlyList<StoredVersion> matches, Func<IReadOnlyList<StoredVersion>, Task<IReadOnlyList<StoredVersion>>> visible, CancellationToken cancellationToken)
    {
        if (query.Includes.Count == 0 || matches.Count == 0) return new Included([], false);
        var known = new HashSet<RecordKey>(matches.Select(match => new RecordKey(match.Type, match.Id)));
        List<StoredVersion> added = [];
        List<RecordKey> round = [.. known];
        await using DbConnection connection = await database.ConnectAsync(cancellationToken).ConfigureAwait(false);
        for (int i = 0; i < MostRounds && round.Count > 0; i++)
        {
            List<RecordKey> next = [];
            foreach (IncludeRule rule in query.Includes.Where(rule => i == 0 || rule.Iterates))
            {
                foreach (StoredVersion found in await visible(await FollowAsync(query, rule, round, connection, cancellationToken).ConfigureAwait(false)).ConfigureAwait(false))
                {
                    var key = new RecordKey(found.Type, found.Id);
                    if (!known.Add(key)) continue;
                    if (added.Count == Most) return new Included(added, true);
                    added.Add(found);
                    next.Add(key);
                }
            }

            round = next;
        }

        return new Included(added, false);
    }

    private async Task<IReadOnlyList<StoredVersion>> FollowAsync(SearchQuery query, IncludeRule rule, List<RecordKey> from, DbConnection connection, CancellationToken cancellationToken)
    {
        string owner = rule.By[0].ResourceType;
        var parameters = new SqlParameters();
        string before = query.Scope.Before(parameters, database.Dialect);
        string by = By(rule, parameters);
        string sql;
        if (!rule.IsReverse)
        {
            string[] ids = [.. from.Where(key => key.Type == owner).Select(key => key.Id)];
            if (ids.Length == 0) return [];
            string target = rule.TargetType is { } type ? $" AND s.target_type = {parameters.Add(type)}" : "";
            sql = $"SELECT DISTINCT s.target_type AS type, s.target_id AS id FROM resource o JOIN search_reference s ON s.key = o.key " +
                $"WHERE o.type = {parameters.Add(owner)} AND o.id IN {parameters.List(ids)} AND {by}{target}";
        }
        else
        {
            IEnumerable<string> targets = from.GroupBy(key => key.Type, StringComparer.Ordinal)
                .Where(type => rule.TargetType is null || type.Key == rule.TargetType)
                .Select(type => $"(s.target_type = {parameters.Add(type.Key)} AND s.target_id IN {parameters.List(type.Select(key => key.Id))})");
            string which = string.Join(" OR ", targets);
            if (which.Length == 0) return [];
            sql = $"SELECT DISTINCT o.type AS type, o.id AS id FROM search_reference s JOIN resource o ON o.key = s.key WHERE {by} AND ({which})";
        }

        List<StoredVersion> found = [];
        await using DbDataReader row = await parameters.QueryAsync(
            connection,
            $"{before}SELECT {RecordQueries.Columns} FROM ({sql}) f JOIN resource r ON r.type = f.type AND r.id = f.id AND r.deleted = 0 " +
            $"JOIN resource_version v ON v.type = r.type AND v.id = r.id AND v.version = r.version ORDER BY r.key LIMIT {parameters.Add(Most + 1)}",
            cancellationToken).ConfigureAwait(false);
        while (await row.ReadAsync(cancellationToken).ConfigureAwait(false)) found.Add(RecordQueries.Version(row));
        return found;
    }

    // A narrower sister of another reference (SharedRows) leads to its own type of target only, unless the wider one is followed as well.
    private static string By(IncludeRule rule, SqlParameters parameters)
    {
        ILookup<bool, int> numbers = rule.By.Select(one => one.Number).Distinct().ToLookup(number => SharedRows.R4.Of(number) is { TargetType: not null });
        HashSet<int> whole = [.. SharedRows.R4.Numbers(numbers[false])];
        List<string> ways = [.. numbers[true].Where(number => !SharedRows.R4.Of(number)!.Numbers.All(whole.Contains)).Select(number => $"({parameters.IsOf("s", number)})")];
        if (whole.Count > 0) ways.Insert(0, $"s.parameter IN {parameters.List(whole)}");
        return $"({string.Join(" OR ", ways)})";
    }
}
