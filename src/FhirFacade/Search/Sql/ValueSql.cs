using Consortium.FhirFacade.Search.Parameters;
using Consortium.FhirFacade.Search.Query;

namespace Consortium.FhirFacade.Search.Sql;

/// <summary>What is looked for among the values of a parameter, as SQL over its index table.</summary>
internal sealed class ValueSql(SqlParameters parameters, TimeProvider time)
{
    /// <summary>The table of a match.</summary>
    public static string Table(ValueMatch match) => match switch
    {
        TokenMatch or TokenSetMatch or UriMatch => "search_token",
        StringMatch => "search_string",
        ReferenceMatch or CanonicalMatch => "search_reference",
        UnequalMatch unequal => Table(unequal.To),
        DateMatch => "search_date",
        QuantityMatch => "search_quantity",
        _ => throw new InvalidOperationException("There is no table for that match."),
    };

    /// <summary>The condition on a row, its parameter included.</summary>
    /// <param name="alternatives">What is looked for.</param>
    /// <param name="row">The name of the row.</param>
    /// <param name="ofOne">
    /// True where the row is looked up for one resource: then the index by resource is the one to use. SQLite, which has no statistics, might take the one by value and go
    /// through all values for each resource; the plus keeps it from that (sqlite.org/optoverview.html, "Disqualifying WHERE clause terms").
    /// </param>
    public string Holds(IReadOnlyList<ValueMatch> alternatives, string row, bool ofOne = false)
    {
        if (alternatives.Any(one => one is ReferenceMatch { TargetType: "" }) && SharedRows.R4.Of(alternatives[0].Parameter) is { TargetType: not null }) return Foreign(alternatives, row, ofOne);
        string of = parameters.IsOf(row, alternatives[0].Parameter, ofOne ? "+" : "");
        // The index by value has the quantities that stand by themselves, and not those of composites.
        if (!ofOne && alternatives.All(one => one is QuantityMatch)) of += $" AND {row}.grp = 0";
        return alternatives.Count == 1
            ? $"{of} AND {Holds(alternatives[0], row)}"
            : $"{of} AND ({string.Join(" OR ", alternatives.Select(one => Holds(one, row)))})";
    }

    // A reference to another server has its row under the parameter's own number, also where those to this one stand elsewhere.
    private string Foreign(IReadOnlyList<ValueMatch> alternatives, string row, bool ofOne)
    {
        string plus = ofOne ? "+" : "";
        return "(" + string.Join(" OR ", alternatives.Select(one => one is ReferenceMatch { TargetType: "" }
            ? $"({plus}{row}.parameter = {parameters.Add(one.Parameter)} AND {Holds(one, row)})"
            : $"({parameters.IsOf(row, one.Parameter, plus)} AND {Holds(one, row)})")) + ")";
    }

    /// <summary>A time against an interval of two columns.</summary>
    public string Time(Compared<Interval> time, string low, string high)
    {
        Interval with = Widened(time).With;
        return Compare(time.How, low, high, with.From, with.To, with.From, with.To, touches: true);
    }

    private string Holds(ValueMatch match, string row) => match switch
    {
        TokenMatch token => Token(token, row),
        TokenSetMatch set => TokenSet(set, row),
        UriMatch uri => Uri(uri, row),
        StringMatch words => Words(words, row),
        ReferenceMatch reference => Reference(reference, row),
        CanonicalMatch canonical => Canonical(canonical, row),
        UnequalMatch unequal => $"NOT {Holds(unequal.To, row)}",
        DateMatch date => Time(date.Time, $"{row}.low", $"{row}.high"),
        QuantityMatch quantity => Quantity(quantity, row),
        _ => throw new InvalidOperationException("There is no SQL for that match."),
    };

    private string Token(TokenMatch token, string row) => token switch
    {
        { System: null } => $"{row}.code = {parameters.Add(token.Code!)}",
        { Code: null } => $"{row}.system = {parameters.Add(token.System)}",
        _ => $"({row}.code = {parameters.Add(token.Code)} AND {row}.system = {parameters.Add(token.System)})",
    };

    private string TokenSet(TokenSetMatch set, string row)
    {
        if (set.Codes.Count == 0) return "1 = 0";
        return "(" + string.Join(" OR ", set.Codes.GroupBy(code => code.System, StringComparer.Ordinal)
            .Select(system => $"({row}.system = {parameters.Add(system.Key)} AND {row}.code IN {parameters.List(system.Select(code => code.Code))})")) + ")";
    }

    private string Uri(UriMatch uri, string row) => uri.Relation switch
    {
        UriRelation.Same => $"{row}.code = {parameters.Add(uri.Uri)}",
        UriRelation.Below => $"({row}.code = {parameters.Add(uri.Uri)} OR {Begins($"{row}.code", uri.Uri.EndsWith('/') ? uri.Uri : uri.Uri + "/")})",
        UriRelation.Begins => Begins($"{row}.code", uri.Uri),
        UriRelation.Contains => Contains($"{row}.code", uri.Uri),
        UriRelation.Ends => Ends($"{row}.code", uri.Uri),
        UriRelation.MimeType => $"({row}.code = {parameters.Add(uri.Uri)} OR {Begins($"{row}.code", uri.Uri + ";")})",
        _ => $"{row}.code IN {parameters.List(Above(uri.Uri))}",
    };

    // http://acme.org/fhir/ValueSet/123 stands below http://acme.org/fhir/ValueSet, http://acme.org/fhir …
    private static IEnumerable<string> Above(string uri)
    {
        yield return uri;
        for (int slash = uri.LastIndexOf('/'); slash > 0 && uri[slash - 1] != '/'; slash = uri.LastIndexOf('/', slash - 1))
        {
            yield return uri[..slash];
            yield return uri[..(slash + 1)];
        }
    }

    private string Words(StringMatch words, string row) => words.Relation switch
    {
        StringRelation.Begins => Begins($"{row}.folded", words.Text),
        StringRelation.Same => $"{row}.folded = {parameters.Add(words.Text)}",
        StringRelation.Ends => Ends($"{row}.folded", words.Text),
        StringRelation.After => $"{row}.folded > {parameters.Add(words.Text)}",
        StringRelation.NotBefore => $"{row}.folded >= {parameters.Add(words.Text)}",
        StringRelation.Before => $"{row}.folded < {parameters.Add(words.Text)}",
        StringRelation.NotAfter => $"{row}.folded <= {parameters.Add(words.Text)}",
        StringRelation.Contains => $"{row}.folded LIKE {parameters.Add("%" + Escaped(words.Text) + "%")} ESCAPE '!'",
        _ => $"({row}.folded = {parameters.Add(Indexing.FoldedText.Of(words.Text))} AND {row}.exact = {parameters.Add(words.Text)})",
    };

    // Texts stand in the order of their code points, so that what begins alike stands together.
    private string Begins(string column, string start) =>
        start.Length == 0 ? "1 = 1" : $"({column} >= {parameters.Add(start)} AND {column} < {parameters.Add(start + "\U0010FFFF")})";

    // LIKE is blind to case in SQLite and not in PostgreSQL; codes are not folded.
    private string Contains(string column, string part) => part.Length == 0 ? "1 = 1" : $"replace({column}, {parameters.Add(part)}, '') <> {column}";

    private string Ends(string column, string end)
    {
        string value = parameters.Add(end);
        return $"(length({column}) >= length({value}) AND substr({column}, length({column}) - length({value}) + 1) = {value})";
    }

    private static string Escaped(string text) =>
        text.Replace("!", "!!", StringComparison.Ordinal).Replace("%", "!%", StringComparison.Ordinal).Replace("_", "!_", StringComparison.Ordinal);

    private string Reference(ReferenceMatch reference, string row)
    {
        string id = $"{row}.target_id = {parameters.Add(reference.TargetId)}";
        // The id of what is contained is known within its container alone.
        return reference.TargetType is { } type ? $"({id} AND {row}.target_type = {parameters.Add(type)})" : $"({id} AND {row}.target_type <> '{Indexing.ReferenceRow.Contained}')";
    }

    private string Canonical(CanonicalMatch canonical, string row)
    {
        string url = $"{row}.target_id = {parameters.Add(canonical.Canonical)}";
        // Every canonical stands there without its version too; with a version, 1 stands above 1.2.
        return canonical.Canonical.Contains('|', StringComparison.Ordinal) ? $"({url} OR {Begins($"{row}.target_id", canonical.Canonical + ".")})" : url;
    }

    private string Quantity(QuantityMatch quantity, string row)
    {
        NumberInterval with = quantity.Number.With;
        if (quantity.Number.How == Comparison.Approximate)
        {
            double tenth = Math.Abs(with.Exact) / 10;
            with = new NumberInterval(with.Exact, Math.Min(with.From, with.Exact - tenth), Math.Max(with.To, with.Exact + tenth));
        }

        string prefix = quantity.CanonicalCode is null ? "" : "canonical_";
        string number = Compare(quantity.Number.How, $"{row}.{prefix}low", $"{row}.{prefix}high", with.Exact, with.Exact, with.From, with.To, touches: false);
        if (quantity.CanonicalCode is { } canonical) return $"({row}.canonical_code = {parameters.Add(canonical)} AND {number})";
        string unit = "";
        if (quantity.System is { } system) unit += $" AND {row}.system = {parameters.Add(system)}";
        // Without a system the unit is a code or the unit as people write it.
        if (quantity.Code is { } code) unit += quantity.System is null ? $" AND ({row}.code = {parameters.Add(code)} OR {row}.unit = {parameters.Add(code)})" : $" AND {row}.code = {parameters.Add(code)}";
        return $"({number}{unit})";
    }

    /// <summary>The prefixes of search.html#prefix. The value is [low, high]; where its end is exclusive, touching the searched interval is not being beyond it.</summary>
    private string Compare(Comparison how, string low, string high, object exactFrom, object exactTo, object from, object to, bool touches)
    {
        string within = touches ? $"({low} >= {parameters.Add(from)} AND {high} <= {parameters.Add(to)})" : $"({low} >= {parameters.Add(from)} AND {high} < {parameters.Add(to)})";
        string above = $"{high} > {parameters.Add(exactTo)}", below = $"{low} < {parameters.Add(exactFrom)}";
        return how switch
        {
            Comparison.Equal => within,
            Comparison.NotEqual => $"NOT {within}",
            Comparison.Greater => above,
            Comparison.Less => below,
            Comparison.GreaterOrEqual => touches ? $"({above} OR {within})" : $"{high} >= {parameters.Add(exactTo)}",
            Comparison.LessOrEqual => touches ? $"({below} OR {within})" : $"{low} <= {parameters.Add(exactFrom)}",
            Comparison.StartsAfter => touches ? $"{low} >= {parameters.Add(exactTo)}" : $"{low} > {parameters.Add(exactTo)}",
            Comparison.EndsBefore => touches ? $"{high} <= {parameters.Add(exactFrom)}" : $"{high} < {parameters.Add(exactFrom)}",
            _ => $"({high} > {parameters.Add(from)} AND {low} < {parameters.Add(to)})",
        };
    }

    /// <summary>"Approximately" is within a tenth of the distance between now and the date; every other comparison stays as it is.</summary>
    public Compared<Interval> Widened(Compared<Interval> compared)
    {
        if (compared.How != Comparison.Approximate) return compared;
        long gap = Math.Abs(time.GetUtcNow().ToUnixTimeMilliseconds() - compared.With.From) / 10;
        return compared with { With = new Interval(compared.With.From - gap, compared.With.To + gap) };
    }
}
