namespace Consortium.Adapters.Cda.Xml;

/// <summary>Reads characters in memory as a <see cref="TextReader"/>, as <see cref="StringReader"/> does those of a string.</summary>
internal sealed class CharactersReader(ReadOnlyMemory<char> text) : TextReader
{
    private int _at;

    /// <inheritdoc/>
    public override int Peek() => _at < text.Length ? text.Span[_at] : -1;

    /// <inheritdoc/>
    public override int Read() => _at < text.Length ? text.Span[_at++] : -1;

    /// <inheritdoc/>
    public override int Read(char[] buffer, int index, int count) => Read(buffer.AsSpan(index, count));

    /// <inheritdoc/>
    public override int Read(Span<char> buffer)
    {
        int taken = Math.Min(buffer.Length, text.Length - _at);
        text.Span.Slice(_at, taken).CopyTo(buffer);
        _at += taken;
        return taken;
    }
}
