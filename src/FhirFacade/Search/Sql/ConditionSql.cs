using System.Globalization;
using Consortium.FhirFacade.Search.Parameters;
using Consortium.FhirFacade.Search.Query;

namespace Consortium.FhirFacade.Search.Sql;

/// <summary>Conditions as SQL over the index tables, in the part that both engines share.</summary>
internal sealed class ConditionSql(SqlParameters parameters, TimeProvider time)
{
    private readonly ValueSql _values = new(parameters, time);

    /// <summary>The condition on a resource.</summary>
    /// <param name="condition">What must hold.</param>
    /// <param name="resource">The name of the row of <c>resource</c>.</param>
    public string Holds(SearchCondition condition, string resource)
    {
        string row = parameters.Alias();
        switch (condition)
        {
            case IdCondition ids:
                return $"{resource}.id {(ids.IsNegated ? "NOT IN" : "IN")} {parameters.List(ids.Ids)}";
            case LastUpdatedCondition updated:
                return "(" + string.Join(" OR ", updated.Ranges.Select(range => _values.Time(range, $"{resource}.updated_at", $"{resource}.updated_at + 1"))) + ")";
            case ValueCondition value:
                return $"{(value.IsNegated ? "NOT " : "")}EXISTS (SELECT 1 FROM {ValueSql.Table(value.Alternatives[0])} {row} WHERE {row}.key = {resource}.key AND {_values.Holds(value.Alternatives, row, ofOne: true)})";
            case MissingCondition missing:
                return Missing(missing, resource);
            case CompositeCondition composite:
                return "(" + string.Join(" OR ", composite.Alternatives.Select(parts => $"{resource}.key IN (SELECT {Composite(parts)})")) + ")";
            case ChainCondition chain:
                return $"{resource}.key IN (SELECT {row}.key FROM search_reference {row} WHERE {row}.parameter = {parameters.Add(chain.Of.Number)} AND (" +
                    string.Join(" OR ", chain.Targets.Select(target => $"({row}.target_type = {parameters.Add(target.Type)} AND {row}.target_id IN (SELECT {Matching(target.Type, target.Holds, "id")}))")) + "))";
            case HasCondition has:
                string other = parameters.Alias();
                return $"{resource}.id IN (SELECT {row}.target_id FROM search_reference {row} JOIN resource {other} ON {other}.key = {row}.key WHERE {row}.parameter = {parameters.Add(has.By.Number)}" +
                    $" AND {row}.target_type = {parameters.Add(has.Type)} AND {other}.deleted = 0 AND {Holds(has.Holds, other)})";
            case CompartmentCondition compartment:
                string target = $"{row}.target_type = {parameters.Add(compartment.TargetType)} AND {row}.target_id = {parameters.Add(compartment.TargetId)}";
                string within = $"{resource}.key IN (SELECT {row}.key FROM search_reference {row} WHERE {row}.parameter IN {parameters.List(compartment.By.Select(by => by.Number))} AND {target})";
                return compartment.WithSubject
                    ? $"({within} OR ({resource}.type = {parameters.Add(compartment.TargetType)} AND {resource}.id = {parameters.Add(compartment.TargetId)}))"
                    : within;
            case CareDateCondition care:
                string dated = $"SELECT 1 FROM search_date {row} WHERE {row}.key = {resource}.key AND +{row}.parameter IN {parameters.List(care.Parameters)}";
                string limits = (care.From is { } from ? $" AND {row}.high > {parameters.Add(from)}" : "") + (care.To is { } to ? $" AND {row}.low < {parameters.Add(to)}" : "");
                return $"(NOT EXISTS ({dated}) OR EXISTS ({dated}{limits}))";
            default:
                throw new InvalidOperationException("There is no SQL for that condition.");
        }
    }

    /// <summary>The rows of an index table that a condition looks for, to begin the search with: the table, its name and the condition.</summary>
    public (string Table, string Row, string Holds) Begin(ValueCondition condition)
    {
        string row = parameters.Alias();
        return (ValueSql.Table(condition.Alternatives[0]), row, _values.Holds(condition.Alternatives, row));
    }

    private string Matching(string type, SearchCondition condition, string column)
    {
        string resource = parameters.Alias();
        // Few match as a rule, so that the search begins with the index and not with every resource of the type.
        if (condition is ValueCondition { IsNegated: false } value)
        {
            (string table, string row, string holds) = Begin(value);
            return $"{resource}.{column} FROM {table} {row} JOIN resource {resource} ON {resource}.key = {row}.key WHERE {holds} AND {resource}.deleted = 0";
        }

        return $"{resource}.{column} FROM resource {resource} WHERE {resource}.type = {parameters.Add(type)} AND {resource}.deleted = 0 AND {resource}.version > 0 AND {Holds(condition, resource)}";
    }

    private string Missing(MissingCondition missing, string resource)
    {
        string row = parameters.Alias();
        SearchParameter of = missing.Of;
        string numbers = of.Kind switch
        {
            SearchParameterKind.Composite => parameters.List(of.Components.Select(part => part.Number)),
            SearchParameterKind.Reference or SearchParameterKind.Token => parameters.List<int>([of.Number, of.Text, of.Identifier]),
            _ => parameters.List<int>([of.Number]),
        };
        IEnumerable<string> found = Tables(of).Select(table => $"EXISTS (SELECT 1 FROM {table} {row} WHERE {row}.key = {resource}.key AND +{row}.parameter IN {numbers})");
        return $"{(missing.IsMissing ? "NOT " : "")}({string.Join(" OR ", found)})";
    }

    private static string[] Tables(SearchParameter of) => of.Kind switch
    {
        SearchParameterKind.Token => ["search_token", "search_string"],
        SearchParameterKind.Uri => ["search_token"],
        SearchParameterKind.String => ["search_string"],
        SearchParameterKind.Reference => ["search_reference", "search_token"],
        SearchParameterKind.Date => ["search_date"],
        SearchParameterKind.Number or SearchParameterKind.Quantity => ["search_quantity"],
        _ => [.. of.Components.SelectMany(Tables).Distinct(StringComparer.Ordinal)],
    };

    private string Composite(IReadOnlyList<ValueMatch> parts)
    {
        string first = parameters.Alias();
        string from = $"{first}.key FROM {ValueSql.Table(parts[0])} {first}", where = _values.Holds([parts[0]], first);
        foreach (ValueMatch part in parts.Skip(1))
        {
            string row = parameters.Alias();
            from += string.Create(CultureInfo.InvariantCulture, $" JOIN {ValueSql.Table(part)} {row} ON {row}.key = {first}.key AND {row}.grp = {first}.grp");
            where += $" AND {_values.Holds([part], row)}";
        }

        return $"{from} WHERE {where}";
    }
}
