using System.Collections;
using System.Text.Json;

namespace Consortium.Adapters.Elements;

/// <summary>An element that repeats. Null items keep their place, as FHIR JSON has it beside extensions of primitives (FHIR R4 json.html#primitive).</summary>
public sealed class DraftArray : DraftNode, IReadOnlyList<DraftNode?>
{
    private DraftNode?[] _items;

    /// <summary>An empty array.</summary>
    public DraftArray() => _items = [];

    /// <summary>An array of these items.</summary>
    public DraftArray(params ReadOnlySpan<DraftNode?> items)
    {
        _items = new DraftNode?[items.Length];
        foreach (DraftNode? item in items) Add(item);
    }

    /// <summary>How many items it has.</summary>
    public int Count { get; private set; }

    /// <summary>Appends an item.</summary>
    public void Add(DraftNode? item)
    {
        if (Count == _items.Length) Array.Resize(ref _items, Count == 0 ? 1 : Count == 1 ? 4 : Count * 2);
        _items[Count++] = Placed(item);
    }

    /// <summary>Takes an item out; false where it is not in.</summary>
    public bool Remove(DraftNode? item)
    {
        int at = Array.FindIndex(_items, 0, Count, known => ReferenceEquals(known, item));
        if (at < 0) return false;
        Released(item);
        Array.Copy(_items, at + 1, _items, at, Count - at - 1);
        _items[--Count] = null;
        return true;
    }

    /// <summary>True where an item says the same (<see cref="DraftNode.DeepEquals"/>).</summary>
    public bool Has(DraftNode? item)
    {
        for (int i = 0; i < Count; i++)
        {
            if (DeepEquals(_items[i], item)) return true;
        }

        return false;
    }

    /// <inheritdoc/>
    public IEnumerator<DraftNode?> GetEnumerator()
    {
        for (int i = 0; i < Count; i++) yield return _items[i];
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <inheritdoc/>
    public override void WriteTo(Utf8JsonWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteStartArray();
        for (int i = 0; i < Count; i++)
        {
            if (_items[i] is { } item) item.WriteTo(writer);
            else writer.WriteNullValue();
        }

        writer.WriteEndArray();
    }

    /// <inheritdoc/>
    public override DraftNode DeepClone()
    {
        var copy = new DraftArray();
        for (int i = 0; i < Count; i++) copy.Add(_items[i]?.DeepClone());
        return copy;
    }

    /// <summary>An item, from 0.</summary>
    internal DraftNode? Item(int index)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)Count, nameof(index));
        return _items[index];
    }

    private protected override bool SaysSameAs(DraftNode other)
    {
        if (other is not DraftArray array || array.Count != Count) return false;
        for (int i = 0; i < Count; i++)
        {
            if (!DeepEquals(_items[i], array._items[i])) return false;
        }

        return true;
    }
}
