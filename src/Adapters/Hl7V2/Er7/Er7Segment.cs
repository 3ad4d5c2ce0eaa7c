namespace Consortium.Adapters.Hl7V2.Er7;

/// <summary>
/// One segment: a slice of the message's bytes, cut into fields when first asked. It remembers which components were read,
/// so that data that no map used can be reported instead of being lost silently.
/// </summary>
internal sealed class Er7Segment
{
    /// <summary>No HL7 segment has a tenth of these; a longer one is noise or an attack.</summary>
    public const int MostFields = 1000;

    private const int ComponentsPerField = 1 << 12;
    private readonly HashSet<int> _read = [];
    private List<(int Start, int Length)>? _fields;

    public Er7Segment(Er7Message message, string name, int start, int length, int line)
    {
        Message = message;
        Name = name;
        Start = start;
        Length = length;
        Line = line;
    }

    public Er7Message Message { get; }

    /// <summary>The three-character name.</summary>
    public string Name { get; }

    /// <summary>Line in the record, from 1.</summary>
    public int Line { get; }

    /// <summary>Position among the segments of this name, from 1.</summary>
    public int Occurrence { get; internal set; } = 1;

    /// <summary>How many segments of this name the message has.</summary>
    public int Occurrences { get; internal set; } = 1;

    /// <summary>Number of the last field.</summary>
    public int FieldCount => Fields.Count;

    private int Start { get; }

    private int Length { get; }

    private List<(int Start, int Length)> Fields => _fields ??= Split();

    /// <summary>How a place in this segment is named: <c>PID</c>, or <c>OBX[3]</c> where there are several.</summary>
    public string Label => Occurrences > 1 ? $"{Name}[{Occurrence}]" : Name;

    /// <summary>A field by its HL7 number; absent where the segment ends before it.</summary>
    public Er7Value this[int field] => field >= 1 && field <= Fields.Count
        ? new Er7Value(this, field, Fields[field - 1].Start, Fields[field - 1].Length)
        : new Er7Value(this, field, Start, 0);

    /// <summary>Says that a component (0: all of the field) has been used.</summary>
    public void MarkRead(int field, int component) => _read.Add((field * ComponentsPerField) + Math.Min(component, ComponentsPerField - 1));

    /// <summary>Says that these fields are used, whatever is in them.</summary>
    public void MarkRead(params ReadOnlySpan<int> fields)
    {
        foreach (int field in fields) MarkRead(field, 0);
    }

    /// <summary>The places that hold data and that nobody has read: <c>PID-10</c> where the whole field was left, <c>PID-5.9</c> where a part was.</summary>
    public IEnumerable<string> Unread()
    {
        for (int field = 1; field <= Fields.Count; field++)
        {
            if (IsRead(field, 0)) continue;
            var parts = new SortedSet<int>();
            bool anyRead = false;
            foreach (Er7Value repetition in this[field].Repetitions())
            {
                foreach (Er7Value component in repetition.Components())
                {
                    if (IsRead(field, component.Component)) anyRead = true;
                    else parts.Add(component.Component);
                }
            }

            if (parts.Count == 0) continue;
            if (!anyRead) yield return $"{Name}-{field}";
            else foreach (int part in parts) yield return $"{Name}-{field}.{part}";
        }
    }

    private bool IsRead(int field, int component) => _read.Contains((field * ComponentsPerField) + Math.Min(component, ComponentsPerField - 1));

    private List<(int Start, int Length)> Split()
    {
        ReadOnlySpan<byte> bytes = Message.Bytes.Span.Slice(Start, Length);
        byte separator = Message.Delimiters.Field;
        var fields = new List<(int, int)>();
        int at = Math.Min(4, bytes.Length);
        if (Name is "MSH" or "FHS" or "BHS") fields.Add((Start + 3, 1)); // MSH-1 is the separator itself
        while (at < bytes.Length || (at == bytes.Length && bytes.Length > 4 && bytes[^1] == separator))
        {
            int end = bytes[at..].IndexOf(separator);
            int length = end < 0 ? bytes.Length - at : end;
            if (fields.Count == MostFields)
            {
                throw new Er7FormatException("too-long", $"the segment has more than {MostFields} fields.", Label, Line);
            }

            fields.Add((Start + at, length));
            if (end < 0) break;
            at += length + 1;
        }

        return fields;
    }
}
