using System.Text.Json;
using Consortium.FhirFacade.Store;

namespace Consortium.FhirFacade.Search;

/// <summary>An Identifier as it is indexed.</summary>
/// <param name="System">The namespace; empty where the identifier has none.</param>
/// <param name="Value">The value.</param>
/// <param name="IsMedicalRecordNumber">True where <c>type</c> says <c>MR</c> (HL7 table 0203).</param>
internal readonly record struct IndexedIdentifier(string System, string Value, bool IsMedicalRecordNumber);

/// <summary>A Reference as it is indexed.</summary>
/// <param name="Path">The element, without marks of repetition.</param>
/// <param name="TargetType">The type; empty where the target is an absolute URL outside this server.</param>
/// <param name="TargetId">The logical id, or the absolute URL.</param>
internal readonly record struct IndexedReference(string Path, string TargetType, string TargetId);

/// <summary>
/// What the search index and the subject tag need of one resource, read in one pass over its bytes.
/// </summary>
internal sealed class ResourceIndex
{
    private static readonly JsonReaderOptions Strict = new() { CommentHandling = JsonCommentHandling.Disallow, MaxDepth = 128 };

    private readonly List<IndexedIdentifier> _identifiers = [];
    private readonly List<IndexedReference> _references = [];

    /// <summary>An index of nothing: that of a deleted resource.</summary>
    public static ResourceIndex Empty { get; } = new();

    /// <summary>Identifiers with a value, in order.</summary>
    public IReadOnlyList<IndexedIdentifier> Identifiers => _identifiers;

    /// <summary>References to stored or foreign resources, in order; contained ones are left out.</summary>
    public IReadOnlyList<IndexedReference> References => _references;

    /// <summary>Of the elements that may name a patient, the first that does so by a business identifier alone (<c>subject.identifier</c>).</summary>
    public IndexedIdentifier? SubjectIdentifier { get; private set; }

    /// <summary>The logical id of the first patient of this server that the resource refers to.</summary>
    public string? PatientId
    {
        get
        {
            foreach (IndexedReference reference in _references)
            {
                if (reference.TargetType == "Patient") return reference.TargetId;
            }

            return null;
        }
    }

    /// <summary>Reads a resource.</summary>
    /// <param name="type">Its type.</param>
    /// <param name="bytes">Its bytes, known to be JSON.</param>
    /// <param name="serverBase">The server's own base URL: absolute references below it are local.</param>
    public static ResourceIndex Read(string type, ReadOnlySpan<byte> bytes, string serverBase)
    {
        var index = new ResourceIndex();
        ElementTree tree = SearchParameterTable.R4.For(type).Tree;
        if (tree.Children.Count == 0) return index;
        var reader = new Utf8JsonReader(bytes, Strict);
        reader.Read();
        index.Walk(ref reader, tree, serverBase);
        return index;
    }

    private void Walk(ref Utf8JsonReader reader, ElementTree node, string serverBase)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartArray:
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray) Walk(ref reader, node, serverBase);
                break;
            case JsonTokenType.StartObject when node.Role == ElementRole.Identifier:
                if (ReadIdentifier(ref reader) is { } identifier) _identifiers.Add(identifier);
                break;
            case JsonTokenType.StartObject when node.Role == ElementRole.Reference:
                ReadReference(ref reader, node.Path, serverBase);
                break;
            case JsonTokenType.StartObject:
                while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
                {
                    ElementTree? child = Find(reader, node);
                    reader.Read();
                    if (child is null) reader.Skip();
                    else Walk(ref reader, child, serverBase);
                }

                break;
        }
    }

    private static ElementTree? Find(in Utf8JsonReader reader, ElementTree node)
    {
        foreach ((byte[] name, ElementTree child) in node.Children)
        {
            if (reader.ValueTextEquals(name)) return child;
        }

        return null;
    }

    private static IndexedIdentifier? ReadIdentifier(ref Utf8JsonReader reader)
    {
        string system = "";
        string? value = null;
        bool recordNumber = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            bool isSystem = reader.ValueTextEquals("system"u8), isValue = reader.ValueTextEquals("value"u8), isType = reader.ValueTextEquals("type"u8);
            reader.Read();
            if (isSystem && reader.TokenType == JsonTokenType.String) system = reader.GetString()!;
            else if (isValue && reader.TokenType == JsonTokenType.String) value = reader.GetString();
            else if (isType && reader.TokenType == JsonTokenType.StartObject) recordNumber = HasCode(ref reader, "MR"u8);
            else reader.Skip();
        }

        return string.IsNullOrEmpty(value) ? null : new IndexedIdentifier(system, value, recordNumber);
    }

    /// <summary>True where a property <c>code</c> somewhere below has this value; leaves the reader at the end of the object.</summary>
    private static bool HasCode(ref Utf8JsonReader reader, ReadOnlySpan<byte> code)
    {
        bool found = false;
        int depth = reader.CurrentDepth;
        while (reader.Read() && !(reader.TokenType == JsonTokenType.EndObject && reader.CurrentDepth == depth))
        {
            if (reader.TokenType != JsonTokenType.PropertyName || !reader.ValueTextEquals("code"u8)) continue;
            reader.Read();
            found |= reader.TokenType == JsonTokenType.String && reader.ValueTextEquals(code);
        }

        return found;
    }

    private void ReadReference(ref Utf8JsonReader reader, string path, string serverBase)
    {
        string? reference = null;
        IndexedIdentifier? identifier = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            bool isReference = reader.ValueTextEquals("reference"u8), isIdentifier = reader.ValueTextEquals("identifier"u8);
            reader.Read();
            if (isReference && reader.TokenType == JsonTokenType.String) reference = reader.GetString();
            else if (isIdentifier && reader.TokenType == JsonTokenType.StartObject) identifier = ReadIdentifier(ref reader);
            else reader.Skip();
        }

        if (reference is not null)
        {
            if (LocalReference.TryParse(reference, serverBase, out RecordKey key)) _references.Add(new IndexedReference(path, key.Type, key.Id));
            else if (reference.Length > 0 && reference[0] != '#') _references.Add(new IndexedReference(path, "", reference));
        }
        else if (identifier is not null)
        {
            SubjectIdentifier ??= identifier;
        }
    }
}
