namespace Consortium.Fhir.Snapshots;

/// <summary>
/// A differential as a tree. Which slice an element belongs to stands in its id (FHIR R4 elementdefinition.html#id); where the id is
/// missing or disagrees with the path, the order says it: an element belongs to the latest one with its parent's path.
/// </summary>
internal sealed class DifferentialNode(string name, string? sliceName)
{
    private const int Deepest = 60;

    /// <summary>Last part of the path as written: <c>value[x]</c>, or the short form <c>valueQuantity</c>.</summary>
    public string Name { get; } = name;

    public string? SliceName { get; } = sliceName;

    /// <summary>What is said of the element; null where only something below it is stated.</summary>
    public StatedElement? Stated { get; private set; }

    public List<DifferentialNode> Children { get; } = [];

    /// <summary>The first element stated here or below, for the place of a message.</summary>
    public FhirNode Place => Stated?.Node ?? (Children.Count > 0 ? Children[0].Place : default);

    public static DifferentialNode Tree(string root, IEnumerable<StatedElement> elements, List<SnapshotProblem> problems)
    {
        DifferentialNode tree = new(root, null);
        List<DifferentialNode> latest = [tree];
        foreach (StatedElement element in elements)
        {
            string[] path = element.Path.Split('.');
            if (Fault(path, root) is { } fault)
            {
                problems.Add(new SnapshotProblem(element.Node, IsError: true, fault));
                continue;
            }

            string?[] slices = SlicesOf(element, path, latest);
            List<DifferentialNode> chain = [tree];
            for (int depth = 1; depth < path.Length; depth++) chain.Add(chain[^1].FindOrAdd(path[depth], slices[depth]));
            if (chain[^1].Stated is not null)
            {
                problems.Add(new SnapshotProblem(element.Node, IsError: true, $"The differential states {Shown(element)} twice."));
                continue;
            }

            chain[^1].Stated = element;
            latest = chain;
        }

        return tree;
    }

    /// <summary>An element's name for a message.</summary>
    public static string Shown(StatedElement element) => element.SliceName is null ? element.Path : $"{element.Path}:{element.SliceName}";

    private static string? Fault(string[] path, string root)
    {
        if (Array.Exists(path, string.IsNullOrEmpty)) return $"The path {string.Join('.', path)} has an empty part.";
        if (path.Length > Deepest) return $"The path is deeper than {Deepest} elements.";
        return path[0] == root ? null : $"The path {string.Join('.', path)} does not begin with {root}, the type that the definition is about.";
    }

    private DifferentialNode FindOrAdd(string name, string? sliceName)
    {
        DifferentialNode? child = Children.Find(c => c.Name == name && c.SliceName == sliceName);
        if (child is null) Children.Add(child = new DifferentialNode(name, sliceName));
        return child;
    }

    /// <summary>The slice at each depth of the path, from the id or from the order.</summary>
    private static string?[] SlicesOf(StatedElement element, string[] path, List<DifferentialNode> latest)
    {
        string?[] slices = new string?[path.Length];
        // An id that is the path names no slice.
        if (element.SliceName is null && element.Id == element.Path) return slices;
        string[] id = element.Id?.Split('.') ?? [];
        if (id.Length == path.Length && TrySlicesOfId(id, path, element.SliceName, slices)) return slices;
        Array.Clear(slices);
        for (int depth = 1; depth < path.Length - 1 && depth < latest.Count && latest[depth].Name == path[depth]; depth++) slices[depth] = latest[depth].SliceName;
        slices[^1] = path.Length > 1 ? element.SliceName : null;
        return slices;
    }

    private static bool TrySlicesOfId(string[] id, string[] path, string? sliceName, string?[] slices)
    {
        for (int depth = 0; depth < path.Length; depth++)
        {
            int colon = id[depth].IndexOf(':', StringComparison.Ordinal);
            string name = colon < 0 ? id[depth] : id[depth][..colon];
            string? slice = colon < 0 ? null : id[depth][(colon + 1)..];
            // value[x]:valueQuantity in the id is valueQuantity, the short form, in the path.
            bool shortForm = name != path[depth] && slice == path[depth];
            if (name != path[depth] && !shortForm) return false;
            slices[depth] = shortForm ? null : slice;
            if (depth == path.Length - 1 && sliceName is not null && slice != sliceName) return false;
        }

        return slices[0] is null;
    }
}
