using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace Consortium.Fhir.Model;

/// <summary>A URI (RFC 3986), compared by its characters.</summary>
public sealed partial class FhirUri : PrimitiveElement
{
    /// <summary>Creates it without a value.</summary>
    public FhirUri()
    {
    }

    /// <summary>Creates it with a value.</summary>
    public FhirUri(string? value) => Literal = value;

    /// <inheritdoc/>
    public override string TypeName => "uri";

    /// <summary>The text; null where there are only extensions.</summary>
    public string? Value
    {
        get => Literal;
        set => Literal = value;
    }

    internal override Base NewInstance() => new FhirUri();

    internal override IList NewInstanceList() => new List<FhirUri>();

    /// <summary>The value with neither id nor extensions.</summary>
    [return: NotNullIfNotNull(nameof(value))]
    public static implicit operator FhirUri?(string? value) => value is null ? null : new FhirUri(value);

    /// <summary>The value; null where there is none.</summary>
    public static implicit operator string?(FhirUri? element) => element?.Literal;

    /// <summary>The value of a URI as it was written.</summary>
    [return: NotNullIfNotNull(nameof(value))]
    public static implicit operator FhirUri?(Uri? value) => value is null ? null : new FhirUri(value.OriginalString);
}

/// <summary>A URI that leads to something.</summary>
public sealed partial class FhirUrl : PrimitiveElement
{
    /// <summary>Creates it without a value.</summary>
    public FhirUrl()
    {
    }

    /// <summary>Creates it with a value.</summary>
    public FhirUrl(string? value) => Literal = value;

    /// <inheritdoc/>
    public override string TypeName => "url";

    /// <summary>The text; null where there are only extensions.</summary>
    public string? Value
    {
        get => Literal;
        set => Literal = value;
    }

    internal override Base NewInstance() => new FhirUrl();

    internal override IList NewInstanceList() => new List<FhirUrl>();

    /// <summary>The value with neither id nor extensions.</summary>
    [return: NotNullIfNotNull(nameof(value))]
    public static implicit operator FhirUrl?(string? value) => value is null ? null : new FhirUrl(value);

    /// <summary>The value; null where there is none.</summary>
    public static implicit operator string?(FhirUrl? element) => element?.Literal;

    /// <summary>The value of a URI as it was written.</summary>
    [return: NotNullIfNotNull(nameof(value))]
    public static implicit operator FhirUrl?(Uri? value) => value is null ? null : new FhirUrl(value.OriginalString);
}

/// <summary>The canonical URL of a definition, perhaps with <c>|version</c> and <c>#fragment</c>.</summary>
public sealed partial class FhirCanonical : PrimitiveElement
{
    /// <summary>Creates it without a value.</summary>
    public FhirCanonical()
    {
    }

    /// <summary>Creates it with a value.</summary>
    public FhirCanonical(string? value) => Literal = value;

    /// <inheritdoc/>
    public override string TypeName => "canonical";

    /// <summary>The text; null where there are only extensions.</summary>
    public string? Value
    {
        get => Literal;
        set => Literal = value;
    }

    internal override Base NewInstance() => new FhirCanonical();

    internal override IList NewInstanceList() => new List<FhirCanonical>();

    /// <summary>The value with neither id nor extensions.</summary>
    [return: NotNullIfNotNull(nameof(value))]
    public static implicit operator FhirCanonical?(string? value) => value is null ? null : new FhirCanonical(value);

    /// <summary>The value; null where there is none.</summary>
    public static implicit operator string?(FhirCanonical? element) => element?.Literal;

    /// <summary>The value of a URI as it was written.</summary>
    [return: NotNullIfNotNull(nameof(value))]
    public static implicit operator FhirCanonical?(Uri? value) => value is null ? null : new FhirCanonical(value.OriginalString);
}

/// <summary>An object identifier as a URI: <c>urn:oid:1.2.3</c>.</summary>
public sealed partial class FhirOid : PrimitiveElement
{
    /// <summary>Creates it without a value.</summary>
    public FhirOid()
    {
    }

    /// <summary>Creates it with a value.</summary>
    public FhirOid(string? value) => Literal = value;

    /// <inheritdoc/>
    public override string TypeName => "oid";

    /// <summary>The text; null where there are only extensions.</summary>
    public string? Value
    {
        get => Literal;
        set => Literal = value;
    }

    internal override Base NewInstance() => new FhirOid();

    internal override IList NewInstanceList() => new List<FhirOid>();

    /// <summary>The value with neither id nor extensions.</summary>
    [return: NotNullIfNotNull(nameof(value))]
    public static implicit operator FhirOid?(string? value) => value is null ? null : new FhirOid(value);

    /// <summary>The value; null where there is none.</summary>
    public static implicit operator string?(FhirOid? element) => element?.Literal;
}

/// <summary>A UUID as a URI: <c>urn:uuid:…</c>.</summary>
public sealed partial class FhirUuid : PrimitiveElement
{
    /// <summary>Creates it without a value.</summary>
    public FhirUuid()
    {
    }

    /// <summary>Creates it with a value.</summary>
    public FhirUuid(string? value) => Literal = value;

    /// <inheritdoc/>
    public override string TypeName => "uuid";

    /// <summary>The text; null where there are only extensions.</summary>
    public string? Value
    {
        get => Literal;
        set => Literal = value;
    }

    internal override Base NewInstance() => new FhirUuid();

    internal override IList NewInstanceList() => new List<FhirUuid>();

    /// <summary>The value with neither id nor extensions.</summary>
    [return: NotNullIfNotNull(nameof(value))]
    public static implicit operator FhirUuid?(string? value) => value is null ? null : new FhirUuid(value);

    /// <summary>The value; null where there is none.</summary>
    public static implicit operator string?(FhirUuid? element) => element?.Literal;
}
