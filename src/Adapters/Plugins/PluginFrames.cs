using System.Buffers.Binary;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Consortium.Adapters.Plugins;

/// <summary>
/// The wire between host and plug-in process: frames over standard input and output, each two lengths (32 bits, big-endian),
/// then so many bytes of JSON and so many of a raw record (decision 0118).
/// </summary>
internal static class PluginFrames
{
    private const int HeaderBytes = 8;

    private static readonly JsonSerializerOptions Json = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        AllowDuplicateProperties = false,
        MaxDepth = 256,
    };

    /// <summary>A frame's head and JSON; the raw bytes are written after it.</summary>
    public static byte[] Head<T>(T message, int rawBytes)
    {
        byte[] json = JsonSerializer.SerializeToUtf8Bytes(message, Json);
        byte[] head = new byte[HeaderBytes + json.Length];
        BinaryPrimitives.WriteInt32BigEndian(head, json.Length);
        BinaryPrimitives.WriteInt32BigEndian(head.AsSpan(4), rawBytes);
        json.CopyTo(head, HeaderBytes);
        return head;
    }

    /// <summary>The next frame; null at the end of the stream.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="most">The longest frame that is taken, in bytes.</param>
    /// <exception cref="InvalidDataException">The bytes are no frame, or a longer one.</exception>
    /// <exception cref="EndOfStreamException">The stream ends within a frame.</exception>
    public static (T Message, byte[] Raw)? Read<T>(Stream stream, long most)
    {
        Span<byte> lengths = stackalloc byte[HeaderBytes];
        int first = stream.ReadAtLeast(lengths, HeaderBytes, throwOnEndOfStream: false);
        if (first == 0) return null;
        if (first < HeaderBytes) throw new EndOfStreamException();
        int jsonLength = BinaryPrimitives.ReadInt32BigEndian(lengths);
        int rawLength = BinaryPrimitives.ReadInt32BigEndian(lengths[4..]);
        if (jsonLength <= 0 || rawLength < 0 || (long)jsonLength + rawLength > most) throw new InvalidDataException("The frame's lengths are out of bounds.");
        byte[] json = new byte[jsonLength];
        stream.ReadExactly(json);
        byte[] raw = rawLength == 0 ? [] : new byte[rawLength];
        stream.ReadExactly(raw);
        try
        {
            return (JsonSerializer.Deserialize<T>(json, Json) ?? throw new InvalidDataException("The frame is null."), raw);
        }
        catch (Exception e) when (e is JsonException or ArgumentException or NotSupportedException or InvalidOperationException)
        {
            // The exception's message may quote what was read.
            throw new InvalidDataException("The frame's JSON is not a message of the protocol.");
        }
    }
}
