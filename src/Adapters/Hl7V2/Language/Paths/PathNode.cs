using Consortium.Fhir;

namespace Consortium.Adapters.Hl7V2.Language.Paths;

/// <summary>
/// A JSON object that rows of a map write into: the target itself, or a step of a path. Rows with the same step share the node, so that what
/// one made the next one finds. Made once when the map is compiled.
/// </summary>
internal sealed class PathNode
{
    public PathNode(PathNode? parent, string name, FhirElementType type)
    {
        Parent = parent;
        Name = name;
        Type = type;
    }

    /// <summary>The object that this one stands in; null for the target itself.</summary>
    public PathNode? Parent { get; }

    /// <summary>The JSON property; of a resource behind a reference its type.</summary>
    public string Name { get; }

    /// <summary>The FHIR type of the object.</summary>
    public FhirElementType Type { get; }

    /// <summary>True where the property is an array.</summary>
    public bool IsArray { get; init; }

    /// <summary>URL of an extension; null for another element.</summary>
    public string? Url { get; init; }

    /// <summary>The label in brackets, or an extension's URL; null where there is none.</summary>
    public string? Label { get; init; }

    /// <summary>True for the resource that a Reference refers to.</summary>
    public bool IsResource { get; init; }

    /// <summary>The field whose repetitions make the elements of a label; null for one element.</summary>
    public string? Driver { get; set; }

    /// <summary>True where a row with <c>from</c> names the label: then fixed values alone do not make it.</summary>
    public bool MadeByRows { get; set; }

    /// <summary>The path as written, from the target.</summary>
    public string Text => Parent is null ? "$this" : Parent.Parent is null ? Step : $"{Parent.Text}.{Step}";

    private string Step => IsResource ? $"({Name})" : Label is null ? Name : $"{Name}[{Label}]";
}

/// <summary>Where a row writes.</summary>
/// <param name="Text">As written.</param>
/// <param name="Container">The object that holds the element.</param>
/// <param name="Leaf">The element; null where the row writes to the container itself (<c>$this</c>).</param>
/// <param name="LeafNode">The element as an object that other rows write into too; null where it is primitive.</param>
internal sealed record TargetPath(string Text, PathNode Container, FhirElement? Leaf, PathNode? LeafNode)
{
    /// <summary>The type of what is written.</summary>
    public FhirElementType Type { get; } = Leaf?.Type ?? Container.Type;

    /// <summary>Where a type map to a primitive keeps its value while it runs.</summary>
    public const string TypeValue = "$value";

    /// <summary>The JSON property that is written.</summary>
    public string Name { get; } = Leaf?.Name ?? TypeValue;

    /// <summary>True where the row fills the container itself, not one element of it.</summary>
    public bool IsWhole { get; } = Leaf is null && !Container.Type.IsPrimitive;

    /// <summary>Whether the element repeats.</summary>
    public bool Repeats { get; } = Leaf is { Repeats: true };

    /// <summary>The nodes of the path that have a label, the outermost first; the element itself included.</summary>
    public IEnumerable<PathNode> Labelled
    {
        get
        {
            var nodes = new List<PathNode>();
            for (PathNode? node = LeafNode is { Label: not null } ? LeafNode : Container; node is not null; node = node.Parent)
            {
                if (node.Label is not null) nodes.Add(node);
            }

            nodes.Reverse();
            return nodes;
        }
    }
}
