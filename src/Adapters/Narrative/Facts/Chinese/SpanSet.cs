namespace Consortium.Adapters.Narrative.Facts.Chinese;

/// <summary>The characters of a block that already belong to something.</summary>
internal sealed class SpanSet(TextSpan block)
{
    private readonly bool[] _taken = new bool[block.Length];

    public void Add(TextSpan span) => _taken.AsSpan(span.Start - block.Start, span.Length).Fill(true);

    /// <summary>True where a character of the span belongs to something.</summary>
    public bool Touches(int start, int end) => _taken.AsSpan(start - block.Start, end - start).Contains(true);
}
