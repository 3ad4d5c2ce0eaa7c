using System.Collections;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Consortium.Fhir;

namespace Consortium.Adapters.Elements;

/// <summary>An element that repeats. Null items keep their place, as FHIR JSON has it beside extensions of primitives (FHIR R4 json.html#primitive).</summary>
public sealed class DraftArray : DraftNode, IReadOnlyList<DraftNode?>
{
    // Most elements that may repeat do not: the first item stands here.
    private object? _first;
    private object?[]? _others;

    /// <summary>An empty array.</summary>
    public DraftArray()
    {
    }

    /// <summary>An empty array with room for some items.</summary>
    internal DraftArray(int room)
    {
        if (room > 1) _others = new object?[room - 1];
    }

    /// <summary>An array of these items.</summary>
    public DraftArray(params ReadOnlySpan<DraftNode?> items)
    {
        if (items.Length > 1) _others = new object?[items.Length - 1];
        foreach (DraftNode? item in items) Add(item);
    }

    /// <summary>How many items it has.</summary>
    public int Count => Size;

    /// <summary>Appends an item.</summary>
    public void Add(DraftNode? item) => Append(Placed(item));

    /// <summary>Appends a text.</summary>
    internal void Add(string text) => Append(text);

    /// <summary>Takes an item out; false where it is not in.</summary>
    public bool Remove(DraftNode? item)
    {
        for (int at = 0; at < Count; at++)
        {
            if (!ReferenceEquals(Slot(at), item)) continue;
            MayChange();
            Released(item);
            Size--;
            for (int i = at; i < Count; i++) Slot(i) = Slot(i + 1);
            Slot(Count) = null;
            return true;
        }

        return false;
    }

    /// <summary>True where an item says the same (<see cref="DraftNode.DeepEquals"/>).</summary>
    public bool Has(DraftNode? item)
    {
        for (int i = 0; i < Count; i++)
        {
            if (SayTheSame(Slot(i), item)) return true;
        }

        return false;
    }

    /// <inheritdoc/>
    public IEnumerator<DraftNode?> GetEnumerator()
    {
        for (int i = 0; i < Count; i++) yield return Node(ref Slot(i));
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <inheritdoc/>
    public override void WriteTo(Utf8JsonWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteStartArray();
        for (int i = 0; i < Count; i++)
        {
            object? item = Slot(i);
            if (item is string text) writer.WriteStringValue(text);
            else if (item is null) writer.WriteNullValue();
            else Unsafe.As<DraftNode>(item).WriteTo(writer);
        }

        writer.WriteEndArray();
    }

    internal override void WriteTo(FhirDocumentWriter writer)
    {
        writer.StartArray();
        for (int i = 0; i < Count; i++)
        {
            object? item = Slot(i);
            if (item is string text) writer.Text(text);
            else if (item is null) writer.Null();
            else Unsafe.As<DraftNode>(item).WriteTo(writer);
        }

        writer.End();
    }

    /// <inheritdoc/>
    public override DraftNode DeepClone()
    {
        var copy = new DraftArray();
        for (int i = 0; i < Count; i++) copy.Append(Copied(Slot(i)));
        return copy;
    }

    /// <summary>As <see cref="DraftObject.Peek"/>.</summary>
    internal DraftNode? Peek(int index) => Slot(index) as DraftNode;

    /// <summary>An item, from 0.</summary>
    internal DraftNode? Item(int index)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)Count, nameof(index));
        return Node(ref Slot(index));
    }

    private void Append(object? item)
    {
        MayChange();
        if (Count > (_others?.Length ?? 0)) Array.Resize(ref _others, Count == 1 ? 3 : Count * 2);
        Slot(Size++) = item;
    }

    private ref object? Slot(int at)
    {
        if (at == 0) return ref _first;
        return ref _others![at - 1];
    }

    private protected override bool SaysSameAs(DraftNode other)
    {
        if (other is not DraftArray array || array.Count != Count) return false;
        for (int i = 0; i < Count; i++)
        {
            if (!SayTheSame(Slot(i), array.Slot(i))) return false;
        }

        return true;
    }
}
