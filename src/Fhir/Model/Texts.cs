using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace Consortium.Fhir.Model;

/// <summary>A sequence of Unicode characters.</summary>
public sealed partial class FhirString : PrimitiveElement
{
    /// <summary>Creates it without a value.</summary>
    public FhirString()
    {
    }

    /// <summary>Creates it with a value.</summary>
    public FhirString(string? value) => Literal = value;

    /// <inheritdoc/>
    public override string TypeName => "string";

    /// <summary>The text; null where there are only extensions.</summary>
    public string? Value
    {
        get => Literal;
        set => Literal = value;
    }

    internal override Base NewInstance() => new FhirString();

    internal override IList NewInstanceList() => new List<FhirString>();

    /// <summary>The value with neither id nor extensions.</summary>
    [return: NotNullIfNotNull(nameof(value))]
    public static implicit operator FhirString?(string? value) => value is null ? null : new FhirString(value);

    /// <summary>The value; null where there is none.</summary>
    public static implicit operator string?(FhirString? element) => element?.Literal;
}

/// <summary>A text with GitHub-flavoured markdown.</summary>
public sealed partial class FhirMarkdown : PrimitiveElement
{
    /// <summary>Creates it without a value.</summary>
    public FhirMarkdown()
    {
    }

    /// <summary>Creates it with a value.</summary>
    public FhirMarkdown(string? value) => Literal = value;

    /// <inheritdoc/>
    public override string TypeName => "markdown";

    /// <summary>The text; null where there are only extensions.</summary>
    public string? Value
    {
        get => Literal;
        set => Literal = value;
    }

    internal override Base NewInstance() => new FhirMarkdown();

    internal override IList NewInstanceList() => new List<FhirMarkdown>();

    /// <summary>The value with neither id nor extensions.</summary>
    [return: NotNullIfNotNull(nameof(value))]
    public static implicit operator FhirMarkdown?(string? value) => value is null ? null : new FhirMarkdown(value);

    /// <summary>The value; null where there is none.</summary>
    public static implicit operator string?(FhirMarkdown? element) => element?.Literal;
}

/// <summary>A code whose codes are not all known to the specification; others are a <see cref="Code{TEnum}"/>.</summary>
public sealed partial class FhirCode : PrimitiveElement
{
    /// <summary>Creates it without a value.</summary>
    public FhirCode()
    {
    }

    /// <summary>Creates it with a value.</summary>
    public FhirCode(string? value) => Literal = value;

    /// <inheritdoc/>
    public override string TypeName => "code";

    /// <summary>The text; null where there are only extensions.</summary>
    public string? Value
    {
        get => Literal;
        set => Literal = value;
    }

    internal override Base NewInstance() => new FhirCode();

    internal override IList NewInstanceList() => new List<FhirCode>();

    /// <summary>The value with neither id nor extensions.</summary>
    [return: NotNullIfNotNull(nameof(value))]
    public static implicit operator FhirCode?(string? value) => value is null ? null : new FhirCode(value);

    /// <summary>The value; null where there is none.</summary>
    public static implicit operator string?(FhirCode? element) => element?.Literal;
}

/// <summary>A logical id: up to 64 letters, digits, hyphens and full stops.</summary>
public sealed partial class FhirId : PrimitiveElement
{
    /// <summary>Creates it without a value.</summary>
    public FhirId()
    {
    }

    /// <summary>Creates it with a value.</summary>
    public FhirId(string? value) => Literal = value;

    /// <inheritdoc/>
    public override string TypeName => "id";

    /// <summary>The text; null where there are only extensions.</summary>
    public string? Value
    {
        get => Literal;
        set => Literal = value;
    }

    internal override Base NewInstance() => new FhirId();

    internal override IList NewInstanceList() => new List<FhirId>();

    /// <summary>The value with neither id nor extensions.</summary>
    [return: NotNullIfNotNull(nameof(value))]
    public static implicit operator FhirId?(string? value) => value is null ? null : new FhirId(value);

    /// <summary>The value; null where there is none.</summary>
    public static implicit operator string?(FhirId? element) => element?.Literal;
}

/// <summary>A narrative: one <c>div</c> of XHTML as text.</summary>
public sealed partial class FhirXhtml : PrimitiveElement
{
    /// <summary>Creates it without a value.</summary>
    public FhirXhtml()
    {
    }

    /// <summary>Creates it with a value.</summary>
    public FhirXhtml(string? value) => Literal = value;

    /// <inheritdoc/>
    public override string TypeName => "xhtml";

    /// <summary>The text; null where there are only extensions.</summary>
    public string? Value
    {
        get => Literal;
        set => Literal = value;
    }

    internal override Base NewInstance() => new FhirXhtml();

    internal override IList NewInstanceList() => new List<FhirXhtml>();

    /// <summary>The value with neither id nor extensions.</summary>
    [return: NotNullIfNotNull(nameof(value))]
    public static implicit operator FhirXhtml?(string? value) => value is null ? null : new FhirXhtml(value);

    /// <summary>The value; null where there is none.</summary>
    public static implicit operator string?(FhirXhtml? element) => element?.Literal;
}
