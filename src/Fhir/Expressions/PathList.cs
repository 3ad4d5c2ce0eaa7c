namespace Consortium.Fhir.Expressions;

/// <summary>An ordered FHIRPath collection, reused through <see cref="Evaluation"/>.</summary>
internal sealed class PathList
{
    private PathValue[] _items = new PathValue[4];

    public int Count { get; private set; }

    public int Capacity => _items.Length;

    public ref readonly PathValue this[int index] => ref _items[index];

    public ReadOnlySpan<PathValue> Items => _items.AsSpan(0, Count);

    public void Add(in PathValue item)
    {
        if (Count == _items.Length) Array.Resize(ref _items, Count * 2);
        _items[Count++] = item;
    }

    public void AddRange(PathList other)
    {
        foreach (ref readonly PathValue item in other.Items) Add(item);
    }

    public void Clear()
    {
        Array.Clear(_items, 0, Count);
        Count = 0;
    }

    public void Truncate(int count)
    {
        Array.Clear(_items, count, Count - count);
        Count = count;
    }
}
