using System.Buffers;
using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace Consortium.Integrity;

/// <summary>
/// Reads one FHIR resource as strictly as a commitment needs and flattens it (<c>record-commitment.md</c>, "Input" and
/// "Flatten to leaves"). Strict, because two readers that forgive differently would see two records behind one commitment.
/// </summary>
internal ref struct RecordReader : IDisposable
{
    /// <summary>Levels of nesting accepted. Deeper than any resource that means something; bounds the pointers' length.</summary>
    public const int MaxDepth = 128;

    /// <summary>Longest pointer accepted, in bytes: long property names under many leaves would cost memory without bound.</summary>
    public const int MaxPointerLength = 4096;

    private readonly ReadOnlySpan<byte> _json;
    private readonly LeafTable _leaves;
    private readonly PropertyNames _names = new();
    private Utf8JsonReader _reader;
    private byte[] _path;
    private int _pathLength;
    private Frame[] _frames;
    private int _depth;

    private RecordReader(ReadOnlySpan<byte> json, LeafTable leaves)
    {
        _json = json;
        _leaves = leaves;
        _reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = MaxDepth, CommentHandling = JsonCommentHandling.Disallow });
        _path = ArrayPool<byte>.Shared.Rent(MaxPointerLength);
        _frames = ArrayPool<Frame>.Shared.Rent(MaxDepth);
    }

    /// <summary>The sorted leaves of a record. The caller disposes them.</summary>
    /// <exception cref="RecordFormatException">The input is refused.</exception>
    public static LeafTable Flatten(ReadOnlySpan<byte> json)
    {
        CheckEncoding(json);
        var leaves = new LeafTable(json.Length * 3);
        var reader = new RecordReader(json, leaves);
        try
        {
            reader.Walk();
            leaves.Sort();
            return leaves;
        }
        catch (JsonException e)
        {
            string reason = reader._depth >= MaxDepth ? $"Nested deeper than {MaxDepth} levels" : "Not JSON";
            var refused = reader.Refuse(reason, reader._reader.BytesConsumed, e);
            leaves.Dispose();
            throw refused;
        }
        catch
        {
            leaves.Dispose();
            throw;
        }
        finally
        {
            reader.Dispose();
        }
    }

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_path);
        ArrayPool<Frame>.Shared.Return(_frames);
        _names.Dispose();
        _path = [];
        _frames = [];
    }

    private static void CheckEncoding(ReadOnlySpan<byte> json)
    {
        if (json.StartsWith("\uFEFF"u8)) throw new RecordFormatException("Byte-order mark", "", 0);
        if (Utf8.IsValid(json)) return;
        int at = 0;
        while (Rune.DecodeFromUtf8(json[at..], out _, out int length) == OperationStatus.Done) at += length;
        throw new RecordFormatException("Not UTF-8", "", at);
    }

    private void Walk()
    {
        _reader.Read();
        if (_reader.TokenType != JsonTokenType.StartObject) throw Refuse("A record is a JSON object", _reader.TokenStartIndex);
        Open(isArray: false);
        while (_depth > 0)
        {
            _reader.Read();
            switch (_reader.TokenType)
            {
                case JsonTokenType.PropertyName:
                    EnterProperty();
                    break;
                case JsonTokenType.EndObject or JsonTokenType.EndArray:
                    Close();
                    break;
                default:
                    if (_frames[_depth - 1].IsArray) EnterPosition();
                    Value();
                    break;
            }
        }

        // Throws if anything but white space follows.
        _reader.Read();
    }

    private void Value()
    {
        ReadOnlySpan<byte> pointer = _path.AsSpan(0, _pathLength);
        switch (_reader.TokenType)
        {
            case JsonTokenType.StartObject:
                Open(isArray: false);
                break;
            case JsonTokenType.StartArray:
                Open(isArray: true);
                break;
            case JsonTokenType.String:
                AddString(pointer);
                break;
            case JsonTokenType.Number:
                _reader.ValueSpan.CopyTo(_leaves.Add(pointer, LeafType.Number, _reader.ValueSpan.Length));
                break;
            case JsonTokenType.True or JsonTokenType.False:
                _leaves.Add(pointer, LeafType.Boolean, 1)[0] = _reader.TokenType == JsonTokenType.True ? (byte)'1' : (byte)'0';
                break;
            default:
                _leaves.Add(pointer, LeafType.Null, 0);
                break;
        }
    }

    private void AddString(ReadOnlySpan<byte> pointer)
    {
        ReadOnlySpan<byte> raw = _reader.ValueSpan;
        Span<byte> payload = _leaves.Add(pointer, LeafType.String, raw.Length);
        if (!_reader.ValueIsEscaped) raw.CopyTo(payload);
        else _leaves.TrimLast(raw.Length - Unescape(payload));
    }

    private void Open(bool isArray)
    {
        ref Frame frame = ref _frames[_depth++];
        frame.PathLength = _pathLength;
        frame.IsArray = isArray;
        frame.Children = 0;
        if (!isArray) _names.Open();
    }

    private void Close()
    {
        ref Frame frame = ref _frames[--_depth];
        _pathLength = frame.PathLength;
        if (!frame.IsArray) _names.Close();
        if (frame.Children == 0) throw Refuse(frame.IsArray ? "Empty array" : "Empty object", _reader.TokenStartIndex);
    }

    private void EnterPosition()
    {
        ref Frame frame = ref _frames[_depth - 1];
        _pathLength = frame.PathLength;
        Span<byte> step = Step(12);
        Utf8Formatter.TryFormat(frame.Children++, step[1..], out int digits);
        Advance(1 + digits);
    }

    private void EnterProperty()
    {
        ref Frame frame = ref _frames[_depth - 1];
        frame.Children++;
        _pathLength = frame.PathLength;
        ReadOnlySpan<byte> raw = _reader.ValueSpan;
        if (!_reader.ValueIsEscaped)
        {
            EnterName(raw);
            return;
        }

        byte[] buffer = ArrayPool<byte>.Shared.Rent(raw.Length);
        try
        {
            EnterName(buffer.AsSpan(0, Unescape(buffer)));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private void EnterName(scoped ReadOnlySpan<byte> name)
    {
        Advance(1 + JsonPointer.Escape(name, Step(1 + (name.Length * 2))[1..]));
        if (JsonPointer.IsArrayPosition(name)) throw Refuse("A property name that reads as an array position", _reader.TokenStartIndex);
        if (!_names.Add(name)) throw Refuse("Duplicate property name", _reader.TokenStartIndex);
    }

    /// <summary>Room for one more step of the path, its slash written.</summary>
    private readonly Span<byte> Step(int atMost)
    {
        if (_pathLength + atMost > _path.Length) throw Refuse($"A pointer longer than {MaxPointerLength} bytes", _reader.TokenStartIndex);
        Span<byte> step = _path.AsSpan(_pathLength);
        step[0] = (byte)'/';
        return step;
    }

    private void Advance(int length) => _pathLength += length;

    private readonly int Unescape(Span<byte> destination)
    {
        try
        {
            return _reader.CopyString(destination);
        }
        catch (InvalidOperationException e)
        {
            // The bytes are valid UTF-8 (checked first), so what cannot be unescaped is half a surrogate pair.
            throw Refuse("Unpaired surrogate", _reader.TokenStartIndex, e);
        }
    }

    private readonly RecordFormatException Refuse(string reason, long offset, Exception? inner = null) =>
        new(reason, Encoding.UTF8.GetString(_path, 0, _pathLength), Math.Min(offset, _json.Length), inner);

    private struct Frame
    {
        public int PathLength;
        public int Children;
        public bool IsArray;
    }
}
