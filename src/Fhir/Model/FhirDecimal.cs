using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Consortium.Fhir.Model;

/// <summary>A decimal number whose characters are kept: <c>1.50</c> says more than <c>1.5</c> (FHIR R4 datatypes.html#decimal).</summary>
public sealed partial class FhirDecimal : PrimitiveElement
{
    /// <summary>Creates it without a value.</summary>
    public FhirDecimal()
    {
    }

    /// <summary>Creates it with a value; trailing zeros of the decimal are kept.</summary>
    public FhirDecimal(decimal? value) => Value = value;

    /// <inheritdoc/>
    public override string TypeName => "decimal";

    /// <summary>The value; null where there is none or it is beyond the range of <see cref="decimal"/>. Digits past its 28 are rounded.</summary>
    public decimal? Value
    {
        get => decimal.TryParse(Literal, NumberStyles.Float, CultureInfo.InvariantCulture, out decimal value) ? value : null;
        set => Literal = value?.ToString(CultureInfo.InvariantCulture);
    }

    internal override bool IsJsonText => false;

    private protected override bool FitsJson(string literal) => JsonNumber.Is(literal);

    internal override Base NewInstance() => new FhirDecimal();

    internal override IList NewInstanceList() => new List<FhirDecimal>();

    /// <summary>Reads a number with its characters.</summary>
    /// <exception cref="FormatException">The text is no number of JSON.</exception>
    public static FhirDecimal Parse(string text) => new() { Literal = text ?? throw new ArgumentNullException(nameof(text)) };

    /// <summary>The value with neither id nor extensions.</summary>
    [return: NotNullIfNotNull(nameof(value))]
    public static implicit operator FhirDecimal?(decimal? value) => value is null ? null : new FhirDecimal(value);

    /// <summary>The value of a whole number.</summary>
    public static implicit operator FhirDecimal(int value) => new(value);

    /// <summary>The value; null where there is none.</summary>
    public static implicit operator decimal?(FhirDecimal? element) => element?.Value;
}

/// <summary>The grammar of JSON's numbers (RFC 8259 section 6).</summary>
internal static class JsonNumber
{
    public static bool Is(ReadOnlySpan<char> text)
    {
        int at = text.Length > 0 && text[0] == '-' ? 1 : 0;
        if (at < text.Length && text[at] == '0') at++;
        else if (!Digits(text, ref at)) return false;
        if (at < text.Length && text[at] == '.')
        {
            at++;
            if (!Digits(text, ref at)) return false;
        }

        if (at < text.Length && text[at] is 'e' or 'E')
        {
            at++;
            if (at < text.Length && text[at] is '+' or '-') at++;
            if (!Digits(text, ref at)) return false;
        }

        return at == text.Length;
    }

    private static bool Digits(ReadOnlySpan<char> text, ref int at)
    {
        int start = at;
        while (at < text.Length && char.IsAsciiDigit(text[at])) at++;
        return at > start;
    }
}
