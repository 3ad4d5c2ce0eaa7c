using Consortium.Fhir.Definitions;
using Consortium.Fhir.Json;
using Consortium.Fhir.Validation;

namespace Consortium.Fhir.Expressions;

/// <summary>
/// Resolves references inside one document: <c>#id</c> to a contained resource, others by <c>fullUrl</c> or type and id in the
/// enclosing Bundle (FHIR R4 bundle.html#references). Built once a document, so that resolving is linear over a Bundle; what a
/// resource is found by is compared in the document's own bytes.
/// </summary>
internal sealed class ReferenceIndex
{
    private static readonly int s_fullUrl = R4Tables.Instance.FindName("fullUrl"u8);
    private static readonly int s_contained = R4Tables.Instance.FindName("contained"u8);
    private static readonly int s_id = R4Tables.Instance.FindName("id"u8);
    private static readonly int s_reference = R4Tables.Instance.FindName("reference"u8);

    private readonly FhirDocument _document;
    private readonly R4Tables _tables = R4Tables.Instance;
    private readonly ReferenceKeys _keys;

    public ReferenceIndex(FhirDocument document)
    {
        _document = document;
        _keys = new ReferenceKeys(document);
        for (int i = 0; i < document.Count; i++)
        {
            ref readonly Node node = ref document.Nodes[i];
            if (node.Kind != JsonKind.Object || node.Type == 0 || !_tables.IsResource(node.Type)) continue;
            int id = Text(i, s_id);
            if (node.Parent >= 0 && _tables.ElementNames[node.Element] == s_contained)
            {
                if (id != 0) _keys.AddContained(Owner(i), id, i);
                continue;
            }

            if (id != 0) _keys.AddTyped(id, i);
            if (node.Parent < 0) continue;
            ElementChildren siblings = document.ChildrenNamed(node.Parent, s_fullUrl);
            while (siblings.MoveNext())
            {
                if (document.Nodes[siblings.Current].Kind == JsonKind.String) _keys.AddUrl(siblings.Current, i);
            }
        }
    }

    /// <summary>The resource with that fullUrl, or relative <c>type/id</c>; null where there is none.</summary>
    public int? Find(ReadOnlySpan<byte> url) => _keys.Find(url);

    /// <summary>Whether several entries have that fullUrl, as versions of a resource do.</summary>
    public bool IsAmbiguous(ReadOnlySpan<byte> url) => _keys.IsRepeated(url);

    /// <summary>The resource that a Reference, uri or canonical element refers to, or null where the document does not have it.</summary>
    public int? Resolve(int element)
    {
        int literal = _tables.Primitives[_document.Nodes[element].Type] != PrimitiveType.None
            ? (_document.HasValue(element) ? element : 0)
            : Text(element, s_reference);
        if (literal == 0) return null;
        ReadOnlySpan<byte> reference = _document.Value(literal);
        if (reference.IsEmpty) return null;
        int owner = Owner(element);
        if (reference[0] == '#')
        {
            // "#" alone is the container itself (FHIR R4 references.html#contained).
            return reference.Length == 1 ? owner : _keys.FindContained(owner, reference[1..]);
        }

        int version = reference.IndexOf("/_history/"u8);
        if (version > 0) reference = reference[..version];
        // A relative reference belongs to the server that its own resource's fullUrl names.
        if (!reference.Contains((byte)':'))
        {
            ReadOnlySpan<byte> server = Base(owner);
            if (!server.IsEmpty && _keys.Find(server, reference) is { } sibling) return sibling;
        }

        return _keys.Find(reference);
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
            bool contained = parent.Element != 0 && _tables.ElementNames[parent.Element] == s_contained;
            if (!contained) break;
        }

        return owner;
    }

    /// <summary>The RESTful base of a resource's fullUrl, with the slash at its end; empty where it has none.</summary>
    private ReadOnlySpan<byte> Base(int resource)
    {
        int parent = _document.Nodes[resource].Parent;
        if (parent < 0) return default;
        ElementChildren urls = _document.ChildrenNamed(parent, s_fullUrl);
        while (urls.MoveNext())
        {
            if (_document.Nodes[urls.Current].Kind != JsonKind.String) continue;
            ReadOnlySpan<byte> url = _document.Value(urls.Current);
            int id = url.LastIndexOf((byte)'/');
            int type = id > 0 ? url[..id].LastIndexOf((byte)'/') : -1;
            return type > 0 ? url[..(type + 1)] : default;
        }

        return default;
    }

    /// <summary>The first child of that name that is a JSON string; 0 where there is none.</summary>
    private int Text(int element, int name)
    {
        ElementChildren children = _document.ChildrenNamed(element, name);
        while (children.MoveNext())
        {
            if (_document.Nodes[children.Current].Kind == JsonKind.String) return children.Current;
        }

        return 0;
    }
}
