namespace Consortium.Fhir.Json;

/// <summary>The JSON form of a node.</summary>
internal enum JsonKind : byte
{
    Null,
    Object,
    Array,
    String,
    Number,
    True,
    False,
}

/// <summary>Facts about a node that the reader or the linker found.</summary>
[Flags]
internal enum NodeFlags : byte
{
    None = 0,

    /// <summary>The string value has escapes.</summary>
    ValueEscaped = 1,

    /// <summary>The property name has escapes.</summary>
    NameEscaped = 2,

    /// <summary>An item of an array.</summary>
    Item = 4,

    /// <summary>A property <c>_x</c> of a primitive <c>x</c>, or an item of such an array.</summary>
    Underscore = 8,

    /// <summary>Joined to its <c>x</c> and so not an element by itself.</summary>
    Joined = 16,

    /// <summary>The property <c>resourceType</c> of a resource.</summary>
    ResourceType = 32,
}

/// <summary>
/// One JSON value. Nodes stand in document order, so a container's first child is the node after it. Positions are byte
/// offsets into the document; a string's span leaves its quotes out.
/// </summary>
internal struct Node
{
    public int Start;
    public int Length;
    public int NameStart;

    /// <summary>The container; -1 at the root.</summary>
    public int Parent;

    /// <summary>The next value in the same container; 0 at the last.</summary>
    public int Next;

    /// <summary>Number of direct children.</summary>
    public int Count;

    /// <summary>Position in the array, where it is an item.</summary>
    public int Index;

    /// <summary>The <c>_x</c> node joined to this primitive; 0 where there is none.</summary>
    public int Companion;

    /// <summary>Row of the element definition; 0 where the property is unknown. The reader keeps the name's hash here.</summary>
    public int Element;
    public ushort NameLength;

    /// <summary>Row of the type; 0 where unknown.</summary>
    public ushort Type;
    public JsonKind Kind;
    public NodeFlags Flags;

    public readonly bool Has(NodeFlags flag) => (Flags & flag) != 0;

    public readonly bool IsScalar => Kind >= JsonKind.String;
}
