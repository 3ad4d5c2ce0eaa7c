using Consortium.Fhir;
using Consortium.FhirFacade.Rest;
using Consortium.FhirFacade.Search.Custom;
using Consortium.FhirFacade.Search.Filter;
using Consortium.FhirFacade.Search.Parameters;
using Consortium.FhirFacade.Search.Text;

namespace Consortium.FhirFacade.Search.Query;

/// <summary>Reads the parameters of a search (FHIR R4 search.html).</summary>
internal sealed class SearchParser(SearchCatalogs catalogs, CursorSeal seal, FacadeOptions options)
{
    /// <summary>More alternatives than this make no query.</summary>
    private const int MostAlternatives = 500;

    private readonly ValueParser _values = new(options.BaseUrl, new CodeSets(FhirDefinitions.R4));

    /// <summary>A search, by the parameters that are in force now on any server of the store.</summary>
    /// <inheritdoc cref="Parse(string, IReadOnlyList{KeyValuePair{string, string}})"/>
    public async Task<SearchQuery> ReadAsync(string type, IReadOnlyList<KeyValuePair<string, string>> parameters, CancellationToken cancellationToken)
    {
        SearchCatalog before = catalogs.Current.Catalog;
        SearchQuery? query = null;
        try
        {
            query = Parse(type, parameters, answers: true);
        }
        catch (FhirException notReady) when (notReady.Status == NotReadyStatus)
        {
            // Another server may have finished it.
        }

        if (query is { Unknown.Count: 0, Custom.Count: 0 }) return query;
        SearchCatalog now = (await catalogs.RefreshAsync(cancellationToken).ConfigureAwait(false)).Catalog;
        return query is not null && ReferenceEquals(before, now) ? query : Parse(type, parameters, answers: true);
    }

    /// <summary>The error of a search by a parameter that does not know every resource yet.</summary>
    public static FhirException NotReady(string code) => new(
        NotReadyStatus, "incomplete", $"The search parameter '{code}' is new or changed here, and what was stored before is still being indexed; a search by it would miss some. Ask again later; SearchParameter/$status says how far it is.") { RetryAfter = 10 };

    private const int NotReadyStatus = 503;

    /// <summary>The query of a conditional interaction: every parameter must be known, and there must be one.</summary>
    /// <exception cref="FhirException">400: it is not so, or a value is not understood.</exception>
    public SearchQuery Condition(string type, string query)
    {
        SearchQuery parsed = Parse(type, FhirEndpoint.Form(query));
        if (parsed.Unknown.Count > 0) throw FhirException.BadRequest("not-supported", "The condition has a parameter that this server does not know; it would match too much.");
        if (parsed.Conditions.Count == 0) throw FhirException.BadRequest("required", "The condition has no search parameter.");
        return parsed with { Count = 2, Total = TotalMode.None, Sort = [], Includes = [], After = null };
    }

    /// <summary>A search of a type, or of several.</summary>
    /// <param name="type">The type; <see cref="SearchCatalog.AnyType"/> for those that <c>_type</c> names, or all.</param>
    /// <param name="parameters">The parameters of the request.</param>
    /// <exception cref="FhirException">400: a value or a modifier is not understood.</exception>
    public SearchQuery Parse(string type, IReadOnlyList<KeyValuePair<string, string>> parameters) => Parse(type, parameters, answers: false);

    // With `answers` the result goes to the caller as it is; else something is made of its resources, which must be of the type.
    private SearchQuery Parse(string type, IReadOnlyList<KeyValuePair<string, string>> parameters, bool answers)
    {
        SearchCatalog catalog = catalogs.Current.Catalog;
        string[] types = type == SearchCatalog.AnyType ? [] : [type];
        List<SearchCondition> conditions = [];
        List<(string, string)> used = [];
        List<string> unknown = [];
        var controls = new SearchControls(catalog, type);
        string? cursor = null;
        if (type == SearchCatalog.AnyType) types = [.. parameters.Where(one => one.Key == "_type").Select(one => Types(one.Value)).LastOrDefault() ?? []];
        foreach ((string key, string value) in parameters)
        {
            if (key is "_format" or "_pretty") continue;
            if (key == "_cursor") cursor = value;
            else if (key == "_type" && type == SearchCatalog.AnyType)
            {
                // read before: what else may be asked depends on it
            }
            else if (controls.TryRead(key, value, unknown, out string looked))
            {
                if (looked.Length > 0) used.Add((key, looked));
                continue;
            }
            else if ((Reader(catalog, type, key, ChainDepth.Start()) ?? Shared(catalog, types, key)) is not { } read)
            {
                unknown.Add(key);
                continue;
            }
            else if (value.Length > 0)
            {
                conditions.Add(read(value)); // a parameter without a value says nothing (search.html#escaping)
            }

            used.Add((key, value));
        }

        SearchQuery query = controls.Apply(new SearchQuery { Type = type, Types = types, Conditions = DateCondition.Joined([.. conditions.SelectMany(AllCondition.Flat)]), Used = used, Unknown = unknown });
        if (!answers && query.Types.Count != types.Length) throw FhirException.BadRequest("not-supported", "_contained gives resources of other types; it goes with searches alone.");
        query = query with { Custom = Custom(query, catalog) };
        return cursor is null ? query : query with { After = seal.Open(cursor, query.Sort.Count) };
    }

    // The site's own among the parameters that are looked at; each must know every resource.
    private static Dictionary<int, string> Custom(SearchQuery query, SearchCatalog catalog)
    {
        var custom = new Dictionary<int, string>();
        foreach ((string type, string look) in query.Looks)
        {
            string code = look.Split(':')[0]; // what stands beside it (:text, :identifier) is indexed with it
            if (catalog.Find(type, code) is not { IsCustom: true } parameter) continue;
            if (!parameter.IsReady) throw NotReady(code);
            custom[parameter.Number] = code;
        }

        return custom;
    }

    /// <summary>What reads the values of a key; null where the type has no such parameter.</summary>
    private Func<string, SearchCondition>? Reader(SearchCatalog catalog, string type, string key, ChainDepth depth)
    {
        if (key.StartsWith("_has:", StringComparison.Ordinal)) return Has(catalog, type, key, depth);
        int dot = key.IndexOf('.', StringComparison.Ordinal);
        if (dot > 0) return Chain(catalog, type, key[..dot], key[(dot + 1)..], depth);
        (string code, string? modifier) = Split(key);
        switch (code)
        {
            case "_id" when modifier is null or "not":
                return value => new IdCondition(type, [.. SearchValues.Alternatives(value).Select(SearchValues.Unescape)], modifier is not null);
            case "_lastUpdated" when modifier is null:
                return value => new LastUpdatedCondition(type, [.. SearchValues.Alternatives(value).Select(one => ValueParser.ReadDate(code, one))]);
            case "_text" or "_content" when modifier is null:
                return value => new TextCondition(type, code, TextQueryParser.Parse(code, value));
            case "_filter" when modifier is null:
                return value => new FilterReader(catalog, _values).Read(type, value);
            case "_list" when modifier is null && type != SearchCatalog.AnyType:
                return value => List(catalog, type, value);
            case Near.Code when type == "Location" && modifier is null:
                return value => new NearCondition([.. Alternatives(code, value).Select(Near.Parse)]);
            case "_query":
                throw FhirException.BadRequest("not-supported", "This server has no named queries (_query).");
            case Near.Code when type == "Location":
            case "_id" or "_lastUpdated" or "_text" or "_content" or "_filter" or "_list":
                throw ValueParser.UnknownModifier(code, modifier);
        }

        if (catalog.Find(type, code) is not { } parameter) return null;
        if (modifier == "missing") return value => new MissingCondition(parameter, Flag(code, value));
        return parameter.Kind == SearchParameterKind.Composite ? value => Composite(parameter, modifier, value) : value => Value(parameter, modifier, value);
    }

    private SearchCondition Value(SearchParameter parameter, string? modifier, string value)
    {
        IReadOnlyList<string> alternatives = Alternatives(parameter.Code, value);
        if (alternatives.Count == 1 && _values.Read(parameter, modifier, alternatives[0]) is DateMatch date) return new DateCondition(parameter, [date.Time]);
        return new ValueCondition(parameter, [.. alternatives.Select(one => _values.Read(parameter, modifier, one))], modifier is "not" or "not-in");
    }

    private CompositeCondition Composite(SearchParameter parameter, string? modifier, string value)
    {
        if (modifier is not null) throw ValueParser.UnknownModifier(parameter.Code, modifier);
        return new CompositeCondition(parameter, [.. Alternatives(parameter.Code, value).Select(one =>
        {
            IReadOnlyList<string> parts = SearchValues.Parts(one, '$');
            if (parts.Count != parameter.Components.Length)
            {
                throw FhirException.BadRequest("value", $"{parameter.Code} takes {parameter.Components.Length} values joined by $: {string.Join('$', parameter.Components.Select(part => part.Code))}.");
            }

            return (IReadOnlyList<ValueMatch>)[.. parts.Select((part, i) => _values.Read(parameter.Components[i], null, part))];
        })]);
    }

    // search.html#list: what the List has as its items
    private static HasCondition List(SearchCatalog catalog, string type, string value)
    {
        string[] ids = [.. SearchValues.Alternatives(value).Select(SearchValues.Unescape).Select(id => id.StartsWith("List/", StringComparison.Ordinal) ? id[5..] : id)];
        if (ids.Any(id => id.StartsWith('$'))) throw FhirException.BadRequest("not-supported", "_list takes the ids of Lists; this server keeps no functional lists ($current-…).");
        return new HasCondition(type, catalog.Find("List", "item")!, new IdCondition("List", ids, IsNegated: false));
    }

    // A parameter that each of the types named by _type has (search.html#_type).
    private Func<string, SearchCondition>? Shared(SearchCatalog catalog, string[] types, string key)
    {
        (string Type, Func<string, SearchCondition>? Read)[] readers = [.. types.Select(type => (type, Reader(catalog, type, key, ChainDepth.Start())))];
        return types.Length == 0 || readers.Any(reader => reader.Read is null)
            ? null
            : value => new AnyCondition([.. readers.Select(reader => new AllCondition([new TypeCondition(reader.Type), reader.Read!(value)]))]);
    }

    // subject:Patient.name, subject.name: every type that the reference may lead to and that has the parameter
    private Func<string, SearchCondition>? Chain(SearchCatalog catalog, string type, string first, string rest, ChainDepth depth)
    {
        (string code, string? wanted) = Split(first);
        if (catalog.Find(type, code) is not { Kind: SearchParameterKind.Reference } reference) return null;
        IEnumerable<string> types = wanted is not null ? [wanted] : reference.Targets.Length > 0 ? reference.Targets : FhirR4.ResourceTypes;
        (string Type, Func<string, SearchCondition> Read)[] targets =
            [.. types.Where(FhirR4.IsResourceType).Select(target => (target, Read: Reader(catalog, target, rest, depth.Deeper()))).Where(target => target.Read is not null).Select(target => (target.target, target.Read!))];
        return targets.Length == 0 ? null : value => new ChainCondition(reference, [.. targets.Select(target => (target.Type, target.Read(value)))]);
    }

    // _has:Observation:patient:code
    private Func<string, SearchCondition>? Has(SearchCatalog catalog, string type, string key, ChainDepth depth)
    {
        string[] parts = key.Split(':', 4);
        if (parts.Length < 4 || !FhirR4.IsResourceType(parts[1])) throw FhirException.BadRequest("value", "_has is _has:Type:reference:parameter.");
        if (catalog.Find(parts[1], parts[2]) is not { Kind: SearchParameterKind.Reference } by) return null;
        return Reader(catalog, parts[1], parts[3], depth.Deeper()) is { } read ? value => new HasCondition(type, by, read(value)) : null;
    }

    private static string[] Types(string value)
    {
        string[] types = [.. value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Distinct(StringComparer.Ordinal)];
        return types.All(FhirR4.IsResourceType) ? types : throw FhirException.BadRequest("value", "_type lists resource types with commas between.");
    }

    private static (string Code, string? Modifier) Split(string key)
    {
        int colon = key.IndexOf(':', StringComparison.Ordinal);
        return colon < 0 ? (key, null) : (key[..colon], key[(colon + 1)..]);
    }

    private static IReadOnlyList<string> Alternatives(string code, string value)
    {
        IReadOnlyList<string> alternatives = SearchValues.Alternatives(value);
        return alternatives.Count <= MostAlternatives ? alternatives : throw FhirException.BadRequest("too-costly", $"{code} may have {MostAlternatives} alternatives at most.");
    }

    private static bool Flag(string code, string value) => value switch
    {
        "true" => true,
        "false" => false,
        _ => throw FhirException.BadRequest("value", $"{code}:missing is true or false."),
    };
}
