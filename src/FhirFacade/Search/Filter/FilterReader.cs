using Consortium.Fhir;
using Consortium.FhirFacade.Rest;
using Consortium.FhirFacade.Search.Indexing;
using Consortium.FhirFacade.Search.Parameters;
using Consortium.FhirFacade.Search.Query;

namespace Consortium.FhirFacade.Search.Filter;

/// <summary>Makes conditions of a <c>_filter</c>, over the same parameters and index as every other search (FHIR R4 search_filter.html).</summary>
internal sealed class FilterReader(SearchCatalog catalog, ValueParser values)
{
    private const int MostSteps = 6;

    /// <summary>The condition that a filter is.</summary>
    /// <exception cref="FhirException">400: it is not understood, or names what the type does not have.</exception>
    public SearchCondition Read(string type, string filter) => Read(type, FilterParser.Parse(filter), 0);

    private SearchCondition Read(string type, FilterNode node, int steps) => node switch
    {
        FilterAll all => new AllCondition([Read(type, all.Left, steps), Read(type, all.Right, steps)]),
        FilterAny any => new AnyCondition([Read(type, any.Left, steps), Read(type, any.Right, steps)]),
        FilterNot not => new NotCondition(Read(type, not.Part, steps)),
        FilterComparison comparison => Read(type, comparison.Path, comparison, steps),
        _ => throw new InvalidOperationException("There is no such part of a filter."),
    };

    private SearchCondition Read(string type, FilterPath path, FilterComparison comparison, int steps)
    {
        if (steps > MostSteps) throw FhirException.BadRequest("too-costly", $"_filter, character {path.At}: a path may have {MostSteps} steps at most.");
        if (path.HasType is { } other)
        {
            SearchParameter by = catalog.Find(other, path.Name) is { Kind: SearchParameterKind.Reference } reference ? reference : throw Unknown(other, path);
            return new HasCondition(type, by, Read(other, path.Rest!, comparison, steps + 1));
        }

        if (path.Rest is null && path.Within is null)
        {
            if (path.Name is "_id" or "id") return Id(type, comparison);
            if (path.Name == "_lastUpdated") return LastUpdated(type, comparison);
        }

        SearchParameter parameter = catalog.Find(type, path.Name) ?? throw Unknown(type, path);
        if (parameter.Kind == SearchParameterKind.Composite && (path.Within is not null || path.Rest is not null)) return Element(parameter, path, comparison);
        if (path.Rest is null) return path.Within is null ? Compare(parameter, comparison) : throw Wrong(comparison, "after a bracket follow a dot and a parameter");
        if (parameter.Kind != SearchParameterKind.Reference) throw Wrong(comparison, $"{path.Name} is no reference, and no composite, so nothing can follow it");
        return Chain(parameter, path, comparison, steps);
    }

    // subject.name, subject[active eq true].name: one and the same target has both
    private ChainCondition Chain(SearchParameter reference, FilterPath path, FilterComparison comparison, int steps)
    {
        IEnumerable<string> types = path.TargetType is { } wanted ? [wanted] : reference.Targets.Length > 0 ? reference.Targets : FhirR4.ResourceTypes;
        List<(string, SearchCondition)> targets = [];
        foreach (string target in types.Where(FhirR4.IsResourceType))
        {
            if (!Knows(target, path.Rest!) || (path.Within is { } node && !Knows(target, node))) continue;
            SearchCondition rest = Read(target, path.Rest!, comparison, steps + 1);
            targets.Add((target, path.Within is { } within ? new AllCondition([Read(target, within, steps + 1), rest]) : rest));
        }

        return targets.Count > 0 ? new ChainCondition(reference, targets) : throw Unknown(path.TargetType ?? "the targets of " + path.Name, path.Rest!);
    }

    private bool Knows(string type, FilterPath path) => path.HasType is not null || path.Name is "_id" or "id" or "_lastUpdated" || catalog.Find(type, path.Name) is not null;

    private bool Knows(string type, FilterNode node) => node switch
    {
        FilterAll all => Knows(type, all.Left) && Knows(type, all.Right),
        FilterAny any => Knows(type, any.Left) && Knows(type, any.Right),
        FilterNot not => Knows(type, not.Part),
        FilterComparison comparison => Knows(type, comparison.Path),
        _ => false,
    };

    // component-code-value-quantity[component-code eq 8480-6].component-value-quantity gt 140: in one element
    private CompositeCondition Element(SearchParameter composite, FilterPath path, FilterComparison comparison)
    {
        List<FilterComparison> parts = [];
        if (path.Within is { } within) Flatten(within, parts);
        if (path.Rest is { } rest) parts.Add(comparison with { Path = rest });
        List<ValueMatch> matches = [];
        foreach (FilterComparison part in parts)
        {
            SearchParameter component = composite.Components.FirstOrDefault(one => one.Code == part.Path.Name && part.Path is { Rest: null, Within: null })
                ?? throw Wrong(part, $"{composite.Code} has the parts {string.Join(", ", composite.Components.Select(one => one.Code))}");
            matches.Add(Match(component, part));
        }

        return new CompositeCondition(composite, [matches]);
    }

    private static void Flatten(FilterNode node, List<FilterComparison> parts)
    {
        switch (node)
        {
            case FilterAll all:
                Flatten(all.Left, parts);
                Flatten(all.Right, parts);
                break;
            case FilterComparison comparison:
                parts.Add(comparison);
                break;
            default:
                throw FhirException.BadRequest("not-supported", "_filter: in the brackets of a composite this server takes comparisons joined by and.");
        }
    }

    private static IdCondition Id(string type, FilterComparison comparison) => comparison.Operation switch
    {
        "eq" => new IdCondition(type, [comparison.Value], IsNegated: false),
        "ne" => new IdCondition(type, [comparison.Value], IsNegated: true),
        _ => throw Wrong(comparison, "an id is compared with eq or ne"),
    };

    private static LastUpdatedCondition LastUpdated(string type, FilterComparison comparison) =>
        new(type, [Date("_lastUpdated", comparison)]);

    private SearchCondition Compare(SearchParameter parameter, FilterComparison comparison)
    {
        if (comparison.Operation == "pr")
        {
            return comparison.Value is "true" or "false" ? new MissingCondition(parameter, comparison.Value == "false") : throw Wrong(comparison, "pr takes true or false");
        }

        if (parameter.Kind == SearchParameterKind.Composite)
        {
            if (comparison.Operation != "eq") throw Wrong(comparison, "a composite is compared with eq, or by its parts in brackets");
            IReadOnlyList<string> parts = SearchValues.Parts(comparison.Value, '$');
            if (parts.Count != parameter.Components.Length) throw Wrong(comparison, $"{parameter.Code} takes {parameter.Components.Length} values joined by $");
            return new CompositeCondition(parameter, [[.. parts.Select((part, i) => values.Read(parameter.Components[i], null, part))]]);
        }

        // "None of the concepts is in the value set" is said of the whole set of values; every other operator of one of them.
        if (comparison.Operation == "ni") return new ValueCondition(parameter, [Match(parameter, comparison with { Operation = "in" })], IsNegated: true);
        return Match(parameter, comparison) is DateMatch date
            ? new DateCondition(parameter, [date.Time])
            : new ValueCondition(parameter, [Match(parameter, comparison)], IsNegated: false);
    }

    private ValueMatch Match(SearchParameter parameter, FilterComparison comparison)
    {
        if (comparison.Operation == "ne" && parameter.Kind is not (SearchParameterKind.Date or SearchParameterKind.Number or SearchParameterKind.Quantity))
        {
            return new UnequalMatch(Match(parameter, comparison with { Operation = "eq" }));
        }

        return parameter.Kind switch
        {
            SearchParameterKind.String => Words(parameter, comparison),
            SearchParameterKind.Token => Token(parameter, comparison),
            SearchParameterKind.Uri => Uri(parameter, comparison),
            SearchParameterKind.Reference when comparison.Operation is "eq" or "re" => values.Read(parameter, null, Escaped(comparison)),
            SearchParameterKind.Date => new DateMatch(parameter.Number, Date(parameter.Code, comparison)),
            SearchParameterKind.Number or SearchParameterKind.Quantity when comparison.Operation is "eq" or "ne" or "gt" or "lt" or "ge" or "le" or "ap" or "sa" or "eb" =>
                values.Read(parameter, null, comparison.Operation + comparison.Value),
            _ => throw Unfit(parameter, comparison),
        };
    }

    private static Compared<Interval> Date(string code, FilterComparison comparison)
    {
        if (comparison.Operation == "po") return ValueParser.ReadDate(code, comparison.Value) with { How = Comparison.Overlaps };
        if (comparison.Operation is not ("eq" or "ne" or "gt" or "lt" or "ge" or "le" or "ap" or "sa" or "eb")) throw Wrong(comparison, $"{code} is a date, which {comparison.Operation} does not compare");
        return ValueParser.ReadDate(code, comparison.Operation + comparison.Value);
    }

    private static StringMatch Words(SearchParameter parameter, FilterComparison comparison) => new(parameter.Number, FoldedText.Of(comparison.Value), comparison.Operation switch
    {
        "eq" => StringRelation.Same,
        "co" => StringRelation.Contains,
        "sw" => StringRelation.Begins,
        "ew" => StringRelation.Ends,
        "gt" => StringRelation.After,
        "lt" => StringRelation.Before,
        "ge" => StringRelation.NotBefore,
        "le" => StringRelation.NotAfter,
        _ => throw Unfit(parameter, comparison),
    });

    private ValueMatch Token(SearchParameter parameter, FilterComparison comparison) => comparison.Operation switch
    {
        "eq" => values.Read(parameter, null, comparison.Value),
        "in" => values.Read(parameter, "in", Escaped(comparison)),
        "ss" => values.Read(parameter, "below", comparison.Value), // the value subsumes what is found
        "sb" => values.Read(parameter, "above", comparison.Value),
        "co" => new UriMatch(parameter.Number, comparison.Value, UriRelation.Contains),
        "sw" => new UriMatch(parameter.Number, comparison.Value, UriRelation.Begins),
        "ew" => new UriMatch(parameter.Number, comparison.Value, UriRelation.Ends),
        _ => throw Unfit(parameter, comparison),
    };

    private static UriMatch Uri(SearchParameter parameter, FilterComparison comparison) => new(parameter.Number, comparison.Value, comparison.Operation switch
    {
        "eq" or "re" => UriRelation.Same,
        "co" => UriRelation.Contains,
        "sw" => UriRelation.Begins,
        "ew" => UriRelation.Ends,
        "ss" => UriRelation.Below,
        "sb" => UriRelation.Above,
        _ => throw Unfit(parameter, comparison),
    });

    // The readers of values take the escapes of search.html#escaping, which a filter does not have.
    private static string Escaped(FilterComparison comparison) => comparison.Value.Replace("\\", "\\\\", StringComparison.Ordinal);

    private static FhirException Unfit(SearchParameter parameter, FilterComparison comparison) =>
        Wrong(comparison, $"{comparison.Operation} does not compare a {parameter.Kind.ToString().ToLowerInvariant()}, which {parameter.Code} is");

    private static FhirException Unknown(string type, FilterPath path) =>
        FhirException.BadRequest("not-supported", $"_filter, character {path.At}: {type} has no search parameter of that name that this server knows.");

    private static FhirException Wrong(FilterComparison comparison, string reason) => FhirException.BadRequest("value", $"_filter, character {comparison.At}: {reason} (FHIR R4 search_filter.html).");
}
