using Consortium.FhirFacade.Access;
using Consortium.FhirFacade.Search.Parameters;
using Consortium.FhirFacade.Search.Query;
using Consortium.Storage;

namespace Consortium.FhirFacade.Search.Sql;

/// <summary>Conditions as SQL over the index tables, in the part that both engines share.</summary>
internal sealed class ConditionSql(SqlParameters parameters, TimeProvider time, Dialect dialect)
{
    private readonly ValueSql _values = new(parameters, time);
    private readonly TextSql _text = new(parameters, dialect);

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
                return "(" + string.Join(" OR ", updated.Ranges.Select(range =>
                    $"({DateRangeSql.Moments([_values.Widened(range)], $"{resource}.updated_at", parameters)}{_values.Time(range, $"{resource}.updated_at", $"{resource}.updated_at + 1")})")) + ")";
            case ValueCondition value:
                return $"{(value.IsNegated ? "NOT " : "")}EXISTS (SELECT 1 FROM {ValueSql.Table(value.Alternatives[0])} {row} WHERE {row}.key = {resource}.key AND {_values.Holds(value.Alternatives, row, ofOne: true)})";
            case DateCondition date:
                return $"EXISTS (SELECT 1 FROM search_date {row} WHERE {row}.key = {resource}.key AND {parameters.IsOf(row, date.Of.Number, "+")} AND {Times(date, row)})";
            case TextCondition text:
                return _text.Holds(text, $"{resource}.key");
            case AllCondition all:
                return "(" + string.Join(" AND ", all.Parts.Select(part => Holds(part, resource))) + ")";
            case AnyCondition any:
                return "(" + string.Join(" OR ", any.Parts.Select(part => Holds(part, resource))) + ")";
            case NotCondition not:
                return $"NOT {Holds(not.Part, resource)}";
            case TypeCondition type:
                return $"{resource}.type = {parameters.Add(type.Type)}";
            case NearCondition near:
                return $"EXISTS (SELECT 1 FROM search_position {row} WHERE {row}.key = {resource}.key AND {NearSql.Holds(near.Alternatives, row, parameters)})";
            case MissingCondition missing:
                return Missing(missing, resource);
            case CompositeCondition composite:
                return "(" + string.Join(" OR ", composite.Alternatives.Select(parts => $"EXISTS (SELECT 1 {Composite(parts, row, $"{resource}.key")})")) + ")";
            case ChainCondition chain:
                return $"{resource}.key IN (SELECT {row}.key FROM search_reference {row} WHERE {parameters.IsOf(row, chain.Of.Number)} AND (" +
                    string.Join(" OR ", chain.Targets.Select(target => $"({row}.target_type = {parameters.Add(target.Type)} AND {row}.target_id IN (SELECT {Matching(target.Type, target.Holds, "id")}))")) +
                    $"){string.Concat(chain.Targets.Select(target => IntoContained(chain.Of.Number, target.Type, target.Holds)))})";
            case ContainedCondition contained:
                string inside = parameters.Alias();
                return $"{resource}.key IN (SELECT {inside}.container {Inside(contained.Type, contained.Parts, inside)})";
            case HasCondition has:
                return $"{resource}.id IN (SELECT {Referring(has, row)})";
            case CompartmentCondition compartment:
                return $"{resource}.key IN ({Members(compartment)})";
            case CareDateCondition care:
                string dated = $"SELECT 1 FROM search_date {row} WHERE {row}.key = {resource}.key AND +{row}.parameter IN {parameters.List(SharedRows.R4.Numbers(care.Parameters))}";
                string limits = (care.From is { } from ? $" AND {row}.high > {parameters.Add(from)}" : "") + (care.To is { } to ? $" AND {row}.low < {parameters.Add(to)}" : "");
                return $"(NOT EXISTS ({dated}) OR EXISTS ({dated}{limits}))";
            case ScopeCondition scope:
                return Scope(scope, resource);
            case UnrestrictedCondition:
                return Unrestricted(resource);
            default:
                throw new InvalidOperationException("There is no SQL for that condition.");
        }
    }

    /// <summary>How many resources a condition leaves, as far as its kind tells, from 0 for the fewest; null where a search cannot begin with it.</summary>
    public static int? Breadth(SearchCondition condition) => condition switch
    {
        ValueCondition { IsNegated: false } value when value.Alternatives[0] is DateMatch => value.Alternatives.Max(one => Breadth(Date(value, one))),
        ValueCondition { IsNegated: false } value when value.Alternatives.Any(one => one is UnequalMatch) => null,
        ValueCondition { IsNegated: false } value => Breadth(value),
        DateCondition date when DateRangeSql.IsBetween(date.All) => 5,
        DateCondition date when DateRangeSql.IsBounded(date.All) => 8,
        TextCondition { Query.IsPositive: true } => 4,
        CompositeCondition composite when composite.Alternatives.Any(parts => parts.All(part => part is QuantityMatch)) => null,
        CompositeCondition composite => composite.Alternatives.Max(parts => parts.Any(part => part is TokenMatch { Code: not null }) ? 4 : 8),
        CompartmentCondition => 1,
        // One step further than what it leads to.
        ChainCondition chain when chain.Targets.All(target => Breadth(target.Holds) is not null) => 1 + chain.Targets.Max(target => Breadth(target.Holds)!.Value),
        HasCondition has => 1 + (AmongIds(has.Holds) ? 0 : Breadth(has.Holds)),
        NearCondition => 5,
        AllCondition all => all.Parts.Min(Breadth),
        AnyCondition any => any.Parts.Any(part => Breadth(part) is null) ? null : any.Parts.Max(Breadth),
        _ => null,
    };

    /// <summary>True where what <see cref="Begin"/> gives is all that the condition says; else it must be asked of each resource as well.</summary>
    public static bool IsWhole(SearchCondition condition) => condition is not (AllCondition or AnyCondition);

    /// <summary>The rows of an index table that a condition looks for, to begin the search with: the table, the name of its row, and the condition.</summary>
    /// <param name="condition">One that has a <see cref="Breadth(SearchCondition)"/>.</param>
    public (string Table, string Row, string Holds) Begin(SearchCondition condition)
    {
        string row = parameters.Alias();
        switch (condition)
        {
            case ValueCondition value when value.Alternatives[0] is DateMatch:
                // Each alternative has its own place in the index.
                return ($"({string.Join(" UNION ", value.Alternatives.Select(one => Keys(Date(value, one))))})", row, "1 = 1");
            case ValueCondition value:
                return (ValueSql.Table(value.Alternatives[0]), row, _values.Holds(value.Alternatives, row));
            case DateCondition date:
                (string table, string bounds) = DateRangeSql.Begin([.. date.All.Select(_values.Widened)], row, parameters);
                return (table, row, $"{parameters.IsOf(row, date.Of.Number)} AND {bounds} AND {Times(date, row)}");
            case TextCondition text:
                return ($"({_text.Keys(text)})", row, "1 = 1");
            case CompositeCondition composite:
                return ($"({string.Join(" UNION ", composite.Alternatives.Select(parts => $"SELECT {row}.key {Composite(parts, row, null)}"))})", row, "1 = 1");
            case CompartmentCondition compartment:
                return ($"({Members(compartment)})", row, "1 = 1");
            case ChainCondition chain:
                return ($"({string.Join(" UNION ", chain.Targets.Select(target => Leading(chain.Of, target.Type, target.Holds) + IntoContained(chain.Of.Number, target.Type, target.Holds)))})", row, "1 = 1");
            case HasCondition has:
                string referred = parameters.Alias();
                return ($"(SELECT {referred}.key FROM (SELECT DISTINCT {Referring(has, parameters.Alias())}) h CROSS JOIN resource {referred} " +
                    $"WHERE {referred}.type = {parameters.Add(has.Type)} AND {referred}.id = h.target_id)", row, "1 = 1");
            case NearCondition near:
                return ("search_position", row, NearSql.Holds(near.Alternatives, row, parameters));
            case AllCondition all:
                return Begin(Narrowest(all)!);
            case AnyCondition any:
                return ($"({string.Join(" UNION ", any.Parts.Select(Keys))})", row, "1 = 1");
            default:
                throw new InvalidOperationException("A search cannot begin with that condition.");
        }
    }

    private string Keys(SearchCondition condition)
    {
        (string table, string row, string holds) = Begin(condition);
        return $"SELECT {row}.key AS key FROM {table} {row} WHERE {holds}";
    }

    private static DateCondition Date(ValueCondition value, ValueMatch one) => new(value.Of, [((DateMatch)one).Time]);

    private string Times(DateCondition date, string row) => string.Join(" AND ", date.All.Select(one => _values.Time(one, $"{row}.low", $"{row}.high")));

    // From what holds of the other resource to whom it refers to: the narrower way where that can be looked up, and else all that refer.
    private string Referring(HasCondition has, string row)
    {
        string other = parameters.Alias();
        string by = $"{row}.target_type = {parameters.Add(has.Type)} AND {other}.type = {parameters.Add(has.By.ResourceType)} AND {other}.deleted = 0";
        if (AmongIds(has.Holds))
        {
            return $"{row}.target_id FROM resource {other} CROSS JOIN search_reference {row} WHERE {Holds(has.Holds, other)} AND {row}.key = {other}.key AND {parameters.IsOf(row, has.By.Number, "+")} AND {by}";
        }

        if (Narrowest(has.Holds) is not { } narrowest)
        {
            return $"{row}.target_id FROM search_reference {row} CROSS JOIN resource {other} WHERE {parameters.IsOf(row, has.By.Number)} AND {other}.key = {row}.key AND {by} AND {Holds(has.Holds, other)}";
        }

        (string table, string first, string holds) = Begin(narrowest);
        return $"{row}.target_id FROM {table} {first} CROSS JOIN resource {other} CROSS JOIN search_reference {row} " +
            $"WHERE {holds} AND {other}.key = {first}.key AND {row}.key = {first}.key AND {parameters.IsOf(row, has.By.Number, "+")} AND {by}{Rest(has.Holds, narrowest, other)}";
    }

    private static int Breadth(ValueCondition condition) => condition.Alternatives[0] switch
    {
        _ when condition.Alternatives.Count > 20 => 9,
        TokenMatch { Code: not null } when condition.Of.Code == "identifier" => 0,
        ReferenceMatch => 1,
        StringMatch { Relation: StringRelation.Exact or StringRelation.Same } => 2,
        UriMatch { Relation: UriRelation.Same } or CanonicalMatch => 2,
        StringMatch { Relation: StringRelation.Begins } or UriMatch { Relation: UriRelation.Begins or UriRelation.MimeType } => 3,
        TokenMatch { Code: not null } => 4,
        TokenSetMatch => 6,
        QuantityMatch => 7,
        _ => 8,
    };

    /// <summary>The part of a condition to begin with; null where there is none.</summary>
    private static SearchCondition? Narrowest(SearchCondition condition) =>
        AllCondition.Flat(condition).Where(one => Breadth(one) is not null).OrderBy(one => Breadth(one)).FirstOrDefault();

    private static bool AmongIds(SearchCondition condition) => AllCondition.Flat(condition).Any(one => one is IdCondition { IsNegated: false });

    /// <summary>What is left of a condition after its part that the search begins with.</summary>
    private string Rest(SearchCondition condition, SearchCondition begun, string resource) =>
        string.Concat(AllCondition.Flat(condition).Where(one => !ReferenceEquals(one, begun) || !IsWhole(one)).Select(one => $" AND {Holds(one, resource)}"));

    private string Matching(string type, SearchCondition condition, string column)
    {
        string resource = parameters.Alias();
        // Few match as a rule, so that the search begins with the index and not with every resource of the type.
        if (Narrowest(condition) is { } narrowest)
        {
            (string table, string row, string holds) = Begin(narrowest);
            return $"{resource}.{column} FROM {table} {row} CROSS JOIN resource {resource} WHERE {holds} AND {resource}.key = {row}.key AND {resource}.type = {parameters.Add(type)} AND {resource}.deleted = 0" +
                Rest(condition, narrowest, resource);
        }

        return $"{resource}.{column} FROM resource {resource} WHERE {resource}.type = {parameters.Add(type)} AND {resource}.deleted = 0 AND {resource}.version > 0 AND {Holds(condition, resource)}";
    }

    private string Scope(ScopeCondition scope, string resource)
    {
        List<string> ways = [];
        if (scope.WholeTypes.Count > 0) ways.Add($"{resource}.type IN {parameters.List(scope.WholeTypes)}");
        ways.AddRange(scope.Partly.Select(part => $"({resource}.type = {parameters.Add(part.Type)}{string.Concat(part.Holds.Select(one => $" AND {Holds(one, resource)}"))})"));
        return ways.Count == 0 ? "1 = 0" : $"({string.Join(" OR ", ways)})";
    }

    /// <summary>The labels are looked up for each candidate; the patients that have one are few, and found once for the whole search.</summary>
    private string Unrestricted(string resource)
    {
        string own = parameters.Alias(), reference = parameters.Alias(), patient = parameters.Alias(), label = parameters.Alias();
        // Who reads the trail sees also what befell restricted patients: it shows that, and nothing of them.
        return $"({resource}.type = 'AuditEvent' OR (NOT EXISTS (SELECT 1 FROM search_token {own} WHERE {own}.key = {resource}.key AND {Restricted(own, "+")})" +
            $" AND NOT EXISTS (SELECT 1 FROM search_reference {reference} WHERE {reference}.key = {resource}.key AND {reference}.target_type = 'Patient' AND {reference}.target_id IN " +
            $"(SELECT {patient}.id FROM search_token {label} JOIN resource {patient} ON {patient}.key = {label}.key WHERE {patient}.type = 'Patient' AND {Restricted(label, "")}))))";
    }

    private string Restricted(string row, string plus) =>
        $"{plus}{row}.parameter = {parameters.Add(Confidentiality.Parameter)} AND {row}.code IN {parameters.List(Confidentiality.Restricted)} AND {row}.system = {parameters.Add(Confidentiality.System)}";

    // search.html#contained: a chain goes into what the resource itself contains.
    private string IntoContained(int reference, string type, SearchCondition holds)
    {
        if (!ContainedCondition.CanAsk(holds)) return "";
        string inside = parameters.Alias(), row = parameters.Alias();
        return $" UNION SELECT {inside}.container {Inside(type, [holds], inside)} AND EXISTS (SELECT 1 FROM search_reference {row} WHERE {row}.key = {inside}.container" +
            $" AND {Within(row, reference)} AND {row}.target_type = '{Indexing.ReferenceRow.Contained}' AND {row}.target_id = {inside}.id)";
    }

    // A reference to what is contained has its row under the parameter's own number where the others are told by the type of their target.
    private string Within(string row, int reference) => SharedRows.R4.Of(reference) is { TargetType: not null } ? $"+{row}.parameter = {parameters.Add(reference)}" : parameters.IsOf(row, reference, "+");

    // The contained resources of a type for which all conditions hold: they stand in the index like others, with numbers below zero.
    private string Inside(string type, IReadOnlyList<SearchCondition> parts, string inside)
    {
        SearchCondition? first = parts.Where(part => Breadth(part) is not null).OrderBy(Breadth).FirstOrDefault();
        string from = $"contained {inside}", where = $"{inside}.type = {parameters.Add(type)}";
        if (first is not null)
        {
            (string table, string row, string holds) = Begin(first);
            (from, where) = ($"{table} {row} CROSS JOIN contained {inside}", $"{holds} AND {inside}.key = {row}.key AND {where}");
        }

        IEnumerable<string> others = parts.Where(part => !ReferenceEquals(part, first) || !IsWhole(part)).Select(part => $" AND {Holds(part, inside)}");
        return $"FROM {from} WHERE {where}{string.Concat(others)}";
    }

    private string Missing(MissingCondition missing, string resource)
    {
        string row = parameters.Alias();
        SearchParameter of = missing.Of;
        int[] numbers = of.Kind switch
        {
            SearchParameterKind.Composite => [.. of.Components.Select(part => part.Number)],
            SearchParameterKind.Reference or SearchParameterKind.Token => [of.Number, of.Text, of.Identifier],
            _ => [of.Number],
        };
        IEnumerable<string> found = Tables(of).Select(table => $"EXISTS (SELECT 1 FROM {table} {row} WHERE {row}.key = {resource}.key AND {Among(table, row, numbers)})");
        return $"{(missing.IsMissing ? "NOT " : "")}({string.Join(" OR ", found)})";
    }

    // A reference to another server has its row under the parameter's own number.
    private string Among(string table, string row, int[] numbers)
    {
        int[] plain = [.. numbers.Where(number => SharedRows.R4.Of(number) is not { TargetType: not null })], narrowed = [.. numbers.Except(plain)];
        string own = $"+{row}.parameter IN {parameters.List(SharedRows.R4.Numbers(plain).Concat(narrowed))}";
        return table != "search_reference" || narrowed.Length == 0 ? own : $"({own} OR {string.Join(" OR ", narrowed.Select(number => $"({parameters.IsOf(row, number, "+")})"))})";
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

    /// <summary>The rows of one part where the other parts stand in the same element.</summary>
    /// <param name="parts">What is looked for in each part.</param>
    /// <param name="first">The name of the row of the part that it begins with.</param>
    /// <param name="key">The one resource that is asked about; null for all.</param>
    private string Composite(IReadOnlyList<ValueMatch> parts, string first, string? key)
    {
        // Quantities of composites are looked up by their resource alone; they are not in the index by value.
        ValueMatch begun = parts.FirstOrDefault(part => part is TokenMatch { Code: not null }) ?? parts.FirstOrDefault(part => part is not QuantityMatch) ?? parts[0];
        string from = $"FROM {ValueSql.Table(begun)} {first}";
        string where = $"{(key is null ? "" : $"{first}.key = {key} AND ")}{_values.Holds([begun], first, ofOne: key is not null)}";
        foreach (ValueMatch part in parts.Where(part => !ReferenceEquals(part, begun)))
        {
            string row = parameters.Alias();
            from += $" CROSS JOIN {ValueSql.Table(part)} {row}";
            where += $" AND {row}.key = {first}.key AND {row}.grp = {first}.grp AND {_values.Holds([part], row, ofOne: true)}";
        }

        return $"{from} WHERE {where}";
    }

    /// <summary>The numbers of the resources in a compartment.</summary>
    private string Members(CompartmentCondition compartment)
    {
        string row = parameters.Alias();
        string members = $"SELECT {row}.key FROM search_reference {row} WHERE {parameters.IsOf(row, compartment.By.Select(by => by.Number))} " +
            $"AND {row}.target_type = {parameters.Add(compartment.TargetType)} AND {row}.target_id = {parameters.Add(compartment.TargetId)}";
        return compartment.WithSubject
            ? $"{members} UNION SELECT key FROM resource WHERE type = {parameters.Add(compartment.TargetType)} AND id = {parameters.Add(compartment.TargetId)}"
            : members;
    }

    /// <summary>The numbers of the resources whose reference leads to one for which a condition holds.</summary>
    private string Leading(SearchParameter by, string type, SearchCondition condition)
    {
        string row = parameters.Alias(), target = parameters.Alias();
        return $"SELECT {row}.key FROM (SELECT DISTINCT {Matching(type, condition, "id")}) {target} CROSS JOIN search_reference {row} " +
            $"WHERE {parameters.IsOf(row, by.Number)} AND {row}.target_type = {parameters.Add(type)} AND {row}.target_id = {target}.id";
    }
}
