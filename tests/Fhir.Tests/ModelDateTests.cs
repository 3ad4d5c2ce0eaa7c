using Consortium.Fhir.Model;

namespace Consortium.Fhir.Tests;

/// <summary>FHIR R4 datatypes.html#dateTime: partial dates keep their precision, offsets and characters.</summary>
public sealed class ModelDateTests
{
    [Theory]
    [InlineData("1980", DateTimePrecision.Year)]
    [InlineData("1980-05", DateTimePrecision.Month)]
    [InlineData("2024-02-29", DateTimePrecision.Day)]
    [InlineData("2024-05-17T08:30:00Z", DateTimePrecision.Second)]
    [InlineData("2024-05-17T08:30:00.120+08:00", DateTimePrecision.Fraction)]
    [InlineData("2016-12-31T23:59:60Z", DateTimePrecision.Second)]
    public void DateTime_KnowsItsPrecision(string literal, DateTimePrecision precision)
    {
        FhirDateTime value = FhirDateTime.Parse(literal);
        Assert.Equal(precision, value.Precision);
        Assert.Equal(literal, value.Literal);
    }

    [Theory]
    [InlineData("1980-5")]
    [InlineData("1980-13")]
    [InlineData("2023-02-29")]
    [InlineData("0000")]
    [InlineData("2024-05-17T08:30")]
    [InlineData("2024-05-17T08:30:00")]
    [InlineData("2024-05-17T24:00:00Z")]
    [InlineData("2024-05-17T08:30:00.Z")]
    [InlineData("2024-05-17T08:30:00+14:01")]
    [InlineData("2024-05-17T08:30:00+8:00")]
    [InlineData("2024-05-17 08:30:00Z")]
    [InlineData(" 1980")]
    [InlineData("١٩٨٠")]
    [InlineData("")]
    public void DateTime_ThatIsNone_IsKeptButNotWellFormed(string literal)
    {
        FhirDateTime value = literal;
        Assert.False(value.IsWellFormed);
        Assert.Equal((null, null, null, null), (value.Precision, value.Year, value.ToDateOnly(), value.ToDateTimeOffset()));
        Assert.Equal(literal, value.Literal);
        Assert.Throws<FormatException>(() => FhirDateTime.Parse(literal));
    }

    [Fact]
    public void DateTime_GivesItsParts()
    {
        FhirDateTime value = "2024-05-17T08:30:00.1234567891+08:00";
        Assert.Equal((2024, 5, 17), (value.Year, value.Month, value.Day));
        Assert.Equal(TimeSpan.FromHours(8), value.Offset);
        Assert.Equal(new DateTimeOffset(2024, 5, 17, 8, 30, 0, TimeSpan.FromHours(8)).AddTicks(1234567), value.ToDateTimeOffset());
        FhirDateTime month = "2024-05";
        Assert.Equal((2024, 5, (int?)null, (DateOnly?)null, (DateTimeOffset?)null), (month.Year, month.Month, month.Day, month.ToDateOnly(), month.ToDateTimeOffset()));
    }

    [Fact]
    public void DateTime_AtTheEdgeOfDotNet_HasNoMomentAndDoesNotThrow()
    {
        Assert.Null(((FhirDateTime)"0001-01-01T00:00:00+14:00")!.ToDateTimeOffset());
        Assert.Null(((FhirDateTime)"9999-12-31T23:59:59-14:00")!.ToDateTimeOffset());
        Assert.Null(((FhirDateTime)"2016-12-31T23:59:60Z")!.ToDateTimeOffset());
    }

    [Fact]
    public void Moments_AreWrittenWithTheDigitsTheyNeed()
    {
        Assert.Equal("2024-05-17T08:30:00Z", new FhirInstant(new DateTimeOffset(2024, 5, 17, 8, 30, 0, TimeSpan.Zero)).Literal);
        Assert.Equal("2024-05-17T08:30:00.05+08:00", new FhirInstant(new DateTimeOffset(2024, 5, 17, 8, 30, 0, 50, TimeSpan.FromHours(8))).Literal);
        Assert.Equal("08:30:00.5", new FhirTime(new TimeOnly(8, 30, 0, 500)).Literal);
        Assert.Equal("0099-01", new FhirDate(99, 1).Literal);
        Assert.Throws<ArgumentOutOfRangeException>(() => new FhirDate(2024, 13));
    }

    [Fact]
    public void Date_HasNoTime()
    {
        Assert.False(FhirDate.TryParse("2024-05-17T08:30:00Z", out _));
        Assert.Equal(new DateOnly(2024, 5, 17), FhirDate.Parse("2024-05-17").ToDateOnly());
    }

    [Fact]
    public void Instant_NeedsATime() => Assert.False(FhirInstant.TryParse("2024-05-17", out _));

    [Theory]
    [InlineData("08:30:00", true)]
    [InlineData("08:30:00.123", true)]
    [InlineData("08:30", false)]
    [InlineData("24:00:00", false)]
    [InlineData("08:30:00Z", false)]
    public void Time_HasSecondsAndNoOffset(string literal, bool wellFormed) => Assert.Equal(wellFormed, new FhirTime(literal).IsWellFormed);

    [Fact]
    public void Base64_IsDecodedWhenAskedFor()
    {
        Assert.Equal("AQID", ((FhirBase64Binary)new byte[] { 1, 2, 3 }).Literal);
        Assert.Equal([1, 2, 3], new FhirBase64Binary { Literal = "AQ\nID" }.Value!);
        Assert.Null(new FhirBase64Binary { Literal = "A" }.Value);
    }
}
