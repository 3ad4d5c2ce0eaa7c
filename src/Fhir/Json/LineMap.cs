namespace Consortium.Fhir.Json;

/// <summary>Byte offsets to lines and columns, both from 1; a column counts bytes.</summary>
internal sealed class LineMap
{
    private readonly int[] _starts;

    public LineMap(ReadOnlySpan<byte> text)
    {
        _starts = new int[text.Count((byte)'\n') + 1];
        for (int line = 1, at = 0; line < _starts.Length; line++)
        {
            at += text[at..].IndexOf((byte)'\n') + 1;
            _starts[line] = at;
        }
    }

    public (int Line, int Column) this[int offset]
    {
        get
        {
            int line = Array.BinarySearch(_starts, offset);
            if (line < 0) line = ~line - 1;
            return (line + 1, offset - _starts[line] + 1);
        }
    }

    public static (int Line, int Column) Find(ReadOnlySpan<byte> text, int offset)
    {
        ReadOnlySpan<byte> before = text[..Math.Min(offset, text.Length)];
        return (before.Count((byte)'\n') + 1, before.Length - before.LastIndexOf((byte)'\n'));
    }

    /// <summary>The offset of a line and column counted from 0.</summary>
    public static int Offset(ReadOnlySpan<byte> text, int line, int column)
    {
        int at = 0;
        for (; line > 0; line--)
        {
            int newline = text[at..].IndexOf((byte)'\n');
            if (newline < 0) break;
            at += newline + 1;
        }

        return at + column;
    }
}
