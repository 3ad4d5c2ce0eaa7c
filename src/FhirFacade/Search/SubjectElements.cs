using System.Collections.Frozen;
using Consortium.Fhir;
using Consortium.FhirFacade.Search.Parameters;

namespace Consortium.FhirFacade.Search;

/// <summary>
/// The elements by which a resource says whom it is about: those of the search parameters <c>patient</c> and <c>subject</c> of its type, where they may lead to a Patient.
/// As a tree of element names, since the first in the resource counts, whichever parameter it belongs to.
/// </summary>
internal sealed class SubjectElements
{
    private static readonly string[] s_codes = ["patient", "subject"];

    private static readonly FrozenDictionary<string, SubjectElements> s_byType = FhirR4.ResourceTypes.Select(type => KeyValuePair.Create(type, Of(Paths(type))))
        .Where(type => type.Value._below.Count > 0).ToFrozenDictionary(StringComparer.Ordinal);

    private readonly List<(string Name, SubjectElements Node)> _below = [];

    /// <summary>True where the Reference stands here; else this is the way to it.</summary>
    public bool IsReference { get; private set; }

    /// <summary>Those of a resource type; null where it has none.</summary>
    public static SubjectElements? Of(string resourceType) => s_byType.GetValueOrDefault(resourceType);

    /// <summary>What follows an element on the way; null where nothing does.</summary>
    public SubjectElements? Below(string name)
    {
        foreach ((string known, SubjectElements node) in _below)
        {
            if (known == name) return node;
        }

        return null;
    }

    /// <summary>The elements of a type, as <c>agent.who</c>.</summary>
    public static IEnumerable<string> Paths(string resourceType) => s_codes.Select(code => SearchCatalog.R4.Find(resourceType, code)).OfType<SearchParameter>()
        .Where(parameter => parameter.Kind == SearchParameterKind.Reference && (parameter.Code == "patient" || parameter.Targets.Contains("Patient", StringComparer.Ordinal)))
        .SelectMany(parameter => parameter.Paths.Select(path => path.Path.Text[(path.Path.Text.IndexOf('.', StringComparison.Ordinal) + 1)..]))
        .Distinct(StringComparer.Ordinal);

    private static SubjectElements Of(IEnumerable<string> paths)
    {
        var root = new SubjectElements();
        foreach (string path in paths)
        {
            SubjectElements node = root;
            foreach (string name in path.Split('.'))
            {
                SubjectElements? below = node.Below(name);
                if (below is null) node._below.Add((name, below = new SubjectElements()));
                node = below;
            }

            node.IsReference = true;
        }

        return root;
    }
}
