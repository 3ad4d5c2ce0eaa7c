namespace Consortium.Adapters.Hl7V2.Er7;

/// <summary>
/// One segment: a slice of the message's bytes, cut into fields when first asked. It remembers which components were read
/// (<c>Er7Segment.Marks.cs</c>), so that data that no map used can be reported instead of being lost silently.
/// </summary>
internal sealed partial class Er7Segment
{
    /// <summary>Fields of which <see cref="FieldsWithData"/> has a bit each.</summary>
    private const int FieldsByBit = 64;

    private const int NotCut = -1;

    private int _fields = NotCut;
    private int _count;
    private ulong _withData;
    private ulong _composite;
    private ulong _repeating;
    private ulong _nested;
    private int _occurrence;
    private int _occurrences;

    /// <summary>A segment over the bytes of a message.</summary>
    public Er7Segment(Er7Message message, string name, int start, int length, int line)
    {
        Message = message;
        Name = name;
        Start = start;
        Length = length;
        Line = line;
        IsHeader = name is "MSH" or "FHS" or "BHS";
    }

    /// <summary>The message.</summary>
    public Er7Message Message { get; }

    /// <summary>The three-character name.</summary>
    public string Name { get; }

    /// <summary>Line in the record, from 1.</summary>
    public int Line { get; }

    /// <summary>Position among the segments of this name, from 1.</summary>
    public int Occurrence
    {
        get
        {
            Message.NumberOccurrences();
            return _occurrence;
        }
    }

    /// <summary>How many segments of this name the message has.</summary>
    public int Occurrences
    {
        get
        {
            Message.NumberOccurrences();
            return _occurrences;
        }
    }

    /// <summary>Number of the last field.</summary>
    public int FieldCount
    {
        get
        {
            if (_fields == NotCut) Cut();
            return _count + (IsHeader ? 1 : 0);
        }
    }

    /// <summary>How a place in this segment is named: <c>PID</c>, or <c>OBX[3]</c> where there are several.</summary>
    public string Label => Occurrences > 1 ? $"{Name}[{Occurrence}]" : Name;

    /// <summary>True for MSH, FHS and BHS, whose fields 1 and 2 are the delimiters themselves.</summary>
    internal bool IsHeader { get; }

    private int Start { get; }

    private int Length { get; }

    /// <summary>A field by its HL7 number; absent where the segment ends before it.</summary>
    public Er7Value this[int field]
    {
        get
        {
            if (_fields == NotCut) Cut();
            int index = field - 1;
            if (IsHeader)
            {
                if (field == 1) return new Er7Value(this, 1, Start + 3, 1);
                index--;
            }

            if ((uint)index >= (uint)_count) return new Er7Value(this, field, Start, 0);
            ReadOnlySpan<int> starts = Message.Numbers.AsSpan(_fields + index, 2);
            return new Er7Value(this, field, starts[0], starts[1] - starts[0] - 1);
        }
    }

    /// <summary>A bit for each field up to 63 that holds data; the bit 0 for all further ones together, where the segment has any.</summary>
    public ulong FieldsWithData
    {
        get
        {
            if (_fields == NotCut) Cut();
            return _withData;
        }
    }

    /// <summary>The bit of a field in <see cref="FieldsWithData"/>.</summary>
    public static ulong BitOf(int field) => field < FieldsByBit ? 1UL << field : 1;

    /// <summary>Whether a field has separators of repetitions, so that there may be several.</summary>
    public bool Repeats(int field)
    {
        if (_fields == NotCut) Cut();
        return field < FieldsByBit ? (_repeating & (1UL << field)) != 0 : this[field].HasRepetitionSeparator;
    }

    /// <summary>
    /// False where a field has no separators at all, so that no value of it need be searched for one; what has no data has no parts either.
    /// </summary>
    internal bool HasParts(int field)
    {
        if (_fields == NotCut) Cut();
        return field >= FieldsByBit || ((_composite | _nested) & (1UL << field)) != 0;
    }

    /// <summary>False where a field has no separators of sub-components.</summary>
    internal bool HasSubComponents(int field)
    {
        if (_fields == NotCut) Cut();
        return field >= FieldsByBit || (_nested & (1UL << field)) != 0;
    }

    /// <summary>Sets <see cref="Occurrence"/>.</summary>
    internal void Number(int occurrence) => _occurrence = occurrence;

    /// <summary>Sets <see cref="Occurrences"/>.</summary>
    internal void Total(int occurrences) => _occurrences = occurrences;
}
