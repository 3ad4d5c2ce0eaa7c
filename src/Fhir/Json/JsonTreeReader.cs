using System.Buffers;
using System.Text.Json;
using System.Text.Unicode;
using Consortium.Fhir.Definitions;

namespace Consortium.Fhir.Json;

/// <summary>
/// Reads UTF-8 JSON into flat nodes (RFC 8259; FHIR R4 json.html). Refuses with a place: invalid UTF-8, a byte-order mark,
/// duplicate keys, comments, trailing commas, anything after the value, and nesting deeper than <see cref="MaxDepth"/>.
/// </summary>
internal static class JsonTreeReader
{
    /// <summary>
    /// Deepest nesting of objects and arrays. The deepest official example has 24 levels; a limit keeps every later pass,
    /// which recurses, within its stack.
    /// </summary>
    public const int MaxDepth = 256;

    /// <summary>Bytes of the longest property name.</summary>
    public const int LongestName = ushort.MaxValue;

    /// <summary>Reads the nodes. The array is rented from the shared pool; the caller returns it.</summary>
    public static Node[] Read(ReadOnlySpan<byte> json, out int count)
    {
        if (json.StartsWith("\uFEFF"u8)) throw new FhirFormatException("The input starts with a byte-order mark; FHIR JSON is UTF-8 without one.", 1, 1);
        if (!Utf8.IsValid(json)) throw InvalidUtf8(json);

        Node[] nodes = ArrayPool<Node>.Shared.Rent(Math.Max(32, json.Length / 24));
        try
        {
            count = Read(json, ref nodes);
            return nodes;
        }
        catch (JsonException broken)
        {
            ArrayPool<Node>.Shared.Return(nodes);
            throw NotJson(json, broken);
        }
        catch (FhirFormatException)
        {
            ArrayPool<Node>.Shared.Return(nodes);
            throw;
        }
    }

    private static int Read(ReadOnlySpan<byte> json, ref Node[] nodes)
    {
        NodeBuilder builder = new(nodes);
        try
        {
            // What the scanner does not take, well-formed or not, the framework's reader decides: it knows where and why.
            if (!JsonScanner.TryRead(json, ref builder))
            {
                builder.Restart();
                ReadSlowly(json, ref builder);
            }

            return builder.Count;
        }
        finally
        {
            nodes = builder.Nodes;
            builder.Release();
        }
    }

    private static void ReadSlowly(ReadOnlySpan<byte> json, ref NodeBuilder builder)
    {
        Utf8JsonReader reader = new(json, new JsonReaderOptions { MaxDepth = MaxDepth });
        while (reader.Read())
        {
            int start = (int)reader.TokenStartIndex;
            switch (reader.TokenType)
            {
                case JsonTokenType.PropertyName:
                    uint hash = reader.ValueIsEscaped ? HashOfEscaped(ref reader) : TableFormat.Hash(reader.ValueSpan);
                    if (reader.ValueSpan.Length > LongestName) throw At(json, start, "A property name is longer than 65,535 bytes.");
                    builder.Name(start + 1, reader.ValueSpan.Length, hash, reader.ValueIsEscaped);
                    break;
                case JsonTokenType.StartObject:
                    builder.Open(JsonKind.Object, start);
                    break;
                case JsonTokenType.StartArray:
                    builder.Open(JsonKind.Array, start);
                    break;
                case JsonTokenType.EndObject or JsonTokenType.EndArray:
                    builder.Close(json, (int)reader.BytesConsumed);
                    break;
                case JsonTokenType.String:
                    if (reader.ValueIsEscaped) RefuseLoneSurrogate(json, ref reader);
                    builder.Scalar(JsonKind.String, start + 1, reader.ValueSpan.Length, reader.ValueIsEscaped);
                    break;
                default:
                    JsonKind kind = reader.TokenType switch
                    {
                        JsonTokenType.Number => JsonKind.Number,
                        JsonTokenType.True => JsonKind.True,
                        JsonTokenType.False => JsonKind.False,
                        _ => JsonKind.Null,
                    };
                    builder.Scalar(kind, start, reader.ValueSpan.Length, escaped: false);
                    break;
            }
        }
    }

    private static uint HashOfEscaped(ref Utf8JsonReader reader)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(reader.ValueSpan.Length);
        try
        {
            int length = reader.CopyString(buffer);
            return TableFormat.Hash(buffer.AsSpan(0, length));
        }
        catch (InvalidOperationException)
        {
            throw new JsonException();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>RFC 8259 8.2: "\uD800" alone stands for no character, so no two readers agree on it.</summary>
    private static void RefuseLoneSurrogate(ReadOnlySpan<byte> json, ref Utf8JsonReader reader)
    {
        if (reader.ValueSpan.IndexOf("\\u"u8) < 0) return;
        byte[] buffer = ArrayPool<byte>.Shared.Rent(reader.ValueSpan.Length);
        try
        {
            reader.CopyString(buffer);
        }
        catch (InvalidOperationException)
        {
            throw At(json, (int)reader.TokenStartIndex, "A string has an unpaired surrogate escape.");
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    public static FhirFormatException At(ReadOnlySpan<byte> json, int offset, string message)
    {
        (int line, int column) = LineMap.Find(json, offset);
        return new FhirFormatException(message, line, column);
    }

    private static FhirFormatException InvalidUtf8(ReadOnlySpan<byte> json)
    {
        int offset = 0;
        while (offset < json.Length && System.Text.Rune.DecodeFromUtf8(json[offset..], out _, out int used) == OperationStatus.Done) offset += used;
        return At(json, offset, "The input has bytes here that are not UTF-8.");
    }

    private static FhirFormatException NotJson(ReadOnlySpan<byte> json, JsonException broken)
    {
        // The reader's own message may quote the input, which may be patient data: only the place is taken over.
        int line = (int)(broken.LineNumber ?? 0), column = (int)(broken.BytePositionInLine ?? 0);
        int offset = Math.Min(LineMap.Offset(json, line, column), json.Length);
        string found = offset >= json.Length ? "the input ends"
            : json[offset] is (byte)',' or (byte)':' or (byte)'{' or (byte)'}' or (byte)'[' or (byte)']' or (byte)'"' or (byte)'/' ? $"'{(char)json[offset]}'"
            : json[offset] < 0x20 ? "a control character"
            : "a character that cannot stand here";
        string message = Nesting(json, offset) > MaxDepth
            ? $"Objects and arrays are nested deeper than {MaxDepth} levels."
            : $"The input is not well-formed JSON: found {found}.";
        return new FhirFormatException(message, line + 1, column + 1);
    }

    private static int Nesting(ReadOnlySpan<byte> json, int offset)
    {
        // Only for a message: brackets inside strings are told apart by their quotes.
        int depth = 0;
        bool text = false;
        for (int i = 0; i <= offset && i < json.Length; i++)
        {
            if (text && json[i] == '\\') i++;
            else if (json[i] == '"') text = !text;
            else if (!text && json[i] is (byte)'{' or (byte)'[') depth++;
            else if (!text && json[i] is (byte)'}' or (byte)']') depth--;
        }

        return depth;
    }
}
