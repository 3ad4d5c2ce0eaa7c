using System.Buffers;

namespace Consortium.Adapters.Hl7V2.Er7;

/// <summary>A line: its slice without the line end, and its number from 1.</summary>
internal readonly record struct Er7Line(int Start, int Length, int Number);

/// <summary>Cuts records into lines. Segments end with CR; LF and CR LF come from files that an editor or a transfer has touched.</summary>
internal static class Er7Lines
{
    private static readonly SearchValues<byte> Blanks = SearchValues.Create(" \t\u000b\u001c\u001a\0"u8);

    /// <summary>The lines of a record.</summary>
    public static IEnumerable<Er7Line> In(ReadOnlyMemory<byte> bytes, int firstNumber)
    {
        int number = firstNumber;
        for (int at = 0; at < bytes.Length; number++)
        {
            int length = End(bytes.Span[at..]);
            yield return new Er7Line(at, length, number);
            at += length + 1;
            if (at < bytes.Length && bytes.Span[at - 1] == '\r' && bytes.Span[at] == '\n') at++;
        }
    }

    /// <summary>Length of the first line.</summary>
    public static int End(ReadOnlySpan<byte> bytes)
    {
        int end = bytes.IndexOfAny((byte)'\r', (byte)'\n');
        return end < 0 ? bytes.Length : end;
    }

    /// <summary>True for a line of blanks, or of the MLLP frame bytes that some files keep.</summary>
    public static bool IsBlank(ReadOnlySpan<byte> line) => line.IndexOfAnyExcept(Blanks) < 0;
}
