using System.Buffers.Text;
using Consortium.Fhir.Definitions;
using Consortium.Fhir.Json;
using Consortium.Fhir.Validation;

namespace Consortium.Fhir.Expressions;

/// <summary>The kinds of FHIRPath values (FHIRPath N1, 2.1 and 4).</summary>
internal enum PathKind : byte
{
    /// <summary>An element of the document.</summary>
    Node,
    Boolean,
    Integer,
    Decimal,
    String,
    Date,
    DateTime,
    Time,
    Quantity,

    /// <summary>What <c>type()</c> gives.</summary>
    TypeInfo,
}

/// <summary>One item of a FHIRPath collection: an element of the document or a System value.</summary>
internal readonly struct PathValue
{
    private readonly object? _reference;
    private readonly long _bits;

    private PathValue(PathKind kind, object? reference, long bits) => (Kind, _reference, _bits) = (kind, reference, bits);

    public PathKind Kind { get; }

    public bool IsNode => Kind == PathKind.Node;

    public FhirDocument Document => (FhirDocument)_reference!;

    public int NodeIndex => (int)_bits;

    public bool Boolean => _bits != 0;

    public long Integer => _bits;

    public decimal Decimal => Kind == PathKind.Integer ? _bits : (decimal)_reference!;

    public string String => (string)_reference!;

    public PathDateTime DateTime => (PathDateTime)_reference!;

    public PathQuantity Quantity => (PathQuantity)_reference!;

    public PathTypeName TypeInfo => (PathTypeName)_reference!;

    public bool IsNumber => Kind is PathKind.Integer or PathKind.Decimal;

    public bool IsTemporal => Kind is PathKind.Date or PathKind.DateTime or PathKind.Time;

    /// <summary>The type row of an element; 0 for a System value.</summary>
    public int TypeRow => IsNode ? Document.Nodes[NodeIndex].Type : 0;

    public static PathValue Of(FhirDocument document, int node) => new(PathKind.Node, document, node);

    public static PathValue Of(bool value) => new(PathKind.Boolean, null, value ? 1 : 0);

    public static PathValue Of(long value) => new(PathKind.Integer, null, value);

    public static PathValue Of(decimal value) => new(PathKind.Decimal, value, 0);

    public static PathValue Of(string value) => new(PathKind.String, value, 0);

    public static PathValue Of(PathDateTime value) => new(value.Kind, value, 0);

    public static PathValue Of(PathQuantity value) => new(PathKind.Quantity, value, 0);

    public static PathValue Of(PathTypeName value) => new(PathKind.TypeInfo, value, 0);

    /// <summary>Whether this is an element with a primitive value, or a System value.</summary>
    public bool HasValue => !IsNode || Document.HasValue(NodeIndex);

    /// <summary>
    /// The System value that a FHIR primitive or Quantity converts to implicitly (FHIR R4 fhirpath.html#types); false for
    /// other elements and for a primitive without a value.
    /// </summary>
    public bool TrySystem(out PathValue value)
    {
        value = this;
        if (!IsNode) return true;
        FhirDocument document = Document;
        ref readonly Node node = ref document.Nodes[NodeIndex];
        R4Tables tables = R4Tables.Instance;
        PrimitiveType primitive = tables.Primitives[node.Type];
        if (primitive == PrimitiveType.None) return PathQuantity.TryRead(this, out value);
        if (!document.HasValue(NodeIndex)) return false;
        switch (node.Kind)
        {
            case JsonKind.True or JsonKind.False:
                value = Of(node.Kind == JsonKind.True);
                return true;
            case JsonKind.Number when primitive != PrimitiveType.Decimal && Utf8Parser.TryParse(document.Value(NodeIndex), out int whole, out int read) && read == node.Length:
                value = Of((long)whole);
                return true;
            case JsonKind.Number:
                return Conversions.TryNumber(document.Text(NodeIndex), primitive != PrimitiveType.Decimal, out value);
        }

        string text = document.Text(NodeIndex);
        PathKind temporal = primitive switch
        {
            PrimitiveType.Date => PathKind.Date,
            PrimitiveType.DateTime or PrimitiveType.Instant => PathKind.DateTime,
            PrimitiveType.Time => PathKind.Time,
            _ => PathKind.String,
        };
        // A malformed date is the format check's finding; here it stays the text that it is.
        value = temporal != PathKind.String && PathDateTime.TryParse(text, temporal, out PathDateTime? parsed) ? Of(parsed!) : Of(text);
        return true;
    }

    /// <summary>The text of a String value or of a FHIR primitive that is one.</summary>
    public bool TryText(out string text)
    {
        text = string.Empty;
        if (!TrySystem(out PathValue system) || system.Kind != PathKind.String) return false;
        text = system.String;
        return true;
    }

    public bool TryInteger(out long number)
    {
        number = 0;
        if (!TrySystem(out PathValue system) || system.Kind != PathKind.Integer) return false;
        number = system.Integer;
        return true;
    }
}

/// <summary>A type's qualified name, as <c>type()</c> gives it.</summary>
internal sealed record PathTypeName(string Namespace, string Name);
