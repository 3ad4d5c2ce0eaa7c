using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace Consortium.Fhir.Model;

/// <summary>Bytes in base64 (RFC 4648); the characters are kept, and decoded when asked for.</summary>
public sealed partial class FhirBase64Binary : PrimitiveElement
{
    /// <summary>Creates it without a value.</summary>
    public FhirBase64Binary()
    {
    }

    /// <summary>Creates it with bytes.</summary>
    public FhirBase64Binary(byte[]? value) => Value = value;

    /// <inheritdoc/>
    public override string TypeName => "base64Binary";

    /// <summary>The bytes, decoded at each call; null where there are none or <see cref="PrimitiveElement.Literal"/> is not base64.</summary>
    public byte[]? Value
    {
        get
        {
            if (Literal is not { } literal) return null;
            byte[] bytes = new byte[(literal.Length / 4 * 3) + 3];
            return Convert.TryFromBase64String(literal, bytes, out int written) ? bytes[..written] : null;
        }

        set => Literal = value is null ? null : Convert.ToBase64String(value);
    }

    internal override Base NewInstance() => new FhirBase64Binary();

    internal override IList NewInstanceList() => new List<FhirBase64Binary>();

    /// <summary>The value with neither id nor extensions.</summary>
    [return: NotNullIfNotNull(nameof(value))]
    public static implicit operator FhirBase64Binary?(byte[]? value) => value is null ? null : new FhirBase64Binary(value);
}
