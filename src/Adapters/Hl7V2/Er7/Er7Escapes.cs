using System.Globalization;
using System.Text;

namespace Consortium.Adapters.Hl7V2.Er7;

/// <summary>Escape sequences (HL7 v2.5.1 ch. 2.7): delimiters, hexadecimal data, and the layout commands of formatted text.</summary>
internal static class Er7Escapes
{
    private const int MostSpaces = 200;

    /// <summary>The text that a value stands for. A sequence that means nothing here stays as it is written, so that nothing is lost.</summary>
    public static string Decode(ReadOnlySpan<byte> value, in Er7Delimiters delimiters, Encoding encoding)
    {
        if (delimiters.Escape == 0 || !value.Contains(delimiters.Escape)) return Encoding.UTF8.GetString(value);

        var text = new StringBuilder(value.Length);
        while (!value.IsEmpty)
        {
            int start = value.IndexOf(delimiters.Escape);
            int length = start < 0 ? -1 : value[(start + 1)..].IndexOf(delimiters.Escape);
            if (length < 0)
            {
                text.Append(Encoding.UTF8.GetString(value));
                break;
            }

            text.Append(Encoding.UTF8.GetString(value[..start]));
            ReadOnlySpan<byte> sequence = value.Slice(start + 1, length);
            if (Append(text, sequence, delimiters, encoding))
            {
                value = value[(start + length + 2)..];
            }
            else
            {
                // Not a sequence: the escape character stands for itself, and what follows may begin one.
                text.Append((char)delimiters.Escape);
                value = value[(start + 1)..];
            }
        }

        return text.ToString();
    }

    private static bool Append(StringBuilder text, ReadOnlySpan<byte> sequence, in Er7Delimiters delimiters, Encoding encoding)
    {
        if (sequence.Length == 1)
        {
            byte character = sequence[0] switch
            {
                (byte)'F' => delimiters.Field,
                (byte)'S' => delimiters.Component,
                (byte)'T' => delimiters.SubComponent,
                (byte)'R' => delimiters.Repetition,
                (byte)'E' => delimiters.Escape,
                (byte)'P' => (byte)'#',
                _ => 0,
            };
            if (character != 0)
            {
                text.Append((char)character);
                return true;
            }

            return sequence[0] is (byte)'H' or (byte)'N'; // highlighting on and off: layout without content
        }

        if (sequence.IsEmpty) return false;
        if (sequence[0] == 'X') return AppendHexadecimal(text, sequence[1..], encoding);
        return sequence[0] == '.' && AppendLayout(text, sequence[1..]);
    }

    private static bool AppendHexadecimal(StringBuilder text, ReadOnlySpan<byte> digits, Encoding encoding)
    {
        if (digits.IsEmpty || digits.Length % 2 != 0) return false;
        byte[] bytes = new byte[digits.Length / 2];
        if (System.Convert.FromHexString(Encoding.ASCII.GetString(digits), bytes, out _, out _) != System.Buffers.OperationStatus.Done) return false;
        try
        {
            text.Append(encoding.GetString(bytes));
            return true;
        }
        catch (DecoderFallbackException)
        {
            return false;
        }
    }

    private static bool AppendLayout(StringBuilder text, ReadOnlySpan<byte> command)
    {
        if (command.Length < 2) return false;
        int count = 1;
        if (command.Length > 2 && !int.TryParse(command[2..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out count)) return false;
        ReadOnlySpan<byte> name = command[..2];
        if (name.SequenceEqual("br"u8) || name.SequenceEqual("sp"u8) || name.SequenceEqual("ce"u8))
        {
            text.Append('\n', Math.Clamp(count, 1, MostSpaces));
            return true;
        }

        if (name.SequenceEqual("sk"u8))
        {
            text.Append(' ', Math.Clamp(count, 1, MostSpaces));
            return true;
        }

        // Indentation, and fill mode on or off: layout without content.
        return name.SequenceEqual("in"u8) || name.SequenceEqual("ti"u8) || name.SequenceEqual("fi"u8) || name.SequenceEqual("nf"u8);
    }
}
