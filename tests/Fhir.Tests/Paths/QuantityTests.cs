namespace Consortium.Fhir.Tests.Paths;

/// <summary>Quantities with units (FHIRPath N1 2.1.8, 5.5.7, 6.1, 6.2, 6.6).</summary>
public sealed class QuantityTests
{
    [Theory]
    [InlineData("4.0 'g' = 4000 'mg'", "true")]
    [InlineData("1 '[in_i]' = 2.54 'cm'", "true")]
    [InlineData("37 'Cel' = 98.6 '[degF]'", "true")]
    [InlineData("1 'cm' = 1 's'", "false")]
    [InlineData("1 'cm' != 1 's'", "true")]
    [InlineData("1 'nonsense' = 1 'nonsense'", "true")]
    [InlineData("1 'nonsense' = 1 'g'", "")]
    [InlineData("1 '%' = 0.01", "true")]
    [InlineData("4 'g' ~ 4040 'mg'", "true")]
    [InlineData("4.00 'g' ~ 4.040 'g'", "true")]
    [InlineData("4.04 'g' ~ 4041 'mg'", "true")]
    [InlineData("4 'g' ~ 4040 'mL'", "false")]
    [InlineData("100 'mg' < 1 'g'", "true")]
    [InlineData("1 'cm' < 1 's'", "")]
    public void EqualityAndOrder_ConvertUnits(string expression, string value) => Assert.Equal(value, Evaluating.Values(expression));

    [Theory]
    [InlineData("1 year = 1 'a'", "")]
    [InlineData("1 month = 1 'mo'", "")]
    [InlineData("1 year ~ 1 'a'", "true")]
    [InlineData("1 month ~ 1 'mo'", "true")]
    [InlineData("1 week = 1 'wk'", "true")]
    [InlineData("1 day = 24 hours", "true")]
    [InlineData("1 second = 1 's'", "true")]
    [InlineData("1 year = 12 months", "true")]
    [InlineData("1 year = 365 days", "true")]
    [InlineData("1 month = 30 days", "true")]
    [InlineData("1 year > 360 days", "true")]
    [InlineData("1 year > 1 'd'", "")]
    [InlineData("1 year = 1 'cm'", "false")]
    public void CalendarDurations_AreNotDefiniteOnes(string expression, string value) => Assert.Equal(value, Evaluating.Values(expression));

    [Theory]
    [InlineData("1 'm' + 1 'cm'", "101 'cm'")]
    [InlineData("1 'cm' + 1 'm'", "101 'cm'")]
    [InlineData("1 'm' - 1 'cm'", "99 'cm'")]
    [InlineData("1 'm' + 1 's'", "")]
    [InlineData("1 year + 1 month", "13 months")]
    [InlineData("1 day + 1 hour", "25 hours")]
    [InlineData("20 'Cel' + 5 'K'", "")]
    [InlineData("2 'cm' * 3 'cm'", "6 'cm2'")]
    [InlineData("2 'm/s' * 3 's'", "6 'm'")]
    [InlineData("12 'cm2' / 3 'cm'", "4 'cm'")]
    [InlineData("12 'g' / 3 'mL'", "4 'g/mL'")]
    [InlineData("4 'm' / 2 'cm'", "200 '1'")]
    [InlineData("3 * 2 'g'", "6 'g'")]
    [InlineData("6 'g' / 2", "3 'g'")]
    [InlineData("6 'g' / 0 'g'", "")]
    [InlineData("2 'g{a}' * 3 'm'", "6 '(g{a}).(m)'")]
    [InlineData("-(2 'g')", "-2 'g'")]
    public void Arithmetic_KeepsUnits(string expression, string value) => Assert.Equal(value, Evaluating.Values(expression));

    [Theory]
    [InlineData("'1 day'.toQuantity()", "1 day")]
    [InlineData("'1.5 \\'mg\\''.toQuantity()", "1.5 'mg'")]
    [InlineData("'1\\'mg\\''.toQuantity()", "1 'mg'")]
    [InlineData("'-1'.toQuantity()", "-1 '1'")]
    [InlineData("'.5'.toQuantity()", "")]
    [InlineData("' 5'.toQuantity()", "")]
    [InlineData("'1 mg'.toQuantity()", "")]
    [InlineData("'1 \\'m\\''.toQuantity('cm')", "100 'cm'")]
    [InlineData("'1 day'.toQuantity('hours')", "24 hours")]
    [InlineData("1 'm'.toQuantity('s')", "")]
    [InlineData("1 'm'.convertsToQuantity('s')", "false")]
    public void ToQuantity_ReadsAndConverts(string expression, string value) => Assert.Equal(value, Evaluating.Values(expression));

    [Theory]
    [InlineData("1 'cm'.comparable(1 '[in_i]')", "true")]
    [InlineData("1 'cm'.comparable(1 's')", "false")]
    [InlineData("1 year.comparable(1 month)", "true")]
    [InlineData("1 year.comparable(1 'a')", "false")]
    [InlineData("1 'cm'.comparable({})", "")]
    public void Comparable_AsksForTheDimension(string expression, string value) => Assert.Equal(value, Evaluating.Values(expression));

    [Fact]
    public void ElementQuantity_OfUcumDuration_IsACalendarDuration()
    {
        FhirDocument document = FhirDocument.Parse("""{"resourceType":"Observation","effectiveDateTime":"2020-02-29","valueQuantity":{"value":1,"unit":"year","system":"http://unitsofmeasure.org","code":"a"}}"""u8.ToArray());
        Assert.Equal("2021-02-28", FhirPath.Compile("Observation.effective + Observation.value").Evaluate(document)[0].Value);
    }
}
