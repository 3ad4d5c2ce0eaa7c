using System.Buffers;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using Consortium.Adapters.Elements;

namespace Consortium.Adapters.Hl7V2.Er7;

/// <summary>
/// A field, repetition, component or sub-component: a slice of the message, decoded only when its text is asked for.
/// What is absent gives null, never an empty string. Asking for a value of a simple type where a composite stands gives its first part (HL7 v2.5.1 ch. 2.11).
/// </summary>
/// <remarks>
/// For the hot path, without a string: <see cref="HasData"/>, <see cref="IsNull"/>, <see cref="TextLength"/>, <see cref="TextIs"/>,
/// <see cref="TryGetUtf8"/>, <see cref="RepetitionCount"/>. <c>foreach</c> over <see cref="Repetitions"/> and <see cref="Components"/> allocates nothing.
/// <see cref="Text"/>, <see cref="WholeText"/>, <see cref="TryGetUtf8"/> and <see cref="TextIs"/> say that the value was used
/// (<see cref="Er7Segment.MarkRead(int, int)"/>); the others only look.
/// </remarks>
internal readonly struct Er7Value
{
    /// <summary>The bytes that no FHIR text may have.</summary>
    internal static readonly SearchValues<byte> Controls =
        SearchValues.Create([.. Enumerable.Range(0, ' ').Where(code => code is not ('\t' or '\n' or '\r')).Select(code => (byte)code)]);

    private static readonly string[] OneCharacter = [.. Enumerable.Range(0, 128).Select(code => ((char)code).ToString())];

    private const int MostSmall = 32;
    private const int MostNear = 16;

    private readonly Er7Segment _segment;
    private readonly int _start;
    private readonly int _length;
    private readonly ushort _field;
    private readonly ushort _repetition;
    private readonly ushort _component;
    private readonly ushort _subComponent;

    /// <summary>A field as a whole.</summary>
    public Er7Value(Er7Segment segment, int field, int start, int length)
        : this(segment, field, 0, 0, 0, start, length)
    {
    }

    private Er7Value(Er7Segment segment, int field, int repetition, int component, int subComponent, int start, int length)
    {
        _segment = segment;
        _field = (ushort)field; // Er7Limits keeps all four well below
        _repetition = (ushort)repetition;
        _component = (ushort)component;
        _subComponent = (ushort)subComponent;
        _start = start;
        _length = length;
    }

    /// <summary>The segment.</summary>
    public Er7Segment Segment => _segment;

    /// <summary>HL7 number of the field.</summary>
    public int Field => _field;

    /// <summary>Repetition from 1; 0 for the field as a whole.</summary>
    public int Repetition => _repetition;

    /// <summary>Component from 1; 0 for the whole.</summary>
    public int Component => _component;

    /// <summary>Sub-component from 1; 0 for the whole.</summary>
    public int SubComponent => _subComponent;

    /// <summary>Number of bytes as they stand in the message, in UTF-8; 0 where the value is absent.</summary>
    public int Length => _length;

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

    /// <summary>True where there is data: neither empty, nor delimiters, blanks and explicit nulls (<c>""</c>) only.</summary>
    public bool HasData => _length != 0 && HasDataIn(Bytes);

    /// <summary>As <see cref="HasData"/>; the name of HL7's mapping tables.</summary>
    public bool IsValued => HasData;

    /// <summary>True where the value has neither repetitions nor components.</summary>
    internal bool IsSimple
    {
        get
        {
            Er7Delimiters delimiters = Delimiters;
            return !Bytes.ContainsAny(delimiters.Component, delimiters.Repetition);
        }
    }

    /// <summary>False where the value certainly has no parts: it is all that stands in its field, or in its component.</summary>
    internal bool MayHaveParts => SubComponent == 0 && (Component > 0 ? _segment.HasSubComponents(Field) : _segment.HasParts(Field));

    /// <summary>True where a separator of repetitions stands in the value.</summary>
    internal bool HasRepetitionSeparator => Delimiters.Repetition is > 0 and var separator && Bytes.Contains(separator);

    /// <summary>True for the explicit null <c>""</c>, with which a sender says that the receiver's value is to be deleted (HL7 v2.5.1 ch. 2.5.3).</summary>
    public bool IsNull => Bytes.Trim((byte)' ').SequenceEqual("\"\""u8);

    /// <summary>How many repetitions hold data; of a component, 1 or 0.</summary>
    public int RepetitionCount
    {
        get
        {
            if (Repetition > 0) return HasData ? 1 : 0;
            int count = 0;
            foreach (Er7Value _ in Repetitions()) count++;
            return count;
        }
    }

    /// <summary>Number of characters (UTF-16) of <see cref="PeekText"/>; 0 where there is no data.</summary>
    public int TextLength => TryPeekUtf8(out ReadOnlySpan<byte> utf8) && Ascii.IsValid(utf8) ? utf8.Length : PeekText?.Length ?? 0;

    /// <summary>The value as it stands in the message, escapes and all.</summary>
    public string Raw => Encoding.UTF8.GetString(Bytes);

    /// <summary>The text of the first part, trimmed; null where there is no data.</summary>
    /// <exception cref="Er7FormatException">The value is damaged, cut by its sender, or in a character set that cannot be read.</exception>
    public string? Text
    {
        get
        {
            if (_length == 0) return null; // most of what maps ask for is not there
            MarkValue();
            return Trimmed(LeafBytes());
        }
    }

    /// <summary>Says that the text of the first part was used.</summary>
    public void MarkRead() => _segment.MarkRead(Field, LeafComponent, Math.Max(Repetition, 1));

    private void MarkValue() => _segment.MarkValue(Field, LeafComponent, Math.Max(Repetition, 1));

    /// <summary>As <see cref="Text"/>, without saying that the value was used.</summary>
    public string? PeekText => _length == 0 ? null : Trimmed(LeafBytes());

    /// <summary>The text of the whole value, its separators as they stand, blanks at the end removed; null where there is no data. For TX, FT and ST, where senders forget to escape.</summary>
    /// <exception cref="Er7FormatException">As <see cref="Text"/>.</exception>
    public string? WholeText
    {
        get
        {
            if (_length == 0) return null;
            _segment.MarkRead(Field, Component, Component > 0 ? Math.Max(Repetition, 1) : Repetition);
            string? text = HasData ? Decode(Bytes)?.TrimEnd() : null;
            return Blanks.IsBlank(text) ? null : text;
        }
    }

    /// <summary>The delimiters within this value: none in MSH-1 and MSH-2, which are delimiters themselves.</summary>
    internal Er7Delimiters Delimiters => _segment.IsHeader && Field <= 2 ? default : _segment.Message.Delimiters;

    internal ReadOnlySpan<byte> Bytes => _segment.Message.Span(_start, _length);

    /// <summary>The first repetition's component, or, of a component, its sub-component; from 1.</summary>
    public Er7Value this[int part]
    {
        get
        {
            if (SubComponent > 0) return part == 1 ? this : Absent(part);
            if (_length == 0) return Absent(part);
            Er7Delimiters delimiters = Delimiters;
            if (Component > 0) return Part(part, delimiters.SubComponent, 0);
            return Part(part, delimiters.Component, Repetition > 0 ? (byte)0 : delimiters.Repetition);
        }
    }

    /// <summary>
    /// The bytes of <see cref="Text"/> without making a string. False where there is no data, or where the text is not simply
    /// these bytes (escape sequences): ask for <see cref="Text"/> then.
    /// </summary>
    public bool TryGetUtf8(out ReadOnlySpan<byte> utf8)
    {
        _segment.MarkRead(Field, LeafComponent, Math.Max(Repetition, 1));
        return TryPeekUtf8(out utf8);
    }

    /// <summary>True where <see cref="Text"/> is this text, to the case. Makes no string but for a value with escape sequences.</summary>
    /// <param name="utf8">UTF-8 without blanks at its ends.</param>
    public bool TextIs(ReadOnlySpan<byte> utf8) => TryGetUtf8(out ReadOnlySpan<byte> own)
        ? own.SequenceEqual(utf8)
        : Text is { } text && text.Equals(Encoding.UTF8.GetString(utf8), StringComparison.Ordinal);

    /// <summary>The first repetition of a field that has no other (<see cref="Er7Segment.Repeats"/>).</summary>
    internal Er7Value OnlyRepetition => new(_segment, _field, 1, 0, 0, _start, _length);

    /// <summary>The repetitions that hold data.</summary>
    public Er7Parts Repetitions() => new(this, components: false);

    /// <summary>The components of a repetition that hold data.</summary>
    public Er7Parts Components() => new(this, components: true);

    internal Er7Value Slice(bool component, int number, int start, int length) => component
        ? new Er7Value(_segment, Field, Repetition, number, 0, _start + start, length)
        : new Er7Value(_segment, Field, number, 0, 0, _start + start, length);

    /// <summary>As <see cref="HasData"/>, for a piece of this value.</summary>
    internal bool HasDataIn(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty) return false;
        Er7Delimiters delimiters = Delimiters;
        return (bytes[0] is not ((byte)' ' or (byte)'"') && !delimiters.IsSeparator(bytes[0])) || HasDataAfter(bytes, delimiters);
    }

    private static bool HasDataAfter(ReadOnlySpan<byte> bytes, in Er7Delimiters delimiters)
    {
        bool atStart = true;
        for (int i = 0; i < bytes.Length; i++)
        {
            byte b = bytes[i];
            if (delimiters.IsSeparator(b)) atStart = true;
            else if (atStart && IsNullAt(bytes[i..], delimiters)) (i, atStart) = (i + 1, false);
            else if (b != ' ') return true;
        }

        return false;
    }

    // "" and nothing else up to the next separator.
    private static bool IsNullAt(ReadOnlySpan<byte> bytes, in Er7Delimiters delimiters)
    {
        if (!bytes.StartsWith("\"\""u8)) return false;
        ReadOnlySpan<byte> rest = bytes[2..].TrimStart((byte)' ');
        return rest.IsEmpty || delimiters.IsSeparator(rest[0]);
    }

    /// <summary>The component that the first part stands in, from 1.</summary>
    private int LeafComponent => Math.Max((int)_component, 1);

    /// <summary>The first sub-component of the first component of the first repetition: up to the first separator of any kind.</summary>
    private ReadOnlySpan<byte> LeafBytes()
    {
        ReadOnlySpan<byte> bytes = Bytes;
        if (!MayHaveParts) return bytes;
        Er7Delimiters delimiters = Delimiters;
        if (delimiters.Component == 0) return bytes;

        // A separator that the message does not have is looked for as another one that it has.
        byte component = delimiters.Component;
        byte subComponent = delimiters.SubComponent == 0 ? component : delimiters.SubComponent;
        int end;
        if (Component > 0) end = delimiters.SubComponent == 0 ? -1 : bytes.IndexOf(subComponent);
        else if (Repetition > 0 || delimiters.Repetition == 0) end = bytes.IndexOfAny(component, subComponent);
        else end = bytes.IndexOfAny(component, subComponent, delimiters.Repetition);
        return end < 0 ? bytes : bytes[..end];
    }

    /// <summary>A part between separators of one kind; the second kind ends the value that holds it.</summary>
    private Er7Value Part(int part, byte separator, byte end)
    {
        ReadOnlySpan<byte> bytes = Bytes;
        if (end == 0) end = separator;
        int at = 0;
        for (int number = 1; ; number++)
        {
            int length = separator == 0 ? -1 : Next(bytes[at..], separator, end);
            if (number == part) return At(part, _start + at, length < 0 ? bytes.Length - at : length);
            if (length < 0 || bytes[at + length] != separator) return Absent(part);
            at += length + 1;
        }
    }

    /// <summary>How far the next of two separators is; -1 where there is none. Most parts are so short that looking at each byte is quicker than a search.</summary>
    internal static int Next(ReadOnlySpan<byte> bytes, byte separator, byte end)
    {
        int near = Math.Min(bytes.Length, MostNear);
        for (int i = 0; i < near; i++)
        {
            if (bytes[i] == separator || bytes[i] == end) return i;
        }

        int far = near == bytes.Length ? -1 : bytes[near..].IndexOfAny(separator, end);
        return far < 0 ? -1 : near + far;
    }

    /// <summary>A component by its place within this repetition.</summary>
    internal Er7Value ComponentAt(int part, int start, int length) => At(part, _start + start, length);

    private Er7Value Absent(int part) => At(part, _start, 0);

    private Er7Value At(int part, int start, int length) => Component > 0
        ? new Er7Value(_segment, Field, Repetition, Component, part, start, length)
        : new Er7Value(_segment, Field, Math.Max(Repetition, 1), part, 0, start, length);

    /// <summary>As <see cref="TryGetUtf8"/>, without saying that the value was used.</summary>
    internal bool TryPeekUtf8(out ReadOnlySpan<byte> utf8)
    {
        ReadOnlySpan<byte> leaf = LeafBytes();
        Er7Delimiters delimiters = Delimiters;
        utf8 = leaf.Trim((byte)' ');
        if (!HasDataIn(leaf) || (_segment.Message.HasEscapes && delimiters.Escape != 0 && utf8.Contains(delimiters.Escape)))
        {
            utf8 = default;
            return false;
        }

        Check(utf8, delimiters, this);

        // Blanks beyond ASCII, such as the ideographic space, are trimmed by Text.
        if (utf8[0] is > (byte)' ' and < 0x80 && utf8[^1] is > (byte)' ' and < 0x80) return true;
        string text = Encoding.UTF8.GetString(utf8);
        if (text.Length > 0 && !char.IsWhiteSpace(text[0]) && !char.IsWhiteSpace(text[^1])) return true;
        utf8 = default;
        return false;
    }

    private string? Trimmed(ReadOnlySpan<byte> leaf)
    {
        if (!HasDataIn(leaf)) return null;
        if (leaf[0] == ' ' || leaf[^1] == ' ') leaf = leaf.Trim((byte)' ');
        string text = _segment.Message.IsPlain && leaf.Length <= Er7Limits.MostValueBytes ? Plain(leaf) : Decode(leaf);
        text = Blanks.Trim(text);
        return text.Length == 0 ? null : text;
    }

    // Errors name the place of the value that was asked for.
    private string Decode(ReadOnlySpan<byte> bytes)
    {
        Er7Message message = _segment.Message;
        Er7Delimiters delimiters = Delimiters;
        Check(bytes, delimiters, this);
        if (!message.HasEscapes || delimiters.Escape == 0 || !bytes.Contains(delimiters.Escape)) return Plain(bytes);

        string text;
        try
        {
            text = Er7Escapes.Decode(bytes, delimiters, _segment.Message.Encoding);
        }
        catch (Er7CharacterSwitchException e)
        {
            throw new Er7FormatException("not-supported", e.Message, Place, _segment.Line);
        }

        foreach (char c in text)
        {
            if (c < ' ' && c is not ('\t' or '\n' or '\r')) throw Damaged(this);
        }

        return text;
    }

    private static string Plain(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length == 1 && utf8[0] < 0x80) return OneCharacter[utf8[0]];
        if (utf8.Length is > 0 and <= Er7ShortTexts.Longest && Er7ShortTexts.Find(utf8) is { } known) return known;
        return utf8.Length > MostSmall ? Encoding.UTF8.GetString(utf8) : Small(utf8);
    }

    // Most values are short: read once, not once to count and once to write. A method of its own, since whoever calls it would have its stack cleared.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static string Small(ReadOnlySpan<byte> utf8)
    {
        Span<char> characters = stackalloc char[MostSmall];
        return new string(characters[..Encoding.UTF8.GetChars(utf8, characters)]);
    }

    private static void Check(ReadOnlySpan<byte> bytes, in Er7Delimiters delimiters, in Er7Value asked)
    {
        if (bytes.Length > Er7Limits.MostValueBytes)
        {
            throw new Er7FormatException("too-long", $"the value has more than {Er7Limits.MostValueBytes >> 20} MiB.", asked.Place, asked.Segment.Line);
        }

        if (!asked.Segment.Message.HasOddBytes) return;
        if (delimiters.Truncation != 0 && bytes.TrimEnd((byte)' ') is [.., var last] && last == delimiters.Truncation)
        {
            throw new Er7FormatException(
                "incomplete", "the sender has cut the value and says so with the truncation character of MSH-2. Half a value misleads: have the sender send all of it.",
                asked.Place, asked.Segment.Line);
        }

        // FHIR strings have no control characters but tab, line feed and carriage return (R4 datatypes.html#string).
        if (bytes.ContainsAny(Controls)) throw Damaged(asked);
    }

    private static Er7FormatException Damaged(in Er7Value at) =>
        new("value", "a control character stands in the text; the bytes may be damaged.", at.Place, at.Segment.Line);
}
