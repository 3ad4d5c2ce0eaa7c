using System.Buffers;
using System.Text;
using Consortium.Fhir.Definitions;
using Consortium.Fhir.Expressions;
using Consortium.Fhir.Json;
using Consortium.Fhir.Xml;

namespace Consortium.Fhir;

/// <summary>
/// A FHIR R4 resource in JSON, read once into flat nodes that point into the original bytes: nothing is copied or converted
/// until asked for, numbers keep their characters, and each element knows its definition and its place. Immutable and
/// thread-safe. The bytes must not change while the document is in use.
/// </summary>
public sealed class FhirDocument
{
    [ThreadStatic]
    private static StringBuilder? t_path;

    private readonly ReadOnlyMemory<byte> _bytes;
    private LineMap? _lines;
    private int _placed;
    private ReferenceIndex? _references;

    private FhirDocument(ReadOnlyMemory<byte> bytes, Node[] nodes, int count)
    {
        (_bytes, Nodes, Count) = (bytes, nodes, count);
    }

    /// <summary>The resource type, or an empty string where there is none or it is not a text.</summary>
    public string ResourceType { get; private init; } = string.Empty;

    /// <summary>The bytes that were parsed.</summary>
    public ReadOnlyMemory<byte> Utf8Json => _bytes;

    /// <summary>The resource itself.</summary>
    public FhirNode Root => new(this, 0);

    internal Node[] Nodes { get; private set; }

    internal int Count { get; }

    internal ReadOnlySpan<byte> Bytes => _bytes.Span;

    /// <summary>Resolves references within the document; built when first asked for.</summary>
    internal ReferenceIndex References => _references ??= new ReferenceIndex(this);

    /// <summary>Of a document made from XML; null where the bytes are the input itself.</summary>
    internal XmlOrigin? Origin { get; init; }

    /// <summary>Parses one resource.</summary>
    /// <exception cref="FhirFormatException">It is not one well-formed JSON object; the exception names line and column.</exception>
    public static FhirDocument Parse(ReadOnlyMemory<byte> utf8Json)
    {
        FhirDocument pooled = ParsePooled(utf8Json);
        Node[] rented = pooled.Nodes;
        pooled.Nodes = rented.AsSpan(0, pooled.Count).ToArray();
        ArrayPool<Node>.Shared.Return(rented);
        return pooled;
    }

    /// <summary>Reads one resource in XML (FHIR R4 xml.html); places are those of the XML. Document types are refused, nothing is expanded.</summary>
    /// <exception cref="FhirFormatException">It is not well-formed FHIR XML; the exception names line and column.</exception>
    public static FhirDocument ParseXml(ReadOnlyMemory<byte> utf8Xml)
    {
        (byte[] json, XmlOrigin origin) = XmlToJson.Convert(XmlTree.Read(utf8Xml));
        try
        {
            return ParsePooled(json, origin);
        }
        catch (FhirFormatException refused)
        {
            // The JSON is one line, so its column tells the offset, and that the place in the XML.
            (int line, int column) = origin.Place(refused.Column - 1);
            throw new FhirFormatException(refused.Message, line, column, refused.Code);
        }
    }

    /// <summary>
    /// The resource in XML (FHIR R4 xml.html), UTF-8 with a declaration, not indented. Reading it with <see cref="ParseXml"/> gives
    /// the same content: numbers, texts and narrative with their characters, extensions of primitives, elements in the order of
    /// the definitions. In a narrative HTML's named entities become numeric ones, the only ones that XML has.
    /// </summary>
    /// <exception cref="FhirFormatException">
    /// Something in it could not come back from XML as it is: an unknown element, a value of the wrong JSON kind, a control
    /// character, a narrative that is not well-formed. The exception names the place in the input.
    /// </exception>
    public byte[] ToXml()
    {
        ArrayBufferWriter<byte> buffer = new();
        WriteXml(buffer);
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Writes the resource as <see cref="ToXml"/> gives it. After an exception the output holds a part of it.</summary>
    /// <exception cref="FhirFormatException">See <see cref="ToXml"/>.</exception>
    public void WriteXml(IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(output);
        JsonToXml.Write(this, output);
    }

    /// <summary>Parses into a rented array, for a caller that ends with <see cref="Release"/>.</summary>
    internal static FhirDocument ParsePooled(ReadOnlyMemory<byte> utf8Json, XmlOrigin? origin = null)
    {
        ReadOnlySpan<byte> json = utf8Json.Span;
        Node[] nodes = JsonTreeReader.Read(json, out int count);
        if (nodes[0].Kind != JsonKind.Object)
        {
            (int line, int column) = LineMap.Find(json, nodes[0].Kind == JsonKind.String ? nodes[0].Start - 1 : nodes[0].Start);
            ArrayPool<Node>.Shared.Return(nodes);
            throw new FhirFormatException("A FHIR resource is a JSON object; the input is another kind of value.", line, column);
        }

        return OfNodes(utf8Json, nodes, count, origin);
    }

    /// <summary>The document of an object whose values stand in these nodes, as a reader or writer of JSON left them.</summary>
    internal static FhirDocument OfNodes(ReadOnlyMemory<byte> utf8Json, Node[] nodes, int count, XmlOrigin? origin = null)
    {
        R4Tables tables = R4Tables.Instance;
        ReadOnlySpan<byte> json = utf8Json.Span;
        Span<Node> used = nodes.AsSpan(0, count);
        string resourceType = new Linker(json, used, tables).LinkResource(0) ? tables.TypeName(used[0].Type) : StatedType(json, used);
        return new FhirDocument(utf8Json, nodes, count) { ResourceType = resourceType, Origin = origin };
    }

    /// <summary>Gives the rented array back; the document is not used afterwards.</summary>
    internal void Release()
    {
        Node[] nodes = Nodes;
        Nodes = [];
        ArrayPool<Node>.Shared.Return(nodes);
    }

    internal ElementChildren ChildrenOf(int element) => new(Nodes, element);

    /// <summary>The children of a name by its string number.</summary>
    internal ElementChildren ChildrenNamed(int element, int name) => new(Nodes, element, R4Tables.Instance.ElementNames, name);

    /// <summary>Whether the element is a primitive with a value (FHIR R4 fhirpath.html#functions, hasValue).</summary>
    internal bool HasValue(int element) => Nodes[element].IsScalar && !Nodes[element].Has(NodeFlags.Underscore);

    /// <summary>The value's characters as they stand in the input, without quotes, escapes unresolved.</summary>
    internal ReadOnlySpan<byte> Raw(int node) => Bytes.Slice(Nodes[node].Start, Nodes[node].Length);

    /// <summary>The value with escapes resolved.</summary>
    internal ReadOnlySpan<byte> Value(int node) => Nodes[node].Has(NodeFlags.ValueEscaped) ? Unescape.ToBytes(Raw(node)) : Raw(node);

    internal string Text(int node) => Unescape.ToText(Raw(node), Nodes[node].Has(NodeFlags.ValueEscaped));

    internal ReadOnlySpan<byte> PropertyName(int node)
    {
        ref readonly Node named = ref Nodes[Nodes[node].Has(NodeFlags.Item) ? Nodes[node].Parent : node];
        ReadOnlySpan<byte> name = Bytes.Slice(named.NameStart, named.NameLength);
        return named.Has(NodeFlags.NameEscaped) ? Unescape.ToBytes(name) : name;
    }

    internal (int Line, int Column) Place(int node)
    {
        ref readonly Node at = ref Nodes[node];
        int offset = at.NameLength > 0 ? at.NameStart - 1 : at.Kind == JsonKind.String ? at.Start - 1 : at.Start;
        if (Origin is not null) return Origin.Place(offset);
        // A few places are found quicker by counting; many want the map.
        if (_lines is null && _placed++ < 8) return LineMap.Find(Bytes, offset);
        return (_lines ??= new LineMap(Bytes))[offset];
    }

    /// <summary>The resource that an element stands in, and the one that this is contained in (FHIR R4 fhirpath.html#variables).</summary>
    internal (int Resource, int Root) EnclosingResources(int element)
    {
        R4Tables tables = R4Tables.Instance;
        int resource = -1;
        for (int at = element; at >= 0; at = Nodes[at].Parent)
        {
            ref readonly Node node = ref Nodes[at];
            if (node.Kind != JsonKind.Object || node.Type == 0 || !tables.IsResource(node.Type)) continue;
            if (resource < 0) resource = at;
            bool contained = node.Element != 0 && tables.Utf8(tables.Elements[node.Element].Name).SequenceEqual("contained"u8);
            if (!contained) return (resource, at);
        }

        return resource < 0 ? (0, 0) : (resource, resource);
    }

    /// <summary>The FHIRPath of a node, such as <c>Patient.name[0].family</c>.</summary>
    internal string Expression(int node)
    {
        StringBuilder path = t_path ??= new StringBuilder(200);
        path.Clear();
        AppendExpression(path, node);
        return path.ToString();
    }

    /// <summary>The JSON Pointer of a node (RFC 6901).</summary>
    internal string JsonPointer(int node)
    {
        StringBuilder pointer = new();
        for (int at = node; Nodes[at].Parent >= 0; at = Nodes[at].Parent)
        {
            string step = Nodes[at].Has(NodeFlags.Item)
                ? Nodes[at].Index.ToString(System.Globalization.CultureInfo.InvariantCulture)
                : Encoding.UTF8.GetString(PropertyName(at)).Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);
            pointer.Insert(0, step).Insert(0, '/');
        }

        return pointer.ToString();
    }

    private void AppendExpression(StringBuilder path, int node)
    {
        ref readonly Node at = ref Nodes[node];
        if (at.Parent < 0)
        {
            path.Append(ResourceType.Length > 0 && at.Type != 0 ? ResourceType : "$this");
            return;
        }

        if (at.Has(NodeFlags.Item))
        {
            AppendExpression(path, at.Parent);
            path.Append('[').Append(at.Index).Append(']');
            return;
        }

        AppendExpression(path, at.Parent);
        path.Append('.');
        if (at.Element != 0) path.Append(R4Tables.Instance.Text(R4Tables.Instance.Elements[at.Element].Name));
        else path.Append(Shown(PropertyName(node)));
    }

    /// <summary>A property name fit for a message: one that is no plausible name might be data, and is not shown.</summary>
    internal static string Shown(ReadOnlySpan<byte> name)
    {
        bool plausible = name.Length is > 0 and <= 64;
        foreach (byte b in name) plausible &= char.IsAsciiLetterOrDigit((char)b) || b is (byte)'_' or (byte)'-' or (byte)'.' or (byte)':';
        return plausible ? Encoding.ASCII.GetString(name) : "(a name that is not shown)";
    }

    private static string StatedType(ReadOnlySpan<byte> json, ReadOnlySpan<Node> nodes)
    {
        if (nodes[0].Count == 0) return string.Empty;
        for (int child = 1; child != 0; child = nodes[child].Next)
        {
            if (!nodes[child].Has(NodeFlags.ResourceType) || nodes[child].Kind != JsonKind.String) continue;
            return Shown(json.Slice(nodes[child].Start, nodes[child].Length));
        }

        return string.Empty;
    }
}
