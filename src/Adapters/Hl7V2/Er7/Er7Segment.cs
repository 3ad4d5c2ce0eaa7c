namespace Consortium.Adapters.Hl7V2.Er7;

/// <summary>
/// One segment: a slice of the message's bytes, cut into fields when first asked. It remembers which components were read,
/// so that data that no map used can be reported instead of being lost silently.
/// </summary>
internal sealed class Er7Segment
{
    // Components 0 to 31 are bits: of the first repetition the lower half of a field's word, of all repetitions the upper half.
    private const int MarkedByBit = 32;

    /// <summary>Fields of which <see cref="FieldsWithData"/> has a bit each.</summary>
    private const int FieldsByBit = 64;

    private int[]? _fields;
    private ulong[]? _read;
    private Dictionary<(int Field, int Repetition), uint>? _readLater;
    private HashSet<(int Field, int Repetition, int Component)>? _readBeyond;
    private ulong _withData;
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
            if (_withData != 0) return _withData;
            ulong found = 0;
            int last = FieldCount;
            for (int number = Math.Min(last, FieldsByBit - 1); number > 0; number--)
            {
                if (this[number].HasData) found |= 1UL << number;
            }

            return _withData = last >= FieldsByBit ? found | 1 : found;
        }
    }

    /// <summary>The bit of a field in <see cref="FieldsWithData"/>.</summary>
    public static ulong BitOf(int field) => field < FieldsByBit ? 1UL << field : 1;

    /// <summary>Says that a component (0: all of the field) has been used, in every repetition.</summary>
    public void MarkRead(int field, int component) => MarkRead(field, component, 0);

    /// <summary>Says that a component (0: all of it) of a repetition (0: of every one) has been used.</summary>
    public void MarkRead(int field, int component, int repetition)
    {
        if (field < 1 || field > FieldCount || component < 0) return;
        if (component >= MarkedByBit)
        {
            (_readBeyond ??= []).Add((field, repetition, component));
        }
        else if (repetition <= 1)
        {
            (_read ??= new ulong[FieldCount + 1])[field] |= 1UL << (repetition == 0 ? component + MarkedByBit : component);
        }
        else
        {
            Dictionary<(int, int), uint> later = _readLater ??= [];
            later[(field, repetition)] = later.GetValueOrDefault((field, repetition)) | (1u << component);
        }
    }

    /// <summary>Says that these fields are used, whatever is in them.</summary>
    public void MarkRead(params ReadOnlySpan<int> fields)
    {
        foreach (int field in fields) MarkRead(field, 0);
    }

    /// <summary>
    /// The places that hold data and that nobody has read: <c>PID-10</c> where the whole field was left, <c>PID-3[2]</c> where a repetition was,
    /// <c>PID-5.9</c> where a part was in each repetition that has it, <c>PID-5[2].9</c> where it was in that one only.
    /// </summary>
    public IReadOnlyList<string> Unread()
    {
        List<string>? places = null;
        for (int field = NextUnread(1); field > 0; field = NextUnread(field + 1))
        {
            Er7Value value = this[field];
            if (value.IsSimple) (places ??= []).Add($"{Name}-{field}");
            else NameUnread(value, places ??= []);
        }

        return (IReadOnlyList<string>?)places ?? [];
    }

    /// <summary>True where <see cref="Unread"/> names anything.</summary>
    public bool HasUnreadData => NextUnread(1) > 0;

    /// <summary>Sets <see cref="Occurrence"/>.</summary>
    internal void Number(int occurrence) => _occurrence = occurrence;

    /// <summary>Sets <see cref="Occurrences"/>.</summary>
    internal void Total(int occurrences) => _occurrences = occurrences;

    /// <summary>The first field from this one on that holds data which nobody has read; 0 where there is none.</summary>
    private int NextUnread(int field)
    {
        ulong present = FieldsWithData;
        int last = FieldCount;
        for (; field <= last; field++)
        {
            if ((present & BitOf(field)) == 0 || (_read is { } read && (read[field] & (1UL << MarkedByBit)) != 0)) continue;
            Er7Value value = this[field];
            if (value.IsSimple ? value.HasData && !IsRead(field, 1, 1) && !IsRead(field, 0, 1) : HasUnread(value)) return field;
        }

        return 0;
    }

    private bool HasUnread(Er7Value field)
    {
        foreach (Er7Value repetition in field.Repetitions())
        {
            if (IsRead(field.Field, 0, repetition.Repetition)) continue;
            foreach (Er7Value component in repetition.Components())
            {
                if (!IsRead(field.Field, component.Component, repetition.Repetition)) return true;
            }
        }

        return false;
    }

    private void NameUnread(Er7Value field, List<string> places)
    {
        var repetitions = new List<(int Repetition, bool AnyRead)>();
        var unread = new SortedSet<(int Part, int Repetition)>();
        var readSomewhere = new HashSet<int>();
        foreach (Er7Value repetition in field.Repetitions())
        {
            bool whole = IsRead(field.Field, 0, repetition.Repetition);
            bool any = whole;
            foreach (Er7Value component in repetition.Components())
            {
                bool read = whole || IsRead(field.Field, component.Component, repetition.Repetition);
                any |= read;
                if (read) readSomewhere.Add(component.Component);
                else unread.Add((component.Component, repetition.Repetition));
            }

            repetitions.Add((repetition.Repetition, any));
        }

        string name = $"{Name}-{field.Field}";
        if (!repetitions.Exists(repetition => repetition.AnyRead))
        {
            places.Add(name);
            return;
        }

        var left = new HashSet<int>(repetitions.Where(repetition => !repetition.AnyRead).Select(repetition => repetition.Repetition));
        int named = 0;
        foreach ((int part, int repetition) in unread)
        {
            if (left.Contains(repetition)) continue;
            if (readSomewhere.Contains(part)) places.Add($"{name}[{repetition}].{part}");
            else if (part != named) places.Add($"{name}.{named = part}");
        }

        places.AddRange(left.Select(repetition => $"{name}[{repetition}]"));
    }

    private bool IsRead(int field, int component, int repetition)
    {
        if (component >= MarkedByBit) return _readBeyond is { } beyond && (beyond.Contains((field, 0, component)) || beyond.Contains((field, repetition, component)));
        ulong marks = _read is { } read ? read[field] : 0;
        if ((marks & (1UL << MarkedByBit)) != 0 || (marks & (1UL << (component + MarkedByBit))) != 0) return true;
        uint own = repetition <= 1 ? (uint)marks : _readLater?.GetValueOrDefault((field, repetition)) ?? 0;
        return (own & (1u << component)) != 0;
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
        for (int i = 1; i < count; i++)
        {
            at += bytes[at..].IndexOf(separator) + 1;
            starts[i] = Start + at;
        }

        starts[count] = Start + Length + 1;
        return starts;
    }
}
