using System.Globalization;
using System.Text;

namespace Consortium.Adapters.Hl7V2.Er7;

/// <summary>A message of a record, still unread.</summary>
/// <param name="Bytes">Its bytes as UTF-8.</param>
/// <param name="Line">Line of its MSH in the record.</param>
internal readonly record struct Er7Slice(ReadOnlyMemory<byte> Bytes, int Line);

/// <summary>
/// A record as a file: one message, or several one after the other, or a batch in its envelope (FHS, BHS, BTS, FTS; HL7 v2.5.1 ch. 2.10.3).
/// </summary>
internal sealed class Er7File
{
    private Er7File(IReadOnlyList<Er7Slice> messages, Encoding encoding, IReadOnlyList<Er7FormatException> problems)
    {
        Messages = messages;
        Encoding = encoding;
        Problems = problems;
    }

    /// <summary>The messages, in order.</summary>
    public IReadOnlyList<Er7Slice> Messages { get; }

    /// <summary>The character set that the record had.</summary>
    public Encoding Encoding { get; }

    /// <summary>What is wrong with the envelope: messages announced but missing, text outside messages.</summary>
    public IReadOnlyList<Er7FormatException> Problems { get; }

    /// <summary>Finds the messages.</summary>
    /// <exception cref="Er7FormatException">The record as a whole cannot be read.</exception>
    public static Er7File Read(ReadOnlyMemory<byte> record, string? charset)
    {
        (ReadOnlyMemory<byte> bytes, Encoding encoding) = Er7Charset.ToUtf8(record, charset);
        var messages = new List<Er7Slice>();
        var problems = new List<Er7FormatException>();
        var envelope = new Envelope(problems);
        int start = -1;
        int startLine = 0;
        int strayLine = 0;
        foreach (Er7Line line in Er7Lines.In(bytes, 1))
        {
            ReadOnlySpan<byte> text = bytes.Span.Slice(line.Start, line.Length);
            int lead = text.IndexOfAnyExcept(" \t\u000b\0"u8);
            ReadOnlySpan<byte> name = lead < 0 ? [] : text[lead..];
            bool header = name.StartsWith("MSH"u8);
            bool wrapper = !header && Envelope.IsPart(name);
            if ((header || wrapper) && start >= 0)
            {
                messages.Add(new Er7Slice(bytes[start..line.Start], startLine));
                start = -1;
            }

            if (header)
            {
                start = line.Start + lead;
                startLine = line.Number;
                envelope.Messages++;
            }
            else if (wrapper)
            {
                envelope.Read(name, line.Number);
            }
            else if (start < 0 && strayLine == 0 && !Er7Lines.IsBlank(text))
            {
                strayLine = line.Number;
            }
        }

        if (start >= 0) messages.Add(new Er7Slice(bytes[start..], startLine));
        if (strayLine > 0 && messages.Count > 0)
        {
            problems.Add(new Er7FormatException("structure", "text outside any message: it does not begin with MSH.", null, strayLine));
        }

        if (messages.Count == 0)
        {
            throw new Er7FormatException("structure", "there is no MSH segment: this is no HL7 v2 message.", "MSH", strayLine == 0 ? 1 : strayLine);
        }

        return new Er7File(messages, encoding, problems);
    }

    /// <summary>Counts what the trailers announce: BTS-1 messages of a batch, FTS-1 batches of a file.</summary>
    private sealed class Envelope(List<Er7FormatException> problems)
    {
        private int _batches;
        private int _before;

        public int Messages { get; set; }

        public static bool IsPart(ReadOnlySpan<byte> line) =>
            line.Length >= 3 && (line[..3].SequenceEqual("FHS"u8) || line[..3].SequenceEqual("BHS"u8) || line[..3].SequenceEqual("BTS"u8) || line[..3].SequenceEqual("FTS"u8))
            && (line.Length == 3 || !char.IsAsciiLetterOrDigit((char)line[3]));

        public void Read(ReadOnlySpan<byte> line, int number)
        {
            switch (line[0], line[1])
            {
                case ((byte)'B', (byte)'H'):
                    _batches++;
                    _before = Messages;
                    break;
                case ((byte)'B', (byte)'T'):
                    Compare("BTS-1", line, Messages - _before, "messages", number);
                    break;
                case ((byte)'F', (byte)'T'):
                    Compare("FTS-1", line, _batches, "batches", number);
                    break;
            }
        }

        private void Compare(string place, ReadOnlySpan<byte> line, int found, string what, int number)
        {
            if (line.Length <= 4) return;
            byte separator = line[3];
            ReadOnlySpan<byte> count = line[4..];
            int end = count.IndexOf(separator);
            if (end >= 0) count = count[..end];
            count = count.Trim((byte)' ');
            if (count.IsEmpty) return;
            if (int.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out int announced) && announced == found) return;
            problems.Add(new Er7FormatException(
                "incomplete", $"{place} does not announce the {found} {what} that are there: the file may have been cut short. Ask the sender for the whole file.", place, number));
        }
    }
}
