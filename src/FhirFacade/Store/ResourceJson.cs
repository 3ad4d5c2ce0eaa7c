using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Consortium.Fhir;
using Consortium.FhirFacade.Search.Indexing;

namespace Consortium.FhirFacade.Store;

/// <summary>
/// A resource's bytes with the places that the store touches: <c>id</c> and <c>meta</c>. Everything else stays byte for byte,
/// because the commitment covers the exact bytes (<c>record-commitment.md</c>, "Input").
/// </summary>
internal sealed class ResourceJson
{
    private static readonly JsonReaderOptions Strict = new() { CommentHandling = JsonCommentHandling.Disallow, MaxDepth = 128 };

    private readonly ReadOnlyMemory<byte> _bytes;
    private readonly Range _idValue;
    private readonly Range _metaValue;
    private readonly List<Range> _keptMetaMembers;
    private readonly int _afterType;
    private FhirDocument? _document;
    private (ResourceIndexer By, IndexRows Rows)? _index;

    private ResourceJson(ReadOnlyMemory<byte> bytes, string type, string? id, Range idValue, Range metaValue, List<Range> keptMetaMembers, int afterType)
    {
        _bytes = bytes;
        ResourceType = type;
        Id = id;
        _idValue = idValue;
        _metaValue = metaValue;
        _keptMetaMembers = keptMetaMembers;
        _afterType = afterType;
    }

    /// <summary>The value of <c>resourceType</c>.</summary>
    public string ResourceType { get; }

    /// <summary>The value of <c>id</c>; null where it is absent.</summary>
    public string? Id { get; }

    /// <summary>The bytes that were read.</summary>
    public ReadOnlyMemory<byte> Bytes => _bytes;

    /// <summary>The same as a tree, which is made once.</summary>
    /// <exception cref="FhirFormatException">The bytes are no FHIR JSON.</exception>
    public FhirDocument Document => _document ??= FhirDocument.Parse(_bytes);

    /// <summary>Finds the places in one pass.</summary>
    /// <param name="bytes">The resource.</param>
    /// <param name="document">The same as a tree, where there is one already.</param>
    /// <exception cref="JsonException">The bytes are no JSON object, name <c>resourceType</c>, <c>id</c> or <c>meta</c> twice, or give them another shape.</exception>
    public static ResourceJson Read(ReadOnlyMemory<byte> bytes, FhirDocument? document = null)
    {
        var reader = new Utf8JsonReader(bytes.Span, Strict);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) throw new JsonException("A resource is a JSON object.");
        string? type = null, id = null;
        Range idValue = default, metaValue = default;
        List<Range> kept = [];
        int afterType = 0;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("resourceType"u8))
            {
                if (type is not null) throw Twice("resourceType");
                type = ReadString(ref reader, "resourceType");
                afterType = (int)reader.BytesConsumed;
            }
            else if (reader.ValueTextEquals("id"u8))
            {
                if (id is not null) throw Twice("id");
                id = ReadString(ref reader, "id");
                idValue = Token(reader);
            }
            else if (reader.ValueTextEquals("meta"u8))
            {
                if (metaValue.End.Value > 0) throw Twice("meta");
                metaValue = ReadMeta(ref reader, kept);
            }
            else
            {
                reader.Read();
                reader.Skip();
            }
        }

        if (reader.Read()) throw new JsonException("Something follows the resource.");
        return new ResourceJson(bytes, type ?? throw new JsonException("The resource has no resourceType."), id, idValue, metaValue, kept, afterType) { _document = document };
    }

    /// <summary>
    /// Finds what searches find of it before the store is asked, since nobody else can write meanwhile (decision 0236): no search parameter of R4's that is
    /// indexed looks at the id, the version or the time that are stamped into it.
    /// </summary>
    /// <exception cref="FhirFormatException">The bytes are no FHIR JSON.</exception>
    public void Prepare(ResourceIndexer indexer)
    {
        if (indexer.IsOfContentAlone(ResourceType)) _index = (indexer, indexer.Index(ResourceType, Document.Root));
    }

    /// <summary>What searches find of it.</summary>
    /// <param name="stamped">The bytes as they are stored.</param>
    /// <param name="indexer">By the parameters in force.</param>
    public IndexRows Index(ReadOnlyMemory<byte> stamped, ResourceIndexer indexer) =>
        _index is { } prepared && ReferenceEquals(prepared.By, indexer) ? prepared.Rows : indexer.Index(ResourceType, stamped);

    /// <summary>
    /// The bytes with this id, <c>meta.versionId</c> and <c>meta.lastUpdated</c>; other members of <c>meta</c> and all other bytes are kept as they are.
    /// </summary>
    public byte[] Stamp(string id, long version, long lastUpdatedMilliseconds)
    {
        ReadOnlySpan<byte> source = _bytes.Span;
        var output = new ArrayBufferWriter<byte>(source.Length + 128);
        bool newId = Id is null, newMeta = _metaValue.End.Value == 0;
        int position = 0;

        void Copy(ReadOnlySpan<byte> from, int to)
        {
            output.Write(from[position..to]);
            position = to;
        }

        // Edits happen from front to back; the three places stand in any order.
        Span<int> places = stackalloc int[3];
        places[0] = newId || newMeta ? _afterType : int.MaxValue;
        places[1] = newId ? int.MaxValue : _idValue.Start.Value;
        places[2] = newMeta ? int.MaxValue : _metaValue.Start.Value;
        while (true)
        {
            int next = Math.Min(places[0], Math.Min(places[1], places[2]));
            if (next == int.MaxValue) break;
            Copy(source, next);
            if (next == places[0])
            {
                if (newId) WriteId(output, ",\"id\":\""u8, id);
                if (newMeta)
                {
                    output.Write(",\"meta\":"u8);
                    WriteMeta(output, source, version, lastUpdatedMilliseconds);
                }

                places[0] = int.MaxValue;
            }
            else if (next == places[1])
            {
                if (id == Id)
                {
                    Copy(source, _idValue.End.Value);
                }
                else
                {
                    WriteId(output, "\""u8, id);
                    position = _idValue.End.Value;
                }

                places[1] = int.MaxValue;
            }
            else
            {
                WriteMeta(output, source, version, lastUpdatedMilliseconds);
                position = _metaValue.End.Value;
                places[2] = int.MaxValue;
            }
        }

        Copy(source, source.Length);
        return output.WrittenSpan.ToArray();
    }

    /// <summary>A FHIR instant in UTC with milliseconds.</summary>
    public static string Instant(long milliseconds) =>
        DateTimeOffset.FromUnixTimeMilliseconds(milliseconds).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    private void WriteMeta(ArrayBufferWriter<byte> output, ReadOnlySpan<byte> source, long version, long lastUpdated)
    {
        output.Write("{\"versionId\":\""u8);
        output.Write(Encoding.ASCII.GetBytes(version.ToString(CultureInfo.InvariantCulture)));
        output.Write("\",\"lastUpdated\":\""u8);
        output.Write(Encoding.ASCII.GetBytes(Instant(lastUpdated)));
        output.Write("\""u8);
        foreach (Range member in _keptMetaMembers)
        {
            output.Write(","u8);
            output.Write(source[member]);
        }

        output.Write("}"u8);
    }

    // An id has only letters, digits, '-' and '.' (FHIR R4 datatypes.html#id), which the callers have checked: nothing to escape.
    private static void WriteId(ArrayBufferWriter<byte> output, ReadOnlySpan<byte> before, string id)
    {
        output.Write(before);
        output.Write(Encoding.ASCII.GetBytes(id));
        output.Write("\""u8);
    }

    private static Range ReadMeta(ref Utf8JsonReader reader, List<Range> kept)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject) throw new JsonException("meta is a JSON object.");
        int start = (int)reader.TokenStartIndex;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            int member = (int)reader.TokenStartIndex;
            bool ours = reader.ValueTextEquals("versionId"u8) || reader.ValueTextEquals("lastUpdated"u8);
            reader.Read();
            reader.Skip();
            if (!ours) kept.Add(member..(int)reader.BytesConsumed);
        }

        return start..(int)reader.BytesConsumed;
    }

    private static string ReadString(ref Utf8JsonReader reader, string name)
    {
        reader.Read();
        return reader.TokenType == JsonTokenType.String ? reader.GetString()! : throw new JsonException($"{name} is a JSON string.");
    }

    private static Range Token(in Utf8JsonReader reader) => (int)reader.TokenStartIndex..(int)reader.BytesConsumed;

    private static JsonException Twice(string name) => new($"The resource names {name} twice.");
}
