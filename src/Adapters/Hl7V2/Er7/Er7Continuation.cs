using System.Buffers;
using System.Text;

namespace Consortium.Adapters.Hl7V2.Er7;

/// <summary>
/// A message sent in pieces: one ends with a DSC segment, whose pointer the next one carries in MSH-14 (HL7 v2.5.1 ch. 2.10.2.2).
/// The pieces of a record are joined to the message that they make. A piece whose other piece is not there is refused: half a message misleads.
/// </summary>
internal static class Er7Continuation
{
    private const string Missing = "Send all pieces of the message in one file, or the message in one piece.";

    /// <summary>The messages, pieces joined. A joined message stands where its first piece stood.</summary>
    public static IReadOnlyList<Er7Slice> Join(List<Er7Slice> messages)
    {
        var pieces = new Er7Piece?[messages.Count];
        bool any = false;
        for (int i = 0; i < pieces.Length; i++)
        {
            if (messages[i].Problem is not null) continue;
            pieces[i] = Er7Piece.Read(messages[i]);
            any |= pieces[i] is not null;
        }

        if (!any) return messages;

        // Where each pointer of an MSH-14 leads; -1 where several messages carry it.
        var byPointer = new Dictionary<string, int>(StringComparer.Ordinal);
        for (int i = 0; i < pieces.Length; i++)
        {
            if (pieces[i]?.From is { } from && !byPointer.TryAdd(from, i)) byPointer[from] = -1;
        }

        var joined = new List<Er7Slice>();
        var used = new bool[pieces.Length];
        for (int i = 0; i < pieces.Length; i++)
        {
            if (pieces[i] is { From: not null }) continue; // not the first piece
            used[i] = true;
            joined.Add(pieces[i] is { } piece ? Whole(messages, pieces, used, byPointer, i, piece) : messages[i]);
        }

        for (int i = 0; i < pieces.Length; i++)
        {
            if (used[i]) continue;
            joined.Add(messages[i] with
            {
                Problem = new Er7FormatException(
                    "incomplete", $"MSH-14 says that the message goes on from another one, which is not in the record or does not lead here. {Missing}", "MSH-14", messages[i].Line),
            });
        }

        return joined;
    }

    private static Er7Slice Whole(
        List<Er7Slice> messages, Er7Piece?[] pieces, bool[] used, Dictionary<string, int> byPointer, int first, Er7Piece piece)
    {
        Er7Slice start = messages[first];
        if (piece.Problem is not null) return start with { Problem = piece.Problem };
        var buffer = new ArrayBufferWriter<byte>(start.Bytes.Length * 2);
        var origins = new List<Er7Origin>();
        buffer.Write(start.Bytes.Span[..piece.ContentEnd]);
        Er7Piece last = piece;
        while (last.To is { } to)
        {
            Er7FormatException? problem = null;
            if (!byPointer.TryGetValue(to, out int next) || (next >= 0 && used[next]))
            {
                problem = new Er7FormatException("incomplete", $"the message goes on in another one (DSC-1), which is not in the record. {Missing}", "DSC-1", last.DscLine);
            }
            else if (next < 0)
            {
                problem = new Er7FormatException("structure", "several messages of the record carry the pointer of DSC-1 in MSH-14: which one goes on cannot be known.", "DSC-1", last.DscLine);
            }
            else if (pieces[next]!.Problem is { } other)
            {
                problem = other;
            }
            else if (pieces[next]!.Delimiters != piece.Delimiters || pieces[next]!.Sender != piece.Sender)
            {
                problem = new Er7FormatException("structure", "the message that goes on comes from another sender or has other delimiters.", "MSH-14", messages[next].Line);
            }

            if (problem is not null) return start with { Problem = problem };
            used[next] = true;
            last = pieces[next]!;
            buffer.Write("\r"u8);
            origins.Add(new Er7Origin(buffer.WrittenCount, messages[next].Line + last.ContentLine));
            buffer.Write(messages[next].Bytes.Span[last.ContentStart..last.ContentEnd]);
        }

        return start with { Bytes = buffer.WrittenMemory, Origins = origins };
    }
}

/// <summary>A message that is one of several pieces.</summary>
/// <param name="Delimiters">MSH-1 and MSH-2.</param>
/// <param name="Sender">MSH-3 and MSH-4 as they stand: a pointer is unique for its sender only.</param>
/// <param name="From">MSH-14; null for a first piece.</param>
/// <param name="To">DSC-1; null for a last piece.</param>
/// <param name="ContentStart">Where what follows the header begins.</param>
/// <param name="ContentLine">Lines before that.</param>
/// <param name="ContentEnd">Where the DSC segment begins, or the message ends.</param>
/// <param name="DscLine">Line of the DSC segment in the record.</param>
/// <param name="Problem">Why the piece cannot be joined, or null.</param>
internal sealed record Er7Piece(
    Er7Delimiters Delimiters, string Sender, string? From, string? To, int ContentStart, int ContentLine, int ContentEnd, int DscLine, Er7FormatException? Problem)
{
    /// <summary>What a message says of its continuation; null where it says nothing, or cannot be read.</summary>
    public static Er7Piece? Read(Er7Slice message)
    {
        ReadOnlySpan<byte> span = message.Bytes.Span;
        ReadOnlySpan<byte> header = span[..Er7Lines.End(span)];
        if (header.Length < 5) return null;
        byte separator = header[3];
        string? from = Text(Field(header, separator, 14));
        bool mayGoOn = span.IndexOf("\rDSC"u8) >= 0 || span.IndexOf("\nDSC"u8) >= 0;
        if (from is null && !mayGoOn) return null;

        Er7Delimiters delimiters;
        try
        {
            delimiters = Er7Delimiters.Read(header, message.Line);
        }
        catch (Er7FormatException)
        {
            return null; // the parser names the reason
        }

        int contentStart = span.Length;
        int contentLine = 1;
        int contentEnd = span.Length;
        int dscLine = 0;
        string? to = null;
        Er7FormatException? problem = null;
        foreach (Er7Line line in Er7Lines.In(span, message.Line))
        {
            if (line.Start == 0) continue;
            if (contentStart == span.Length) (contentStart, contentLine) = (line.Start, line.Number - message.Line);
            ReadOnlySpan<byte> text = span.Slice(line.Start, line.Length);
            bool isDsc = text.StartsWith("DSC"u8) && (text.Length == 3 || text[3] == separator);
            if (dscLine > 0 && problem is null && !Er7Lines.IsBlank(text))
            {
                problem = new Er7FormatException("structure", "the DSC segment is not the last of the message.", "DSC", dscLine);
            }

            if (!isDsc || dscLine > 0) continue;
            (contentEnd, dscLine) = (line.Start, line.Number);
            to = Text(Field(text, separator, 2)); // counted as in a header, where the separator is field 1
            bool interactive = Text(Field(text, separator, 3)) == "I";
            if (to is null) problem = new Er7FormatException("incomplete", "the DSC segment has no continuation pointer.", "DSC-1", line.Number);
            else if (interactive) problem = new Er7FormatException("not-supported", "the sender keeps the rest of the answer until it is asked for it (DSC-2 is I); it cannot be asked here.", "DSC-2", line.Number);
        }

        return from is null && dscLine == 0
            ? null
            : new Er7Piece(delimiters, Text(Field(header, separator, 3)) + "|" + Text(Field(header, separator, 4)), from, to, contentStart, contentLine, contentEnd, dscLine, problem);
    }

    /// <summary>A field, numbered as in MSH: field 2 follows the first separator.</summary>
    private static ReadOnlySpan<byte> Field(ReadOnlySpan<byte> segment, byte separator, int number)
    {
        if (segment.Length < 4) return [];
        segment = segment[4..];
        for (int field = 2; field < number; field++)
        {
            int next = segment.IndexOf(separator);
            if (next < 0) return [];
            segment = segment[(next + 1)..];
        }

        int end = segment.IndexOf(separator);
        return end < 0 ? segment : segment[..end];
    }

    private static string? Text(ReadOnlySpan<byte> field)
    {
        field = field.Trim((byte)' ');
        return field.IsEmpty || field.SequenceEqual("\"\""u8) || field.Length > 1000 ? null : Encoding.UTF8.GetString(field);
    }
}
