using System.Globalization;
using System.Text;
using Consortium.Adapters.Hl7V2.Er7;

namespace Consortium.Adapters.Mllp;

/// <summary>
/// Answers to a message: MSH, MSA, and ERR where it is refused (HL7 v2.5.1 ch. 2.9.2, 2.15.5). An accept says that the message is safely kept, no more:
/// whether it converts is found later, and what does not is in the quarantine with its original bytes.
/// </summary>
internal sealed class Acknowledgment
{
    private readonly Er7Segment? _header;
    private readonly Encoding _encoding;
    private readonly OutcomeOfHeader? _problem;

    private Acknowledgment(Er7Segment? header, Encoding encoding, OutcomeOfHeader? problem)
    {
        _header = header;
        _encoding = encoding;
        _problem = problem;
    }

    /// <summary>True where the header says enough to take the message: what it is, and by what name to answer it.</summary>
    public bool CanAccept => _problem is null;

    /// <summary>Reads the header of a message; never throws.</summary>
    public static Acknowledgment Read(ReadOnlyMemory<byte> message)
    {
        ReadOnlySpan<byte> bytes = message.Span;
        if (bytes.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE]) || bytes.StartsWith((ReadOnlySpan<byte>)[0xFE, 0xFF]))
        {
            return Unreadable("MSH", 100, "UTF-16 cannot travel over MLLP, whose frame bytes may occur in it. Send UTF-8 and name it in MSH-18.");
        }

        int at = StartOfHeader(bytes);
        if (at < 0) return Unreadable("MSH", 100, "there is no MSH segment: this is no HL7 v2 message.");
        ReadOnlyMemory<byte> segment = message.Slice(at, Er7Lines.End(bytes[at..]));
        try
        {
            (ReadOnlyMemory<byte> utf8, Encoding encoding) = Er7Charset.ToUtf8(segment, null);
            Er7Segment header = Er7Message.Parse(utf8, encoding, 1).Header;
            OutcomeOfHeader? problem = header[9][1].Text is null ? new OutcomeOfHeader("MSH-9", 101, "MSH-9 (message type) is empty.")
                : header[10].Text is null ? new OutcomeOfHeader("MSH-10", 101, "MSH-10 (message control id) is empty: the message could not be acknowledged by name.")
                : null;
            return new Acknowledgment(header, encoding, problem);
        }
        catch (Er7FormatException e)
        {
            return Unreadable(e.Place ?? "MSH", 102, e.Message);
        }
    }

    /// <summary>AA (or CA in enhanced mode): the message is in the journal.</summary>
    public byte[]? Accept(string messageId, DateTimeOffset now) => Wants(accepted: true) ? Write(Code('A'), null, messageId, now) : null;

    /// <summary>AR (or CR): the message cannot be taken and will not be when sent again as it is.</summary>
    public byte[] Reject(string messageId, DateTimeOffset now) => Write(Code('R'), _problem, messageId, now);

    /// <summary>AE (or CE): the message could not be kept; sending it again later may help.</summary>
    public byte[] Error(string reason, string messageId, DateTimeOffset now) => Write(Code('E'), new OutcomeOfHeader("", 207, reason), messageId, now);

    /// <summary>An answer where there is no header to answer: the frame is too long, or no frame at all.</summary>
    public static byte[] Refuse(string reason, string messageId, DateTimeOffset now) =>
        Unreadable("", 207, reason).Reject(messageId, now);

    private static Acknowledgment Unreadable(string place, int code, string reason) =>
        new(null, Encoding.ASCII, new OutcomeOfHeader(place, code, reason));

    private static int StartOfHeader(ReadOnlySpan<byte> bytes)
    {
        int at = 0;
        if (bytes.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF])) at = 3;
        while (at < bytes.Length && bytes[at] is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n') at++;
        if (bytes[at..].StartsWith("MSH"u8)) return at;
        if (!bytes[at..].StartsWith("FHS"u8) && !bytes[at..].StartsWith("BHS"u8)) return -1;

        // A batch is answered as a whole, under the name of its first message.
        int cr = bytes.IndexOf("\rMSH"u8);
        int lf = bytes.IndexOf("\nMSH"u8);
        return cr < 0 && lf < 0 ? -1 : 1 + (cr < 0 ? lf : lf < 0 ? cr : Math.Min(cr, lf));
    }

    // Enhanced mode (ch. 2.9.3): MSH-15 asks for accept acknowledgements, whose codes begin with C.
    private bool IsEnhanced => _header is not null && (_header[15].Text is not null || _header[16].Text is not null);

    private string Code(char result) => IsEnhanced ? $"C{result}" : $"A{result}";

    private bool Wants(bool accepted) => !IsEnhanced || _header![15].Text switch
    {
        "NE" => false,
        "ER" => !accepted,
        _ => true,
    };

    private byte[] Write(string code, OutcomeOfHeader? problem, string messageId, DateTimeOffset now)
    {
        Er7Delimiters delimiters = _header?.Message.Delimiters ?? new Er7Delimiters((byte)'|', (byte)'^', (byte)'~', (byte)'\\', (byte)'&');
        char field = (char)delimiters.Field;
        char component = (char)delimiters.Component;
        string trigger = _header?[9][2].Text is { } name ? $"ACK{component}{Escape(name, delimiters)}" : "ACK";
        string version = Raw(12) is { Length: > 0 } stated ? stated : "2.5.1";

        string[] header =
        [
            "MSH", Raw(2) is { Length: > 0 } encoding ? encoding : "^~\\&",
            Raw(5), Raw(6), Raw(3), Raw(4), // what received answers to what sent
            now.ToUniversalTime().ToString("yyyyMMddHHmmss'+0000'", CultureInfo.InvariantCulture),
            "", trigger, messageId, Raw(11) is { Length: > 0 } processing ? processing : "P", version, "", "", "", "", "", Raw(18),
        ];
        var answer = new StringBuilder(string.Join(field, header).TrimEnd(field)).Append('\r');
        answer.Append("MSA").Append(field).Append(code).Append(field).Append(Raw(10));
        if (problem is not null) answer.Append(field).Append(Escape(problem.Reason, delimiters));
        answer.Append('\r');
        if (problem is not null) answer.Append(ErrorSegment(problem, version, delimiters)).Append('\r');
        return _encoding.GetBytes(answer.ToString());
    }

    private static string ErrorSegment(OutcomeOfHeader problem, string version, in Er7Delimiters delimiters)
    {
        char field = (char)delimiters.Field;
        char component = (char)delimiters.Component;
        string[] place = problem.Place.Split('-', '.');
        string location = problem.Place.Length == 0 ? "" : string.Join(component, new[] { place[0], "1" }.Concat(place.Skip(1)));
        string text = problem.Code switch
        {
            100 => "Segment sequence error",
            101 => "Required field missing",
            102 => "Data type error",
            _ => "Application internal error",
        };

        // ERR-1 of versions before 2.5: segment, sequence, field, code; later ERR-2 the place, ERR-3 the code, ERR-4 the severity, ERR-8 the text.
        if (string.CompareOrdinal(version, "2.5") < 0 && delimiters.SubComponent != 0)
        {
            string code = string.Join((char)delimiters.SubComponent, problem.Code.ToString(CultureInfo.InvariantCulture), text, "HL70357");
            string[] parts = [.. location.Split(component), "", "", ""];
            return $"ERR{field}{string.Join(component, parts[0], parts[1], parts[2], code)}";
        }

        return string.Join(
            field, "ERR", "", location, string.Join(component, problem.Code.ToString(CultureInfo.InvariantCulture), text, "HL70357"), "E", "", "", "", Escape(problem.Reason, delimiters));
    }

    private static string Escape(string text, in Er7Delimiters delimiters)
    {
        var escaped = new StringBuilder(text.Length);
        foreach (char c in text)
        {
            char name = c < 128
                ? (byte)c == delimiters.Field ? 'F'
                : (byte)c == delimiters.Component ? 'S'
                : (byte)c == delimiters.SubComponent ? 'T'
                : (byte)c == delimiters.Repetition ? 'R'
                : (byte)c == delimiters.Escape ? 'E' : '\0'
                : '\0';
            if (name == '\0') escaped.Append(c);
            else if (delimiters.Escape == 0) escaped.Append(' ');
            else escaped.Append((char)delimiters.Escape).Append(name).Append((char)delimiters.Escape);
        }

        return escaped.ToString();
    }

    /// <summary>A field of the header as it stands, escapes and all.</summary>
    private string Raw(int field) => _header?[field].Raw ?? "";

    /// <summary>Why a message cannot be taken.</summary>
    /// <param name="Place"><c>MSH-10</c>; empty where no place can be named.</param>
    /// <param name="Code">HL7 table 0357.</param>
    /// <param name="Reason">For a person.</param>
    private sealed record OutcomeOfHeader(string Place, int Code, string Reason);
}
