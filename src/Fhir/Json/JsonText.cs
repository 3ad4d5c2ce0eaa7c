using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Unicode;

namespace Consortium.Fhir.Json;

/// <summary>
/// Writes a text between the quotes of a JSON string: what RFC 8259 section 7 wants escaped, and of the rest what
/// <see cref="JavaScriptEncoder.UnsafeRelaxedJsonEscaping"/> escapes, so that the bytes are those of <c>Utf8JsonWriter</c> with that encoder.
/// </summary>
internal static class JsonText
{
    /// <summary>Texts up to this length get room for the worst case; of longer ones the bytes are counted.</summary>
    private const int Short = 256;

    private static readonly JavaScriptEncoder s_encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;

    /// <summary>The ASCII characters that stand as they are.</summary>
    private static readonly SearchValues<byte> s_plain = SearchValues.Create([.. Enumerable.Range(0x20, 0x7F - 0x20).Select(b => (byte)b).Where(b => b is not ((byte)'"' or (byte)'\\'))]);

    /// <summary>Writes a text at a place of a buffer, which grows as needed.</summary>
    /// <returns>How many bytes it took.</returns>
    public static int Write(string text, ref byte[] buffer, int at, out bool escaped)
    {
        escaped = false;
        Reserve(ref buffer, at, text.Length);
        if (TryWritePlain(text, buffer.AsSpan(at))) return text.Length;
        Reserve(ref buffer, at, text.Length <= Short ? text.Length * 3 : Encoding.UTF8.GetByteCount(text));
        // An unpaired surrogate is no character; the encoder writes what stands for one.
        if (Utf8.FromUtf16(text, buffer.AsSpan(at), out _, out int written, replaceInvalidSequences: false) == OperationStatus.Done
            && s_encoder.FindFirstCharacterToEncodeUtf8(buffer.AsSpan(at, written)) < 0) return written;
        escaped = true;
        string encoded = s_encoder.Encode(text);
        Reserve(ref buffer, at, Encoding.UTF8.GetByteCount(encoded));
        return Encoding.UTF8.GetBytes(encoded, buffer.AsSpan(at));
    }

    /// <summary>Writes a text of nothing but ASCII characters that stand as they are; false where it has others.</summary>
    public static bool TryWritePlain(string text, Span<byte> output) =>
        Ascii.FromUtf16(text, output, out int written) == OperationStatus.Done && !output[..written].ContainsAnyExcept(s_plain);

    /// <summary>Makes room for so many bytes at a place.</summary>
    public static void Reserve(ref byte[] buffer, int at, int more)
    {
        if (buffer.Length - at < more) Array.Resize(ref buffer, (int)Math.Min(Math.Max((long)at + more, buffer.Length * 2L), Array.MaxLength));
    }
}
