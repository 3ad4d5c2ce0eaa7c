using System.Buffers;
using System.Text;

namespace Consortium.Adapters.Hl7V2.Er7;

/// <summary>
/// Escape sequences (HL7 v2.5.1 ch. 2.7): delimiters, hexadecimal data, switches of the character set, and the layout commands of formatted text.
/// </summary>
internal static class Er7Escapes
{
    /// <summary>The text that a value stands for. A sequence that means nothing here (<c>\Z..\</c> included, whose meaning is the sender's) stays as it is written, so that nothing is lost.</summary>
    /// <exception cref="Er7CharacterSwitchException">The value switches to a character set that cannot be read.</exception>
    public static string Decode(ReadOnlySpan<byte> value, in Er7Delimiters delimiters, Encoding encoding)
    {
        var text = new Er7TextWriter(value.Length);
        Er7CharacterSwitches.Set? set = null;
        while (!value.IsEmpty)
        {
            int start = value.IndexOf(delimiters.Escape);
            int length = start < 0 ? -1 : value[(start + 1)..].IndexOf(delimiters.Escape);
            if (length < 0)
            {
                Write(text, value, set);
                break;
            }

            Write(text, value[..start], set);
            ReadOnlySpan<byte> sequence = value.Slice(start + 1, length);
            int end = start + length + 2;
            if (!sequence.IsEmpty && sequence[0] == 'X')
            {
                // A run that does not fit the character set of the message stays as it is written.
                if (WriteHexadecimal(text, value[start..], delimiters.Escape, encoding) is > 0 and var used)
                {
                    value = value[(start + used)..];
                    continue;
                }
            }
            else if (Er7CharacterSwitches.IsSwitch(sequence))
            {
                set = Er7CharacterSwitches.SetOf(sequence);
                value = value[end..];
                continue;
            }
            else if (Write(text, sequence, delimiters))
            {
                value = value[end..];
                continue;
            }

            // Not a sequence: the escape character stands for itself, and what follows may begin one.
            text.Write((char)delimiters.Escape);
            value = value[(start + 1)..];
        }

        return text.ToString();
    }

    private static void Write(Er7TextWriter text, ReadOnlySpan<byte> content, Er7CharacterSwitches.Set? set)
    {
        if (content.IsEmpty) return;
        if (set is null) text.Write(content);
        else text.Write(Er7CharacterSwitches.Read(set, content));
    }

    private static bool Write(Er7TextWriter text, ReadOnlySpan<byte> sequence, in Er7Delimiters delimiters)
    {
        if (sequence.Length != 1) return !sequence.IsEmpty && sequence[0] == '.' && text.Command(sequence[1..]);
        if (sequence[0] is (byte)'H' or (byte)'N') return true; // highlighting on and off: layout without content

        // A delimiter that the message does not have stands for the usual one.
        (byte own, char usual) = sequence[0] switch
        {
            (byte)'F' => (delimiters.Field, '|'),
            (byte)'S' => (delimiters.Component, '^'),
            (byte)'T' => (delimiters.SubComponent, '&'),
            (byte)'R' => (delimiters.Repetition, '~'),
            (byte)'E' => (delimiters.Escape, '\\'),
            (byte)'P' => (delimiters.Truncation, '#'),
            _ => ((byte)0, '\0'),
        };
        if (usual == '\0') return false;
        text.Write(own == 0 ? usual : (char)own);
        return true;
    }

    /// <summary>
    /// Hexadecimal data. Senders write one sequence a byte, so that a character of several bytes is whole only in a run of sequences.
    /// Gives the bytes used, or 0 where it is no hexadecimal data.
    /// </summary>
    private static int WriteHexadecimal(Er7TextWriter text, ReadOnlySpan<byte> value, byte escape, Encoding encoding)
    {
        var bytes = new ArrayBufferWriter<byte>();
        int used = 0;
        while (used + 1 < value.Length && value[used] == escape && value[used + 1] == 'X')
        {
            int length = value[(used + 2)..].IndexOf(escape);
            if (length <= 0 || length % 2 != 0) break;
            Span<byte> data = bytes.GetSpan(length / 2)[..(length / 2)];
            if (System.Convert.FromHexString(value.Slice(used + 2, length), data, out _, out _) != OperationStatus.Done) break;
            bytes.Advance(length / 2);
            used += length + 3;
        }

        if (used == 0) return 0;
        try
        {
            text.Write(encoding.GetString(bytes.WrittenSpan));
        }
        catch (DecoderFallbackException)
        {
            text.Write(value[..used]);
        }

        return used;
    }
}
