using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace Consortium.Fhir.Model;

/// <summary>A date, a part of one, or a date with time and offset: <c>1980</c>, <c>2024-05-17T08:30:00+08:00</c>. Precision and offset are kept.</summary>
public sealed partial class FhirDateTime : PrimitiveElement
{
    /// <summary>Creates it without a value.</summary>
    public FhirDateTime()
    {
    }

    /// <summary>Creates it with the characters of a value, which are kept as they are; <see cref="IsWellFormed"/> tells whether they are one.</summary>
    public FhirDateTime(string? literal) => Literal = literal;

    /// <summary>Creates a year alone.</summary>
    public FhirDateTime(int year) => Literal = DateText.Of(year);

    /// <summary>Creates a year and month.</summary>
    public FhirDateTime(int year, int month) => Literal = DateText.Of(year, month);

    /// <summary>Creates a date without a time.</summary>
    public FhirDateTime(DateOnly date) => Literal = DateText.Of(date);

    /// <summary>Creates a date with time and offset; the fraction has as many digits as it needs.</summary>
    public FhirDateTime(DateTimeOffset value) => Literal = DateText.Of(value);

    /// <summary>Whether it has a value that is a date of the calendar, and with a time has an offset.</summary>
    public bool IsWellFormed => Parts is not null;

    /// <summary>How much of it is known; null where there is no well-formed value.</summary>
    public DateTimePrecision? Precision => Parts?.Precision;

    /// <summary>The year.</summary>
    public int? Year => Parts?.Year;

    /// <summary>The month, where it is known.</summary>
    public int? Month => Precision >= DateTimePrecision.Month ? Parts!.Value.Month : null;

    /// <summary>The day, where it is known.</summary>
    public int? Day => Precision >= DateTimePrecision.Day ? Parts!.Value.Day : null;

    /// <summary>The offset from UTC, where a time is known.</summary>
    public TimeSpan? Offset => Parts?.Offset;

    private DateTimeParts? Parts => DateTimeParts.Read(Literal);

    /// <summary>The date, where the day is known.</summary>
    public DateOnly? ToDateOnly() => Precision >= DateTimePrecision.Day ? Parts!.Value.Date : null;

    /// <summary>The moment, where a time is known; null for a leap second, which .NET cannot hold. Digits past the seventh of the fraction are cut off.</summary>
    public DateTimeOffset? ToDateTimeOffset() => Parts?.Moment;

    /// <summary>Reads a dateTime.</summary>
    /// <exception cref="FormatException">The text is none.</exception>
    public static FhirDateTime Parse(string text) => TryParse(text, out FhirDateTime? value) ? value : throw new FormatException("The text is not a dateTime of FHIR.");

    /// <summary>Reads a dateTime; false where the text is none.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out FhirDateTime? value)
    {
        value = new FhirDateTime(text);
        if (!value.IsWellFormed) value = null;
        return value is not null;
    }

    /// <inheritdoc/>
    public override string TypeName => "dateTime";

    internal override Base NewInstance() => new FhirDateTime();

    internal override IList NewInstanceList() => new List<FhirDateTime>();

    /// <summary>The value with neither id nor extensions, its characters kept.</summary>
    [return: NotNullIfNotNull(nameof(literal))]
    public static implicit operator FhirDateTime?(string? literal) => literal is null ? null : new FhirDateTime(literal);

    /// <summary>The value with neither id nor extensions.</summary>
    [return: NotNullIfNotNull(nameof(value))]
    public static implicit operator FhirDateTime?(DateTimeOffset? value) => value is { } known ? new FhirDateTime(known) : null;
}
