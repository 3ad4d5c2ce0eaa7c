using System.Globalization;
using Consortium.Adapters.Table.Sources;

namespace Consortium.Adapters.Tests.Table.Sources;

/// <summary>A number of a spreadsheet is what its cell shows.</summary>
public class NumberFormatTests
{
    [Theory]
    [InlineData(5.1, "0.00", "5.10")]
    [InlineData(5.1, "General", "5.1")]
    [InlineData(5.1, null, "5.1")]
    [InlineData(0.1 + 0.2, "General", "0.3")]
    [InlineData(1234, "00000000", "00001234")]
    [InlineData(1234567.5, "#,##0.00", "1234567.50")]
    [InlineData(0, "#,##0.00", "0.00")]
    [InlineData(0.5, "#.00", "0.50")]
    [InlineData(0.5, "0.##", "0.5")]
    [InlineData(12, "0.##", "12")]
    [InlineData(0.125, "0.0%", "12.5%")]
    [InlineData(-3.5, "0.0;[Red](0.0)", "(3.5)")]
    [InlineData(-3.5, "0.0_);[Red]-0.0", "-3.5")]
    [InlineData(2.5, "0.00\" mg\"", "2.50 mg")]
    [InlineData(13800000000d, "000-0000-0000", "138-0000-0000")]
    [InlineData(5, "000-0000", "000-0005")]
    [InlineData(261106040100d, "General", "261106040100")]
    [InlineData(0.25, "# ?/?", "0.25")]
    [InlineData(12000, "0.00E+00", "12000")]
    [InlineData(12000, "0,", "12000")]
    [InlineData(7, "0;-0;;@", "7")]
    [InlineData(0, "0;-0;;@", "0")]
    [InlineData(1.5, "¥0.00", "¥1.50")]
    public void The_digits_that_the_cell_shows_are_the_digits_of_the_text(double number, string? format, string shown)
    {
        ShownNumber? text = NumberFormat.Show(number, format);
        Assert.Equal(shown, text?.Text);
        Assert.False(text!.Value.IsRounded);
    }

    [Theory]
    [InlineData(140.126, "0.0", "140.1")]
    [InlineData(0.25, "0", "0")]
    [InlineData(2.5, "0", "3")]
    [InlineData(0.1255, "0%", "13%")]
    public void A_cell_that_shows_fewer_digits_than_it_holds_says_so(double number, string format, string shown) =>
        Assert.Equal(new ShownNumber(shown, true), NumberFormat.Show(number, format));

    [Theory]
    [InlineData(1234567890123456d)]
    [InlineData(999999196005120016d)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void A_number_of_more_digits_than_a_spreadsheet_keeps_is_no_number(double number) => Assert.Null(NumberFormat.Show(number, "0"));

    [Fact]
    public void Whatever_number_of_up_to_fifteen_digits_is_typed_comes_back_with_the_same_digits()
    {
        var random = new Random(20261122);
        for (int i = 0; i < 20_000; i++)
        {
            int digits = random.Next(1, 16), decimals = random.Next(0, Math.Min(digits, 7));
            string typed = string.Concat(Enumerable.Range(0, digits).Select(at => (char)('0' + random.Next(at == 0 && digits > 1 ? 1 : 0, 10))));
            if (decimals > 0) typed = typed.Length > decimals ? $"{typed[..^decimals]}.{typed[^decimals..]}" : $"0.{typed}";
            double stored = double.Parse(typed, CultureInfo.InvariantCulture);
            string format = decimals == 0 ? "0" : "0." + new string('0', decimals);

            ShownNumber shown = NumberFormat.Show(stored, format)!.Value;

            Assert.Equal(typed, shown.Text);
            Assert.False(shown.IsRounded, typed);
        }
    }
}
