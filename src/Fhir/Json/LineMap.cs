namespace Consortium.Fhir.Json;

/// <summary>Byte offsets to lines and columns, both from 1; a column counts bytes.</summary>
internal sealed class LineMap
{
    private readonly List<int> _starts = [0];

    public LineMap(ReadOnlySpan<byte> text)
    {
        for (int at = 0; ;)
        {
            int newline = text[at..].IndexOf((byte)'\n');
            if (newline < 0) break;
            at += newline + 1;
            _starts.Add(at);
        }
    }

    public (int Line, int Column) this[int offset]
    {
        get
        {
            int line = _starts.BinarySearch(offset);
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
