using System.Globalization;

namespace Consortium.Adapters.Hl7V2.Er7;

/// <summary>
/// A field, repetition, component or sub-component: a slice of the message, decoded only when its text is asked for.
/// What is absent gives null, never an empty string. Asking for a value of a simple type where a composite stands gives its first part (HL7 v2.5.1 ch. 2.11).
/// </summary>
internal readonly struct Er7Value
{
    private readonly Er7Segment _segment;
    private readonly int _start;
    private readonly int _length;

    public Er7Value(Er7Segment segment, int field, int start, int length)
        : this(segment, field, 0, 0, 0, start, length)
    {
    }

    private Er7Value(Er7Segment segment, int field, int repetition, int component, int subComponent, int start, int length)
    {
        _segment = segment;
        Field = field;
        Repetition = repetition;
        Component = component;
        SubComponent = subComponent;
        _start = start;
        _length = length;
    }

    /// <summary>The segment.</summary>
    public Er7Segment Segment => _segment;

    /// <summary>HL7 number of the field.</summary>
    public int Field { get; }

    /// <summary>Repetition from 1; 0 for the field as a whole.</summary>
    public int Repetition { get; }

    /// <summary>Component from 1; 0 for the whole.</summary>
    public int Component { get; }

    /// <summary>Sub-component from 1; 0 for the whole.</summary>
    public int SubComponent { get; }

    /// <summary>Where this stands: <c>PID-3.1</c>, <c>OBX[2]-5[3].1.2</c>.</summary>
    public string Place
    {
        get
        {
            string place = string.Create(CultureInfo.InvariantCulture, $"{_segment.Label}-{Field}");
            if (Repetition > 1) place = string.Create(CultureInfo.InvariantCulture, $"{place}[{Repetition}]");
            if (Component > 0) place = string.Create(CultureInfo.InvariantCulture, $"{place}.{Component}");
            return SubComponent > 0 ? string.Create(CultureInfo.InvariantCulture, $"{place}.{SubComponent}") : place;
        }
    }

    /// <summary>True where there is data: neither empty, nor delimiters and blanks only, nor the explicit null <c>""</c>.</summary>
    public bool HasData
    {
        get
        {
            ReadOnlySpan<byte> bytes = Bytes.Trim((byte)' ');
            if (bytes.SequenceEqual("\"\""u8)) return false;
            Er7Delimiters delimiters = _segment.Message.Delimiters;
            foreach (byte b in bytes)
            {
                if (b != ' ' && !delimiters.IsSeparator(b)) return true;
            }

            return false;
        }
    }

    /// <summary>The value as it stands in the message, escapes and all.</summary>
    public string Raw => System.Text.Encoding.UTF8.GetString(Bytes);

    private ReadOnlySpan<byte> Bytes => _segment.Message.Bytes.Span.Slice(_start, _length);

    /// <summary>The text of the first part, trimmed; null where there is no data.</summary>
    public string? Text
    {
        get
        {
            _segment.MarkRead(Field, Math.Max(Leaf().Component, 1));
            return PeekText;
        }
    }

    /// <summary>As <see cref="Text"/>, without saying that the value was used.</summary>
    public string? PeekText
    {
        get
        {
            string? text = Leaf().Decode()?.Trim();
            return string.IsNullOrEmpty(text) ? null : text;
        }
    }

    /// <summary>The text of the whole value, its separators as they stand, blanks at the end removed; null where there is no data. For TX, FT and ST, where senders forget to escape.</summary>
    public string? WholeText
    {
        get
        {
            _segment.MarkRead(Field, Component);
            string? text = Decode()?.TrimEnd();
            return string.IsNullOrWhiteSpace(text) ? null : text;
        }
    }

    /// <summary>The first repetition's component, or, of a component, its sub-component; from 1.</summary>
    public Er7Value this[int part]
    {
        get
        {
            if (SubComponent > 0) return part == 1 ? this : Absent(part);
            if (Component > 0) return Part(part, _segment.Message.Delimiters.SubComponent);
            Er7Value repetition = Repetition > 0 ? this : First();
            return repetition.Part(part, _segment.Message.Delimiters.Component);
        }
    }

    /// <summary>The repetitions that hold data.</summary>
    public IEnumerable<Er7Value> Repetitions()
    {
        byte separator = _segment.Message.Delimiters.Repetition;
        int at = 0;
        for (int number = 1; ; number++)
        {
            int length = separator == 0 ? -1 : Bytes[at..].IndexOf(separator);
            var repetition = new Er7Value(_segment, Field, number, 0, 0, _start + at, length < 0 ? _length - at : length);
            if (repetition.HasData) yield return repetition;
            if (length < 0) yield break;
            at += length + 1;
        }
    }

    /// <summary>The components of a repetition that hold data.</summary>
    public IEnumerable<Er7Value> Components()
    {
        byte separator = _segment.Message.Delimiters.Component;
        int at = 0;
        for (int number = 1; ; number++)
        {
            int length = separator == 0 ? -1 : Bytes[at..].IndexOf(separator);
            var component = new Er7Value(_segment, Field, Repetition, number, 0, _start + at, length < 0 ? _length - at : length);
            if (component.HasData) yield return component;
            if (length < 0) yield break;
            at += length + 1;
        }
    }

    private Er7Value First()
    {
        byte separator = _segment.Message.Delimiters.Repetition;
        int length = separator == 0 ? -1 : Bytes.IndexOf(separator);
        return new Er7Value(_segment, Field, 1, 0, 0, _start, length < 0 ? _length : length);
    }

    private Er7Value Leaf()
    {
        Er7Value value = this;
        if (value.Repetition == 0) value = value.First();
        if (value.Component == 0) value = value[1];
        return value.SubComponent == 0 ? value[1] : value;
    }

    private Er7Value Part(int part, byte separator)
    {
        ReadOnlySpan<byte> bytes = Bytes;
        int at = 0;
        for (int number = 1; number < part; number++)
        {
            int length = separator == 0 ? -1 : bytes[at..].IndexOf(separator);
            if (length < 0) return Absent(part);
            at += length + 1;
        }

        int end = separator == 0 ? -1 : bytes[at..].IndexOf(separator);
        return At(part, _start + at, end < 0 ? bytes.Length - at : end);
    }

    private Er7Value Absent(int part) => At(part, _start, 0);

    private Er7Value At(int part, int start, int length) => Component > 0
        ? new Er7Value(_segment, Field, Repetition, Component, part, start, length)
        : new Er7Value(_segment, Field, Repetition, part, 0, start, length);

    private string? Decode()
    {
        if (!HasData) return null;
        string text = Er7Escapes.Decode(Bytes, _segment.Message.Delimiters, _segment.Message.Encoding);
        foreach (char c in text)
        {
            // FHIR strings have no control characters but tab, line feed and carriage return (R4 datatypes.html#string).
            if (c < ' ' && c is not ('\t' or '\n' or '\r'))
            {
                throw new Er7FormatException("value", "a control character stands in the text; the bytes may be damaged.", Place, _segment.Line);
            }
        }

        return text;
    }
}
