using System.Text;

namespace Consortium.FhirFacade.Search;

/// <summary>What is read at an element.</summary>
internal enum ElementRole
{
    /// <summary>Nothing; the way to a deeper element.</summary>
    None,

    /// <summary>An Identifier.</summary>
    Identifier,

    /// <summary>A Reference.</summary>
    Reference,
}

/// <summary>The element paths of interest of one resource type, as a tree of property names in UTF-8.</summary>
internal sealed class ElementTree(string path)
{
    private readonly List<(byte[] Name, ElementTree Node)> _children = [];

    /// <summary>The dotted path from the resource.</summary>
    public string Path { get; } = path;

    /// <summary>What is read here.</summary>
    public ElementRole Role { get; private set; }

    /// <summary>The properties below, by name.</summary>
    public IReadOnlyList<(byte[] Name, ElementTree Node)> Children => _children;

    /// <summary>Builds the tree.</summary>
    public static ElementTree Of(IEnumerable<(string Path, ElementRole Role)> elements)
    {
        var root = new ElementTree("");
        foreach ((string path, ElementRole role) in elements)
        {
            ElementTree node = root;
            foreach (string name in path.Split('.')) node = node.Child(name);
            node.Role = role;
        }

        return root;
    }

    private ElementTree Child(string name)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(name);
        foreach ((byte[] existing, ElementTree node) in _children)
        {
            if (existing.AsSpan().SequenceEqual(utf8)) return node;
        }

        var child = new ElementTree(Path.Length == 0 ? name : $"{Path}.{name}");
        _children.Add((utf8, child));
        return child;
    }
}
