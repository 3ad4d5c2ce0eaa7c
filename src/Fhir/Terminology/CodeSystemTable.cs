using System.Buffers.Binary;
using System.Text;
using Consortium.Fhir.Definitions;

namespace Consortium.Fhir.Terminology;

/// <summary>
/// The code systems of R4 by UTF-8 bytes, for every Coding that is walked. A code system's codes are indexed when first asked
/// for. Thread-safe: two threads may index the same one; either will do.
/// </summary>
internal sealed class CodeSystemTable
{
    private static readonly Lazy<CodeSystemTable> s_instance = new(() => new CodeSystemTable(R4Tables.Instance));

    private readonly R4Tables _tables;
    private readonly int[] _systems;
    private readonly int[]?[] _concepts;

    private CodeSystemTable(R4Tables tables)
    {
        _tables = tables;
        _concepts = new int[]?[tables.CodeSystems.Length];
        _systems = Slots(tables.CodeSystems.Length - 1, i => tables.Utf8(tables.CodeSystems[i + 1].Url));
    }

    private delegate ReadOnlySpan<byte> Key(int item);

    public static CodeSystemTable Instance => s_instance.Value;

    /// <summary>The row of a code system, or 0.</summary>
    public int Find(ReadOnlySpan<byte> url)
    {
        int mask = _systems.Length - 1;
        for (int slot = Hash(url) & mask; _systems[slot] != 0; slot = (slot + 1) & mask)
        {
            if (_tables.Utf8(_tables.CodeSystems[_systems[slot]].Url).SequenceEqual(url)) return _systems[slot];
        }

        return 0;
    }

    /// <summary>The row of a concept, or -1.</summary>
    public int FindConcept(int system, ReadOnlySpan<byte> code)
    {
        int[] slots = _concepts[system] ??= Index(system);
        int start = _tables.CodeSystems[system].ConceptStart;
        int mask = slots.Length - 1;
        for (int slot = Hash(code) & mask; slots[slot] != 0; slot = (slot + 1) & mask)
        {
            int concept = start + slots[slot] - 1;
            if (_tables.Utf8(_tables.Concepts[concept].Code).SequenceEqual(code)) return concept;
        }

        return -1;
    }

    /// <summary>The row of a concept whose code differs in case, where the code system is not declared case-sensitive; else -1.</summary>
    public int FindIgnoringCase(int system, ReadOnlySpan<byte> code)
    {
        ref readonly CodeSystemRow row = ref _tables.CodeSystems[system];
        if (row.CaseSensitive == 1) return -1;
        for (int i = row.ConceptStart; i < row.ConceptStart + row.ConceptCount; i++)
        {
            if (Ascii.EqualsIgnoreCase(_tables.Utf8(_tables.Concepts[i].Code), code)) return i;
        }

        return -1;
    }

    private int[] Index(int system)
    {
        CodeSystemRow row = _tables.CodeSystems[system];
        return Slots(row.ConceptCount, i => _tables.Utf8(_tables.Concepts[row.ConceptStart + i].Code));
    }

    private static int[] Slots(int count, Key key)
    {
        int size = 4;
        while (size < count * 2) size *= 2;
        int[] slots = new int[size];
        for (int i = 0; i < count; i++)
        {
            int slot = Hash(key(i)) & (size - 1);
            while (slots[slot] != 0) slot = (slot + 1) & (size - 1);
            slots[slot] = i + 1;
        }

        return slots;
    }

    /// <summary>URLs of code systems share their start, and codes are short: the last eight bytes and the length tell them apart.</summary>
    private static int Hash(ReadOnlySpan<byte> key)
    {
        ulong tail = 0;
        if (key.Length >= 8)
        {
            tail = BinaryPrimitives.ReadUInt64LittleEndian(key[^8..]);
        }
        else
        {
            foreach (byte b in key) tail = (tail << 8) | b;
        }

        ulong mixed = (tail ^ ((ulong)key.Length * 0x9E3779B97F4A7C15)) * 0xD6E8FEB86659FD93;
        return (int)(mixed >> 33);
    }
}
