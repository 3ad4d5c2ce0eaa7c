using Consortium.Adapters.Hl7V2.Language.Model;
using Consortium.Fhir;

namespace Consortium.Adapters.Hl7V2.Language.Paths;

/// <summary>Compiles the paths of a map against the R4 definitions: what does not exist there is an error with file, line and column.</summary>
internal sealed class PathTree
{
    private readonly Dictionary<(PathNode Parent, string Step), PathNode> _nodes = [];

    public PathTree(FhirElementType root) => Root = new PathNode(null, "", root);

    /// <summary>The target of the map.</summary>
    public PathNode Root { get; }

    /// <summary>Every node but the root.</summary>
    public IEnumerable<PathNode> Nodes => _nodes.Values;

    /// <summary>Compiles a path.</summary>
    public TargetPath Compile(MapText to)
    {
        if (to.Value == "$this") return new TargetPath(to.Value, Root, null, Root);
        List<PathStep> steps = PathStep.In(to);
        PathNode at = Root;
        for (int i = 0; ; i++)
        {
            PathStep step = steps[i];
            bool last = i == steps.Count - 1;
            FhirElement element = Find(at, step, to);
            if (step.Reference is not null)
            {
                if (element.Type.Name != "Reference") throw to.FaultAt(step.Offset, $"{step.Name} is no Reference; parentheses name the resource behind a Reference, or the URL of an extension.");
                if (last) throw to.FaultAt(step.Offset, $"the path ends at the resource behind {step.Name}; say what is written into it, or leave ({step.Reference}) out and make the resource with a type map.");
                at = Behind(Child(at, step, element), step, element, to);
                continue;
            }

            if (last) return new TargetPath(to.Value, at, element, element.Type.IsPrimitive ? null : Child(at, step, element));
            if (!element.Type.IsPrimitive)
            {
                at = Child(at, step, element);
                continue;
            }

            // A primitive has no parts but its extensions, which JSON keeps beside it under an underscore (FHIR R4 json.html#primitive).
            if (steps[i + 1].Name is not "extension") throw to.FaultAt(steps[i + 1].Offset, $"{step.Name} is a {element.Type.Name}: it has no element {steps[i + 1].Name}.");
            if (element.Repeats) throw to.FaultAt(step.Offset, $"{step.Name} repeats: which of its values the extension is for cannot be said. Make it with a type map.");
            at = Node(at, "_" + step.Name, () => new PathNode(at, "_" + step.Name, FhirElementType.Find("Element")!));
        }
    }

    private static FhirElement Find(PathNode at, PathStep step, MapText to)
    {
        if (at.Type.Element(step.Name) is { } element)
        {
            if (step.Url is not null && element.Type.Name != "Extension") throw to.FaultAt(step.Offset, $"{step.Name} is no extension; a URL in parentheses belongs to extension(…).");
            if (step.Url is null && step.Name is "extension" or "modifierExtension" && step.Reference is not null) throw to.FaultAt(step.Offset, "the URL of the extension is no absolute URI.");
            if (step.Label is not null && !element.Repeats) throw to.FaultAt(step.Offset, $"{step.Name} does not repeat in {at.Type.Name}: it needs no label.");
            return element;
        }

        string[] choices = [.. at.Type.PropertyNames.Where(name => name.StartsWith(step.Name, StringComparison.Ordinal) && at.Type.Element(name)!.IsChoice).Order(StringComparer.Ordinal)];
        throw to.FaultAt(step.Offset, choices.Length > 0
            ? $"{step.Name} of {at.Type.Name} is a choice: {string.Join(", ", choices.Take(12))}{(choices.Length > 12 ? " …" : "")}."
            : $"{at.Type.Name} has no element {step.Name}{Nearest.Hint(step.Name, at.Type.PropertyNames)}.");
    }

    private PathNode Child(PathNode parent, PathStep step, FhirElement element) => Node(parent, step.Key, () => new PathNode(parent, step.Name, element.Type)
    {
        IsArray = element.Repeats,
        Url = step.Url,
        Label = step.Label ?? step.Url,
    });

    private PathNode Behind(PathNode reference, PathStep step, FhirElement element, MapText to)
    {
        FhirElementType? type = FhirElementType.Find(step.Reference!);
        if (type is not { IsResource: true }) throw to.FaultAt(step.Offset, $"{step.Reference} is no resource of R4{Nearest.Hint(step.Reference!, FhirR4.ResourceTypes)}.");
        if (element.ReferenceTargets.Count > 0 && !element.ReferenceTargets.Contains(type.Name))
        {
            throw to.FaultAt(step.Offset, $"{step.Name} does not refer to {type.Name}, but to {string.Join(", ", element.ReferenceTargets)}.");
        }

        return Node(reference, $"({type.Name})", () => new PathNode(reference, type.Name, type) { IsResource = true });
    }

    private PathNode Node(PathNode parent, string step, Func<PathNode> make)
    {
        if (!_nodes.TryGetValue((parent, step), out PathNode? node)) _nodes.Add((parent, step), node = make());
        return node;
    }
}
