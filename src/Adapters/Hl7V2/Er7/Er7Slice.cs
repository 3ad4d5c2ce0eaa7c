using System.Text;

namespace Consortium.Adapters.Hl7V2.Er7;

/// <summary>Where the line numbers of joined bytes go on: the line that begins at <paramref name="Start"/> is line <paramref name="Line"/> of the record.</summary>
internal readonly record struct Er7Origin(int Start, int Line);

/// <summary>A message of a record, still unread.</summary>
/// <param name="Bytes">Its bytes as UTF-8.</param>
/// <param name="Line">Line of its MSH in the record.</param>
internal readonly record struct Er7Slice(ReadOnlyMemory<byte> Bytes, int Line)
{
    /// <summary>The character set that the message had; hexadecimal escapes are in it.</summary>
    public Encoding Encoding { get; init; } = Er7Charset.Utf8;

    /// <summary>For a message joined of several pieces: where each later piece begins, in order. Null for a message in one piece.</summary>
    public IReadOnlyList<Er7Origin>? Origins { get; init; }

    /// <summary>Why the message cannot be read, such as bytes that do not fit its character set; null where nothing is wrong so far.</summary>
    public Er7FormatException? Problem { get; init; }
}
