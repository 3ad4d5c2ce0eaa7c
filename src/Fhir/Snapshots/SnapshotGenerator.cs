namespace Consortium.Fhir.Snapshots;

/// <summary>
/// Generates a snapshot: the base's elements with what the differential states laid over them (FHIR R4 profiling.html#snapshot,
/// structuredefinition.html#snapshot). Goes on after a problem with the rest, so that one fault does not hide the others.
/// </summary>
/// <param name="find">The snapshot of another definition by canonical URL; null where it is not known or waits for this one.</param>
/// <param name="url">The canonical URL of the definition itself, the source of its constraints.</param>
/// <param name="rules">What a profile may not do; null where the definition makes a new type, and so may add elements.</param>
internal sealed class SnapshotGenerator(Func<string, ProfileSnapshot?> find, string url, OverlayRules? rules)
{
    // The largest published profiles stay below 3,000 elements.
    private const int MostElements = 50_000;
    private const string TypePrefix = "http://hl7.org/fhir/StructureDefinition/";

    private readonly List<SnapshotProblem> _problems = [];
    private readonly List<OverlaidElement> _overlaid = [];
    private int _elements;

    public IReadOnlyList<SnapshotProblem> Problems => _problems;

    public IReadOnlyList<OverlaidElement> Overlaid => _overlaid;

    /// <summary>The elements of <paramref name="type"/> from those of the base and the differential.</summary>
    public List<SnapshotElement> Generate(string type, IReadOnlyList<SnapshotElement> baseElements, IEnumerable<StatedElement> differential)
    {
        List<SnapshotElement> elements = [];
        if (ElementNode.Tree(baseElements) is not { } root) return elements;
        if (root.Element.Path != type) root = root.Copy(type, type, withSlices: true);
        _elements = root.Count();
        Constrain(root, DifferentialNode.Tree(type, differential, _problems));
        root.Flatten(elements);
        return elements;
    }

    private void Constrain(ElementNode element, DifferentialNode difference)
    {
        if (difference.Stated is { } stated)
        {
            rules?.Check(element.Element, stated, isNewSlice: _slicedHere.Contains(element), _problems);
            element.Element = ElementOverlay.Apply(element.Element, stated, url);
            _overlaid.Add(new OverlaidElement(stated, element.Element));
        }

        if (difference.Children.Count == 0) return;
        if (element.Children.Count == 0) Expand(element);
        foreach (DifferentialNode child in difference.Children) ConstrainChild(element, child, difference);
    }

    private void ConstrainChild(ElementNode parent, DifferentialNode child, DifferentialNode difference)
    {
        if (parent.Child(child.Name) is { } known)
        {
            if (child.SliceName is null) Constrain(known, child);
            else if (IsMereName(known, child, difference)) ConstrainNamed(known, child);
            else ConstrainSlice(known, child.SliceName, child);
        }
        else if (parent.ShortForm(child.Name) is (ElementNode choice, var type))
        {
            ConstrainShortForm(choice, type, child, difference);
        }
        else if (rules is null && child.Stated is not null)
        {
            Add(parent, child);
        }
        else
        {
            Report(child, $"{parent.Element.Id}.{child.Name} does not exist: {Offered(parent)}.");
        }
    }

    /// <summary>A slice name where nothing is sliced, and nothing else is said of the element, is no more than a name for it.</summary>
    private static bool IsMereName(ElementNode element, DifferentialNode child, DifferentialNode difference) =>
        element.Element.Slicing is null && element.Slices.Count == 0 && ImplicitSlicing(element) is null
        && difference.Children.TrueForAll(c => c == child || c.Name != child.Name);

    private void ConstrainNamed(ElementNode element, DifferentialNode child)
    {
        Report(child, $"{element.Element.Id} is not sliced; the slice name {child.SliceName} is taken for a name of the element itself.", isError: false);
        Constrain(element, child);
        element.Element = element.Element with { SliceName = null };
    }

    private static string Offered(ElementNode parent) => parent.Children.Count == 0
        ? $"nothing is known below {parent.Element.Id}"
        : $"below {parent.Element.Id} stand {string.Join(", ", parent.Children.Select(c => c.Name))}";

    /// <summary>A specialization adds elements to those of its base (FHIR R4 structuredefinition-definitions.html#StructureDefinition.derivation).</summary>
    private void Add(ElementNode parent, DifferentialNode child)
    {
        SnapshotElement element = ElementOverlay.Complete(child.Stated!, url);
        ElementNode added = new(element with { Id = $"{parent.Element.Id}.{child.Name}", BasePath = element.Path, BaseMin = element.Min, BaseMax = element.Max });
        parent.Children.Add(added);
        _overlaid.Add(new OverlaidElement(child.Stated!, added.Element));
        _elements++;
        foreach (DifferentialNode below in child.Children)
        {
            if (added.Children.Count == 0) Expand(added);
            ConstrainChild(added, below, child);
        }
    }

    private void ConstrainSlice(ElementNode sliced, string name, DifferentialNode child)
    {
        if (sliced.Slice(name) is { } known)
        {
            Constrain(known, child);
            return;
        }

        ElementNode outer = sliced;
        int slash = name.LastIndexOf('/');
        if (slash > 0 && sliced.Slice(name[..slash]) is { } resliced) outer = resliced;
        if (outer.Element.Slicing is null) SliceImplicitly(outer, name, child);
        else if (outer.Element.Slicing.Rules == "closed" && outer.Slices.Count > 0 && !IsStatedHere(outer)) Report(child, $"The base closes the slicing of {outer.Element.Id}, so that no slice {name} can be added.");

        ElementNode slice = NewSlice(sliced, outer, name);
        if (slice.Element.IsChoice && child.Stated is not { Types.Count: > 0 } && sliced.Element.Types.FirstOrDefault(t => IsNamedAfter(name, sliced.Name, t.Code)) is { } type)
        {
            slice.Element = slice.Element with { Types = [type] };
        }

        Constrain(slice, child);
    }

    // Slices that this differential has added carry its mark; those of a closed slicing in the base do not.
    private readonly HashSet<ElementNode> _slicedHere = [];

    private bool IsStatedHere(ElementNode sliced) => _slicedHere.Contains(sliced) || sliced.Slices.TrueForAll(_slicedHere.Contains);

    private ElementNode NewSlice(ElementNode sliced, ElementNode outer, string name)
    {
        ElementNode slice = outer.Copy($"{sliced.Element.Id}:{name}", outer.Element.Path, withSlices: false);
        // A new slice is optional until its differential says otherwise: the minimum of the whole is not that of each slice.
        slice.Element = slice.Element with { SliceName = name, Slicing = null, Min = 0 };
        outer.Slices.Add(slice);
        _slicedHere.Add(slice);
        Grow(slice);
        return slice;
    }

    private void SliceImplicitly(ElementNode outer, string name, DifferentialNode child)
    {
        SnapshotSlicing? slicing = ImplicitSlicing(outer);
        if (slicing is null)
        {
            Report(child, $"{outer.Element.Id} is not sliced, so that slice {name} has nothing to be told by: state the slicing of {outer.Element.Path} first.");
            slicing = new SnapshotSlicing([], Ordered: false, "open");
        }

        outer.Element = outer.Element with { Slicing = slicing };
    }

    private static SnapshotSlicing? ImplicitSlicing(ElementNode element) => element.Name switch
    {
        "extension" or "modifierExtension" => SnapshotSlicing.OfExtensions,
        _ when element.Element.IsChoice => SnapshotSlicing.OfChoice,
        _ => null,
    };

    /// <summary>
    /// <c>valueQuantity</c> for a slice of <c>value[x]</c>. Where the differential speaks of the choice only in short forms, it limits
    /// the choice to their types (FHIR R4 profiling.html#choice), as the published profiles show.
    /// </summary>
    private void ConstrainShortForm(ElementNode choice, string type, DifferentialNode child, DifferentialNode difference)
    {
        if (choice.Slice(child.Name) is { } known)
        {
            Constrain(known, child);
            return;
        }

        string stem = choice.Name[..^3];
        bool alone = !difference.Children.Exists(c => c.Name == choice.Name);
        if (alone && choice.Slices.Count == 0)
        {
            SnapshotType[] named = [.. choice.Element.Types.Where(t => difference.Children.Exists(c => IsNamedAfter(c.Name, choice.Name, t.Code)))];
            choice.Element = choice.Element with { Types = named, Slicing = SnapshotSlicing.OfChoice with { Rules = "closed" } };
        }
        else if (choice.Element.Slicing is null)
        {
            choice.Element = choice.Element with { Slicing = SnapshotSlicing.OfChoice };
        }

        ElementNode slice = NewSlice(choice, choice, child.Name);
        slice.Element = slice.Element with { Types = [.. choice.Element.Types.Where(t => t.Code == type)] };
        Constrain(slice, child);
    }

    private static bool IsNamedAfter(string name, string choice, string type) =>
        name.Length == choice.Length - 3 + type.Length
        && name.AsSpan().StartsWith(choice.AsSpan(0, choice.Length - 3))
        && name.AsSpan(choice.Length - 3).Equals(type, StringComparison.OrdinalIgnoreCase);

    /// <summary>Gives an element the children of what it is: a referenced element, a profile, or its type.</summary>
    private void Expand(ElementNode element)
    {
        if (element.Element.ContentReference is { } reference)
        {
            ExpandReference(element, reference);
            return;
        }

        if (ContentOf(element.Element.Types) is { } content && ElementNode.Tree(content.Elements) is { } root)
        {
            root.CopyInto(element, withSlices: false);
            Grow(element);
        }
    }

    private ProfileSnapshot? ContentOf(IReadOnlyList<SnapshotType> types)
    {
        if (types.Count == 0) return null;
        string code = types[0].Code;
        // Of several types only what every element has can be said; several kinds of reference are still references.
        if (types.Any(t => t.Code != code)) return find(TypePrefix + "Element");
        string[] profiles = [.. types.SelectMany(t => t.Profiles).Distinct()];
        if (profiles.Length == 1 && find(profiles[0]) is { Elements.Count: > 0 } profile) return profile;
        return find(code.Contains(':', StringComparison.Ordinal) ? code : TypePrefix + code);
    }

    /// <summary>A content reference stands for the content of another element (FHIR R4 elementdefinition-definitions.html#ElementDefinition.contentReference).</summary>
    private void ExpandReference(ElementNode element, string reference)
    {
        int hash = reference.IndexOf('#', StringComparison.Ordinal);
        string id = reference[(hash + 1)..];
        string type = id.Split('.')[0];
        string definition = hash > 0 ? reference[..hash] : TypePrefix + type;
        if (find(definition) is not { } source || ElementNode.Tree(source.Elements) is not { } node) return;
        foreach (string name in id.Split('.').Skip(1))
        {
            if (node.Child(name) is not { } below) return;
            node = below;
        }

        element.Element = element.Element with { ContentReference = null, Types = node.Element.Types };
        node.CopyInto(element, withSlices: false);
        Grow(element);
    }

    private void Grow(ElementNode grown)
    {
        _elements += grown.Count();
        if (_elements > MostElements) throw new SnapshotTooLargeException($"The snapshot grows beyond {MostElements} elements.");
    }

    private void Report(DifferentialNode at, string message, bool isError = true) => _problems.Add(new SnapshotProblem(at.Place, isError, message));
}

/// <summary>Stops the generation of a snapshot that a hostile differential would let grow without end.</summary>
internal sealed class SnapshotTooLargeException(string message) : Exception(message);
