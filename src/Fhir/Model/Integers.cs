using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Consortium.Fhir.Model;

/// <summary>A signed whole number of 32 bits.</summary>
public sealed partial class FhirInteger : PrimitiveElement
{
    /// <summary>Creates it without a value.</summary>
    public FhirInteger()
    {
    }

    /// <summary>Creates it with a value.</summary>
    public FhirInteger(int? value) => Value = value;

    /// <inheritdoc/>
    public override string TypeName => "integer";

    /// <summary>The value; null where there is none or <see cref="PrimitiveElement.Literal"/> is no whole number of 32 bits.</summary>
    public int? Value
    {
        get => int.TryParse(Literal, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int value) ? value : null;
        set => Literal = value?.ToString(CultureInfo.InvariantCulture);
    }

    internal override bool IsJsonText => false;

    private protected override bool FitsJson(string literal) => JsonNumber.Is(literal);

    internal override Base NewInstance() => new FhirInteger();

    internal override IList NewInstanceList() => new List<FhirInteger>();

    /// <summary>The value with neither id nor extensions.</summary>
    [return: NotNullIfNotNull(nameof(value))]
    public static implicit operator FhirInteger?(int? value) => value is null ? null : new FhirInteger(value);

    /// <summary>The value; null where there is none.</summary>
    public static implicit operator int?(FhirInteger? element) => element?.Value;
}

/// <summary>A whole number from 0 to 2,147,483,647.</summary>
public sealed partial class FhirUnsignedInt : PrimitiveElement
{
    /// <summary>Creates it without a value.</summary>
    public FhirUnsignedInt()
    {
    }

    /// <summary>Creates it with a value.</summary>
    public FhirUnsignedInt(int? value) => Value = value;

    /// <inheritdoc/>
    public override string TypeName => "unsignedInt";

    /// <summary>The value; null where there is none or <see cref="PrimitiveElement.Literal"/> is no whole number of 32 bits.</summary>
    public int? Value
    {
        get => int.TryParse(Literal, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int value) ? value : null;
        set => Literal = value?.ToString(CultureInfo.InvariantCulture);
    }

    internal override bool IsJsonText => false;

    private protected override bool FitsJson(string literal) => JsonNumber.Is(literal);

    internal override Base NewInstance() => new FhirUnsignedInt();

    internal override IList NewInstanceList() => new List<FhirUnsignedInt>();

    /// <summary>The value with neither id nor extensions.</summary>
    [return: NotNullIfNotNull(nameof(value))]
    public static implicit operator FhirUnsignedInt?(int? value) => value is null ? null : new FhirUnsignedInt(value);

    /// <summary>The value; null where there is none.</summary>
    public static implicit operator int?(FhirUnsignedInt? element) => element?.Value;
}

/// <summary>A whole number from 1 to 2,147,483,647.</summary>
public sealed partial class FhirPositiveInt : PrimitiveElement
{
    /// <summary>Creates it without a value.</summary>
    public FhirPositiveInt()
    {
    }

    /// <summary>Creates it with a value.</summary>
    public FhirPositiveInt(int? value) => Value = value;

    /// <inheritdoc/>
    public override string TypeName => "positiveInt";

    /// <summary>The value; null where there is none or <see cref="PrimitiveElement.Literal"/> is no whole number of 32 bits.</summary>
    public int? Value
    {
        get => int.TryParse(Literal, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int value) ? value : null;
        set => Literal = value?.ToString(CultureInfo.InvariantCulture);
    }

    internal override bool IsJsonText => false;

    private protected override bool FitsJson(string literal) => JsonNumber.Is(literal);

    internal override Base NewInstance() => new FhirPositiveInt();

    internal override IList NewInstanceList() => new List<FhirPositiveInt>();

    /// <summary>The value with neither id nor extensions.</summary>
    [return: NotNullIfNotNull(nameof(value))]
    public static implicit operator FhirPositiveInt?(int? value) => value is null ? null : new FhirPositiveInt(value);

    /// <summary>The value; null where there is none.</summary>
    public static implicit operator int?(FhirPositiveInt? element) => element?.Value;
}
