using System.Buffers;
using System.Text;

namespace Consortium.Adapters.Cda.Xml;

/// <summary>
/// The characters of a document while it is read, in rented memory: as a text of its own each document would go to the heap of
/// large objects, which only a full collection clears.
/// </summary>
internal sealed class DecodedText(int most) : IDisposable
{
    private char[] _characters = ArrayPool<char>.Shared.Rent(most);
    private int _length;

    /// <summary>The characters; good until this is disposed.</summary>
    public ReadOnlyMemory<char> Text => _characters.AsMemory(0, _length);

    /// <summary>Decodes bytes.</summary>
    /// <exception cref="DecoderFallbackException">Some are not of the encoding, and its fallback is to throw.</exception>
    public void Take(Encoding encoding, ReadOnlySpan<byte> bytes) => _length = encoding.GetChars(bytes, _characters);

    /// <summary>Gives the memory back, without the document in it.</summary>
    public void Dispose()
    {
        char[] characters = _characters;
        _characters = [];
        Array.Clear(characters, 0, _length);
        _length = 0;
        if (characters.Length > 0) ArrayPool<char>.Shared.Return(characters);
    }
}
