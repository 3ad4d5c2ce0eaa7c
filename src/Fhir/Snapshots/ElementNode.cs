namespace Consortium.Fhir.Snapshots;

/// <summary>An element of a snapshot in the making: a tree, as the flat list hides which element a slice or a child belongs to.</summary>
internal sealed class ElementNode(SnapshotElement element)
{
    public SnapshotElement Element { get; set; } = element;

    public string Name { get; } = element.Name;

    /// <summary>Empty where the definition does not go into the element; its type's elements are then meant.</summary>
    public List<ElementNode> Children { get; } = [];

    /// <summary>The slices of this element, or the re-slices of this slice.</summary>
    public List<ElementNode> Slices { get; } = [];

    /// <summary>Makes the tree of a snapshot's elements; null where there is no root.</summary>
    public static ElementNode? Tree(IReadOnlyList<SnapshotElement> elements)
    {
        if (elements.Count == 0 || !elements[0].IsRoot) return null;
        // The latest element at each depth: a child belongs to the latest element of its parent's path.
        List<ElementNode> latest = [new ElementNode(elements[0])];
        foreach (SnapshotElement element in elements.Skip(1))
        {
            int depth = element.Path.AsSpan().Count('.');
            if (depth == 0 || depth > latest.Count) continue;
            latest.RemoveRange(depth, latest.Count - depth);
            ElementNode parent = latest[depth - 1];
            ElementNode node = new(element);
            ElementNode? sliced = element.SliceName is null ? null : parent.FindSliced(node.Name, element.SliceName);
            (sliced is null ? parent.Children : sliced.Slices).Add(node);
            latest.Add(node);
        }

        return latest[0];
    }

    public ElementNode? Child(string name) => Children.Find(c => c.Name == name);

    /// <summary>The slice of that name, at any depth of re-slicing.</summary>
    public ElementNode? Slice(string name)
    {
        foreach (ElementNode slice in Slices)
        {
            if (slice.Element.SliceName == name) return slice;
            if (slice.Slice(name) is { } inner) return inner;
        }

        return null;
    }

    /// <summary>The choice <c>value[x]</c> among the children that <c>valueQuantity</c> is a short form of, with the type.</summary>
    public (ElementNode? Choice, string Type) ShortForm(string name)
    {
        foreach (ElementNode child in Children)
        {
            if (!child.Element.IsChoice) continue;
            ReadOnlySpan<char> stem = child.Name.AsSpan(0, child.Name.Length - 3);
            if (name.Length <= stem.Length || !name.AsSpan().StartsWith(stem)) continue;
            ReadOnlySpan<char> rest = name.AsSpan(stem.Length);
            foreach (SnapshotType type in child.Element.Types)
            {
                if (type.Code.Length == rest.Length && char.ToUpperInvariant(type.Code[0]) == rest[0] && rest[1..].SequenceEqual(type.Code.AsSpan(1))) return (child, type.Code);
            }
        }

        return (null, string.Empty);
    }

    /// <summary>A copy under another id and path, with its children and, where asked, its slices.</summary>
    public ElementNode Copy(string id, string path, bool withSlices)
    {
        ElementNode copy = new(Element with { Id = id, Path = path });
        CopyInto(copy, withSlices);
        return copy;
    }

    /// <summary>Copies children, and slices where asked, below another element.</summary>
    public void CopyInto(ElementNode target, bool withSlices)
    {
        foreach (ElementNode child in Children) target.Children.Add(child.Rebased(this, target));
        if (!withSlices) return;
        foreach (ElementNode slice in Slices) target.Slices.Add(slice.Rebased(this, target));
    }

    public int Count() => 1 + Children.Sum(c => c.Count()) + Slices.Sum(s => s.Count());

    public void Flatten(List<SnapshotElement> elements)
    {
        elements.Add(Element);
        foreach (ElementNode child in Children) child.Flatten(elements);
        foreach (ElementNode slice in Slices) slice.Flatten(elements);
    }

    private ElementNode Rebased(ElementNode from, ElementNode to) =>
        Copy(Rebase(Element.Id, from.Element.Id, to.Element.Id), Rebase(Element.Path, from.Element.Path, to.Element.Path), withSlices: true);

    private static string Rebase(string text, string from, string to) =>
        text.StartsWith(from, StringComparison.Ordinal) ? string.Concat(to, text.AsSpan(from.Length)) : text;

    private ElementNode? FindSliced(string name, string sliceName)
    {
        ElementNode? sliced = Child(name) ?? ShortForm(name).Choice;
        if (sliced is null) return null;
        int slash = sliceName.LastIndexOf('/');
        return slash < 0 ? sliced : sliced.Slice(sliceName[..slash]) ?? sliced;
    }
}
