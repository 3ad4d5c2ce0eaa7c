using System.Buffers;

namespace Consortium.Adapters.Hl7V2.Er7;

/// <summary>
/// ADD segments: what stands after <c>ADD|</c> goes on where the segment before it was cut, in the middle of a field or between two
/// (HL7 v2.5.1 ch. 2.10.2.1). An ADD without content only marks that the next message of the file goes on.
/// </summary>
internal static class Er7Addenda
{
    /// <summary>True where a line may begin with ADD.</summary>
    public static bool AreIn(ReadOnlySpan<byte> message) => message.IndexOf("\rADD"u8) >= 0 || message.IndexOf("\nADD"u8) >= 0;

    /// <summary>The message without ADD segments. Segments keep their lines of the record.</summary>
    /// <exception cref="Er7FormatException">An ADD segment continues nothing.</exception>
    public static Er7Slice Join(Er7Slice message, byte fieldSeparator)
    {
        ReadOnlySpan<byte> span = message.Bytes.Span;
        var joined = new ArrayBufferWriter<byte>(span.Length);
        var origins = new List<Er7Origin>();
        int segments = 0;
        foreach (Er7Line line in new Er7MessageLines(message))
        {
            ReadOnlySpan<byte> text = span.Slice(line.Start, line.Length);
            if (text.StartsWith("ADD"u8) && (text.Length == 3 || text[3] == fieldSeparator))
            {
                if (segments < 2)
                {
                    throw new Er7FormatException("structure", "the ADD segment continues no segment: the part before it is missing. Ask the sender for the whole message.", "ADD", line.Number);
                }

                if (text.Length > 4) joined.Write(text[4..]);
                continue;
            }

            if (segments > 0) joined.Write("\r"u8);
            origins.Add(new Er7Origin(joined.WrittenCount, line.Number));
            joined.Write(text);
            segments++;
        }

        return message with { Bytes = joined.WrittenMemory, Origins = origins };
    }
}
