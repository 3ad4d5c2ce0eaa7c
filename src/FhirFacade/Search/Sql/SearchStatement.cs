using System.Data.Common;
using System.Globalization;
using Consortium.FhirFacade.Search.Parameters;
using Consortium.FhirFacade.Search.Query;
using Consortium.FhirFacade.Store;
using Consortium.Storage;

namespace Consortium.FhirFacade.Search.Sql;

/// <summary>
/// One search as SQL. It begins with the condition that leaves the fewest resources, in the order of the index, so that a page of a broad search costs what
/// a page costs; the other conditions are looked up for each candidate.
/// </summary>
internal sealed class SearchStatement
{
    private readonly SearchQuery _query;
    private readonly SqlParameters _parameters = new();
    private readonly string _before;
    private readonly string _from;
    private readonly string _where;

    /// <param name="query">The search.</param>
    /// <param name="time">The clock of approximate dates.</param>
    /// <param name="dialect">The engine.</param>
    /// <param name="onlyCounts">True for a statement that only counts: where the index tells all that is asked, the resources are left alone.</param>
    public SearchStatement(SearchQuery query, TimeProvider time, Dialect dialect, bool onlyCounts = false)
    {
        _query = query;
        _before = query.Scope.Before(_parameters, dialect);
        var conditions = new ConditionSql(_parameters, time, dialect);
        SearchCondition? first = query.Conditions.Where(one => ConditionSql.Breadth(one) is not null).OrderBy(one => ConditionSql.Breadth(one)).FirstOrDefault();
        bool byId = query.Conditions.Any(condition => condition is IdCondition { IsNegated: false });
        List<string> where = [];
        if (first is not null && !byId)
        {
            (string table, string row, string holds) = conditions.Begin(first);
            if (onlyCounts && IsToldByIndex(query, first))
            {
                (_from, Key) = ($"{table} {row}", $"{row}.key");
                _where = string.Join(" AND ", query.Conditions.Where(condition => !ReferenceEquals(condition, first)).Select(condition => conditions.Holds(condition, row)).Prepend($"{holds} AND {row}.key > 0")); // below are the numbers of what is contained
                return;
            }

            // The order of the tables is the order of the work (CROSS JOIN binds SQLite's planner; PostgreSQL plans from its statistics).
            _from = $"{table} {row} CROSS JOIN resource r";
            where.Add($"r.key = {row}.key AND {holds}{Types()} AND r.deleted = 0");
            Key = $"{row}.key";
        }
        else
        {
            first = null;
            _from = "resource r";
            where.Add($"r.deleted = 0 AND r.version > 0{Types()}");
            Key = "r.key";
        }

        where.AddRange(query.Conditions.Where(condition => !ReferenceEquals(condition, first) || !ConditionSql.IsWhole(condition)).Select(condition => conditions.Holds(condition, "r")));
        if (query.Subject is { } subject) where.Add($"r.subject_tag = {_parameters.Add(subject.ToArray())}");
        _where = string.Join(" AND ", where);
    }

    /// <summary>The values of the statement.</summary>
    public Dapper.DynamicParameters Values => _parameters.Values;

    /// <summary>Runs one of the texts below.</summary>
    public Task<DbDataReader> QueryAsync(DbConnection connection, string sql, CancellationToken cancellationToken, DbTransaction? transaction = null) =>
        _parameters.QueryAsync(connection, sql, cancellationToken, transaction);

    private string Key { get; }

    /// <summary>Counts the matches, up to a limit where there is one.</summary>
    public string Count(long? most) =>
        $"{_before}SELECT COUNT(*) FROM (SELECT DISTINCT {Key} FROM {_from} WHERE {_where}{(most is { } limit ? $" LIMIT {_parameters.Add(limit)}" : "")}) m";

    /// <summary>The ids of matches, two at most: for conditions that must match one.</summary>
    public string Ids() => $"{_before}SELECT DISTINCT r.id FROM {_from} WHERE {_where} LIMIT 2";

    /// <summary>The ids of all matches: for conditions that say of a few resources which of them match.</summary>
    public string AllIds() => $"{_before}SELECT DISTINCT r.id FROM {_from} WHERE {_where}";

    /// <summary>The numbers of all matches, in a column <c>key</c>.</summary>
    public string Keys() => $"{_before}SELECT DISTINCT {Key} AS key FROM {_from} WHERE {_where}";

    /// <summary>A page: the columns of a version, its number, and the sort values.</summary>
    public string Page(int limit)
    {
        string[] names = [.. _query.Sort.Select((_, i) => string.Create(CultureInfo.InvariantCulture, $"o{i}"))];
        string sorts = string.Concat(_query.Sort.Select((rule, i) => $", {Value(rule)} AS {names[i]}"));
        string inner = $"SELECT {Key} AS key, r.type, r.id, r.version{sorts} FROM {_from} WHERE {_where}";
        // A page that ends at a match is read backward from there, and turned round by who reads it.
        bool isBackward = _query.After is { IsBackward: true };
        string onward = isBackward ? "DESC" : "ASC";
        string order = string.Concat(_query.Sort.Select((rule, i) => $"CASE WHEN {names[i]} IS NULL THEN 1 ELSE 0 END {onward}, {names[i]} {(rule.IsDescending != isBackward ? "DESC" : "ASC")}, "));
        string found;
        if (_query.Sort.Count == 0)
        {
            string after = _query.After is { } cursor ? $" AND {Key} {(isBackward ? "<" : ">")} {_parameters.Add(cursor.Key)}" : "";
            found = $"{inner}{after} GROUP BY {Key}, r.type, r.id, r.version ORDER BY {Key} {onward} LIMIT {_parameters.Add(limit)}";
            order = "p.";
        }
        else
        {
            string after = _query.After is { } cursor ? $" WHERE {Beyond(cursor, names, 0)}" : "";
            found = $"SELECT * FROM ({inner} GROUP BY {Key}, r.type, r.id, r.version, r.updated_at) c{after} ORDER BY {order}key {onward} LIMIT {_parameters.Add(limit)}";
        }

        string selected = string.Concat(names.Select(name => $", p.{name}"));
        return $"{_before}SELECT {RecordQueries.Columns}, p.key{selected} FROM ({found}) p JOIN resource_version v ON v.type = p.type AND v.id = p.id AND v.version = p.version ORDER BY {order}key {onward}";
    }

    // Rows of the index are those of living resources, and the numbers of most parameters are those of one type.
    private static bool IsToldByIndex(SearchQuery query, SearchCondition first) =>
        query is { Subject: null, Scope.Subject: null, Types.Count: 1 } && first is ValueCondition { Of.IsOfOneType: true } or DateCondition { Of.IsOfOneType: true } && query.Conditions.All(condition => condition.IsToldByIndex);

    private string Types() => _query.Types.Count switch
    {
        0 => "",
        1 => $" AND r.type = {_parameters.Add(_query.Types[0])}",
        _ => $" AND r.type IN {_parameters.List(_query.Types)}",
    };

    // Lexicographic: beyond the first value, or equal in it and beyond the next. What has no value stands last.
    private string Beyond(SearchCursor cursor, string[] names, int at)
    {
        if (at == names.Length) return $"key {(cursor.IsBackward ? "<" : ">")} {_parameters.Add(cursor.Key)}";
        string rest = Beyond(cursor, names, at + 1), name = names[at];
        if (cursor.Values[at] is not { } value) return cursor.IsBackward ? $"({name} IS NOT NULL OR {rest})" : $"({name} IS NULL AND {rest})";
        string last = _parameters.Add(value);
        string further = $"{name} {(_query.Sort[at].IsDescending != cursor.IsBackward ? "<" : ">")} {last} OR ({name} = {last} AND {rest})";
        return cursor.IsBackward ? $"({further})" : $"({name} IS NULL OR {further})";
    }

    // The smallest of several values where the smallest come first, else the largest (search.html#sort).
    private string Value(SortRule rule)
    {
        if (rule.By is not { } by) return rule.Column == "_id" ? "r.id" : "r.updated_at";
        (string table, string column) = by.Kind switch
        {
            SearchParameterKind.String => ("search_string", "folded"),
            SearchParameterKind.Token or SearchParameterKind.Uri => ("search_token", "code"),
            SearchParameterKind.Reference => ("search_reference", "target_id"),
            SearchParameterKind.Date => ("search_date", rule.IsDescending ? "high" : "low"),
            _ => ("search_quantity", rule.IsDescending ? "high" : "low"),
        };
        string row = _parameters.Alias(), whole = by.Kind == SearchParameterKind.String ? $" AND {row}.grp >= 0" : "";
        return $"(SELECT {(rule.IsDescending ? "MAX" : "MIN")}({row}.{column}) FROM {table} {row} WHERE {row}.key = {Key} AND {_parameters.IsOf(row, by.Number, "+")}{whole})";
    }
}
