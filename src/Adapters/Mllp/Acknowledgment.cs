using System.Globalization;
using System.Text;
using Consortium.Adapters.Hl7V2.Er7;

namespace Consortium.Adapters.Mllp;

/// <summary>
/// Writes acknowledgements: MSH with the message's fields swapped, MSA, and ERR where something is wrong (HL7 v2.5.1 ch. 2.9.2, 2.9.3, 2.15.5), in the
/// message's own delimiters and character set. A positive one in original mode, and an accept acknowledgement in enhanced mode, say that the message is safely
/// kept, no more (decision 0070); an application acknowledgement says what became of it.
/// </summary>
internal static class Acknowledgment
{
    /// <summary>AA, or CA in enhanced mode: the message is in the journal.</summary>
    public static byte[] Accept(MessageHeader header, string id, DateTimeOffset now) => Write(header, Kind(header) + "A", [], id, now);

    /// <summary>AR or CR: the message cannot be taken and will not be when it is sent again as it is.</summary>
    public static byte[] Reject(MessageHeader header, AckProblem problem, string id, DateTimeOffset now) => Write(header, Kind(header) + "R", [problem], id, now);

    /// <summary>AE or CE: the message was not kept; sending it again may help.</summary>
    public static byte[] Error(MessageHeader header, string reason, string id, DateTimeOffset now) =>
        Write(header, Kind(header) + "E", [new AckProblem("", 207, reason)], id, now);

    /// <summary>AA, AE or AR of an application: what became of a message after its conversion.</summary>
    public static byte[] Application(MessageHeader header, IReadOnlyList<AckProblem> problems, string id, DateTimeOffset now)
    {
        // AR where the message as such is not dealt with (table 0357: 200 to 203), AE where something in it is wrong (ch. 2.9.2.2).
        string code = problems.Count == 0 ? "AA" : problems.All(problem => problem.Code is >= 200 and <= 203) ? "AR" : "AE";
        return Write(header, code, problems, id, now);
    }

    private static string Kind(MessageHeader header) => header.IsEnhanced ? "C" : "A";

    private static byte[] Write(MessageHeader header, string code, IReadOnlyList<AckProblem> problems, string id, DateTimeOffset now)
    {
        Er7Delimiters delimiters = header.Delimiters;
        char field = (char)delimiters.Field;
        string version = header.Version;
        string stated = header.Raw(12);
        string encoding = header.Raw(2);
        string processing = header.Raw(11);
        var answer = new StringBuilder(256);
        answer.Append("MSH").Append(field).Append(encoding.Length > 0 ? encoding : "^~\\&");
        foreach (int swapped in (ReadOnlySpan<int>)[5, 6, 3, 4]) answer.Append(field).Append(header.Raw(swapped));
        answer.Append(field).Append(now.ToUniversalTime().ToString("yyyyMMddHHmmss'+0000'", CultureInfo.InvariantCulture));
        answer.Append(field).Append(field).Append(MessageType(header, version, delimiters)).Append(field).Append(id);
        answer.Append(field).Append(processing.Length > 0 ? processing : "P").Append(field).Append(stated.Length > 0 ? stated : version);

        // MSH-15, MSH-16: an acknowledgement asks for none (ch. 2.9.3.2), else each would be answered by the next.
        if (header.IsEnhanced) answer.Append(field, 3).Append("NE").Append(field).Append("NE");
        if (header.Raw(18) is { Length: > 0 } charset) answer.Append(field, header.IsEnhanced ? 2 : 6).Append(charset);
        answer.Append('\r').Append("MSA").Append(field).Append(code).Append(field).Append(header.Raw(10));
        if (problems.Count > 0 && Before(version, "2.7")) answer.Append(field).Append(Escape(problems[0].Reason, delimiters)); // MSA-3 is withdrawn from 2.7 on
        answer.Append('\r');
        ErrorSegments.Append(answer, problems, version, delimiters);
        return Encode(answer.ToString(), header.Encoding);
    }

    private static byte[] Encode(string answer, Encoding encoding)
    {
        try
        {
            return encoding.GetBytes(answer);
        }
        catch (EncoderFallbackException)
        {
            // A word of a reason that the sender's character set does not have; the answer has to go out all the same.
            return Encoding.GetEncoding(encoding.CodePage, EncoderFallback.ReplacementFallback, DecoderFallback.ReplacementFallback).GetBytes(answer);
        }
    }

    /// <summary>MSH-9: the event joins in version 2.2, the structure in 2.3.1.</summary>
    private static string MessageType(MessageHeader header, string version, in Er7Delimiters delimiters)
    {
        if (header.Trigger is not { } trigger || Before(version, "2.2")) return "ACK";
        char component = (char)delimiters.Component;
        string name = $"ACK{component}{Escape(trigger, delimiters)}";
        return Before(version, "2.3.1") ? name : $"{name}{component}ACK";
    }

    /// <summary>True where a version comes before another; all of them begin with 2 and have one digit a part.</summary>
    internal static bool Before(string version, string other) => string.CompareOrdinal(version, other) < 0;

    internal static string Escape(string text, in Er7Delimiters delimiters)
    {
        var escaped = new StringBuilder(text.Length);
        foreach (char c in text)
        {
            char name = c >= 128 ? '\0'
                : (byte)c == delimiters.Field ? 'F'
                : (byte)c == delimiters.Component ? 'S'
                : (byte)c == delimiters.SubComponent ? 'T'
                : (byte)c == delimiters.Repetition ? 'R'
                : (byte)c == delimiters.Escape ? 'E' : '\0';
            if (name != '\0' && delimiters.Escape != 0) escaped.Append((char)delimiters.Escape).Append(name).Append((char)delimiters.Escape);
            else escaped.Append(name != '\0' || char.IsControl(c) ? ' ' : c);
        }

        return escaped.ToString();
    }
}
