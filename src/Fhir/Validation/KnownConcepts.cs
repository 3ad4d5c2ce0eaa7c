using System.Buffers.Binary;

namespace Consortium.Fhir.Validation;

/// <summary>
/// CodeableConcepts and Codings that a validator has found to have no error, by the very bytes: a hospital's messages have the
/// same few over and over. Holds a bounded number, and only of those that came a second time. Thread-safe: two threads may
/// exchange entries, either will do.
/// </summary>
internal sealed class KnownConcepts
{
    /// <summary>Bytes of the longest that is kept.</summary>
    private const int Longest = 512;

    /// <summary>How many are kept; a power of two.</summary>
    private const int Slots = 4096;

    private readonly Concept?[] _concepts = new Concept?[Slots];

    // What was met once: without its text, which may be one patient's.
    private readonly uint[] _met = new uint[Slots];

    /// <summary>Whether the value was found to have no error where it stands.</summary>
    /// <param name="json">The JSON of the value.</param>
    /// <param name="element">Row of its element: the binding depends on it.</param>
    /// <param name="type">Row of its type.</param>
    public bool Has(ReadOnlySpan<byte> json, int element, int type)
    {
        if (json.Length > Longest) return false;
        return _concepts[Hash(json, element, type) >> 20] is { } known && known.Element == element && known.Type == type && json.SequenceEqual(known.Json);
    }

    /// <summary>Notes that the value has no error, whatever stands around it.</summary>
    public void Add(ReadOnlySpan<byte> json, int element, int type)
    {
        if (json.Length > Longest) return;
        uint hash = Hash(json, element, type), slot = hash >> 20;
        if (_met[slot] == hash) _concepts[slot] = new Concept(json.ToArray(), element, type);
        else _met[slot] = hash;
    }

    private static uint Hash(ReadOnlySpan<byte> json, int element, int type)
    {
        const ulong Factor = 0x9E3779B97F4A7C15;
        ulong hash = (((ulong)(uint)element << 32) | (uint)(type << 16)) ^ (ulong)json.Length;
        for (; json.Length >= 8; json = json[8..])
        {
            hash = (hash ^ BinaryPrimitives.ReadUInt64LittleEndian(json)) * Factor;
            hash ^= hash >> 32;
        }

        foreach (byte b in json) hash = (hash ^ b) * Factor;
        // Slots are the upper 12 of these 32 bits.
        return (uint)((hash ^ (hash >> 29)) * Factor >> 32);
    }

    private sealed record Concept(byte[] Json, int Element, int Type);
}
