namespace Consortium.Adapters.Hl7V2.Er7;

/// <summary>
/// One segment: a slice of the message's bytes, cut into fields when first asked. It remembers which components were read,
/// so that data that no map used can be reported instead of being lost silently.
/// </summary>
internal sealed class Er7Segment
{
    private const int MarkedByBit = 64;

    private int[]? _fields;
    private ulong[]? _read;
    private HashSet<(int Field, int Component)>? _readBeyond;
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

    /// <summary>Says that a component (0: all of the field) has been used.</summary>
    public void MarkRead(int field, int component)
    {
        if (field < 1 || field > FieldCount || component < 0) return;
        if (component < MarkedByBit) (_read ??= new ulong[FieldCount + 1])[field] |= 1UL << component;
        else (_readBeyond ??= []).Add((field, component));
    }

    /// <summary>Says that these fields are used, whatever is in them.</summary>
    public void MarkRead(params ReadOnlySpan<int> fields)
    {
        foreach (int field in fields) MarkRead(field, 0);
    }

    /// <summary>The places that hold data and that nobody has read: <c>PID-10</c> where the whole field was left, <c>PID-5.9</c> where a part was.</summary>
    public IReadOnlyList<string> Unread()
    {
        List<string>? places = null;
        SortedSet<int>? parts = null;
        for (int field = 1; field <= FieldCount; field++)
        {
            Er7Value value = this[field];
            if (value.Length == 0 || IsRead(field, 0)) continue;
            bool anyRead = false;
            parts?.Clear();
            foreach (Er7Value repetition in value.Repetitions())
            {
                foreach (Er7Value component in repetition.Components())
                {
                    if (IsRead(field, component.Component)) anyRead = true;
                    else (parts ??= []).Add(component.Component);
                }
            }

            if (parts is null or { Count: 0 }) continue;
            places ??= [];
            if (!anyRead) places.Add($"{Name}-{field}");
            else foreach (int part in parts) places.Add($"{Name}-{field}.{part}");
        }

        return (IReadOnlyList<string>?)places ?? [];
    }

    /// <summary>Sets <see cref="Occurrence"/>.</summary>
    internal void Number(int occurrence) => _occurrence = occurrence;

    /// <summary>Sets <see cref="Occurrences"/>.</summary>
    internal void Total(int occurrences) => _occurrences = occurrences;

    private bool IsRead(int field, int component) => component < MarkedByBit
        ? _read is { } read && (read[field] & (1UL << component)) != 0
        : _readBeyond?.Contains((field, component)) == true;

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
        for (int i = 1; i < count; i++)
        {
            at += bytes[at..].IndexOf(separator) + 1;
            starts[i] = Start + at;
        }

        starts[count] = Start + Length + 1;
        return starts;
    }
}
