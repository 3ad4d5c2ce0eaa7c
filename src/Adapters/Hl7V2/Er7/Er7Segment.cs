using System.Numerics;
using System.Runtime.Intrinsics;

namespace Consortium.Adapters.Hl7V2.Er7;

/// <summary>
/// One segment: a slice of the message's bytes, cut into fields when first asked. It remembers which components were read
/// (<c>Er7Segment.Marks.cs</c>), so that data that no map used can be reported instead of being lost silently.
/// </summary>
internal sealed partial class Er7Segment
{
    /// <summary>Fields of which <see cref="FieldsWithData"/> has a bit each.</summary>
    private const int FieldsByBit = 64;

    private int[]? _fields;
    private bool _scanned;
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
    public int FieldCount => Fields.Length - 1 + (IsHeader ? 1 : 0);

    /// <summary>How a place in this segment is named: <c>PID</c>, or <c>OBX[3]</c> where there are several.</summary>
    public string Label => Occurrences > 1 ? $"{Name}[{Occurrence}]" : Name;

    /// <summary>True for MSH, FHS and BHS, whose fields 1 and 2 are the delimiters themselves.</summary>
    internal bool IsHeader { get; }

    private int Start { get; }

    private int Length { get; }

    /// <summary>Where each field begins, and one beyond the end of the last; of a header from its second field on.</summary>
    private int[] Fields => _fields ??= Split();

    /// <summary>A field by its HL7 number; absent where the segment ends before it.</summary>
    public Er7Value this[int field]
    {
        get
        {
            int[] fields = Fields;
            int index = field - 1;
            if (IsHeader)
            {
                if (field == 1) return new Er7Value(this, 1, Start + 3, 1);
                index--;
            }

            return index >= 0 && index < fields.Length - 1
                ? new Er7Value(this, field, fields[index], fields[index + 1] - fields[index] - 1)
                : new Er7Value(this, field, Start, 0);
        }
    }

    /// <summary>A bit for each field up to 63 that holds data; the bit 0 for all further ones together, where the segment has any.</summary>
    public ulong FieldsWithData
    {
        get
        {
            if (!_scanned) Scan();
            return _withData;
        }
    }

    /// <summary>The bit of a field in <see cref="FieldsWithData"/>.</summary>
    public static ulong BitOf(int field) => field < FieldsByBit ? 1UL << field : 1;

    /// <summary>Whether a field has separators of repetitions, so that there may be several.</summary>
    public bool Repeats(int field)
    {
        if (!_scanned) Scan();
        return field < FieldsByBit ? (_repeating & (1UL << field)) != 0 : this[field].HasRepetitionSeparator;
    }

    /// <summary>
    /// False where a field has no separators at all, so that no value of it need be searched for one; what has no data has no parts either.
    /// </summary>
    internal bool HasParts(int field)
    {
        if (!_scanned) Scan();
        return field >= FieldsByBit || ((_composite | _nested) & (1UL << field)) != 0;
    }

    /// <summary>False where a field has no separators of sub-components.</summary>
    internal bool HasSubComponents(int field)
    {
        if (!_scanned) Scan();
        return field >= FieldsByBit || (_nested & (1UL << field)) != 0;
    }

    /// <summary>Sets <see cref="Occurrence"/>.</summary>
    internal void Number(int occurrence) => _occurrence = occurrence;

    /// <summary>Sets <see cref="Occurrences"/>.</summary>
    internal void Total(int occurrences) => _occurrences = occurrences;

    // What is asked of every field by many rows is found out once for all of them.
    private void Scan()
    {
        int last = FieldCount;
        for (int number = Math.Min(last, FieldsByBit - 1); number > 0; number--)
        {
            Er7Value field = this[number];
            if (!field.HasData) continue;
            ulong bit = 1UL << number;
            _withData |= bit;
            Er7Delimiters delimiters = field.Delimiters;
            ReadOnlySpan<byte> bytes = field.Bytes;
            int at = bytes.IndexOfAny(delimiters.Component, delimiters.Repetition, delimiters.SubComponent);
            if (at < 0) continue;
            bytes = bytes[at..];
            bool repeats = delimiters.Repetition != 0 && bytes.Contains(delimiters.Repetition);
            if (repeats) _repeating |= bit;
            if (repeats || bytes.Contains(delimiters.Component)) _composite |= bit;
            if (delimiters.SubComponent != 0 && bytes.Contains(delimiters.SubComponent)) _nested |= bit;
        }

        if (last >= FieldsByBit) _withData |= 1;
        _scanned = true;
    }

    private int[] Split()
    {
        // The name and its separator: the first field begins at the fourth byte.
        if (Length <= 3) return [Start + Length + 1];
        ReadOnlySpan<byte> bytes = Message.Bytes.Span.Slice(Start, Length);
        byte separator = Message.Delimiters.Field;
        int count = 1 + bytes[4..].Count(separator);
        if (count + (IsHeader ? 1 : 0) > Er7Limits.MostFields)
        {
            throw new Er7FormatException("too-long", $"the segment has more than {Er7Limits.MostFields} fields.", Label, Line);
        }

        var starts = new int[count + 1];
        starts[0] = Start + 4;
        int at = 4;
        int next = 1;
        Vector128<byte> separators = Vector128.Create(separator);
        for (; at + Vector128<byte>.Count <= bytes.Length; at += Vector128<byte>.Count)
        {
            uint found = Vector128.Equals(Vector128.Create(bytes.Slice(at, Vector128<byte>.Count)), separators).ExtractMostSignificantBits();
            for (; found != 0; found &= found - 1) starts[next++] = Start + at + BitOperations.TrailingZeroCount(found) + 1;
        }

        for (; at < bytes.Length; at++)
        {
            if (bytes[at] == separator) starts[next++] = Start + at + 1;
        }

        starts[count] = Start + Length + 1;
        return starts;
    }
}
