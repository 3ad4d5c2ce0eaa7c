using System.Collections.Frozen;
using Consortium.Fhir;

namespace Consortium.FhirFacade.Search.Parameters;

/// <summary>
/// The search parameters that are indexed, by resource type: every one of R4 that has an expression (FHIR R4 searchparameter-registry.html).
/// <c>_id</c> and <c>_lastUpdated</c> are columns of the store and need no index. Numbers follow from type and code, and stay while the definitions do.
/// </summary>
internal sealed class SearchCatalog
{
    /// <summary>The name under which the parameters stand that every type has: a search over all types takes these only.</summary>
    public const string AnyType = "Resource";

    private static readonly Lazy<SearchCatalog> s_r4 = new(() => new SearchCatalog(FhirDefinitions.R4.All("SearchParameter")));

    private readonly FrozenDictionary<string, FrozenDictionary<string, SearchParameter>> _byType;
    private readonly FrozenDictionary<string, SearchParameter[]> _indexed;

    private SearchCatalog(IEnumerable<FhirDocument> definitions)
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

        _byType = parameters.ToFrozenDictionary(type => type.Key, type => type.Value.ToFrozenDictionary(StringComparer.Ordinal), StringComparer.Ordinal);
        _indexed = parameters.ToFrozenDictionary(type => type.Key, type => type.Value.Values.ToArray(), StringComparer.Ordinal);

        void Add(string type, Definition of, int numbered)
        {
            if (Compile(of, type, numbered, byUrl) is not { } compiled) return;
            if (!parameters.TryGetValue(type, out Dictionary<string, SearchParameter>? ofType)) parameters.Add(type, ofType = new Dictionary<string, SearchParameter>(StringComparer.Ordinal));
            ofType.TryAdd(of.Code, compiled);
        }
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
        .Where(parameter => parameter.Kind == SearchParameterKind.Reference && (parameter.Targets.Length == 0 || parameter.Targets.Contains(resourceType, StringComparer.Ordinal)))
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
                url, code, Kinds.GetValueOrDefault(root.Child("type").Value ?? ""), root.Child("expression").Value,
                Values(root, "base"), Values(root, "target"),
                [.. root.ChildrenNamed("component").Select(component => (component.Child("definition").Value ?? "", component.Child("expression").Value ?? ""))]);
        }

        private static readonly Dictionary<string, SearchParameterKind?> Kinds = new(StringComparer.Ordinal)
        {
            ["number"] = SearchParameterKind.Number,
            ["date"] = SearchParameterKind.Date,
            ["string"] = SearchParameterKind.String,
            ["token"] = SearchParameterKind.Token,
            ["reference"] = SearchParameterKind.Reference,
            ["composite"] = SearchParameterKind.Composite,
            ["quantity"] = SearchParameterKind.Quantity,
            ["uri"] = SearchParameterKind.Uri,
        };

        private static string[] Values(FhirNode root, string name) => [.. root.ChildrenNamed(name).Select(node => node.Value).OfType<string>()];
    }
}
