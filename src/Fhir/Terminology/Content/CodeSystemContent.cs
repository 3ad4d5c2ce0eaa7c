namespace Consortium.Fhir.Terminology;

// Compiled into Consortium.Fhir and into the definitions compiler: core and package code systems mean the same.

/// <summary>One concept of a code system, with what filters and look-ups ask of it.</summary>
internal sealed class CodeSystemConcept(string code)
{
    public string Code { get; } = code;

    public string? Display { get; init; }

    public string? Definition { get; init; }

    /// <summary>The concepts right above it: by nesting, and by the properties <c>parent</c>, <c>child</c> and v3's <c>subsumedBy</c>.</summary>
    public HashSet<string> Parents { get; } = new(StringComparer.Ordinal);

    /// <summary>Property values as text; a Coding is <c>system#code</c>, as a filter writes it.</summary>
    public List<(string Code, string Value)> Properties { get; } = [];

    public List<(string? Language, string Value)> Designations { get; } = [];

    /// <summary>Only there to group others; no proper value (FHIR R4 codesystem.html#defined-props, notSelectable).</summary>
    public bool IsAbstract { get; set; }

    /// <summary>No longer approved for use (FHIR R4 codesystem.html#defined-props, inactive; v3 status retired).</summary>
    public bool IsInactive { get; set; }

    public IEnumerable<string> Values(string property) => Properties.Where(p => p.Code == property).Select(p => p.Value);
}

/// <summary>How much of a code system a CodeSystem resource has (FHIR R4 valueset-codesystem-content-mode).</summary>
internal enum ContentMode
{
    NotPresent,
    Example,
    Fragment,
    Complete,

    /// <summary>Adds designations and properties to another code system, and defines no codes of its own.</summary>
    Supplement,
}

/// <summary>A CodeSystem in the form that look-ups and filters need. Immutable once read.</summary>
internal sealed class CodeSystemContent
{
    private readonly Dictionary<string, CodeSystemConcept> _byCode = new(StringComparer.Ordinal);
    private readonly Lazy<Dictionary<string, List<CodeSystemConcept>>> _children;
    private readonly Lazy<Dictionary<string, CodeSystemConcept>> _ignoringCase;

    public CodeSystemContent(string url)
    {
        Url = url;
        _children = new(IndexChildren);
        _ignoringCase = new(IndexIgnoringCase);
    }

    public string Url { get; }

    public string? Version { get; init; }

    public string? Title { get; init; }

    public ContentMode Content { get; init; }

    /// <summary>The code system that a supplement adds to.</summary>
    public string? Supplements { get; init; }

    /// <summary>Null where the code system does not say.</summary>
    public bool? CaseSensitive { get; init; }

    /// <summary>The declared properties with their types.</summary>
    public Dictionary<string, string> PropertyTypes { get; } = new(StringComparer.Ordinal);

    /// <summary>The declared filters.</summary>
    public HashSet<string> Filters { get; } = new(StringComparer.Ordinal);

    /// <summary>In document order, nested ones after their parent. Of two with the same code the first counts.</summary>
    public List<CodeSystemConcept> Concepts { get; } = [];

    public void Add(CodeSystemConcept concept)
    {
        if (_byCode.TryAdd(concept.Code, concept)) Concepts.Add(concept);
    }

    /// <summary>The concept with exactly that code.</summary>
    public CodeSystemConcept? Find(string code) => _byCode.GetValueOrDefault(code);

    /// <summary>The concept whose code differs in case at most, for a code system that is not declared case-sensitive.</summary>
    public CodeSystemConcept? FindIgnoringCase(string code) =>
        CaseSensitive == true ? null : _ignoringCase.Value.GetValueOrDefault(code);

    public IReadOnlyList<CodeSystemConcept> Children(string code) => _children.Value.TryGetValue(code, out List<CodeSystemConcept>? children) ? children : [];

    /// <summary>The codes below one, itself not among them.</summary>
    public HashSet<string> Below(string ancestor)
    {
        HashSet<string> below = new(StringComparer.Ordinal);
        Queue<string> open = new([ancestor]);
        while (open.TryDequeue(out string? parent))
        {
            foreach (CodeSystemConcept child in Children(parent))
            {
                if (child.Code != ancestor && below.Add(child.Code)) open.Enqueue(child.Code);
            }
        }

        return below;
    }

    /// <summary>The codes above one, itself not among them.</summary>
    public HashSet<string> Above(string code)
    {
        HashSet<string> above = new(StringComparer.Ordinal);
        Queue<string> open = new([code]);
        while (open.TryDequeue(out string? at))
        {
            foreach (string parent in Find(at)?.Parents ?? [])
            {
                if (parent != code && above.Add(parent)) open.Enqueue(parent);
            }
        }

        return above;
    }

    private Dictionary<string, List<CodeSystemConcept>> IndexChildren()
    {
        Dictionary<string, List<CodeSystemConcept>> children = new(StringComparer.Ordinal);
        foreach (CodeSystemConcept concept in Concepts)
        {
            foreach (string parent in concept.Parents)
            {
                if (!children.TryGetValue(parent, out List<CodeSystemConcept>? list)) children.Add(parent, list = []);
                list.Add(concept);
            }
        }

        return children;
    }

    private Dictionary<string, CodeSystemConcept> IndexIgnoringCase()
    {
        Dictionary<string, CodeSystemConcept> index = new(StringComparer.OrdinalIgnoreCase);
        foreach (CodeSystemConcept concept in Concepts) index.TryAdd(concept.Code, concept);
        return index;
    }
}
