namespace Consortium.Fhir.Definitions;

/// <summary>The codes of one value set, hashed for look-ups by UTF-8 bytes.</summary>
internal sealed class ValueSetExpansion
{
    private readonly R4Tables _tables;
    private readonly int _start;
    private readonly int[] _slots;
    private string? _sample;

    public ValueSetExpansion(R4Tables tables, int valueSet)
    {
        _tables = tables;
        ref readonly ValueSetRow row = ref tables.ValueSets[valueSet];
        Url = tables.Text(row.Url);
        Undecidable = row.Undecidable == 0 ? null : tables.Text(row.Undecidable);
        Count = row.CodeCount;
        _start = row.CodeStart;
        int size = 4;
        while (size < row.CodeCount * 2) size *= 2;
        _slots = new int[size];
        for (int i = 0; i < row.CodeCount; i++)
        {
            int slot = (int)TableFormat.Hash(tables.Utf8(tables.Codes[_start + i].Code)) & (size - 1);
            while (_slots[slot] != 0) slot = (slot + 1) & (size - 1);
            _slots[slot] = i + 1;
        }
    }

    public string Url { get; }

    /// <summary>Why membership cannot be decided here; null when the expansion is complete.</summary>
    public string? Undecidable { get; }

    public int Count { get; }

    /// <summary>Whether the value set has the code in any code system.</summary>
    public bool Contains(ReadOnlySpan<byte> code) => Find(code, default, anySystem: true);

    /// <summary>Whether the value set has the code in that code system.</summary>
    public bool Contains(ReadOnlySpan<byte> system, ReadOnlySpan<byte> code) => Find(code, system, anySystem: false);

    /// <summary>A few of the codes, for a message that says what is allowed; made when first asked for.</summary>
    public string Sample => _sample ??= MakeSample(most: 12);

    private string MakeSample(int most)
    {
        IEnumerable<string> first = Enumerable.Range(_start, Math.Min(most, Count)).Select(i => _tables.Text(_tables.Codes[i].Code));
        return string.Join(", ", first) + (Count > most ? $" … ({Count} codes)" : string.Empty);
    }

    private bool Find(ReadOnlySpan<byte> code, ReadOnlySpan<byte> system, bool anySystem)
    {
        int mask = _slots.Length - 1;
        for (int slot = (int)TableFormat.Hash(code) & mask; _slots[slot] != 0; slot = (slot + 1) & mask)
        {
            ref readonly CodeRow row = ref _tables.Codes[_start + _slots[slot] - 1];
            if (_tables.Utf8(row.Code).SequenceEqual(code) && (anySystem || _tables.Utf8(row.System).SequenceEqual(system))) return true;
        }

        return false;
    }
}
