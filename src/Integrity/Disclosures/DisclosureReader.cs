using System.Buffers.Text;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace Consortium.Integrity;

/// <summary>Reads the JSON form of a disclosure: exactly the members of the definition, each once, each of its type.</summary>
internal ref struct DisclosureReader
{
    private static readonly (string Name, byte[] Utf8)[] s_members =
        [.. new[] { "i", "p", "t", "v", "salt", "n", "h", "version", "suite", "leaves", "disclosed", "hidden" }.Select(name => (name, Encoding.UTF8.GetBytes(name)))];

    private Utf8JsonReader _reader;

    private DisclosureReader(ReadOnlySpan<byte> json) => _reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 4 });

    public static Disclosure Read(ReadOnlySpan<byte> json)
    {
        if (json.StartsWith("\uFEFF"u8)) throw new DisclosureFormatException("The disclosure begins with a byte-order mark.");
        if (!Utf8.IsValid(json)) throw new DisclosureFormatException("The disclosure is not UTF-8.");
        var reader = new DisclosureReader(json);
        try
        {
            Disclosure disclosure = reader.ReadDocument();
            if (reader._reader.Read()) throw new DisclosureFormatException("Something follows the disclosure.");
            return disclosure;
        }
        catch (JsonException e)
        {
            throw new DisclosureFormatException($"The disclosure is not JSON (byte {reader._reader.BytesConsumed.ToString(CultureInfo.InvariantCulture)}).", e);
        }
        catch (InvalidOperationException e)
        {
            throw new DisclosureFormatException($"The disclosure has an unpaired surrogate (byte {reader._reader.TokenStartIndex.ToString(CultureInfo.InvariantCulture)}).", e);
        }
    }

    private Disclosure ReadDocument()
    {
        int? version = null;
        CommitmentSuite? suite = null;
        int? leaves = null;
        List<DisclosedLeaf>? disclosed = null;
        List<HiddenSubtree>? hidden = null;

        _reader.Read();
        Expect(JsonTokenType.StartObject, "The disclosure is no JSON object");
        while (NextMember())
        {
            switch (Member())
            {
                case "version" when version is null:
                    version = Integer("version");
                    break;
                case "suite" when suite is null:
                    suite = CommitmentSuiteNames.TryParse(Text("suite"), out CommitmentSuite known) ? known : throw new DisclosureFormatException("The suite is neither sha256 nor sm3.");
                    break;
                case "leaves" when leaves is null:
                    leaves = Integer("leaves");
                    break;
                case "disclosed" when disclosed is null:
                    disclosed = [];
                    for (BeginArray("disclosed"); NextItem("disclosed");) disclosed.Add(ReadLeaf());
                    break;
                case "hidden" when hidden is null:
                    hidden = [];
                    for (BeginArray("hidden"); NextItem("hidden");) hidden.Add(ReadSubtree());
                    break;
                default:
                    throw UnknownOrRepeated("the disclosure");
            }
        }

        if (version is null || suite is null || leaves is null || disclosed is null || hidden is null)
        {
            throw new DisclosureFormatException("The disclosure lacks one of version, suite, leaves, disclosed, hidden.");
        }

        return new Disclosure { Version = version.Value, Suite = suite.Value, Leaves = leaves.Value, Disclosed = disclosed, Hidden = hidden };
    }

    private DisclosedLeaf ReadLeaf()
    {
        int? index = null;
        string? pointer = null;
        char? type = null;
        string? value = null;
        Tag128? salt = null;
        while (NextMember())
        {
            switch (Member())
            {
                case "i" when index is null:
                    index = Integer("i");
                    break;
                case "p" when pointer is null:
                    pointer = Text("p");
                    break;
                case "t" when type is null:
                    type = Text("t") is { Length: 1 } one ? one[0] : throw new DisclosureFormatException("The type (t) of a leaf is not one of s, n, b, z.");
                    break;
                case "v" when value is null:
                    value = Text("v");
                    break;
                case "salt" when salt is null:
                    salt = Salt();
                    break;
                default:
                    throw UnknownOrRepeated("a disclosed leaf");
            }
        }

        if (index is null || pointer is null || type is null || value is null || salt is null)
        {
            throw new DisclosureFormatException("A disclosed leaf lacks one of i, p, t, v, salt.");
        }

        return new DisclosedLeaf(index.Value, pointer, type.Value, value, salt.Value);
    }

    private HiddenSubtree ReadSubtree()
    {
        int? index = null;
        int? count = null;
        Hash256? hash = null;
        while (NextMember())
        {
            switch (Member())
            {
                case "i" when index is null:
                    index = Integer("i");
                    break;
                case "n" when count is null:
                    count = Integer("n");
                    break;
                case "h" when hash is null:
                    hash = Hash();
                    break;
                default:
                    throw UnknownOrRepeated("a hidden subtree");
            }
        }

        if (index is null || count is null || hash is null) throw new DisclosureFormatException("A hidden subtree lacks one of i, n, h.");
        return new HiddenSubtree(index.Value, count.Value, hash.Value);
    }

    private bool NextMember()
    {
        _reader.Read();
        return _reader.TokenType == JsonTokenType.PropertyName;
    }

    // The known names stand here once; any other is unknown to the caller too.
    private readonly string? Member()
    {
        foreach ((string name, byte[] utf8) in s_members)
        {
            if (_reader.ValueTextEquals(utf8)) return name;
        }

        return null;
    }

    private void BeginArray(string member)
    {
        _reader.Read();
        Expect(JsonTokenType.StartArray, $"'{member}' is no array");
    }

    private bool NextItem(string member)
    {
        _reader.Read();
        if (_reader.TokenType == JsonTokenType.EndArray) return false;
        Expect(JsonTokenType.StartObject, $"An entry of '{member}' is no object");
        return true;
    }

    private int Integer(string member)
    {
        _reader.Read();
        Expect(JsonTokenType.Number, $"'{member}' is no number");

        // Digits only: 1.0, 1e0 and -0 are other spellings, and the form has one spelling for each value.
        if (_reader.ValueSpan.ContainsAnyExceptInRange((byte)'0', (byte)'9') || !_reader.TryGetInt32(out int value))
        {
            throw new DisclosureFormatException($"'{member}' is no whole number from 0 to {int.MaxValue}.");
        }

        return value;
    }

    private string Text(string member)
    {
        _reader.Read();
        Expect(JsonTokenType.String, $"'{member}' is no string");
        return _reader.GetString()!;
    }

    private Tag128 Salt()
    {
        Span<byte> bytes = stackalloc byte[Tag128.Length];
        Bytes("salt", bytes);
        return new Tag128(bytes);
    }

    private Hash256 Hash()
    {
        Span<byte> bytes = stackalloc byte[Hash256.Length];
        Bytes("h", bytes);
        return new Hash256(bytes);
    }

    private void Bytes(string member, scoped Span<byte> destination)
    {
        _reader.Read();
        Expect(JsonTokenType.String, $"'{member}' is no string");
        Span<char> text = stackalloc char[Base64Url.GetEncodedLength(Hash256.Length)];
        text = text[..Base64Url.GetEncodedLength(destination.Length)];

        // Encoded again and compared: base64url decoders forgive padding, white space and stray trailing bits.
        Span<char> again = stackalloc char[text.Length];
        bool good = _reader.ValueSpan.Length == text.Length && !_reader.ValueIsEscaped && _reader.CopyString(text) == text.Length
            && Base64Url.IsValid(text, out int length) && length == destination.Length
            && Base64Url.DecodeFromChars(text, destination) == destination.Length
            && Base64Url.EncodeToChars(destination, again) == again.Length && again.SequenceEqual(text);
        if (!good) throw new DisclosureFormatException($"'{member}' is not {destination.Length} bytes in base64url without padding.");
    }

    private readonly void Expect(JsonTokenType type, string otherwise)
    {
        if (_reader.TokenType != type) throw new DisclosureFormatException($"{otherwise} (byte {_reader.TokenStartIndex.ToString(CultureInfo.InvariantCulture)}).");
    }

    private readonly DisclosureFormatException UnknownOrRepeated(string where) =>
        new($"Unknown or repeated member in {where} (byte {_reader.TokenStartIndex.ToString(CultureInfo.InvariantCulture)}).");
}
