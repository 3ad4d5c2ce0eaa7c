using System.Collections.Frozen;

namespace Consortium.FhirFacade.Search;

/// <summary>
/// The search parameters that are indexed, by resource type, from <c>search-parameters.tsv</c>:
/// <c>identifier</c> (token), <c>patient</c> and <c>subject</c> (reference), as R4 defines them.
/// </summary>
internal sealed class SearchParameterTable
{
    private readonly FrozenDictionary<string, ResourceParameters> _byType;

    private SearchParameterTable(FrozenDictionary<string, ResourceParameters> byType) => _byType = byType;

    /// <summary>The table that is compiled into the program.</summary>
    public static SearchParameterTable R4 { get; } = Load();

    /// <summary>The parameters of a type; empty for a type that has none of them.</summary>
    public ResourceParameters For(string resourceType) => _byType.GetValueOrDefault(resourceType, ResourceParameters.None);

    /// <summary>All rows, as in the file: type, parameter, element.</summary>
    public static IEnumerable<(string Type, string Parameter, string Element)> Rows()
    {
        using Stream stream = typeof(SearchParameterTable).Assembly.GetManifestResourceStream("search-parameters.tsv")!;
        using var reader = new StreamReader(stream);
        while (reader.ReadLine() is { } line)
        {
            if (line.Length == 0 || line[0] == '#') continue;
            string[] columns = line.Split('\t');
            yield return (columns[0], columns[1], columns[2]);
        }
    }

    private static SearchParameterTable Load() => new(Rows()
        .GroupBy(row => row.Type, StringComparer.Ordinal)
        .ToFrozenDictionary(type => type.Key, type => new ResourceParameters(type.Select(row => (row.Parameter, row.Element))), StringComparer.Ordinal));
}

/// <summary>The indexed parameters of one resource type.</summary>
internal sealed class ResourceParameters
{
    public static readonly ResourceParameters None = new([]);

    private readonly FrozenDictionary<string, string[]> _elements;

    public ResourceParameters(IEnumerable<(string Parameter, string Element)> rows)
    {
        _elements = rows.GroupBy(row => row.Parameter, StringComparer.Ordinal)
            .ToFrozenDictionary(parameter => parameter.Key, parameter => parameter.Select(row => row.Element).ToArray(), StringComparer.Ordinal);
        Tree = ElementTree.Of(
            Paths("identifier").Select(path => (path, ElementRole.Identifier))
                .Concat(Paths("patient").Concat(Paths("subject")).Distinct(StringComparer.Ordinal).Select(path => (path, ElementRole.Reference))));
    }

    /// <summary>The names of the parameters, ordered.</summary>
    public IEnumerable<string> Names => _elements.Keys.Order(StringComparer.Ordinal);

    /// <summary>The elements to look for in one pass over the resource.</summary>
    public ElementTree Tree { get; }

    /// <summary>True where the type has the parameter.</summary>
    public bool Has(string parameter) => _elements.ContainsKey(parameter);

    /// <summary>The elements of a parameter with the marks of repeating elements: <c>agent[].who</c>.</summary>
    public IReadOnlyList<string> Elements(string parameter) => _elements.GetValueOrDefault(parameter) ?? [];

    /// <summary>The elements of a parameter as they stand in the index: <c>agent.who</c>.</summary>
    public string[] Paths(string parameter) => [.. Elements(parameter).Select(element => element.Replace("[]", "", StringComparison.Ordinal))];
}
