using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace Consortium.Fhir.Model;

/// <summary><c>true</c> or <c>false</c>.</summary>
public sealed partial class FhirBoolean : PrimitiveElement
{
    /// <summary>Creates it without a value.</summary>
    public FhirBoolean()
    {
    }

    /// <summary>Creates it with a value.</summary>
    public FhirBoolean(bool? value) => Value = value;

    /// <inheritdoc/>
    public override string TypeName => "boolean";

    /// <summary>The value; null where there are only extensions.</summary>
    public bool? Value
    {
        get => Literal is { } literal ? literal == "true" : null;
        set => Literal = value is { } known ? (known ? "true" : "false") : null;
    }

    internal override bool IsJsonText => false;

    private protected override bool FitsJson(string literal) => literal is "true" or "false";

    internal override Base NewInstance() => new FhirBoolean();

    internal override IList NewInstanceList() => new List<FhirBoolean>();

    /// <summary>The value with neither id nor extensions.</summary>
    [return: NotNullIfNotNull(nameof(value))]
    public static implicit operator FhirBoolean?(bool? value) => value is null ? null : new FhirBoolean(value);

    /// <summary>The value; null where there is none.</summary>
    public static implicit operator bool?(FhirBoolean? element) => element?.Value;
}
