using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace Consortium.Fhir.Model;

/// <summary>A time of day with seconds: <c>08:30:00</c>.</summary>
public sealed partial class FhirTime : PrimitiveElement
{
    /// <summary>Creates it without a value.</summary>
    public FhirTime()
    {
    }

    /// <summary>Creates it with the characters of a value, which are kept as they are; <see cref="IsWellFormed"/> tells whether they are one.</summary>
    public FhirTime(string? literal) => Literal = literal;

    /// <summary>Creates a time of day; the fraction has as many digits as it needs.</summary>
    public FhirTime(TimeOnly value) => Literal = DateText.Of(value);

    /// <summary>Whether it has a value that is a time of day with seconds and without an offset.</summary>
    public bool IsWellFormed => DateTimeParts.IsTime(Literal);

    /// <summary>The time; null where there is no well-formed value, and for a leap second, which .NET cannot hold.</summary>
    public TimeOnly? ToTimeOnly() => IsWellFormed ? DateTimeParts.Time(Literal!) : null;

    /// <summary>Reads a time.</summary>
    /// <exception cref="FormatException">The text is none.</exception>
    public static FhirTime Parse(string text) => TryParse(text, out FhirTime? value) ? value : throw new FormatException("The text is not a time of FHIR.");

    /// <summary>Reads a time; false where the text is none.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out FhirTime? value)
    {
        value = new FhirTime(text);
        if (!value.IsWellFormed) value = null;
        return value is not null;
    }

    /// <inheritdoc/>
    public override string TypeName => "time";

    internal override Base NewInstance() => new FhirTime();

    internal override IList NewInstanceList() => new List<FhirTime>();

    /// <summary>The value with neither id nor extensions, its characters kept.</summary>
    [return: NotNullIfNotNull(nameof(literal))]
    public static implicit operator FhirTime?(string? literal) => literal is null ? null : new FhirTime(literal);

    /// <summary>The value with neither id nor extensions.</summary>
    [return: NotNullIfNotNull(nameof(value))]
    public static implicit operator FhirTime?(TimeOnly? value) => value is { } known ? new FhirTime(known) : null;
}
