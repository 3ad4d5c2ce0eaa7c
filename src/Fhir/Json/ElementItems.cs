namespace Consortium.Fhir.Json;

/// <summary>Walks the items of an array property: those of <c>x</c>, nulls included, then those of <c>_x</c> past its end.</summary>
internal struct ElementItems
{
    private readonly Node[] _nodes;
    private readonly int _array;
    private int _next;

    public ElementItems(Node[] nodes, int array)
    {
        _nodes = nodes;
        _array = array;
        _next = nodes[array].Count > 0 ? array + 1 : 0;
        Current = 0;
        if (_next == 0) Overhang();
    }

    public int Current { get; private set; }

    public bool MoveNext()
    {
        while (_next != 0)
        {
            Current = _next;
            _next = _nodes[Current].Next;
            if (_next == 0 && _nodes[Current].Parent == _array) Overhang();
            if (!_nodes[Current].Has(NodeFlags.Joined)) return true;
        }

        return false;
    }

    private void Overhang()
    {
        int companion = _nodes[_array].Companion;
        if (companion != 0 && _nodes[companion].Kind == JsonKind.Array && _nodes[companion].Count > 0) _next = companion + 1;
    }
}
