using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace Consortium.Fhir.Model;

/// <summary>A date, or a part of one: <c>1980</c>, <c>1980-05</c>, <c>1980-05-17</c>.</summary>
public sealed partial class FhirDate : PrimitiveElement
{
    /// <summary>Creates it without a value.</summary>
    public FhirDate()
    {
    }

    /// <summary>Creates it with the characters of a value, which are kept as they are; <see cref="IsWellFormed"/> tells whether they are one.</summary>
    public FhirDate(string? literal) => Literal = literal;

    /// <summary>Creates a year alone.</summary>
    public FhirDate(int year) => Literal = DateText.Of(year);

    /// <summary>Creates a year and month.</summary>
    public FhirDate(int year, int month) => Literal = DateText.Of(year, month);

    /// <summary>Creates a whole date.</summary>
    public FhirDate(DateOnly date) => Literal = DateText.Of(date);

    /// <summary>Whether it has a value that is a date of the calendar.</summary>
    public bool IsWellFormed => Parts is { Precision: <= DateTimePrecision.Day };

    /// <summary>How much of it is known; null where there is no well-formed value.</summary>
    public DateTimePrecision? Precision => IsWellFormed ? Parts!.Value.Precision : null;

    /// <summary>The year.</summary>
    public int? Year => IsWellFormed ? Parts!.Value.Year : null;

    /// <summary>The month, where it is known.</summary>
    public int? Month => Precision >= DateTimePrecision.Month ? Parts!.Value.Month : null;

    /// <summary>The day, where it is known.</summary>
    public int? Day => Precision >= DateTimePrecision.Day ? Parts!.Value.Day : null;

    private DateTimeParts? Parts => DateTimeParts.Read(Literal);

    /// <summary>The date, where the day is known.</summary>
    public DateOnly? ToDateOnly() => Precision == DateTimePrecision.Day ? Parts!.Value.Date : null;

    /// <summary>Reads a date.</summary>
    /// <exception cref="FormatException">The text is none.</exception>
    public static FhirDate Parse(string text) => TryParse(text, out FhirDate? value) ? value : throw new FormatException("The text is not a date of FHIR.");

    /// <summary>Reads a date; false where the text is none.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out FhirDate? value)
    {
        value = new FhirDate(text);
        if (!value.IsWellFormed) value = null;
        return value is not null;
    }

    /// <inheritdoc/>
    public override string TypeName => "date";

    internal override Base NewInstance() => new FhirDate();

    internal override IList NewInstanceList() => new List<FhirDate>();

    /// <summary>The value with neither id nor extensions, its characters kept.</summary>
    [return: NotNullIfNotNull(nameof(literal))]
    public static implicit operator FhirDate?(string? literal) => literal is null ? null : new FhirDate(literal);

    /// <summary>The value with neither id nor extensions.</summary>
    [return: NotNullIfNotNull(nameof(value))]
    public static implicit operator FhirDate?(DateOnly? value) => value is { } known ? new FhirDate(known) : null;
}
