using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Reflection;

namespace Consortium.Fhir.Model;

/// <summary>
/// A code that R4 requires to be one of a value set's. A code that is none of them is kept and can be read as
/// <see cref="PrimitiveElement.Literal"/>; then <see cref="Value"/> is null.
/// </summary>
/// <typeparam name="TEnum">The enum of the value set.</typeparam>
public sealed class Code<TEnum> : PrimitiveElement
    where TEnum : struct, Enum
{
    /// <summary>Creates it without a value.</summary>
    public Code()
    {
    }

    /// <summary>Creates it with a value.</summary>
    public Code(TEnum? value) => Value = value;

    /// <inheritdoc/>
    public override string TypeName => "code";

    /// <summary>The value; null where there is none, or the code is not of the value set.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is set to a number that is no member of the enum.</exception>
    public TEnum? Value
    {
        get => Literal is { } literal ? EnumCodes<TEnum>.Find(literal) : null;
        set => Literal = value is { } known ? EnumCodes<TEnum>.Code(known) : null;
    }

    internal override Base NewInstance() => new Code<TEnum>();

    internal override IList NewInstanceList() => new List<Code<TEnum>>();

    /// <summary>The value with neither id nor extensions.</summary>
    public static implicit operator Code<TEnum>(TEnum value) => new(value);

    /// <summary>The value with neither id nor extensions.</summary>
    [return: NotNullIfNotNull(nameof(value))]
    public static implicit operator Code<TEnum>?(TEnum? value) => value is null ? null : new Code<TEnum>(value);

    /// <summary>The value; null where there is none, or the code is not of the value set.</summary>
    public static implicit operator TEnum?(Code<TEnum>? code) => code?.Value;
}

/// <summary>Marks the enum of a value set.</summary>
/// <param name="valueSet">Its canonical URL.</param>
/// <param name="codes">The codes of the members in their order, parted by <c>|</c>.</param>
[AttributeUsage(AttributeTargets.Enum)]
public sealed class FhirCodesAttribute(string valueSet, string codes) : Attribute
{
    /// <summary>The canonical URL of the value set.</summary>
    public string ValueSet { get; } = valueSet;

    /// <summary>The codes of the members in their order, parted by <c>|</c>.</summary>
    public string Codes { get; } = codes;
}

/// <summary>Codes to members of one enum and back; read from its attribute when first used.</summary>
internal static class EnumCodes<TEnum>
    where TEnum : struct, Enum
{
    private static readonly TEnum[] s_members = Enum.GetValues<TEnum>();
    private static readonly string[] s_codes = typeof(TEnum).GetCustomAttribute<FhirCodesAttribute>()?.Codes.Split('|')
        ?? throw new NotSupportedException($"{typeof(TEnum).Name} is not the enum of a FHIR value set.");

    private static readonly Dictionary<string, TEnum> s_byCode = s_codes.Zip(s_members).ToDictionary(p => p.First, p => p.Second, StringComparer.Ordinal);

    public static TEnum? Find(string code) => s_byCode.TryGetValue(code, out TEnum member) ? member : null;

    public static string Code(TEnum member)
    {
        int at = Array.IndexOf(s_members, member);
        return at >= 0 ? s_codes[at] : throw new ArgumentOutOfRangeException(nameof(member), "The number is no member of the enum.");
    }
}
