namespace Consortium.Adapters.Hl7V2.Er7;

/// <summary>
/// The delimiters of one message, MSH-1 and MSH-2 (HL7 v2.5.1 ch. 2.5.4). Zero means that the message has none of that kind.
/// </summary>
/// <param name="Field">MSH-1.</param>
/// <param name="Component">First character of MSH-2.</param>
/// <param name="Repetition">Second.</param>
/// <param name="Escape">Third.</param>
/// <param name="SubComponent">Fourth.</param>
/// <param name="Truncation">Fifth, from v2.7 on (ch. 2.5.5.2): stands at the end of a value that the sender has cut.</param>
internal readonly record struct Er7Delimiters(byte Field, byte Component, byte Repetition, byte Escape, byte SubComponent, byte Truncation = 0)
{
    private const int MostEncodingCharacters = 5;

    /// <summary>Reads the delimiters from the start of an MSH, FHS or BHS segment.</summary>
    /// <exception cref="Er7FormatException">They cannot be delimiters.</exception>
    public static Er7Delimiters Read(ReadOnlySpan<byte> segment, int line)
    {
        if (Er7Names.At(segment) is not ("MSH" or "FHS" or "BHS"))
        {
            throw new Er7FormatException("structure", "there is no MSH segment: this is no HL7 v2 message.", "MSH", line);
        }

        string name = Er7Names.At(segment)!;
        if (segment.Length < 4 || !CanDelimit(segment[3]))
        {
            throw new Er7FormatException("structure", $"{name}-1 is no field separator; a punctuation character such as | is expected.", $"{name}-1", line);
        }

        byte field = segment[3];
        ReadOnlySpan<byte> rest = segment[4..];
        int end = rest.IndexOf(field);
        ReadOnlySpan<byte> encoding = end < 0 ? rest : rest[..end];
        if (encoding.IsEmpty || encoding.Length > MostEncodingCharacters)
        {
            throw new Er7FormatException("structure", $"{name}-2 must have 1 to 5 encoding characters such as ^~\\&, not {encoding.Length}.", $"{name}-2", line);
        }

        for (int i = 0; i < encoding.Length; i++)
        {
            if (!CanDelimit(encoding[i]) || encoding[i] == field || encoding[..i].Contains(encoding[i]))
            {
                throw new Er7FormatException(
                    "structure", $"character {i + 1} of {name}-2 cannot be a delimiter: each must be a punctuation character that differs from the others and from {name}-1. Usual is ^~\\&, each character once.", $"{name}-2", line);
            }
        }

        return new Er7Delimiters(field, encoding[0], At(encoding, 1), At(encoding, 2), At(encoding, 3), At(encoding, 4));
    }

    /// <summary>True where <paramref name="b"/> separates anything.</summary>
    public bool IsSeparator(byte b) => b == Component || b == Repetition || b == SubComponent;

    private static byte At(ReadOnlySpan<byte> encoding, int index) => index < encoding.Length ? encoding[index] : (byte)0;

    private static bool CanDelimit(byte b) => b is > 0x20 and < 0x7F && !char.IsAsciiLetterOrDigit((char)b);
}
