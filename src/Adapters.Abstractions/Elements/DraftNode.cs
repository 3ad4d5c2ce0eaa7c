using System.Buffers;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Consortium.Fhir;

namespace Consortium.Adapters.Elements;

/// <summary>
/// A piece of a resource on its way: <see cref="DraftObject"/>, <see cref="DraftArray"/> or <see cref="DraftValue"/>. The shape of JSON
/// as adapters build it, a third of the size of a general JSON tree and without its look-up tables: an element has few properties.
/// </summary>
/// <remarks>
/// An object or array stands in one place: put into a second one, it is copied. Values never change and may stand anywhere.
/// Not thread-safe while it is built.
/// </remarks>
public abstract class DraftNode
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private protected DraftNode()
    {
    }

    /// <summary>True where this stands in an object or array already.</summary>
    private protected bool IsPlaced { get; set; }

    /// <summary>True for what stands in many places at once (<see cref="Shared{T}"/>).</summary>
    private protected bool IsShared { get; private set; }

    /// <summary>How many properties or items there are. It stands here because the runtime would pad each of two classes for its own small field.</summary>
    private protected int Size { get; set; }

    /// <summary>A property of an object; null where it is not there.</summary>
    /// <exception cref="InvalidOperationException">This is no object.</exception>
    public DraftNode? this[string name]
    {
        get => AsObject().Find(name);
        set => AsObject().Put(name, value);
    }

    /// <summary>An item of an array, from 0.</summary>
    /// <exception cref="InvalidOperationException">This is no array.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The array has fewer items.</exception>
    public DraftNode? this[int index] => AsArray().Item(index);

    /// <summary>A text.</summary>
    public static implicit operator DraftNode?(string? text) => text is null ? null : DraftValue.Of(text);

    /// <summary>A truth value.</summary>
    public static implicit operator DraftNode(bool flag) => DraftValue.Of(flag);

    /// <summary>A whole number.</summary>
    public static implicit operator DraftNode(int number) => DraftValue.Of(number);

    /// <summary>A decimal number with its digits.</summary>
    public static implicit operator DraftNode(decimal number) => DraftValue.Of(number);

    /// <summary>The text of a value; null for null.</summary>
    /// <exception cref="InvalidOperationException">The node is no text.</exception>
    public static explicit operator string?(DraftNode? node) => node?.GetValue<string>();

    /// <summary>The truth value.</summary>
    /// <exception cref="InvalidOperationException">The node is none.</exception>
    public static explicit operator bool(DraftNode? node) => Kept(node).GetValue<bool>();

    /// <summary>The whole number.</summary>
    /// <exception cref="InvalidOperationException">The node is none.</exception>
    public static explicit operator int(DraftNode? node) => Kept(node).GetValue<int>();

    /// <summary>The decimal number.</summary>
    /// <exception cref="InvalidOperationException">The node is none.</exception>
    public static explicit operator decimal(DraftNode? node) => Kept(node).GetValue<decimal>();

    /// <summary>This as an object.</summary>
    /// <exception cref="InvalidOperationException">It is none.</exception>
    public DraftObject AsObject() => this as DraftObject ?? throw new InvalidOperationException("The node is no object.");

    /// <summary>This as an array.</summary>
    /// <exception cref="InvalidOperationException">It is none.</exception>
    public DraftArray AsArray() => this as DraftArray ?? throw new InvalidOperationException("The node is no array.");

    /// <summary>The value as <see cref="string"/>, <see cref="bool"/>, <see cref="int"/> or <see cref="decimal"/>.</summary>
    /// <exception cref="InvalidOperationException">It is no value, or of another kind.</exception>
    public virtual T GetValue<T>() => throw new InvalidOperationException("The node is no value.");

    /// <summary>Writes it.</summary>
    public abstract void WriteTo(Utf8JsonWriter writer);

    /// <summary>Writes it in the form that is checked and published.</summary>
    internal abstract void WriteTo(FhirDocumentWriter writer);

    /// <summary>A copy that shares nothing that can change.</summary>
    public abstract DraftNode DeepClone();

    /// <summary>
    /// Makes a part that may stand in many resources at once: a coding that a map or a table gives, always the same one. It does not change any more; who
    /// asks for it where it stands gets a copy of its own, which takes its place. It is put into an object or array as it is, and read by nobody before.
    /// </summary>
    internal static T Shared<T>(T node)
        where T : DraftNode
    {
        node.IsShared = true;
        return node;
    }

    /// <summary>True where both say the same: properties in any order, numbers by their digits.</summary>
    public static bool DeepEquals(DraftNode? left, DraftNode? right) => ReferenceEquals(left, right) || (left is not null && right is not null && left.SaysSameAs(right));

    /// <summary>UTF-8 JSON.</summary>
    public byte[] ToUtf8Json()
    {
        var buffer = new ArrayBufferWriter<byte>(4 * 1024);
        using var writer = new Utf8JsonWriter(buffer, Options);
        WriteTo(writer);
        writer.Flush();
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>JSON text.</summary>
    public string ToJsonString() => Encoding.UTF8.GetString(ToUtf8Json());

    /// <inheritdoc/>
    public override string ToString() => ToJsonString();

    /// <summary>Reads JSON. Numbers keep their digits.</summary>
    /// <param name="utf8">One JSON value in UTF-8.</param>
    /// <exception cref="JsonException">It is no JSON, has a property twice or is nested deeper than 64 levels.</exception>
    public static DraftNode? Parse(ReadOnlySpan<byte> utf8)
    {
        var reader = new Utf8JsonReader(utf8);
        reader.Read();
        DraftNode? node = Read(ref reader);
        if (reader.Read()) throw new JsonException("One JSON value is expected.");
        return node;
    }

    /// <inheritdoc cref="Parse(ReadOnlySpan{byte})"/>
    public static DraftNode? Parse(string json) => Parse(Encoding.UTF8.GetBytes(json));

    /// <summary>What goes into a place: the node itself, or a copy where it stands somewhere already.</summary>
    private protected static DraftNode? Placed(DraftNode? node)
    {
        if (node is null or DraftValue || node.IsShared) return node;
        if (node.IsPlaced) node = node.DeepClone();
        node.IsPlaced = true;
        return node;
    }

    /// <summary>Says that a node stands nowhere any more.</summary>
    private protected static void Released(DraftNode? node)
    {
        if (node is not (null or DraftValue) && !node.IsShared) node.IsPlaced = false;
    }

    /// <summary>A copy for another place; what is shared needs none.</summary>
    private protected static object? Copied(object? value) => value is DraftNode { IsShared: false } node ? Placed(node.DeepClone()) : value;

    /// <summary>A value of an object or array as a node: a text that stands there as such becomes one, what is shared a copy, and stays it.</summary>
    private protected static DraftNode? Node(ref object? value)
    {
        if (value is string text)
        {
            value = DraftValue.Of(text);
        }
        else if (Unsafe.As<DraftNode?>(value) is { IsShared: true } shared)
        {
            DraftNode own = shared.DeepClone();
            own.IsPlaced = true;
            value = own;
        }

        return Unsafe.As<DraftNode?>(value);
    }

    /// <summary>Refuses to change what stands in many places.</summary>
    /// <exception cref="InvalidOperationException">It is shared.</exception>
    private protected void MayChange()
    {
        if (IsShared) Refuse();
        static void Refuse() => throw new InvalidOperationException("The part is shared by many resources and cannot be changed: ask for it where it stands.");
    }

    /// <summary>As <see cref="DeepEquals"/>, for values that may be texts as such.</summary>
    private protected static bool SayTheSame(object? left, object? right)
    {
        if (ReferenceEquals(left, right)) return true;
        return left is string || right is string
            ? TextOf(left) is { } text && string.Equals(text, TextOf(right), StringComparison.Ordinal)
            : DeepEquals((DraftNode?)left, (DraftNode?)right);
    }

    private static string? TextOf(object? value) => value as string ?? (value is DraftValue known && known.TryGetText(out string text) ? text : null);

    private static DraftNode Kept(DraftNode? node) => node ?? throw new InvalidOperationException("There is no value.");

    private protected abstract bool SaysSameAs(DraftNode other);

    internal static DraftNode? Read(ref Utf8JsonReader reader)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                var json = new DraftObject();
                while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
                {
                    string name = reader.GetString()!;
                    reader.Read();
                    if (json.ContainsKey(name)) throw new JsonException("A property stands twice in one object.");
                    json[name] = Read(ref reader);
                }

                return json;
            case JsonTokenType.StartArray:
                var array = new DraftArray();
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray) array.Add(Read(ref reader));
                return array;
            case JsonTokenType.String:
                return DraftValue.Of(reader.GetString()!);
            case JsonTokenType.Number:
                return DraftValue.Digits(Encoding.ASCII.GetString(reader.ValueSpan));
            case JsonTokenType.True:
                return DraftValue.Of(true);
            case JsonTokenType.False:
                return DraftValue.Of(false);
            case JsonTokenType.Null:
                return null;
            default:
                throw new JsonException(string.Create(CultureInfo.InvariantCulture, $"A JSON value is expected at byte {reader.TokenStartIndex}."));
        }
    }
}
