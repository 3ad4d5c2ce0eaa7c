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
        Utf8JsonReader reader = new(json, new JsonReaderOptions { MaxDepth = MaxDepth });
        Span<int> lastChild = stackalloc int[MaxDepth + 1];
        int count = 0, parent = -1, depth = 0;
        int nameStart = 0, nameLength = 0;
        uint nameHash = 0;
        bool nameEscaped = false;
        while (reader.Read())
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.PropertyName:
                    nameStart = (int)reader.TokenStartIndex + 1;
                    nameLength = reader.ValueSpan.Length;
                    nameEscaped = reader.ValueIsEscaped;
                    if (nameLength > ushort.MaxValue) throw At(json, nameStart - 1, "A property name is longer than 65,535 bytes.");
                    nameHash = nameEscaped ? HashOfEscaped(ref reader) : TableFormat.Hash(reader.ValueSpan);
                    continue;

                case JsonTokenType.EndObject:
                case JsonTokenType.EndArray:
                    ref Node closed = ref nodes[parent];
                    closed.Length = (int)reader.BytesConsumed - closed.Start;
                    if (reader.TokenType == JsonTokenType.EndObject) RefuseDuplicates(json, nodes, parent);
                    parent = closed.Parent;
                    depth--;
                    continue;
            }

            if (count == nodes.Length) nodes = Grow(nodes);
            ref Node node = ref nodes[count];
            node = default;
            node.Parent = parent;
            node.Start = (int)reader.TokenStartIndex;
            if (parent >= 0)
            {
                ref Node container = ref nodes[parent];
                if (container.Count > 0) nodes[lastChild[depth]].Next = count;
                lastChild[depth] = count;
                if (container.Kind == JsonKind.Array)
                {
                    node.Flags = NodeFlags.Item;
                    node.Index = container.Count;
                }
                else
                {
                    node.NameStart = nameStart;
                    node.NameLength = (ushort)nameLength;
                    node.Element = (int)nameHash;
                    if (nameEscaped) node.Flags = NodeFlags.NameEscaped;
                }

                container.Count++;
            }

            switch (reader.TokenType)
            {
                case JsonTokenType.StartObject:
                case JsonTokenType.StartArray:
                    node.Kind = reader.TokenType == JsonTokenType.StartObject ? JsonKind.Object : JsonKind.Array;
                    parent = count;
                    depth++;
                    break;
                case JsonTokenType.String:
                    node.Kind = JsonKind.String;
                    node.Start++;
                    node.Length = reader.ValueSpan.Length;
                    if (reader.ValueIsEscaped)
                    {
                        node.Flags |= NodeFlags.ValueEscaped;
                        RefuseLoneSurrogate(json, ref reader);
                    }

                    break;
                default:
                    node.Kind = reader.TokenType switch
                    {
                        JsonTokenType.Number => JsonKind.Number,
                        JsonTokenType.True => JsonKind.True,
                        JsonTokenType.False => JsonKind.False,
                        _ => JsonKind.Null,
                    };
                    node.Length = reader.ValueSpan.Length;
                    break;
            }

            count++;
        }

        return count;
    }

    private static Node[] Grow(Node[] nodes)
    {
        Node[] larger = ArrayPool<Node>.Shared.Rent(nodes.Length * 2);
        nodes.CopyTo(larger, 0);
        ArrayPool<Node>.Shared.Return(nodes);
        return larger;
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

    /// <summary>FHIR R4 json.html: property names are unique within an object. The names' hashes are in the nodes.</summary>
    private static void RefuseDuplicates(ReadOnlySpan<byte> json, Node[] nodes, int container)
    {
        int children = nodes[container].Count;
        if (children < 2) return;
        if (children > 40)
        {
            HashSet<int> hashes = new(children);
            bool same = false;
            for (int child = container + 1; child != 0; child = nodes[child].Next) same |= !hashes.Add(nodes[child].Element);
            if (!same) return;

            // Equal hashes may still be different names; this many keys is no FHIR object, so exact and slow is good enough.
            HashSet<string> names = new(children, StringComparer.Ordinal);
            for (int child = container + 1; child != 0; child = nodes[child].Next)
            {
                if (!names.Add(Unescape.ToText(Name(json, nodes[child]), nodes[child].Has(NodeFlags.NameEscaped)))) throw Duplicate(json, nodes[child]);
            }

            return;
        }

        Span<int> seen = stackalloc int[40];
        int count = 0;
        for (int child = container + 1; child != 0; child = nodes[child].Next)
        {
            int hash = nodes[child].Element;
            if (seen[..count].Contains(hash))
            {
                for (int other = container + 1; other != child; other = nodes[other].Next)
                {
                    if (nodes[other].Element == hash && Unescape.SameName(json, nodes[other], nodes[child])) throw Duplicate(json, nodes[child]);
                }
            }

            seen[count++] = hash;
        }
    }

    private static FhirFormatException Duplicate(ReadOnlySpan<byte> json, in Node child) =>
        At(json, child.NameStart - 1, "The same property stands twice in one object; property names are unique (FHIR R4 json.html).");

    private static ReadOnlySpan<byte> Name(ReadOnlySpan<byte> json, in Node node) => json.Slice(node.NameStart, node.NameLength);

    private static FhirFormatException At(ReadOnlySpan<byte> json, int offset, string message)
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
