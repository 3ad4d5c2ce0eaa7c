using System.Text;
using Consortium.Adapters.Hl7V2.Er7;

namespace Consortium.Adapters.Mllp;

/// <summary>Why a message is refused or did not go well, for its acknowledgement.</summary>
/// <param name="Place"><c>MSH-10</c>, <c>OBX[3]-5.1</c>; empty where none can be named.</param>
/// <param name="Code">HL7 table 0357.</param>
/// <param name="Reason">For a person; no patient data.</param>
internal sealed record AckProblem(string Place, int Code, string Reason);

/// <summary>What the acknowledgement of a message needs from its MSH; a copy, independent of the buffer that the message lies in.</summary>
internal sealed class MessageHeader
{
    private readonly Er7Segment? _segment;

    private MessageHeader(Er7Segment? segment, Encoding encoding, AckProblem? problem)
    {
        _segment = segment;
        Encoding = encoding;
        Problem = problem;
    }

    /// <summary>Why the message cannot be taken; null where it can.</summary>
    public AckProblem? Problem { get; }

    /// <summary>The character set of the message, and so of its acknowledgement.</summary>
    public Encoding Encoding { get; }

    /// <summary>MSH-1 and MSH-2; the usual ones where there is no header.</summary>
    public Er7Delimiters Delimiters => _segment?.Message.Delimiters ?? new Er7Delimiters((byte)'|', (byte)'^', (byte)'~', (byte)'\\', (byte)'&');

    /// <summary>MSH-12.1; 2.5.1 where it is empty.</summary>
    public string Version => _segment?[12][1].Text is { Length: > 0 } version ? version : "2.5.1";

    /// <summary>MSH-9.2.</summary>
    public string? Trigger => _segment?[9][2].Text;

    /// <summary>True for an acknowledgement, which is never acknowledged itself (HL7 v2.5.1 ch. 2.9.2).</summary>
    public bool IsAcknowledgment => _segment?[9][1].Text is "ACK" or "MCF";

    /// <summary>Enhanced mode (HL7 v2.5.1 ch. 2.9.3): MSH-15 or MSH-16 has a value.</summary>
    public bool IsEnhanced => _segment is not null && (_segment[15].Text is not null || _segment[16].Text is not null);

    /// <summary>True where the sender wants to be told that the message is kept, or is not. In original mode always.</summary>
    public bool WantsAccept(bool accepted) => !IsEnhanced || Wants(_segment![15].Text, accepted, otherwise: true);

    /// <summary>True where the sender wants to be told what became of the message: enhanced mode with MSH-16.</summary>
    public bool WantsApplication(bool accepted) => IsEnhanced && Wants(_segment![16].Text, accepted, otherwise: false);

    /// <summary>True where the sender wants to be told of one outcome at least.</summary>
    public bool WantsAnyApplication => WantsApplication(accepted: true) || WantsApplication(accepted: false);

    /// <summary>True where the message comes from this sender.</summary>
    public bool IsFrom(SenderName sender) => sender.Matches(_segment?[3][1].Text ?? "", _segment?[4][1].Text ?? "");

    /// <summary>A field as it stands, escapes and all.</summary>
    public string Raw(int field) => _segment?[field].Raw ?? "";

    /// <summary>The header of what is no message at all.</summary>
    public static MessageHeader None(string place, int code, string reason) => new(null, Encoding.ASCII, new AckProblem(place, code, reason));

    /// <summary>Reads the header of a message; never throws.</summary>
    public static MessageHeader Read(ReadOnlySpan<byte> message)
    {
        if (message.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE]) || message.StartsWith((ReadOnlySpan<byte>)[0xFE, 0xFF]))
        {
            return None("MSH", 100, "UTF-16 cannot travel over MLLP, whose frame bytes may occur in it. Send UTF-8 and name it in MSH-18.");
        }

        int at = Start(message);
        if (at < 0) return None("MSH", 100, "there is no MSH segment: this is no HL7 v2 message.");
        byte[] segment = message.Slice(at, Er7Lines.End(message[at..])).ToArray();
        try
        {
            (ReadOnlyMemory<byte> utf8, Encoding encoding) = Er7Charset.ToUtf8(segment, null);
            Er7Segment header = Er7Message.Parse(utf8, encoding, 1).Header;
            AckProblem? problem = header[9][1].Text is null ? new AckProblem("MSH-9", 101, "MSH-9 (message type) is empty.")
                : header[10].Text is null ? new AckProblem("MSH-10", 101, "MSH-10 (message control id) is empty: the message could not be acknowledged by name.")
                : null;
            return new MessageHeader(header, encoding, problem);
        }
        catch (Er7FormatException e)
        {
            return None(e.Place ?? "MSH", 102, e.Message);
        }
    }

    private static bool Wants(string? mode, bool accepted, bool otherwise) => mode switch // HL7 table 0155
    {
        null => otherwise,
        "NE" => false,
        "ER" => !accepted,
        "SU" => accepted,
        _ => true,
    };

    private static int Start(ReadOnlySpan<byte> bytes)
    {
        int at = bytes.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF]) ? 3 : 0;
        while (at < bytes.Length && bytes[at] is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n') at++;
        if (bytes[at..].StartsWith("MSH"u8)) return at;
        if (!bytes[at..].StartsWith("FHS"u8) && !bytes[at..].StartsWith("BHS"u8)) return -1;

        // A batch is answered as a whole, under the name of its first message.
        int cr = bytes.IndexOf("\rMSH"u8);
        int lf = bytes.IndexOf("\nMSH"u8);
        return cr < 0 && lf < 0 ? -1 : 1 + (cr < 0 ? lf : lf < 0 ? cr : Math.Min(cr, lf));
    }
}
