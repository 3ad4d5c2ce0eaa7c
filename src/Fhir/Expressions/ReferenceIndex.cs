using Consortium.Fhir.Definitions;
using Consortium.Fhir.Json;
using Consortium.Fhir.Validation;

namespace Consortium.Fhir.Expressions;

/// <summary>
/// Resolves references inside one document: <c>#id</c> to a contained resource, others by <c>fullUrl</c> or type and id in the
/// enclosing Bundle (FHIR R4 bundle.html#references). Built once a document, so that resolving is linear over a Bundle.
/// </summary>
internal sealed class ReferenceIndex
{
    private readonly FhirDocument _document;
    private readonly R4Tables _tables = R4Tables.Instance;
    private readonly Dictionary<string, int> _byUrl = new(StringComparer.Ordinal);
    private readonly Dictionary<(int Resource, string Id), int> _contained = [];
    private readonly Dictionary<int, string> _fullUrls = [];
    private readonly HashSet<string> _repeated = new(StringComparer.Ordinal);

    public ReferenceIndex(FhirDocument document)
    {
        _document = document;
        int fullUrl = _tables.FindName("fullUrl"u8), contained = _tables.FindName("contained"u8);
        for (int i = 0; i < document.Count; i++)
        {
            ref readonly Node node = ref document.Nodes[i];
            if (node.Type == 0 || node.Kind != JsonKind.Object || !_tables.IsResource(node.Type)) continue;
            string? id = Text(i, "id"u8);
            if (node.Parent >= 0 && _tables.Elements[node.Element].Name == contained)
            {
                if (id is not null) _contained.TryAdd((Owner(i), id), i);
                continue;
            }

            if (id is not null) _byUrl.TryAdd($"{_tables.TypeName(node.Type)}/{id}", i);
            if (node.Parent < 0) continue;
            ElementChildren siblings = document.ChildrenOf(node.Parent);
            while (siblings.MoveNext())
            {
                if (_tables.Elements[document.Nodes[siblings.Current].Element].Name != fullUrl || document.Nodes[siblings.Current].Kind != JsonKind.String) continue;
                string url = document.Text(siblings.Current);
                if (!_byUrl.TryAdd(url, i)) _repeated.Add(url);
                _fullUrls.TryAdd(i, url);
            }
        }
    }

    /// <summary>The resource with that fullUrl, or relative <c>type/id</c>; null where there is none.</summary>
    public int? Find(string url) => _byUrl.TryGetValue(url, out int found) ? found : null;

    /// <summary>Whether several entries have that fullUrl, as versions of a resource do.</summary>
    public bool IsAmbiguous(string url) => _repeated.Contains(url);

    /// <summary>The resource that a Reference, uri or canonical element refers to, or null where the document does not have it.</summary>
    public int? Resolve(int element)
    {
        string? reference = _tables.Primitives[_document.Nodes[element].Type] != PrimitiveType.None
            ? (_document.HasValue(element) ? _document.Text(element) : null)
            : Text(element, "reference"u8);
        if (string.IsNullOrEmpty(reference)) return null;
        int owner = Owner(element);
        if (reference[0] == '#')
        {
            // "#" alone is the container itself (FHIR R4 references.html#contained).
            if (reference.Length == 1) return owner;
            return _contained.TryGetValue((owner, reference[1..]), out int contained) ? contained : null;
        }

        int version = reference.IndexOf("/_history/", StringComparison.Ordinal);
        if (version > 0) reference = reference[..version];
        // A relative reference belongs to the server that its own resource's fullUrl names.
        if (_fullUrls.TryGetValue(owner, out string? own) && !reference.Contains(':', StringComparison.Ordinal) && Base(own) is { } server
            && _byUrl.TryGetValue(server + reference, out int sibling)) return sibling;
        return _byUrl.TryGetValue(reference, out int target) ? target : null;
    }

    /// <summary>The resource that an element stands in; for a contained resource its container.</summary>
    private int Owner(int node)
    {
        int owner = node;
        for (int at = _document.Nodes[node].Parent; at >= 0; at = _document.Nodes[at].Parent)
        {
            ref readonly Node parent = ref _document.Nodes[at];
            if (parent.Kind != JsonKind.Object || parent.Type == 0 || !_tables.IsResource(parent.Type)) continue;
            owner = at;
            bool contained = parent.Element != 0 && _tables.Utf8(_tables.Elements[parent.Element].Name).SequenceEqual("contained"u8);
            if (!contained) break;
        }

        return owner;
    }

    private static string? Base(string fullUrl)
    {
        int id = fullUrl.LastIndexOf('/');
        int type = id > 0 ? fullUrl.LastIndexOf('/', id - 1) : -1;
        return type > 0 ? fullUrl[..(type + 1)] : null;
    }

    private string? Text(int element, ReadOnlySpan<byte> name)
    {
        ElementChildren children = _document.ChildrenOf(element);
        while (children.MoveNext())
        {
            ref readonly Node child = ref _document.Nodes[children.Current];
            if (child.Kind == JsonKind.String && _tables.Utf8(_tables.Elements[child.Element].Name).SequenceEqual(name)) return _document.Text(children.Current);
        }

        return null;
    }
}
