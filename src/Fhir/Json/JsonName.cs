using Consortium.Fhir.Definitions;

namespace Consortium.Fhir.Json;

/// <summary>A property name as the writer needs it: its bytes with quotes and colon, and its hash. Names of FHIR are few and come again and again.</summary>
internal sealed class JsonName
{
    /// <summary>Longest name that is kept.</summary>
    private const int LongestKept = 64;

    /// <summary>Of all names that are kept; a power of two.</summary>
    private const int Slots = 2048;

    /// <summary>How many slots, one after the other, a name may stand in.</summary>
    private const int Probes = 4;

    // Two threads may exchange entries; either will do.
    private static readonly JsonName?[] s_known = new JsonName?[Slots];

    private readonly string _name;

    private JsonName(string name)
    {
        _name = name;
        byte[] utf8 = [];
        Length = JsonText.Write(name, ref utf8, 0, out bool escaped);
        IsEscaped = escaped;
        ReadOnlySpan<byte> written = utf8.AsSpan(0, Length);
        Hash = TableFormat.Hash(escaped ? Unescape.ToBytes(written) : written);
        Utf8 = [(byte)'"', .. written, (byte)'"', (byte)':'];
    }

    /// <summary><c>"name":</c> in UTF-8.</summary>
    public byte[] Utf8 { get; }

    /// <summary>Number of bytes between the quotes.</summary>
    public int Length { get; }

    public uint Hash { get; }

    public bool IsEscaped { get; }

    /// <exception cref="ArgumentException">The name is longer than 65,535 bytes.</exception>
    public static JsonName Of(string name)
    {
        int length = name.Length;
        uint slot = length == 0 ? 0 : ((uint)length * 0x9E3779B1) ^ (name[0] * 0x85EBCA6Bu) ^ (name[length >> 1] * 0xC2B2AE35u) ^ (name[length - 1] * 0x27D4EB2Fu);
        slot >>= 16;
        JsonName?[] names = s_known;
        for (uint i = 0; i < Probes; i++)
        {
            if (names[(slot + i) & (Slots - 1)] is not { } known) break;
            if (known._name == name) return known;
        }

        return Make(name, slot);
    }

    private static JsonName Make(string name, uint slot)
    {
        JsonName made = new(name);
        if (made.Length > JsonTreeReader.LongestName) throw new ArgumentException("A property name is longer than 65,535 bytes.", nameof(name));
        if (name.Length > LongestKept) return made;
        uint at = slot & (Slots - 1);
        // Where all are taken, the last one gives way.
        for (uint i = 0; i < Probes; i++)
        {
            at = (slot + i) & (Slots - 1);
            if (s_known[at] is null) break;
        }

        s_known[at] = made;
        return made;
    }
}
