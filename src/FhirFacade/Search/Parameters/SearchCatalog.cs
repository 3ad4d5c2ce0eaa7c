using System.Collections.Frozen;
using Consortium.Fhir;
using Consortium.FhirFacade.Search.Custom;

namespace Consortium.FhirFacade.Search.Parameters;

/// <summary>
/// The search parameters that are indexed, by resource type: every one of R4 that has an expression (FHIR R4 searchparameter-registry.html).
/// <c>_id</c> and <c>_lastUpdated</c> are columns of the store and need no index. Numbers follow from type and code, and stay while the definitions do.
/// </summary>
internal sealed class SearchCatalog
{
    /// <summary>The name under which the parameters stand that every type has: a search over all types takes these only.</summary>
    public const string AnyType = "Resource";

    /// <summary>Numbers up to here are those of parameters that every type has.</summary>
    public static int MostSharedNumber => s_mostShared.Value;

    private static readonly Lazy<int> s_mostShared = new(() => R4.Of(AnyType).Max(parameter => parameter.Number));
    private static readonly Lazy<SearchCatalog> s_r4 = new(() => Of(FhirDefinitions.R4.All("SearchParameter")));

    private readonly FrozenDictionary<string, FrozenDictionary<string, SearchParameter>> _byType;
    private readonly FrozenDictionary<string, SearchParameter[]> _indexed;

    private SearchCatalog(Dictionary<string, Dictionary<string, SearchParameter>> parameters)
    {
        _byType = parameters.ToFrozenDictionary(type => type.Key, type => type.Value.ToFrozenDictionary(StringComparer.Ordinal), StringComparer.Ordinal);
        _indexed = parameters.ToFrozenDictionary(type => type.Key, type => type.Value.Values.ToArray(), StringComparer.Ordinal);
    }

    private static SearchCatalog Of(IEnumerable<FhirDocument> definitions)
    {
        Definition[] all = [.. definitions.Select(Definition.Read).OfType<Definition>()];
        var byUrl = all.ToDictionary(one => one.Url, StringComparer.Ordinal);
        var parameters = new Dictionary<string, Dictionary<string, SearchParameter>>(StringComparer.Ordinal);
        int number = 0;
        // What every type has comes first and has the same numbers for each, so that one look-up serves a search over all of them.
        foreach (Definition of in all.Where(one => one.Bases.Contains(AnyType, StringComparer.Ordinal)).OrderBy(one => one.Code, StringComparer.Ordinal))
        {
            number += SearchParameter.Numbers;
            foreach (string type in FhirR4.ResourceTypes.Prepend(AnyType)) Add(type, of, number);
        }

        foreach ((string type, Definition of) in all.SelectMany(Concrete).OrderBy(one => one.Type, StringComparer.Ordinal).ThenBy(one => one.Of.Code, StringComparer.Ordinal))
        {
            number += SearchParameter.Numbers;
            Add(type, of, number);
        }

        return new SearchCatalog(parameters);

        void Add(string type, Definition of, int numbered)
        {
            if (Compile(of, type, numbered, byUrl) is { } compiled) Put(parameters, type, compiled);
        }
    }

    private static void Put(Dictionary<string, Dictionary<string, SearchParameter>> parameters, string type, SearchParameter compiled)
    {
        if (!parameters.TryGetValue(type, out Dictionary<string, SearchParameter>? ofType)) parameters.Add(type, ofType = new Dictionary<string, SearchParameter>(StringComparer.Ordinal));
        ofType.TryAdd(compiled.Code, compiled);
    }

    /// <summary>What the types of parameters are called.</summary>
    public static FrozenDictionary<string, SearchParameterKind> Kinds { get; } = new Dictionary<string, SearchParameterKind>
    {
        ["number"] = SearchParameterKind.Number,
        ["date"] = SearchParameterKind.Date,
        ["string"] = SearchParameterKind.String,
        ["token"] = SearchParameterKind.Token,
        ["reference"] = SearchParameterKind.Reference,
        ["composite"] = SearchParameterKind.Composite,
        ["quantity"] = SearchParameterKind.Quantity,
        ["uri"] = SearchParameterKind.Uri,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>These parameters and a site's own. A parameter of the site's has one number for all of its types.</summary>
    public SearchCatalog With(IEnumerable<CustomParameter> custom)
    {
        var parameters = _byType.ToDictionary(type => type.Key, type => new Dictionary<string, SearchParameter>(type.Value, StringComparer.Ordinal), StringComparer.Ordinal);
        foreach (CustomParameter one in custom)
        {
            CustomDefinition of = one.Definition;
            // A search over all types takes what every type has.
            foreach (string type in of.Bases.Contains(AnyType, StringComparer.Ordinal) ? of.Types.Prepend(AnyType) : of.Types)
            {
                SearchParameter[] parts = [.. of.Components.Select((part, i) => new SearchParameter(
                    one.Number + 1 + i, type, part.Definition.Split('|')[0].Split('/')[^1], part.Definition, one.Kinds[i], ExpressionParts.OfComponent(part.Expression), [], []))];
                Put(parameters, type, new SearchParameter(one.Number, type, of.Code, of.Url, of.Kind, ExpressionParts.Of(of.Expression, type), of.Targets, parts) { IsReady = one.State == CustomState.Ready });
            }
        }

        return new SearchCatalog(parameters);
    }

    /// <summary>The parameters of R4.</summary>
    public static SearchCatalog R4 => s_r4.Value;

    /// <summary>All parameters of a type.</summary>
    public IReadOnlyList<SearchParameter> Of(string resourceType) => _indexed.GetValueOrDefault(resourceType) ?? [];

    /// <summary>A parameter by its code; null where the type has none of that name.</summary>
    public SearchParameter? Find(string resourceType, string code) =>
        _byType.TryGetValue(resourceType, out FrozenDictionary<string, SearchParameter>? ofType) ? ofType.GetValueOrDefault(code) : null;

    /// <summary>The references of all types that may lead to a type.</summary>
    public IEnumerable<SearchParameter> ReferringTo(string resourceType) => _indexed.Where(type => type.Key != AnyType).SelectMany(type => type.Value)
        .Where(parameter => parameter.IsReady && parameter.Kind == SearchParameterKind.Reference && (parameter.Targets.Length == 0 || parameter.Targets.Contains(resourceType, StringComparer.Ordinal)))
        .OrderBy(parameter => parameter.ResourceType, StringComparer.Ordinal).ThenBy(parameter => parameter.Code, StringComparer.Ordinal);

    private static IEnumerable<(string Type, Definition Of)> Concrete(Definition of) =>
        of.Bases.Contains("DomainResource", StringComparer.Ordinal) ? FhirR4.ResourceTypes.Select(type => (type, of)) : of.Bases.Where(FhirR4.IsResourceType).Select(type => (type, of));

    private static SearchParameter? Compile(Definition of, string type, int number, Dictionary<string, Definition> byUrl)
    {
        if (of.Code is "_id" or "_lastUpdated" || of.Kind is not { } kind || of.Expression is null) return null;
        // Bundle.composition and Bundle.message are whole resources, to which nothing refers.
        if (kind == SearchParameterKind.Reference && of.Expression.EndsWith(".resource", StringComparison.Ordinal) && type == "Bundle") return null;
        ParameterPath[] paths = ExpressionParts.Of(of.Expression, type);
        if (paths.Length == 0) return null;
        SearchParameter[] parts = [];
        if (kind == SearchParameterKind.Composite)
        {
            parts = [.. of.Components.Select((component, i) => Component(component, i, type, number, byUrl))];
            if (parts.Length is < 2 or > SearchParameter.Numbers - 1) return null;
        }

        return new SearchParameter(number, type, of.Code, of.Url, kind, paths, of.Targets, parts);
    }

    private static SearchParameter Component((string Definition, string Expression) component, int position, string type, int number, Dictionary<string, Definition> byUrl)
    {
        Definition of = byUrl[component.Definition];
        return new SearchParameter(number + 1 + position, type, of.Code, of.Url, of.Kind!.Value, ExpressionParts.OfComponent(component.Expression), of.Targets, []);
    }

    private sealed record Definition(
        string Url, string Code, SearchParameterKind? Kind, string? Expression, string[] Bases, string[] Targets, (string Definition, string Expression)[] Components)
    {
        public static Definition? Read(FhirDocument document)
        {
            FhirNode root = document.Root;
            if (root.Child("url").Value is not { } url || root.Child("code").Value is not { } code) return null;
            return new Definition(
                url, code, Kinds.TryGetValue(root.Child("type").Value ?? "", out SearchParameterKind kind) ? kind : null, root.Child("expression").Value,
                Values(root, "base"), Values(root, "target"),
                [.. root.ChildrenNamed("component").Select(component => (component.Child("definition").Value ?? "", component.Child("expression").Value ?? ""))]);
        }

        private static string[] Values(FhirNode root, string name) => [.. root.ChildrenNamed(name).Select(node => node.Value).OfType<string>()];
    }
}
