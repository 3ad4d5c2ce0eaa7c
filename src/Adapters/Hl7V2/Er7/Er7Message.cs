using System.Runtime.InteropServices;
using System.Text;

namespace Consortium.Adapters.Hl7V2.Er7;

/// <summary>One message: its segments in order, over the UTF-8 bytes of the record. Nothing is copied until a value is asked for.</summary>
internal sealed class Er7Message
{
    private Er7Segment[] _segments = [];
    private int _reserved;
    private bool _numbered;
    private readonly byte[]? _array;
    private readonly int _offset;

    private Er7Message(ReadOnlyMemory<byte> bytes, Encoding encoding, Er7Delimiters delimiters)
    {
        Bytes = bytes;
        if (MemoryMarshal.TryGetArray(bytes, out ArraySegment<byte> array)) (_array, _offset) = (array.Array, array.Offset);
        Encoding = encoding;
        Delimiters = delimiters;

        // MSH-2 is an escape character itself, and mostly the only one.
        ReadOnlySpan<byte> span = bytes.Span;
        int header = Math.Min(span.Length, MostHeaderCharacters);
        HasEscapes = delimiters.Escape != 0 && span[header..].Contains(delimiters.Escape);
        HasOddBytes = span.ContainsAny(Er7Value.Controls) || (delimiters.Truncation != 0 && span[header..].Contains(delimiters.Truncation));
        IsPlain = !HasEscapes && !HasOddBytes;
    }

    /// <summary>Segments whose occurrences are counted without a table.</summary>
    private const int MostCounted = 64;

    /// <summary>Characters up to the end of MSH-2 at most.</summary>
    private const int MostHeaderCharacters = 9;

    /// <summary>The message as UTF-8.</summary>
    public ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>A piece of <see cref="Bytes"/>; asked for at every value, so without the detour of a memory's span.</summary>
    internal ReadOnlySpan<byte> Span(int start, int length) => _array is null ? Bytes.Span.Slice(start, length) : new ReadOnlySpan<byte>(_array, _offset + start, length);

    /// <summary>The character set that the record had; hexadecimal escapes are in it.</summary>
    public Encoding Encoding { get; }

    /// <summary>MSH-1 and MSH-2.</summary>
    public Er7Delimiters Delimiters { get; }

    /// <summary>False where the message has no escape sequence anywhere, so that no value need be searched for one.</summary>
    internal bool HasEscapes { get; }

    /// <summary>False where the message has neither control characters nor truncation characters anywhere.</summary>
    internal bool HasOddBytes { get; }

    /// <summary>True where every value is simply the text of its bytes: nothing in the message is escaped, and no byte of it odd.</summary>
    internal bool IsPlain { get; }

    /// <summary>Where the fields of the segments begin: a piece for each, which it reserves when it is cut.</summary>
    internal int[] Numbers { get; private set; } = [];

    /// <summary>For each of <see cref="Numbers"/> which components of that field were read (<c>Er7Segment.Marks.cs</c>).</summary>
    internal ulong[] Marks { get; private set; } = [];

    /// <summary>The segments in the order of the message, the header first.</summary>
    public IReadOnlyList<Er7Segment> Segments => _segments;

    /// <summary>As <see cref="Segments"/>.</summary>
    internal ReadOnlySpan<Er7Segment> InOrder => _segments;

    /// <summary>The message header.</summary>
    public Er7Segment Header => _segments[0];

    /// <summary>The first segment of a name, or null.</summary>
    public Er7Segment? First(string name)
    {
        foreach (Er7Segment segment in _segments)
        {
            if (segment.Name == name) return segment;
        }

        return null;
    }

    /// <summary>All segments of a name.</summary>
    public IEnumerable<Er7Segment> All(string name)
    {
        foreach (Er7Segment segment in _segments)
        {
            if (segment.Name == name) yield return segment;
        }
    }

    /// <summary>Reads the segments of a message.</summary>
    /// <param name="bytes">The message as UTF-8; begins with MSH.</param>
    /// <param name="encoding">The character set that the record had.</param>
    /// <param name="line">Line of the MSH in the record, from 1.</param>
    /// <exception cref="Er7FormatException">It cannot be read.</exception>
    public static Er7Message Parse(ReadOnlyMemory<byte> bytes, Encoding encoding, int line) => Parse(new Er7Slice(bytes, line) { Encoding = encoding });

    /// <summary>Reads the segments of a message; ADD segments are joined to the ones that they continue.</summary>
    /// <exception cref="Er7FormatException">It cannot be read.</exception>
    public static Er7Message Parse(Er7Slice slice)
    {
        if (slice.Problem is not null) throw slice.Problem;
        ReadOnlySpan<byte> span = slice.Bytes.Span;
        Er7Delimiters delimiters = Er7Delimiters.Read(span[..Er7Lines.End(span)], slice.Line);
        if (Er7Addenda.AreIn(span))
        {
            slice = Er7Addenda.Join(slice, delimiters.Field);
            span = slice.Bytes.Span;
        }

        var message = new Er7Message(slice.Bytes, slice.Encoding, delimiters);
        var segments = new List<Er7Segment>(32);
        foreach (Er7Line line in new Er7MessageLines(slice))
        {
            ReadOnlySpan<byte> text = span.Slice(line.Start, line.Length);
            if (Er7Names.At(text) is not { } name || (text.Length > 3 && text[3] != delimiters.Field))
            {
                throw new Er7FormatException(
                    "structure", "the line is no segment: three letters or digits and the field separator are expected. Line breaks inside a value must be escaped (\\.br\\).", null, line.Number);
            }

            if (segments.Count == Er7Limits.MostSegments)
            {
                throw new Er7FormatException("too-long", $"the message has more than {Er7Limits.MostSegments} segments.", null, line.Number);
            }

            segments.Add(new Er7Segment(message, name, line.Start, line.Length, line.Number));
        }

        message._segments = [.. segments];
        return message;
    }

    /// <summary>A piece of <see cref="Numbers"/>, by its start.</summary>
    internal int Reserve(int count)
    {
        int start = _reserved;
        _reserved += count;
        if (_reserved > Numbers.Length) Grow();
        return start;
    }

    // Mostly all at once: each segment has one field more than separators, and one number more than fields.
    private void Grow()
    {
        int most = Math.Max(_reserved, Bytes.Span.Count(Delimiters.Field) + (2 * _segments.Length));
        (int[] numbers, ulong[] marks) = (new int[most], new ulong[most]);
        Numbers.CopyTo(numbers, 0);
        Marks.CopyTo(marks, 0);
        (Numbers, Marks) = (numbers, marks);
    }

    /// <summary>Counts the segments of each name; done when somebody asks for an occurrence.</summary>
    internal void NumberOccurrences()
    {
        if (_numbered) return;
        _numbered = true;
        if (_segments.Length <= MostCounted)
        {
            NumberFew();
            return;
        }

        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        string? name = null;
        int count = 0;
        foreach (Er7Segment segment in _segments)
        {
            // Segments of one name mostly stand together.
            if (!ReferenceEquals(segment.Name, name))
            {
                if (name is not null) counts[name] = count;
                name = segment.Name;
                count = counts.GetValueOrDefault(name);
            }

            segment.Number(++count);
        }

        counts[name!] = count;
        for (int i = _segments.Length - 1; i >= 0; i--)
        {
            Er7Segment segment = _segments[i];
            if (!ReferenceEquals(segment.Name, name)) count = counts[name = segment.Name];
            segment.Total(count);
        }
    }

    // Without a table: of few segments the last one of the same name is near.
    private void NumberFew()
    {
        for (int i = 0; i < _segments.Length; i++)
        {
            int before = i - 1;
            while (before >= 0 && !ReferenceEquals(_segments[before].Name, _segments[i].Name)) before--;
            _segments[i].Number(before < 0 ? 1 : _segments[before].Occurrence + 1);
        }

        for (int i = _segments.Length - 1; i >= 0; i--)
        {
            int after = i + 1;
            while (after < _segments.Length && !ReferenceEquals(_segments[after].Name, _segments[i].Name)) after++;
            _segments[i].Total(after == _segments.Length ? _segments[i].Occurrence : _segments[after].Occurrences);
        }
    }
}
