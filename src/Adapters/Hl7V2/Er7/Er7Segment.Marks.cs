using System.Numerics;

namespace Consortium.Adapters.Hl7V2.Er7;

/// <content>Which components of a segment were read, and which hold data that nobody read.</content>
internal sealed partial class Er7Segment
{
    // Components 0 to 31 are bits: of the first repetition the lower half of a field's word, of all repetitions the upper half.
    private const int MarkedByBit = 32;

    /// <summary>The mark on all of a field.</summary>
    private const ulong AllOfField = 1UL << MarkedByBit;

    /// <summary>The mark on all of the first repetition.</summary>
    private const ulong FirstRepetition = 1UL;

    /// <summary>The marks of which any says that a field without separators was read: on the field, its repetition, its component.</summary>
    private const ulong OnlyPart = AllOfField | (AllOfField << 1) | FirstRepetition | (FirstRepetition << 1);

    private Dictionary<(int Field, int Repetition), uint>? _readLater;
    private HashSet<(int Field, int Repetition, int Component)>? _readBeyond;

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
            Message.Marks[_fields + field - 1] |= 1UL << (repetition == 0 ? component + MarkedByBit : component);
        }
        else
        {
            Dictionary<(int, int), uint> later = _readLater ??= [];
            later[(field, repetition)] = later.GetValueOrDefault((field, repetition)) | (1u << component);
        }
    }

    /// <summary>As <see cref="MarkRead(int, int, int)"/>, for a component of a value that is there.</summary>
    internal void MarkValue(int field, int component, int repetition)
    {
        if (repetition == 1 && component < MarkedByBit) Message.Marks[_fields + field - 1] |= 1UL << component;
        else MarkRead(field, component, repetition);
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
    public IReadOnlyList<string> Unread() => (IReadOnlyList<string>?)UnreadOrNone() ?? [];

    /// <summary>As <see cref="Unread"/>; null where there are none.</summary>
    internal List<string>? UnreadOrNone()
    {
        List<string>? places = null;
        for (int field = NextUnread(1); field > 0; field = NextUnread(field + 1))
        {
            Er7Value value = this[field];
            if (value.IsSimple) (places ??= []).Add($"{Name}-{field}");
            else NameUnread(value, places ??= []);
        }

        return places;
    }

    /// <summary>True where <see cref="Unread"/> names anything.</summary>
    public bool HasUnreadData => NextUnread(1) > 0;

    /// <summary>The first field from this one on that holds data which nobody has read; 0 where there is none.</summary>
    private int NextUnread(int field)
    {
        ulong present = FieldsWithData;
        if (field < FieldsByBit)
        {
            for (ulong left = present & (ulong.MaxValue << field) & ~1UL; left != 0; left &= left - 1)
            {
                int number = BitOperations.TrailingZeroCount(left);
                ulong marks = MarksOf(number);
                if ((marks & AllOfField) == 0 && (((_composite & (1UL << number)) == 0) ? (marks & OnlyPart) == 0 : HasUnread(this[number], marks))) return number;
            }

            field = FieldsByBit;
        }

        for (int last = FieldCount; field <= last; field++)
        {
            ulong marks = MarksOf(field);
            if ((marks & AllOfField) != 0) continue;
            Er7Value value = this[field];
            if (value.IsSimple ? value.HasData && (marks & OnlyPart) == 0 : HasUnread(value)) return field;
        }

        return 0;
    }

    // A field of one repetition and few components: by its bits.
    private bool HasUnread(Er7Value field, ulong marks)
    {
        if ((_repeating & (1UL << field.Field)) != 0) return HasUnread(field);
        if ((marks & FirstRepetition) != 0) return false;
        uint read = (uint)marks | (uint)(marks >> MarkedByBit);
        byte separator = field.Delimiters.Component;
        ReadOnlySpan<byte> bytes = field.Bytes;
        for (int component = 1, at = 0; ; component++)
        {
            if (component >= MarkedByBit) return HasUnread(field);
            int length = Er7Value.Next(bytes[at..], separator, separator);
            if ((read & (1u << component)) == 0 && field.HasDataIn(length < 0 ? bytes[at..] : bytes.Slice(at, length))) return true;
            if (length < 0) return false;
            at += length + 1;
        }
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
        if (!Repeats(field.Field))
        {
            NameUnreadParts(field, places);
            return;
        }

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

    private void NameUnreadParts(Er7Value field, List<string> places)
    {
        string name = $"{Name}-{field.Field}";
        int before = places.Count;
        bool anyRead = false;
        foreach (Er7Value component in field.Components())
        {
            if (IsRead(field.Field, component.Component, 1)) anyRead = true;
            else places.Add($"{name}.{component.Component}");
        }

        if (anyRead) return;
        places.RemoveRange(before, places.Count - before);
        places.Add(name);
    }

    // A field of a header stands one further on than its beginning does, and the message keeps one number more than there are fields.
    private ulong MarksOf(int field) => Message.Marks[_fields + field - 1];

    private bool IsRead(int field, int component, int repetition)
    {
        if (component >= MarkedByBit) return _readBeyond is { } beyond && (beyond.Contains((field, 0, component)) || beyond.Contains((field, repetition, component)));
        ulong marks = MarksOf(field);
        if ((marks & (1UL << MarkedByBit)) != 0 || (marks & (1UL << (component + MarkedByBit))) != 0) return true;
        uint own = repetition <= 1 ? (uint)marks : _readLater?.GetValueOrDefault((field, repetition)) ?? 0;
        return (own & (1u << component)) != 0;
    }
}
