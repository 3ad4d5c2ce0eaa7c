namespace Consortium.Adapters.Hl7V2.Language.Identities;

/// <summary>A business identifier put together of parts with <c>|</c> between them, without a string for each step.</summary>
/// <param name="buffer">Room on the stack; a longer text goes to the heap.</param>
internal ref struct KeyText(Span<char> buffer)
{
    private Span<char> _text = buffer;
    private int _length;

    /// <summary>What was written.</summary>
    public readonly ReadOnlySpan<char> Text => _text[.._length];

    /// <summary>Appends a part; nothing where it is null.</summary>
    public void Append(ReadOnlySpan<char> part)
    {
        if (part.Length > _text.Length - _length)
        {
            char[] longer = new char[Math.Max(_text.Length * 2, _length + part.Length)];
            _text[.._length].CopyTo(longer);
            _text = longer;
        }

        part.CopyTo(_text[_length..]);
        _length += part.Length;
    }

    /// <summary>Appends the separator and a part.</summary>
    public void Next(ReadOnlySpan<char> part)
    {
        Append("|");
        Append(part);
    }
}
