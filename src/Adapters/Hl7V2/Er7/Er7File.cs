using System.Text;

namespace Consortium.Adapters.Hl7V2.Er7;

/// <summary>
/// A record as a file: one message, or several one after the other, or a batch in its envelope (FHS, BHS, BTS, FTS; HL7 v2.5.1 ch. 2.10.3).
/// Each message is in its own character set; one that cannot be read does not spoil the others.
/// </summary>
internal sealed class Er7File
{
    private Er7File(IReadOnlyList<Er7Slice> messages, IReadOnlyList<Er7FormatException> problems)
    {
        Messages = messages;
        Problems = problems;
    }

    /// <summary>The messages, in order; those that were sent in pieces are joined (<see cref="Er7Continuation"/>).</summary>
    public IReadOnlyList<Er7Slice> Messages { get; }

    /// <summary>The character set of the first message.</summary>
    public Encoding Encoding => Messages[0].Encoding;

    /// <summary>What is wrong with the envelope: messages announced but missing, text outside messages.</summary>
    public IReadOnlyList<Er7FormatException> Problems { get; }

    /// <summary>Finds the messages.</summary>
    /// <param name="record">The record.</param>
    /// <param name="charset">What the site says about the source's character set; null for nothing.</param>
    /// <exception cref="Er7FormatException">The record as a whole, or its only message, cannot be read.</exception>
    public static Er7File Read(ReadOnlyMemory<byte> record, string? charset)
    {
        (ReadOnlyMemory<byte> Utf8, Encoding Encoding)? whole = Er7Charset.Marked(record);
        ReadOnlyMemory<byte> bytes = whole?.Utf8 ?? record;
        var problems = new List<Er7FormatException>();
        List<Er7Slice> messages = Cut(bytes, problems);
        if (whole is { } marked)
        {
            for (int i = 0; i < messages.Count; i++) messages[i] = messages[i] with { Encoding = marked.Encoding };
        }
        else
        {
            for (int i = 0; i < messages.Count; i++) messages[i] = Decoded(messages[i], charset);
        }

        if (messages.Count == 1 && messages[0].Problem is { } problem) throw problem;
        return new Er7File(Er7Continuation.Join(messages), problems);
    }

    private static Er7Slice Decoded(Er7Slice message, string? charset)
    {
        try
        {
            (ReadOnlyMemory<byte> utf8, Encoding encoding) = Er7Charset.Declared(message.Bytes, charset, message.Line);
            return message with { Bytes = utf8, Encoding = encoding };
        }
        catch (Er7FormatException e)
        {
            return message with { Problem = e };
        }
    }

    // Line ends are the same bytes in every character set that gets here, and never part of a character.
    private static List<Er7Slice> Cut(ReadOnlyMemory<byte> bytes, List<Er7FormatException> problems)
    {
        var messages = new List<Er7Slice>();
        var envelope = new Er7Envelope(problems);
        int start = -1;
        int startLine = 0;
        int strayLine = 0;
        ReadOnlySpan<byte> span = bytes.Span;
        foreach (Er7Line line in Er7Lines.In(span, 1))
        {
            ReadOnlySpan<byte> text = span.Slice(line.Start, line.Length);
            int lead = text.IndexOfAnyExcept(" \t\u000b\0"u8);
            ReadOnlySpan<byte> name = lead < 0 ? [] : text[lead..];
            bool header = name.StartsWith("MSH"u8);
            bool wrapper = !header && Er7Envelope.IsPart(name);
            if ((header || wrapper) && start >= 0)
            {
                messages.Add(new Er7Slice(bytes[start..line.Start], startLine));
                start = -1;
            }

            if (header)
            {
                if (messages.Count == Er7Limits.MostMessages)
                {
                    throw new Er7FormatException("too-long", $"the record has more than {Er7Limits.MostMessages} messages. Split the file.", "MSH", line.Number);
                }

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
        envelope.End();
        if (messages.Count == 0)
        {
            throw new Er7FormatException("structure", "there is no MSH segment: this is no HL7 v2 message.", "MSH", strayLine == 0 ? 1 : strayLine);
        }

        if (strayLine > 0) problems.Add(new Er7FormatException("structure", "text outside any message: it does not begin with MSH.", null, strayLine));
        return messages;
    }
}
