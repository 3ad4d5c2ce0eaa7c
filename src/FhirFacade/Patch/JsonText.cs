using System.Buffers;
using System.Text.Json;
using Consortium.FhirFacade.Rest;

namespace Consortium.FhirFacade.Patch;

/// <summary>
/// JSON that can be changed and of which everything that was not changed stays byte for byte: numbers keep their characters, texts their escapes,
/// because the store commits to the exact bytes. A value is taken apart only where a change goes through it.
/// </summary>
internal sealed class JsonText
{
    private static readonly JsonReaderOptions Options = new() { MaxDepth = 128 };

    private readonly ReadOnlyMemory<byte> _raw;
    private readonly JsonTokenType _kind;
    private List<JsonMember>? _members;
    private List<JsonText>? _items;
    private bool _rearranged;

    private JsonText(ReadOnlyMemory<byte> raw)
    {
        _raw = raw;
        var reader = new Utf8JsonReader(raw.Span, Options);
        reader.Read();
        _kind = reader.TokenType;
    }

    public bool IsObject => _kind == JsonTokenType.StartObject;

    public bool IsArray => _kind == JsonTokenType.StartArray;

    public bool IsNull => _kind == JsonTokenType.Null;

    /// <summary>The members of an object, in order.</summary>
    public IReadOnlyList<JsonMember> Members => _members ??= ReadMembers();

    /// <summary>The items of an array.</summary>
    public IReadOnlyList<JsonText> Items => _items ??= ReadItems();

    /// <summary>One JSON value.</summary>
    /// <exception cref="JsonException">It is not one.</exception>
    public static JsonText Parse(ReadOnlyMemory<byte> utf8)
    {
        var reader = new Utf8JsonReader(utf8.Span, Options);
        if (!reader.Read()) throw new JsonException("There is no JSON value.");
        int start = (int)reader.TokenStartIndex;
        reader.Skip();
        int end = (int)reader.BytesConsumed;
        if (reader.Read()) throw new JsonException("Something follows the JSON value.");
        return new JsonText(utf8[start..end]);
    }

    public static JsonText EmptyObject() => new("{}"u8.ToArray());

    public static JsonText EmptyArray() => new("[]"u8.ToArray());

    public static JsonText Null() => new("null"u8.ToArray());

    public JsonText? Get(string name) => Members.FirstOrDefault(member => member.Name == name)?.Value;

    /// <summary>Sets a member; a new one stands at the end, or after <paramref name="after"/>.</summary>
    public void Set(string name, JsonText value, string? after = null)
    {
        List<JsonMember> members = Change(Members);
        int at = members.FindIndex(member => member.Name == name);
        if (at >= 0)
        {
            members[at] = members[at] with { Value = value };
            return;
        }

        int place = after is null ? -1 : members.FindIndex(member => member.Name == after);
        members.Insert(place < 0 ? members.Count : place + 1, new JsonMember(name, null, value));
    }

    public bool Remove(string name) => Change(Members).RemoveAll(member => member.Name == name) > 0;

    public void Insert(int index, JsonText item) => Change(Items).Insert(index, item);

    public void RemoveAt(int index) => Change(Items).RemoveAt(index);

    public void Replace(int index, JsonText item) => Change(Items)[index] = item;

    /// <summary>
    /// The bytes. An object or array that a change has emptied goes with its name: FHIR has neither (json.html#null), and the value was all that there was.
    /// </summary>
    public byte[] ToBytes()
    {
        var output = new ArrayBufferWriter<byte>(_raw.Length + 256);
        Write(output);
        return output.WrittenSpan.ToArray();
    }

    public override string ToString() => _kind.ToString(); // never the value

    private bool IsChanged => _rearranged || (_members?.Exists(member => member.Value.IsChanged) ?? false) || (_items?.Exists(item => item.IsChanged) ?? false);

    private bool IsEmptied => IsChanged && ((_members?.TrueForAll(member => member.Value.IsEmptied) ?? false) || (_items?.TrueForAll(item => item.IsEmptied || item.IsNull) ?? false));

    private void Write(ArrayBufferWriter<byte> output)
    {
        if (!IsChanged)
        {
            output.Write(_raw.Span);
            return;
        }

        bool first = true;
        output.Write(IsObject ? "{"u8 : "["u8);
        foreach (JsonMember member in _members ?? [])
        {
            if (member.Value.IsEmptied) continue;
            if (!first) output.Write(","u8);
            first = false;
            member.WriteName(output);
            member.Value.Write(output);
        }

        foreach (JsonText item in _items ?? [])
        {
            if (item.IsEmptied) continue;
            if (!first) output.Write(","u8);
            first = false;
            item.Write(output);
        }

        output.Write(IsObject ? "}"u8 : "]"u8);
    }

    private List<T> Change<T>(IReadOnlyList<T> children)
    {
        _rearranged = true;
        return (List<T>)children;
    }

    private List<JsonMember> ReadMembers()
    {
        List<JsonMember> members = [];
        if (!IsObject) return members;
        var reader = new Utf8JsonReader(_raw.Span, Options);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string name = reader.GetString()!;
            int nameStart = (int)reader.TokenStartIndex, nameLength = reader.ValueSpan.Length + 2;
            reader.Read();
            int start = (int)reader.TokenStartIndex;
            reader.Skip();
            members.Add(new JsonMember(name, _raw.Slice(nameStart, nameLength), new JsonText(_raw[start..(int)reader.BytesConsumed])));
        }

        return members;
    }

    private List<JsonText> ReadItems()
    {
        List<JsonText> items = [];
        if (!IsArray) return items;
        var reader = new Utf8JsonReader(_raw.Span, Options);
        reader.Read();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            int start = (int)reader.TokenStartIndex;
            reader.Skip();
            items.Add(new JsonText(_raw[start..(int)reader.BytesConsumed]));
        }

        return items;
    }
}

/// <summary>A member of an object.</summary>
/// <param name="Name">Its name.</param>
/// <param name="RawName">The name as it was written, with its quotes; null for a new one.</param>
/// <param name="Value">Its value.</param>
internal sealed record JsonMember(string Name, ReadOnlyMemory<byte>? RawName, JsonText Value)
{
    public void WriteName(ArrayBufferWriter<byte> output)
    {
        if (RawName is { } raw)
        {
            output.Write(raw.Span);
        }
        else
        {
            output.Write("\""u8);
            output.Write(JsonEncodedText.Encode(Name, Negotiation.Compact.Encoder).EncodedUtf8Bytes);
            output.Write("\""u8);
        }

        output.Write(":"u8);
    }
}
