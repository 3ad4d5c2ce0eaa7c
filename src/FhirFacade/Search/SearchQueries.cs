using System.Data.Common;
using System.Text;
using Consortium.FhirFacade.Rest;
using Consortium.FhirFacade.Store;
using Consortium.Storage;
using Dapper;

namespace Consortium.FhirFacade.Search;

/// <summary>One page of a result.</summary>
/// <param name="Matches">The current versions that match.</param>
/// <param name="Total">How many match in all; null where that was not asked for.</param>
/// <param name="NextCursor">Where the next page starts; null on the last.</param>
internal sealed record SearchPage(IReadOnlyList<StoredVersion> Matches, long? Total, string? NextCursor);

/// <summary>Runs searches as portable SQL over the index tables.</summary>
internal sealed class SearchQueries(Database database, RecordQueries records, TimeProvider time)
{
    private const string Columns = "v.type, v.id, v.version, v.deleted, v.body, v.recorded_at, v.subject_tag, v.seq";
    private const string Current = "resource r JOIN resource_version v ON v.type = r.type AND v.id = r.id AND v.version = r.version";

    /// <summary>A page, and the total.</summary>
    public async Task<SearchPage> RunAsync(SearchQuery query, CancellationToken cancellationToken)
    {
        (string where, DynamicParameters parameters) = Where(query);
        long? total = null;
        if (query.Total || query.Count == 0)
        {
            await using DbConnection connection = await database.ConnectAsync(cancellationToken).ConfigureAwait(false);
            total = await connection.ExecuteScalarAsync<long>($"SELECT COUNT(*) FROM resource r WHERE {where}", parameters).ConfigureAwait(false);
        }

        if (query.Count == 0) return new SearchPage([], total, null);
        string direction = query.Order.Descending ? "DESC" : "ASC", beyond = query.Order.Descending ? "<" : ">";
        if (query.After is { } after)
        {
            parameters.Add("afterId", after.Id);
            parameters.Add("afterTime", after.UpdatedAt);
            where += query.Order.ByTime
                ? $" AND (r.updated_at {beyond} @afterTime OR (r.updated_at = @afterTime AND r.id {beyond} @afterId))"
                : $" AND r.id {beyond} @afterId";
        }

        string order = query.Order.ByTime ? $"r.updated_at {direction}, r.id {direction}" : $"r.id {direction}";
        parameters.Add("limit", query.Count + 1);
        IReadOnlyList<StoredVersion> found = await records.QueryAsync(
            $"SELECT {Columns} FROM {Current} WHERE {where} ORDER BY {order} LIMIT @limit", parameters, null, cancellationToken).ConfigureAwait(false);
        if (found.Count <= query.Count) return new SearchPage(found, total, null);
        StoredVersion last = found[query.Count - 1];
        return new SearchPage([.. found.Take(query.Count)], total, new SearchCursor(last.RecordedAt, last.Id).ToString());
    }

    /// <summary>The id of the one match of a conditional interaction, within its transaction; null for none.</summary>
    /// <exception cref="FhirException">412: there are several.</exception>
    public async Task<string?> OnlyMatchAsync(SearchQuery query, DbTransaction transaction, CancellationToken cancellationToken)
    {
        (string where, DynamicParameters parameters) = Where(query);
        string[] ids = [.. await transaction.Connection!.QueryAsync<string>(new CommandDefinition(
            $"SELECT r.id FROM resource r WHERE {where} LIMIT 2", parameters, transaction, cancellationToken: cancellationToken)).ConfigureAwait(false)];
        return ids.Length < 2 ? ids.SingleOrDefault() : throw new FhirException(412, "multiple-matches", $"The condition matches several {query.Type} resources; it must match one at most.");
    }

    private (string Where, DynamicParameters Parameters) Where(SearchQuery query)
    {
        var parameters = new DynamicParameters();
        parameters.Add("type", query.Type);
        var where = new StringBuilder("r.type = @type AND r.deleted = 0 AND r.version > 0");
        if (query.Subject is { } subject)
        {
            parameters.Add("subjectTag", subject.ToArray());
            where.Append(" AND r.subject_tag = @subjectTag");
        }

        int number = 0;
        string Parameter(object value)
        {
            string name = $"p{number++}";
            parameters.Add(name, value);
            return "@" + name;
        }

        foreach (SearchCondition condition in query.Conditions)
        {
            where.Append(" AND (").Append(condition switch
            {
                IdCondition id => $"r.id IN ({string.Join(", ", id.Ids.Select(one => Parameter(one)))})",
                LastUpdatedCondition updated => string.Join(" OR ", updated.Ranges.Select(range => Time(range, Parameter))),
                TokenCondition token => "r.id IN (SELECT s.id FROM search_token s WHERE s.type = @type AND s.parameter = " + Parameter(token.Parameter) +
                    $" AND ({string.Join(" OR ", token.Tokens.Select(one => Token(one, Parameter)))}))",
                ReferenceCondition reference => "r.id IN (SELECT s.id FROM search_reference s WHERE s.type = @type" +
                    $" AND s.path IN ({string.Join(", ", reference.Paths.Select(one => Parameter(one)))})" +
                    $" AND ({string.Join(" OR ", reference.Targets.Select(one => Target(one, reference.PatientsOnly, Parameter)))}))",
                _ => throw new InvalidOperationException($"There is no SQL for the condition on {condition.Parameter}."),
            }).Append(')');
        }

        return (where.ToString(), parameters);
    }

    private static string Token(TokenMatch token, Func<object, string> parameter) => token switch
    {
        { System: null } => $"s.value = {parameter(token.Value!)}",
        { Value: null } => $"s.system = {parameter(token.System)}",
        _ => $"s.value = {parameter(token.Value)} AND s.system = {parameter(token.System)}",
    };

    private static string Target((string? Type, string Id) target, bool patientsOnly, Func<object, string> parameter)
    {
        string id = $"s.target_id = {parameter(target.Id)}";
        string? type = target.Type ?? (patientsOnly ? "Patient" : null);
        if (patientsOnly && type is not ("Patient" or "")) return "1 = 0"; // a patient is never of another type
        return type is null ? id : $"{id} AND s.target_type = {parameter(type)}";
    }

    // search.html#prefix, for a point in time against the interval of the parameter.
    private string Time(DateRange range, Func<object, string> parameter)
    {
        if (range.Prefix == "ap")
        {
            // "Approximately": within a tenth of the distance between now and the date.
            long gap = Math.Abs(time.GetUtcNow().ToUnixTimeMilliseconds() - range.From) / 10;
            range = new DateRange("eq", range.From - gap, range.To + gap);
        }

        string from = parameter(range.From), to = parameter(range.To);
        return range.Prefix switch
        {
            "eq" => $"(r.updated_at >= {from} AND r.updated_at < {to})",
            "ne" => $"(r.updated_at < {from} OR r.updated_at >= {to})",
            "gt" or "sa" => $"r.updated_at >= {to}",
            "lt" or "eb" => $"r.updated_at < {from}",
            "ge" => $"r.updated_at >= {from}",
            _ => $"r.updated_at < {to}",
        };
    }
}
