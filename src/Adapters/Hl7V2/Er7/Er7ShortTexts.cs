using System.Buffers.Binary;
using System.Text;

namespace Consortium.Adapters.Hl7V2.Er7;

/// <summary>
/// Strings of short ASCII texts that came lately: codes, the names of tables and authorities, which a message repeats from end to end. A fixed number of
/// places, each for the last text that fell on it. Thread-safe: a place is one reference, read and written whole.
/// </summary>
internal static class Er7ShortTexts
{
    /// <summary>The longest text, in bytes.</summary>
    public const int Longest = sizeof(ulong);

    private const int PlacesBits = 9;
    private const ulong BeyondAscii = 0x8080_8080_8080_8080;

    // 2^64 divided by the golden ratio spreads what differs in few bits.
    private const ulong Spread = 0x9E37_79B9_7F4A_7C15;

    private static readonly string?[] Places = new string?[1 << PlacesBits];

    /// <summary>The text of 1 to <see cref="Longest"/> bytes; null where they are not all ASCII.</summary>
    public static string? Find(ReadOnlySpan<byte> ascii)
    {
        ulong key = Key(ascii);
        if ((key & BeyondAscii) != 0) return null;
        ref string? place = ref Places[(key * Spread) >> (64 - PlacesBits)];
        string? known = place;
        return known is not null && Ascii.Equals(ascii, known) ? known : place = Encoding.ASCII.GetString(ascii);
    }

    /// <summary>The bytes of a text, 1 to <see cref="Longest"/>, as one number. A text has no NUL, so that the bytes say their number too.</summary>
    public static ulong Key(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length == sizeof(ulong)) return BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        if (bytes.Length >= sizeof(uint))
        {
            ulong first = BinaryPrimitives.ReadUInt32LittleEndian(bytes);
            ulong last = BinaryPrimitives.ReadUInt32LittleEndian(bytes[^sizeof(uint)..]);
            return first | (last << ((bytes.Length - sizeof(uint)) * 8));
        }

        ulong key = 0;
        for (int i = bytes.Length - 1; i >= 0; i--) key = (key << 8) | bytes[i];
        return key;
    }
}
