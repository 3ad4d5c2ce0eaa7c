using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace Consortium.Fhir.Model;

/// <summary>A moment, known at least to the second, with its offset.</summary>
public sealed partial class FhirInstant : PrimitiveElement
{
    /// <summary>Creates it without a value.</summary>
    public FhirInstant()
    {
    }

    /// <summary>Creates it with the characters of a value, which are kept as they are; <see cref="IsWellFormed"/> tells whether they are one.</summary>
    public FhirInstant(string? literal) => Literal = literal;

    /// <summary>Creates a moment; the fraction has as many digits as it needs.</summary>
    public FhirInstant(DateTimeOffset value) => Literal = DateText.Of(value);

    /// <summary>Whether it has a value with date, time to the second and offset.</summary>
    public bool IsWellFormed => Parts is { Precision: >= DateTimePrecision.Second };

    /// <summary>The offset from UTC.</summary>
    public TimeSpan? Offset => IsWellFormed ? Parts!.Value.Offset : null;

    private DateTimeParts? Parts => DateTimeParts.Read(Literal);

    /// <summary>The moment; null where there is no well-formed value, and for a leap second, which .NET cannot hold.</summary>
    public DateTimeOffset? ToDateTimeOffset() => IsWellFormed ? Parts!.Value.Moment : null;

    /// <summary>Reads an instant.</summary>
    /// <exception cref="FormatException">The text is none.</exception>
    public static FhirInstant Parse(string text) => TryParse(text, out FhirInstant? value) ? value : throw new FormatException("The text is not an instant of FHIR.");

    /// <summary>Reads an instant; false where the text is none.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out FhirInstant? value)
    {
        value = new FhirInstant(text);
        if (!value.IsWellFormed) value = null;
        return value is not null;
    }

    /// <inheritdoc/>
    public override string TypeName => "instant";

    internal override Base NewInstance() => new FhirInstant();

    internal override IList NewInstanceList() => new List<FhirInstant>();

    /// <summary>The value with neither id nor extensions, its characters kept.</summary>
    [return: NotNullIfNotNull(nameof(literal))]
    public static implicit operator FhirInstant?(string? literal) => literal is null ? null : new FhirInstant(literal);

    /// <summary>The value with neither id nor extensions.</summary>
    [return: NotNullIfNotNull(nameof(value))]
    public static implicit operator FhirInstant?(DateTimeOffset? value) => value is { } known ? new FhirInstant(known) : null;
}
