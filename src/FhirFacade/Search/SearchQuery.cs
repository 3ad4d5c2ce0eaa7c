using System.Globalization;
using Consortium.FhirFacade.Rest;
using Consortium.FhirFacade.Store;
using Consortium.Integrity;

namespace Consortium.FhirFacade.Search;

/// <summary>A token to look for. <see cref="System"/> null: any; empty: identifiers without a system. <see cref="Value"/> null: any of the system.</summary>
internal readonly record struct TokenMatch(string? System, string? Value);

/// <summary>A condition that one parameter makes; its alternatives are joined by or.</summary>
internal abstract record SearchCondition(string Parameter);

/// <summary><c>_id</c>.</summary>
internal sealed record IdCondition(IReadOnlyList<string> Ids) : SearchCondition("_id");

/// <summary><c>_lastUpdated</c>.</summary>
internal sealed record LastUpdatedCondition(IReadOnlyList<DateRange> Ranges) : SearchCondition("_lastUpdated");

/// <summary><c>identifier</c>.</summary>
internal sealed record TokenCondition(string Parameter, IReadOnlyList<TokenMatch> Tokens) : SearchCondition(Parameter);

/// <summary><c>patient</c>, <c>subject</c>.</summary>
internal sealed record ReferenceCondition(string Parameter, string[] Paths, bool PatientsOnly, IReadOnlyList<(string? Type, string Id)> Targets) : SearchCondition(Parameter);

/// <summary>A search as it will be run.</summary>
internal sealed record SearchQuery
{
    /// <summary>Page size where <c>_count</c> does not say.</summary>
    public const int DefaultCount = 50;

    /// <summary>Largest page.</summary>
    public const int MostCount = 1000;

    public required string Type { get; init; }

    /// <summary>The conditions; all must hold.</summary>
    public required IReadOnlyList<SearchCondition> Conditions { get; init; }

    /// <summary>Parameters that were understood, for the self link.</summary>
    public required IReadOnlyList<(string Name, string Value)> Used { get; init; }

    /// <summary>Names of parameters that are not known for this type.</summary>
    public required IReadOnlyList<string> Unknown { get; init; }

    public int Count { get; init; } = DefaultCount;

    /// <summary>True where <c>Bundle.total</c> is wanted.</summary>
    public bool Total { get; init; } = true;

    public SearchOrder Order { get; init; } = SearchOrder.ById;

    /// <summary>Where the page starts.</summary>
    public SearchCursor? After { get; init; }

    /// <summary>Only records about this patient: a resident sees no others.</summary>
    public Tag128? Subject { get; init; }

    /// <summary>The query of a conditional interaction: every parameter must be known, and there must be one.</summary>
    public static SearchQuery Condition(string type, string query, string serverBase)
    {
        SearchQuery parsed = Parse(type, FhirEndpoint.Form(query), serverBase);
        if (parsed.Unknown.Count > 0) throw FhirException.BadRequest("not-supported", "The condition has a parameter that this server does not know; it would match too much.");
        if (parsed.Conditions.Count == 0) throw FhirException.BadRequest("required", "The condition has no search parameter.");
        return parsed with { Count = 2, Total = false };
    }

    /// <exception cref="FhirException">400: a value or a modifier is not understood.</exception>
    public static SearchQuery Parse(string type, IReadOnlyList<KeyValuePair<string, string>> parameters, string serverBase)
    {
        ResourceParameters known = SearchParameterTable.R4.For(type);
        List<SearchCondition> conditions = [];
        List<(string, string)> used = [];
        List<string> unknown = [];
        var query = new SearchQuery { Type = type, Conditions = conditions, Used = used, Unknown = unknown };
        foreach ((string key, string value) in parameters)
        {
            int colon = key.IndexOf(':', StringComparison.Ordinal);
            string name = colon < 0 ? key : key[..colon];
            string? modifier = colon < 0 ? null : key[(colon + 1)..];
            if (name is "_format" or "_pretty") continue;
            bool isKnown = name is "_id" or "_lastUpdated" || known.Has(name);
            if (isKnown && modifier is not null && !(modifier == "Patient" && name is "patient" or "subject"))
            {
                throw FhirException.BadRequest("not-supported", $"This server has no modifier ':{(modifier.Length <= 32 ? modifier : modifier[..32])}' for {name}.");
            }

            if (isKnown && value.Length > 0) conditions.Add(Read(name, modifier, value, known, serverBase));
            else if (!TryControl(name, value, ref query))
            {
                unknown.Add(key);
                continue;
            }

            used.Add((key, value));
        }

        return query;
    }

    private static SearchCondition Read(string name, string? modifier, string value, ResourceParameters known, string serverBase)
    {
        IReadOnlyList<string> alternatives = SearchValues.Alternatives(value);
        switch (name)
        {
            case "_id":
                return new IdCondition([.. alternatives.Select(SearchValues.Unescape)]);
            case "_lastUpdated":
                return new LastUpdatedCondition([.. alternatives.Select(SearchValues.Date)]);
            case "patient" or "subject":
                return new ReferenceCondition(
                    name, known.Paths(name), PatientsOnly: name == "patient" || modifier is not null,
                    [.. alternatives.Select(alternative => Target(SearchValues.Unescape(alternative), serverBase))]);
            default:
                return new TokenCondition(name, [.. alternatives.Select(Token)]);
        }
    }

    private static TokenMatch Token(string alternative)
    {
        (string? system, string value) = SearchValues.Token(alternative);
        if (system is null or "" && value.Length == 0) throw FhirException.BadRequest("value", "A token is value, system|value, |value or system|.");
        return new TokenMatch(system, value.Length == 0 ? null : value);
    }

    private static (string? Type, string Id) Target(string value, string serverBase)
    {
        if (LocalReference.TryParse(value, serverBase, out RecordKey key)) return (key.Type, key.Id);
        return value.Contains('/', StringComparison.Ordinal) || value.Contains(':', StringComparison.Ordinal) ? ("", value) : (null, value);
    }

    private static bool TryControl(string name, string value, ref SearchQuery query)
    {
        switch (name)
        {
            case "_count":
                query = query with { Count = SearchValues.Count(value, MostCount) };
                return true;
            case "_total" when value is "none" or "accurate" or "estimate":
                query = query with { Total = value != "none" };
                return true;
            case "_summary" when value is "false":
                return true;
            case "_summary" when value is "count":
                query = query with { Count = 0, Total = true };
                return true;
            case "_sort" when SearchOrder.TryParse(value, out SearchOrder order):
                query = query with { Order = order };
                return true;
            case "_cursor":
                query = query with { After = SearchCursor.Parse(value) };
                return true;
            default:
                return false;
        }
    }
}

/// <summary>The order of a result: by logical id, or by time and then id. Both are total, so pages do not shift under writes.</summary>
internal readonly record struct SearchOrder(bool ByTime, bool Descending)
{
    public static readonly SearchOrder ById = new(false, false);

    public static bool TryParse(string value, out SearchOrder order)
    {
        bool descending = value.StartsWith('-');
        string key = descending ? value[1..] : value;
        order = new SearchOrder(key == "_lastUpdated", descending);
        return key is "_id" or "_lastUpdated";
    }
}

/// <summary>The last match of a page: the next page starts after it.</summary>
internal readonly record struct SearchCursor(long UpdatedAt, string Id)
{
    public static SearchCursor Parse(string value)
    {
        string[] parts = value.Split('_', 2);
        return parts.Length == 2 && long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out long updatedAt) && LogicalId.IsValid(parts[1])
            ? new SearchCursor(updatedAt, parts[1])
            : throw FhirException.BadRequest("value", "_cursor comes from a next link and cannot be made up.");
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{UpdatedAt}_{Id}");
}
