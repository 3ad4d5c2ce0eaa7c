
namespace Consortium.Fhir.Json;

/// <summary>
/// Walks the child elements of an element in document order: array items one by one, <c>x</c> and <c>_x</c> as one, and
/// only what the definitions know.
/// </summary>
internal struct ElementChildren
{
    private readonly Node[] _nodes;
    private readonly int[]? _names;
    private readonly int _name;
    private int _property;
    private int _item;
    private bool _inArray;

    public ElementChildren(Node[] nodes, int element)
    {
        _nodes = nodes;
        _names = null;
        _name = 0;
        int holder = Holder(nodes, element);
        _property = holder >= 0 && nodes[holder].Count > 0 ? holder + 1 : 0;
        _item = 0;
        _inArray = false;
        Current = 0;
    }

    /// <summary>Only the children of one name: a long array of another costs one look.</summary>
    public ElementChildren(Node[] nodes, int element, int[] names, int name)
        : this(nodes, element)
    {
        _names = names;
        _name = name;
    }

    public int Current { get; private set; }

    /// <summary>The object that has an element's children: itself, or for a primitive its <c>_x</c>; -1 where there is none.</summary>
    public static int Holder(Node[] nodes, int element)
    {
        if (nodes[element].Kind == JsonKind.Object) return element;
        int companion = nodes[element].Companion;
        return companion != 0 && nodes[companion].Kind == JsonKind.Object ? companion : -1;
    }

    public bool MoveNext()
    {
        while (true)
        {
            if (_inArray)
            {
                if (NextItem()) return true;
                _inArray = false;
                _property = _nodes[_property].Next;
            }

            if (_property == 0) return false;
            ref readonly Node node = ref _nodes[_property];
            if (node.Element == 0 || node.Has(NodeFlags.Joined) || (_names is not null && _names[node.Element] != _name))
            {
                _property = node.Next;
            }
            else if (node.Kind == JsonKind.Array)
            {
                _inArray = true;
                _item = node.Count > 0 ? _property + 1 : Overhang();
            }
            else
            {
                Current = _property;
                _property = node.Next;
                return true;
            }
        }
    }

    private bool NextItem()
    {
        while (_item != 0)
        {
            int item = _item;
            ref readonly Node node = ref _nodes[item];
            _item = node.Next;
            if (_item == 0 && !node.Has(NodeFlags.Underscore)) _item = Overhang();
            if (node.Has(NodeFlags.Joined)) continue;
            // null without _x only holds a place (FHIR R4 json.html#primitive)
            if (node.Kind == JsonKind.Null && node.Companion == 0) continue;
            Current = item;
            return true;
        }

        return false;
    }

    /// <summary>Items of <c>_x</c> past the end of <c>x</c>: elements with extensions only.</summary>
    private readonly int Overhang()
    {
        int companion = _nodes[_property].Companion;
        return companion != 0 && _nodes[companion].Count > 0 ? companion + 1 : 0;
    }
}
