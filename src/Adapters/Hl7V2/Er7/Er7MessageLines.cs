namespace Consortium.Adapters.Hl7V2.Er7;

/// <summary>
/// Walks the lines of a message that are not blank, numbered as in the record, also where the message was joined of several pieces.
/// </summary>
internal ref struct Er7MessageLines(Er7Slice message)
{
    private readonly ReadOnlySpan<byte> _bytes = message.Bytes.Span;
    private readonly IReadOnlyList<Er7Origin>? _origins = message.Origins;
    private Er7Lines.Enumerator _lines = Er7Lines.In(message.Bytes.Span, message.Line);
    private int _origin;
    private int _shift;

    /// <summary>The line; its start is counted in the message's bytes.</summary>
    public Er7Line Current { get; private set; }

    public readonly Er7MessageLines GetEnumerator() => this;

    public bool MoveNext()
    {
        while (_lines.MoveNext())
        {
            Er7Line line = _lines.Current;
            while (_origin < _origins?.Count && _origins[_origin].Start <= line.Start) _shift = _origins[_origin++].Line - line.Number;
            if (Er7Lines.IsBlank(_bytes.Slice(line.Start, line.Length))) continue;
            Current = line with { Number = line.Number + _shift };
            return true;
        }

        return false;
    }
}
