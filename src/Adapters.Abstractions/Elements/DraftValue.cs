using System.Globalization;
using System.Text.Json;
using Consortium.Fhir;

namespace Consortium.Adapters.Elements;

/// <summary>A text, a number with its digits, or a truth value. Does not change once made.</summary>
public sealed class DraftValue : DraftNode
{
    private readonly string _text;
    private readonly JsonValueKind _kind;

    private DraftValue(string text, JsonValueKind kind)
    {
        _text = text;
        _kind = kind;
    }

    /// <summary>String, Number, True or False.</summary>
    public JsonValueKind Kind => _kind;

    /// <summary>The text, or a number's digits; <c>true</c> or <c>false</c>.</summary>
    internal string Text => _text;

    /// <summary>A text.</summary>
    public static DraftValue Of(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return new DraftValue(text, JsonValueKind.String);
    }

    /// <summary>A truth value.</summary>
    public static DraftValue Of(bool flag) => new(flag ? "true" : "false", flag ? JsonValueKind.True : JsonValueKind.False);

    /// <summary>A whole number.</summary>
    public static DraftValue Of(int number) => new(number.ToString(CultureInfo.InvariantCulture), JsonValueKind.Number);

    /// <summary>A decimal number; <c>5.10m</c> keeps its last digit.</summary>
    public static DraftValue Of(decimal number) => new(number.ToString(CultureInfo.InvariantCulture), JsonValueKind.Number);

    /// <summary>A number of these very characters, which must be those of a JSON number.</summary>
    internal static DraftValue Digits(string digits) => new(digits, JsonValueKind.Number);

    /// <summary>Whether it is a text, and which.</summary>
    public bool TryGetText(out string text)
    {
        text = _text;
        return _kind == JsonValueKind.String;
    }

    /// <inheritdoc/>
    public override T GetValue<T>()
    {
        object? value = null;
        if (typeof(T) == typeof(string)) value = _kind == JsonValueKind.String ? _text : null;
        else if (typeof(T) == typeof(bool)) value = _kind switch { JsonValueKind.True => true, JsonValueKind.False => false, _ => null };
        else if (typeof(T) == typeof(int)) value = _kind == JsonValueKind.Number && int.TryParse(_text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int whole) ? whole : null;
        else if (typeof(T) == typeof(decimal)) value = _kind == JsonValueKind.Number && decimal.TryParse(_text, NumberStyles.Float, CultureInfo.InvariantCulture, out decimal number) ? number : null;
        return value is T found ? found : throw new InvalidOperationException($"The value is a {_kind}, no {typeof(T).Name}.");
    }

    /// <inheritdoc/>
    public override void WriteTo(Utf8JsonWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        switch (_kind)
        {
            case JsonValueKind.String:
                writer.WriteStringValue(_text);
                break;
            case JsonValueKind.Number:
                writer.WriteRawValue(_text, skipInputValidation: true);
                break;
            default:
                writer.WriteBooleanValue(_kind == JsonValueKind.True);
                break;
        }
    }

    internal override void WriteTo(FhirDocumentWriter writer)
    {
        switch (_kind)
        {
            case JsonValueKind.String:
                writer.Text(_text);
                break;
            case JsonValueKind.Number:
                writer.Number(_text);
                break;
            default:
                writer.Boolean(_kind == JsonValueKind.True);
                break;
        }
    }

    /// <summary>The same value as an object of its own, for whoever tells places apart by it.</summary>
    internal DraftValue Twin() => new(_text, _kind);

    /// <summary>The text itself, or a number's digits.</summary>
    public override string ToString() => _text;

    /// <inheritdoc/>
    public override DraftNode DeepClone() => this;

    private protected override bool SaysSameAs(DraftNode other) => other is DraftValue value && value._kind == _kind && string.Equals(value._text, _text, StringComparison.Ordinal);
}
