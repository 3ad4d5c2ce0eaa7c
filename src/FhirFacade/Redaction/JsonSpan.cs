using System.Text.Json;

namespace Consortium.FhirFacade.Redaction;

internal enum JsonSpanKind
{
    Object,
    Array,
    String,
    Number,
    Boolean,
    Null,
}

/// <summary>
/// A JSON value and where it stands in the stored bytes, so that what is shown can be copied and not written anew.
/// </summary>
internal sealed class JsonSpan
{
    private JsonSpan(JsonSpanKind kind, int start)
    {
        Kind = kind;
        Start = start;
    }

    public JsonSpanKind Kind { get; }

    /// <summary>Offset of the value's first byte.</summary>
    public int Start { get; }

    /// <summary>Offset behind the value's last byte.</summary>
    public int End { get; private set; }

    /// <summary>The property name, unescaped; empty in an array and at the root.</summary>
    public string Name { get; private init; } = "";

    /// <summary>Offset of the property name's opening quotation mark.</summary>
    public int NameStart { get; private init; }

    /// <summary>The text of a string, unescaped.</summary>
    public string Text { get; private init; } = "";

    /// <summary>Members of an object or entries of an array, in order.</summary>
    public List<JsonSpan> Children { get; } = [];

    /// <summary>Whether a role may not see the value. A hidden container hides all that is in it.</summary>
    public bool Hidden { get; set; }

    public bool IsContainer => Kind is JsonSpanKind.Object or JsonSpanKind.Array;

    /// <summary>Whether the value or anything in it is hidden.</summary>
    public bool HidesAnything => Hidden || Children.Exists(c => c.HidesAnything);

    public JsonSpan? Member(string name) => Kind == JsonSpanKind.Object ? Children.Find(c => c.Name == name) : null;

    /// <exception cref="FormatException">The bytes are no JSON.</exception>
    public static JsonSpan Parse(ReadOnlyMemory<byte> json)
    {
        var reader = new Utf8JsonReader(json.Span, new JsonReaderOptions { MaxDepth = 128 });
        try
        {
            reader.Read();
            JsonSpan root = Value(ref reader, "", 0);
            reader.Read();
            return root;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new FormatException($"The resource is not JSON (byte {reader.BytesConsumed.ToString(System.Globalization.CultureInfo.InvariantCulture)}).", e);
        }
    }

    private static JsonSpan Value(ref Utf8JsonReader reader, string name, int nameStart)
    {
        int start = (int)reader.TokenStartIndex;
        JsonSpanKind kind = reader.TokenType switch
        {
            JsonTokenType.StartObject => JsonSpanKind.Object,
            JsonTokenType.StartArray => JsonSpanKind.Array,
            JsonTokenType.String => JsonSpanKind.String,
            JsonTokenType.Number => JsonSpanKind.Number,
            JsonTokenType.Null => JsonSpanKind.Null,
            _ => JsonSpanKind.Boolean,
        };
        var value = new JsonSpan(kind, start) { Name = name, NameStart = nameStart, Text = kind == JsonSpanKind.String ? reader.GetString()! : "" };
        if (kind == JsonSpanKind.Object)
        {
            while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
            {
                string member = reader.GetString()!;
                int memberStart = (int)reader.TokenStartIndex;
                reader.Read();
                value.Children.Add(Value(ref reader, member, memberStart));
            }
        }
        else if (kind == JsonSpanKind.Array)
        {
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray) value.Children.Add(Value(ref reader, "", 0));
        }

        value.End = (int)reader.BytesConsumed;
        return value;
    }
}
