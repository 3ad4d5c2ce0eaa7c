using System.Buffers.Binary;
using Consortium.Fhir.Definitions;

namespace Consortium.Fhir.Expressions;

/// <summary>
/// What the resources of a document are found by: their fullUrl, their type and id, and within a resource the id of a contained
/// one. A table over the document's own bytes; of several resources of one key the first is found.
/// </summary>
internal sealed class ReferenceKeys(FhirDocument document)
{
    /// <summary>Longest text that is put together on the stack.</summary>
    private const int OnStack = 512;

    private readonly R4Tables _tables = R4Tables.Instance;
    private Key[] _keys = new Key[16];
    private int[] _slots = new int[32];
    private int _count;

    private enum KeyKind : byte
    {
        Url,
        Typed,
        Contained,
    }

    /// <summary>A resource by its type and id, as a relative reference has them.</summary>
    public void AddTyped(int id, int resource)
    {
        ReadOnlySpan<byte> type = TypeName(resource), value = document.Value(id);
        int length = type.Length + 1 + value.Length;
        Span<byte> text = length <= OnStack ? stackalloc byte[OnStack] : new byte[length];
        text = text[..length];
        type.CopyTo(text);
        text[type.Length] = (byte)'/';
        value.CopyTo(text[(type.Length + 1)..]);
        uint hash = Hash(0, text);
        if (Look(hash, text) < 0) Add(new Key(KeyKind.Typed, hash, id, resource, 0));
    }

    /// <summary>A resource by the fullUrl of its entry.</summary>
    public void AddUrl(int url, int resource)
    {
        ReadOnlySpan<byte> text = document.Value(url);
        uint hash = Hash(0, text);
        int known = Look(hash, text);
        if (known < 0) Add(new Key(KeyKind.Url, hash, url, resource, 0));
        else _keys[known].IsRepeated = true;
    }

    /// <summary>A contained resource by its id within its container.</summary>
    public void AddContained(int owner, int id, int resource)
    {
        ReadOnlySpan<byte> text = document.Value(id);
        if (FindContained(owner, text) is null) Add(new Key(KeyKind.Contained, Hash(owner + 1, text), id, resource, owner));
    }

    /// <summary>The resource of that fullUrl, or type and id; null where there is none.</summary>
    public int? Find(ReadOnlySpan<byte> text) => Look(Hash(0, text), text) is >= 0 and var at ? _keys[at].Resource : null;

    /// <summary>The same of two texts joined.</summary>
    public int? Find(ReadOnlySpan<byte> start, ReadOnlySpan<byte> end)
    {
        int length = start.Length + end.Length;
        Span<byte> text = length <= OnStack ? stackalloc byte[OnStack] : new byte[length];
        start.CopyTo(text);
        end.CopyTo(text[start.Length..]);
        return Find(text[..length]);
    }

    /// <summary>Whether several resources have that fullUrl.</summary>
    public bool IsRepeated(ReadOnlySpan<byte> url) => Look(Hash(0, url), url) is >= 0 and var at && _keys[at].IsRepeated;

    /// <summary>The contained resource of that id; null where there is none.</summary>
    public int? FindContained(int owner, ReadOnlySpan<byte> id)
    {
        uint hash = Hash(owner + 1, id);
        int mask = _slots.Length - 1;
        for (int slot = (int)hash & mask; _slots[slot] != 0; slot = (slot + 1) & mask)
        {
            ref readonly Key key = ref _keys[_slots[slot] - 1];
            if (key.Hash == hash && key.Kind == KeyKind.Contained && key.Owner == owner && document.Value(key.Text).SequenceEqual(id)) return key.Resource;
        }

        return null;
    }

    /// <summary>The key of that text, of whichever kind that stands for a whole resource; -1 where there is none.</summary>
    private int Look(uint hash, ReadOnlySpan<byte> text)
    {
        int mask = _slots.Length - 1;
        for (int slot = (int)hash & mask; _slots[slot] != 0; slot = (slot + 1) & mask)
        {
            ref readonly Key key = ref _keys[_slots[slot] - 1];
            if (key.Hash == hash && Is(key, text)) return _slots[slot] - 1;
        }

        return -1;
    }

    private bool Is(in Key key, ReadOnlySpan<byte> text)
    {
        ReadOnlySpan<byte> value = document.Value(key.Text);
        switch (key.Kind)
        {
            case KeyKind.Url:
                return value.SequenceEqual(text);
            case KeyKind.Typed:
                ReadOnlySpan<byte> type = TypeName(key.Resource);
                return text.Length == type.Length + 1 + value.Length && text[type.Length] == '/' && text.StartsWith(type) && text.EndsWith(value);
            default:
                return false;
        }
    }

    private ReadOnlySpan<byte> TypeName(int resource) => _tables.Utf8(_tables.Types[document.Nodes[resource].Type].Name);

    private void Add(in Key key)
    {
        if (_count == _keys.Length)
        {
            // At most half full.
            Array.Resize(ref _keys, _count * 2);
            _slots = new int[_count * 4];
            for (int i = 0; i < _count; i++) Take(i);
        }

        _keys[_count] = key;
        Take(_count++);
    }

    private void Take(int key)
    {
        int mask = _slots.Length - 1, slot = (int)_keys[key].Hash & mask;
        while (_slots[slot] != 0) slot = (slot + 1) & mask;
        _slots[slot] = key + 1;
    }

    /// <summary>Every byte counts: ids of one maker often differ in a few digits at their start.</summary>
    private static uint Hash(int seed, ReadOnlySpan<byte> text)
    {
        const ulong Factor = 0x9E3779B97F4A7C15;
        ulong hash = ((ulong)(uint)seed << 32) ^ (uint)text.Length;
        for (; text.Length >= 8; text = text[8..])
        {
            hash = (hash ^ BinaryPrimitives.ReadUInt64LittleEndian(text)) * Factor;
            hash ^= hash >> 32;
        }

        foreach (byte b in text) hash = (hash ^ b) * Factor;
        return (uint)(hash ^ (hash >> 32));
    }

    private struct Key(KeyKind kind, uint hash, int text, int resource, int owner)
    {
        public readonly KeyKind Kind = kind;
        public readonly uint Hash = hash;

        /// <summary>The node of the fullUrl or the id.</summary>
        public readonly int Text = text;
        public readonly int Resource = resource;

        /// <summary>The container of a contained resource.</summary>
        public readonly int Owner = owner;

        /// <summary>Whether another resource has the same fullUrl.</summary>
        public bool IsRepeated;
    }
}
