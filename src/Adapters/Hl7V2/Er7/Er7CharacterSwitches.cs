using System.Text;

namespace Consortium.Adapters.Hl7V2.Er7;

/// <summary>A value switches to a character set that cannot be read. The message carries no content of the record.</summary>
internal sealed class Er7CharacterSwitchException(string message) : FormatException(message);

/// <summary>
/// The escape sequences that switch the character set within a value: <c>\Cxxyy\</c> for sets of single bytes and <c>\Mxxyy[zz]\</c>
/// for sets of several, where the digits are the ISO 2022 escape sequence without its ESC (HL7 v2.5.1 ch. 2.7.2). What follows is in
/// that set up to the next such sequence.
/// </summary>
internal static class Er7CharacterSwitches
{
    /// <summary>How the bytes after a switch are read.</summary>
    /// <param name="EncodingName">.NET's encoding; null for the character set of the message.</param>
    /// <param name="HighBits">True where the set's bytes lie in the upper half in that encoding, and in the lower half in the message.</param>
    /// <param name="Prefix">Bytes that bring the encoding into the set.</param>
    internal sealed record Set(string? EncodingName, bool HighBits = false, byte[]? Prefix = null);

    private static readonly Dictionary<string, Set> Sets = new(StringComparer.OrdinalIgnoreCase)
    {
        ["C2842"] = new(null),                                             // ASCII
        ["C284A"] = new(null),                                             // JIS X 0201 Roman: ASCII but for the shapes of yen and overline
        ["C2849"] = new("iso-2022-jp", Prefix: [0x1B, 0x28, 0x49]),        // JIS X 0201 Katakana
        ["M2440"] = new("iso-2022-jp", Prefix: [0x1B, 0x24, 0x40]),        // JIS C 6226-1978
        ["M2442"] = new("iso-2022-jp", Prefix: [0x1B, 0x24, 0x42]),        // JIS X 0208
        ["M242843"] = new("euc-kr", HighBits: true),                       // KS X 1001
        ["M242943"] = new("euc-kr", HighBits: true),
        ["M2441"] = new("gb18030", HighBits: true),                        // GB 2312
        ["M242841"] = new("gb18030", HighBits: true),
        ["M242941"] = new("gb18030", HighBits: true),
    };

    /// <summary>True for a sequence that has the form of a switch.</summary>
    public static bool IsSwitch(ReadOnlySpan<byte> sequence)
    {
        if (sequence.Length is not (5 or 7) || sequence[0] is not ((byte)'C' or (byte)'M')) return false;
        foreach (byte b in sequence[1..])
        {
            if (!char.IsAsciiHexDigit((char)b)) return false;
        }

        return true;
    }

    /// <summary>The set that a sequence switches to.</summary>
    /// <exception cref="Er7CharacterSwitchException">It is none of those that can be read.</exception>
    public static Set SetOf(ReadOnlySpan<byte> sequence) => Sets.GetValueOrDefault(Encoding.ASCII.GetString(sequence)) ?? throw new Er7CharacterSwitchException(
        "an escape sequence switches to a character set that is not supported (supported: ASCII, JIS X 0201, JIS X 0208, KS X 1001, GB 2312). Have the sender use UTF-8.");

    /// <summary>Bytes after a switch as text.</summary>
    /// <exception cref="Er7CharacterSwitchException">They do not fit the set.</exception>
    public static string Read(Set set, ReadOnlySpan<byte> bytes)
    {
        if (set.EncodingName is null) return Encoding.UTF8.GetString(bytes);
        byte[] whole = [.. set.Prefix ?? [], .. bytes];
        if (set.HighBits)
        {
            for (int i = 0; i < whole.Length; i++)
            {
                if (whole[i] is > 0x20 and < 0x7F) whole[i] |= 0x80;
            }
        }

        try
        {
            return Er7CharacterSets.Strict(set.EncodingName).GetString(whole);
        }
        catch (DecoderFallbackException)
        {
            throw new Er7CharacterSwitchException("the bytes after an escape sequence do not fit the character set that it switches to.");
        }
    }
}
