using System.Text;
using Consortium.Fhir.Terminology;

namespace Consortium.Fhir.Definitions;

/// <summary>The codes of one value set, hashed for look-ups by UTF-8 bytes, with the parts that cannot be enumerated.</summary>
internal sealed class ValueSetExpansion : BoundValueSet
{
    private readonly R4Tables _tables;
    private readonly int _start;
    private readonly int _openStart;
    private readonly int _openCount;
    private readonly int[] _slots;
    private string? _sample;

    public ValueSetExpansion(R4Tables tables, int valueSet)
    {
        _tables = tables;
        ref readonly ValueSetRow row = ref tables.ValueSets[valueSet];
        Url = tables.Text(row.Url);
        (_openStart, _openCount) = (row.OpenStart, row.OpenCount);
        Count = row.CodeCount;
        _start = row.CodeStart;
        int size = 4;
        while (size < row.CodeCount * 2) size *= 2;
        _slots = new int[size];
        for (int i = 0; i < row.CodeCount; i++)
        {
            int slot = (int)TableFormat.HashOfText(tables.Utf8(tables.Codes[_start + i].Code)) & (size - 1);
            while (_slots[slot] != 0) slot = (slot + 1) & (size - 1);
            _slots[slot] = i + 1;
        }
    }

    public override string Url { get; }

    public override string? Undecidable => _openCount == 0 ? null : _tables.Text(_tables.OpenParts[_openStart].Reason);

    /// <summary>How many codes are enumerated.</summary>
    public int Count { get; }

    public override Membership Contains(ReadOnlySpan<byte> code)
    {
        if (Find(code, default, anySystem: true)) return Membership.In;
        if (_openCount == 0) return FindIgnoringCase(code, default, anySystem: true) ? Membership.In : Membership.Out;
        Membership result = Membership.Out;
        for (int i = _openStart; i < _openStart + _openCount; i++)
        {
            Membership part = InOpenPart(_tables.OpenParts[i], _tables.Utf8(_tables.OpenParts[i].System), code);
            if (part == Membership.In) return part;
            if (part == Membership.Undecided) result = part;
        }

        return result;
    }

    public override Membership Contains(ReadOnlySpan<byte> system, ReadOnlySpan<byte> code)
    {
        if (Find(code, system, anySystem: false)) return Membership.In;
        for (int i = _openStart; i < _openStart + _openCount; i++)
        {
            ReadOnlySpan<byte> open = _tables.Utf8(_tables.OpenParts[i].System);
            if (open.IsEmpty || open.SequenceEqual(system)) return InOpenPart(_tables.OpenParts[i], system, code);
        }

        return FindIgnoringCase(code, system, anySystem: false) ? Membership.In : Membership.Out;
    }

    public override string Sample => _sample ??= MakeSample(most: 12);

    private string MakeSample(int most)
    {
        IEnumerable<string> first = Enumerable.Range(_start, Math.Min(most, Count)).Select(i => _tables.Text(_tables.Codes[i].Code));
        return string.Join(", ", first) + (Count > most ? $" … ({Count} codes)" : string.Empty);
    }

    private static Membership InOpenPart(in OpenPartRow part, ReadOnlySpan<byte> system, ReadOnlySpan<byte> code)
    {
        Membership grammar = GrammarSystems.Decide(system, code);
        // Not every code of the system need be in the value set; but what is no code of the system cannot be.
        return grammar == Membership.In && part.Whole == 0 ? Membership.Undecided : grammar;
    }

    private bool Find(ReadOnlySpan<byte> code, ReadOnlySpan<byte> system, bool anySystem)
    {
        int mask = _slots.Length - 1;
        for (int slot = (int)TableFormat.HashOfText(code) & mask; _slots[slot] != 0; slot = (slot + 1) & mask)
        {
            ref readonly CodeRow row = ref _tables.Codes[_start + _slots[slot] - 1];
            if (_tables.Utf8(row.Code).SequenceEqual(code) && (anySystem || _tables.Utf8(row.System).SequenceEqual(system))) return true;
        }

        return false;
    }

    /// <summary>
    /// Case differs, and the code system is known and does not say that case matters (FHIR R4 codesystem.html, caseSensitive).
    /// Asked only when an issue is near, so the codes are simply gone through.
    /// </summary>
    private bool FindIgnoringCase(ReadOnlySpan<byte> code, ReadOnlySpan<byte> system, bool anySystem)
    {
        for (int i = _start; i < _start + Count; i++)
        {
            ref readonly CodeRow row = ref _tables.Codes[i];
            if (!Ascii.EqualsIgnoreCase(_tables.Utf8(row.Code), code)) continue;
            ReadOnlySpan<byte> own = _tables.Utf8(row.System);
            if (!anySystem && !own.SequenceEqual(system)) continue;
            int known = CodeSystemTable.Instance.Find(own);
            if (known != 0 && _tables.CodeSystems[known].CaseSensitive != 1) return true;
        }

        return false;
    }
}
