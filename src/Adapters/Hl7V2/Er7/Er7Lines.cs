using System.Buffers;

namespace Consortium.Adapters.Hl7V2.Er7;

/// <summary>A line: its slice without the line end, and its number from 1.</summary>
internal readonly record struct Er7Line(int Start, int Length, int Number);

/// <summary>
/// Cuts records into lines. Segments end with CR; LF and CR LF come from files that an editor or a transfer has touched.
/// The end bytes of an MLLP frame, of a DOS file or of a padded block (FS, VT, SUB, NUL) at the end of a line are no part of it.
/// </summary>
internal static class Er7Lines
{
    private static readonly SearchValues<byte> Blanks = SearchValues.Create(" \t\u000b\u001c\u001a\0"u8);

    /// <summary>The lines of a record.</summary>
    public static Enumerator In(ReadOnlySpan<byte> bytes, int firstNumber) => new(bytes, firstNumber);

    /// <summary>Length of the first line.</summary>
    public static int End(ReadOnlySpan<byte> bytes)
    {
        int end = bytes.IndexOfAny((byte)'\r', (byte)'\n');
        return end < 0 ? bytes.Length : end;
    }

    /// <summary>True for a line of blanks, or of the MLLP frame bytes that some files keep.</summary>
    public static bool IsBlank(ReadOnlySpan<byte> line) => line.IndexOfAnyExcept(Blanks) < 0;

    /// <summary>Walks the lines.</summary>
    public ref struct Enumerator(ReadOnlySpan<byte> bytes, int firstNumber)
    {
        private readonly ReadOnlySpan<byte> _bytes = bytes;
        private int _at;
        private int _number = firstNumber;

        public Er7Line Current { get; private set; }

        public readonly Enumerator GetEnumerator() => this;

        public bool MoveNext()
        {
            if (_at >= _bytes.Length) return false;
            ReadOnlySpan<byte> rest = _bytes[_at..];
            int end = End(rest);
            int length = end;
            while (length > 0 && rest[length - 1] is 0x1C or 0x1A or 0x0B or 0) length--;
            Current = new Er7Line(_at, length, _number++);
            _at += end + 1;
            if (_at < _bytes.Length && _bytes[_at - 1] == '\r' && _bytes[_at] == '\n') _at++;
            return true;
        }
    }
}
