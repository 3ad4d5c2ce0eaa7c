using Consortium.Fhir.Json;

namespace Consortium.Fhir;

/// <summary>
/// Writes one resource as JSON (UTF-8, one line) and keeps where each value stands, so that <see cref="FhirValidator.Validate(FhirDocumentWriter)"/>
/// checks the very bytes without reading them again. Texts are escaped as <c>JavaScriptEncoder.UnsafeRelaxedJsonEscaping</c> does it.
/// Not thread-safe. One writer may serve many resources, each after a <see cref="Reset"/>.
/// </summary>
public sealed class FhirDocumentWriter
{
    /// <summary>Bytes, and nodes, that are kept for the next resource; what a huge one took is given up.</summary>
    private const int MostKept = 1 << 20;

    private byte[] _bytes = new byte[4096];
    private NodeBuilder _nodes = new(new Node[128]);
    private FhirDocument? _document;
    private bool _named;
    private bool _follows;
    private int _length;

    /// <summary>What was written so far; good until the next call.</summary>
    public ReadOnlySpan<byte> WrittenSpan => _bytes.AsSpan(0, _length);

    /// <summary>Whether the resource is whole: the object that it is has been ended.</summary>
    public bool IsComplete => _length > 0 && _nodes.Depth == 0;

    /// <summary>Forgets what was written; the next resource may begin.</summary>
    public void Reset()
    {
        if (_bytes.Length > MostKept) _bytes = new byte[4096];
        if (_nodes.Nodes.Length > MostKept / 32) _nodes = new NodeBuilder(new Node[128]);
        _nodes.Restart();
        (_document, _length, _named, _follows) = (null, 0, false, false);
    }

    /// <summary>A copy of what was written.</summary>
    public byte[] ToArray() => WrittenSpan.ToArray();

    /// <summary>Begins an object.</summary>
    /// <exception cref="InvalidOperationException">No value can stand here: an object wants a name first, and nothing follows the resource.</exception>
    /// <exception cref="FhirFormatException">Objects and arrays are nested deeper than 256 levels.</exception>
    public void StartObject() => Open(JsonKind.Object, (byte)'{');

    /// <summary>Begins an array.</summary>
    /// <exception cref="InvalidOperationException">As for <see cref="StartObject"/>; and the resource itself is an object.</exception>
    /// <exception cref="FhirFormatException">Objects and arrays are nested deeper than 256 levels.</exception>
    public void StartArray() => Open(JsonKind.Array, (byte)'[');

    /// <summary>Ends the object or array that was begun last.</summary>
    /// <exception cref="InvalidOperationException">None is open, or a name waits for its value.</exception>
    /// <exception cref="FhirFormatException">The object has the same name twice.</exception>
    public void End()
    {
        if (_nodes.Depth == 0 || _named) throw new InvalidOperationException("There is no object or array that could end here.");
        Reserve(1);
        _bytes[_length++] = _nodes.InObject ? (byte)'}' : (byte)']';
        _nodes.Close(WrittenSpan, _length);
        _follows = true;
    }

    /// <summary>The name of the next value of an object.</summary>
    /// <exception cref="InvalidOperationException">No name can stand here.</exception>
    public void Name(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (_named || !_nodes.InObject) throw new InvalidOperationException("A name stands in an object, one before each value.");
        JsonName known = JsonName.Of(name);
        Reserve(known.Utf8.Length + 1);
        if (_follows) _bytes[_length++] = (byte)',';
        known.Utf8.CopyTo(_bytes, _length);
        _nodes.Name(_length + 1, known.Length, known.Hash, known.IsEscaped);
        _length += known.Utf8.Length;
        (_named, _follows) = (true, false);
    }

    /// <summary>A text.</summary>
    /// <exception cref="InvalidOperationException">No value can stand here.</exception>
    public void Text(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        Next();
        Reserve(1);
        _bytes[_length++] = (byte)'"';
        int written = JsonText.Write(text, ref _bytes, _length, out bool escaped);
        _nodes.Scalar(JsonKind.String, _length, written, escaped);
        _length += written;
        Reserve(1);
        _bytes[_length++] = (byte)'"';
    }

    /// <summary>A name and its text: what resources have most of.</summary>
    /// <exception cref="InvalidOperationException">No name can stand here.</exception>
    public void Property(string name, string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        Name(name);
        Reserve(text.Length + 2);
        if (!JsonText.TryWritePlain(text, _bytes.AsSpan(_length + 1)))
        {
            Text(text);
            return;
        }

        _bytes[_length] = (byte)'"';
        _nodes.Scalar(JsonKind.String, _length + 1, text.Length, escaped: false);
        _length += text.Length + 2;
        _bytes[_length - 1] = (byte)'"';
        (_named, _follows) = (false, true);
    }

    /// <summary>A number of these very digits.</summary>
    /// <param name="digits">The characters of a JSON number (RFC 8259 section 6).</param>
    /// <exception cref="InvalidOperationException">No value can stand here.</exception>
    public void Number(string digits)
    {
        ArgumentException.ThrowIfNullOrEmpty(digits);
        Next();
        Plain(JsonKind.Number, digits);
    }

    /// <summary>A truth value.</summary>
    /// <exception cref="InvalidOperationException">No value can stand here.</exception>
    public void Boolean(bool value)
    {
        Next();
        Plain(value ? JsonKind.True : JsonKind.False, value ? "true" : "false");
    }

    /// <summary>A null, which holds a place in an array (FHIR R4 json.html#primitive).</summary>
    /// <exception cref="InvalidOperationException">No value can stand here.</exception>
    public void Null()
    {
        Next();
        Plain(JsonKind.Null, "null");
    }

    /// <summary>The document that was written, over the writer's own memory: good until the next <see cref="Reset"/>.</summary>
    internal FhirDocument Document()
    {
        if (!IsComplete) throw new InvalidOperationException("The resource has not been ended.");
        return _document ??= FhirDocument.OfNodes(_bytes.AsMemory(0, _length), _nodes.Nodes, _nodes.Count);
    }

    private void Open(JsonKind kind, byte bracket)
    {
        if (_nodes.Depth == 0 && (_length > 0 || kind != JsonKind.Object)) throw Misplaced();
        if (_nodes.Depth == JsonTreeReader.MaxDepth) throw new FhirFormatException($"Objects and arrays are nested deeper than {JsonTreeReader.MaxDepth} levels.", 1, _length + 1);
        if (_nodes.Depth > 0) Next();
        Reserve(1);
        _nodes.Open(kind, _length);
        _bytes[_length++] = bracket;
        _follows = false;
    }

    /// <summary>What stands before a value: a comma between the items of an array.</summary>
    private void Next()
    {
        if (_nodes.Depth == 0 || _nodes.InObject != _named) throw Misplaced();
        if (_follows)
        {
            Reserve(1);
            _bytes[_length++] = (byte)',';
        }

        (_named, _follows) = (false, true);
    }

    private static InvalidOperationException Misplaced() =>
        new("No value can stand here: a resource is one object, and in an object each value has a name before it.");

    private void Plain(JsonKind kind, string ascii)
    {
        Reserve(ascii.Length);
        _nodes.Scalar(kind, _length, ascii.Length, escaped: false);
        foreach (char c in ascii) _bytes[_length++] = (byte)c;
    }

    private void Reserve(int more) => JsonText.Reserve(ref _bytes, _length, more);
}
