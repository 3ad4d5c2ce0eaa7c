using System.Text;

namespace Consortium.Adapters.Hl7V2.Er7;

/// <summary>One message: its segments in order, over the UTF-8 bytes of the record.</summary>
internal sealed class Er7Message
{
    /// <summary>A message with more segments than this is refused.</summary>
    public const int MostSegments = 100_000;

    private readonly List<Er7Segment> _segments = [];

    private Er7Message(ReadOnlyMemory<byte> bytes, Encoding encoding, Er7Delimiters delimiters)
    {
        Bytes = bytes;
        Encoding = encoding;
        Delimiters = delimiters;
    }

    /// <summary>The message as UTF-8.</summary>
    public ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>The character set that the record had; hexadecimal escapes are in it.</summary>
    public Encoding Encoding { get; }

    public Er7Delimiters Delimiters { get; }

    public IReadOnlyList<Er7Segment> Segments => _segments;

    /// <summary>The message header.</summary>
    public Er7Segment Header => _segments[0];

    /// <summary>The first segment of a name, or null.</summary>
    public Er7Segment? First(string name) => _segments.Find(segment => segment.Name == name);

    /// <summary>All segments of a name.</summary>
    public IEnumerable<Er7Segment> All(string name) => _segments.Where(segment => segment.Name == name);

    /// <summary>Reads the segments of a message.</summary>
    /// <param name="bytes">The message as UTF-8; begins with MSH.</param>
    /// <param name="encoding">The character set that the record had.</param>
    /// <param name="line">Line of the MSH in the record, from 1.</param>
    /// <exception cref="Er7FormatException">It cannot be read.</exception>
    public static Er7Message Parse(ReadOnlyMemory<byte> bytes, Encoding encoding, int line)
    {
        ReadOnlySpan<byte> span = bytes.Span;
        var message = new Er7Message(bytes, encoding, Er7Delimiters.Read(span[..Er7Lines.End(span)], line));
        foreach (Er7Line entry in Er7Lines.In(bytes, line))
        {
            ReadOnlySpan<byte> text = span.Slice(entry.Start, entry.Length);
            if (Er7Lines.IsBlank(text)) continue;
            if (!IsSegment(text, message.Delimiters.Field))
            {
                throw new Er7FormatException(
                    "structure", "the line is no segment: three letters or digits and the field separator are expected. Line breaks inside a value must be escaped (\\.br\\).", null, entry.Number);
            }

            if (message._segments.Count == MostSegments)
            {
                throw new Er7FormatException("too-long", $"the message has more than {MostSegments} segments.", null, entry.Number);
            }

            message._segments.Add(new Er7Segment(message, Encoding.ASCII.GetString(text[..3]), entry.Start, entry.Length, entry.Number));
        }

        message.NumberOccurrences();
        return message;
    }

    private static bool IsSegment(ReadOnlySpan<byte> text, byte separator)
    {
        if (text.Length < 3 || (text.Length > 3 && text[3] != separator)) return false;
        foreach (byte b in text[..3])
        {
            if (b is not ((>= (byte)'A' and <= (byte)'Z') or (>= (byte)'0' and <= (byte)'9'))) return false;
        }

        return text[0] is >= (byte)'A' and <= (byte)'Z';
    }

    private void NumberOccurrences()
    {
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (Er7Segment segment in _segments)
        {
            segment.Occurrence = counts[segment.Name] = counts.GetValueOrDefault(segment.Name) + 1;
        }

        foreach (Er7Segment segment in _segments) segment.Occurrences = counts[segment.Name];
    }
}
