using Consortium.Adapters.Chinese;
using Consortium.Fhir.Units;

namespace Consortium.Adapters.Tests.Chinese;

public sealed class UnitsTests
{
    [Theory]
    [InlineData("L/L", "L/L")]
    [InlineData("μg/g", "ug/g")]
    [InlineData("g/g", "g/g")]
    [InlineData("×10^5 CFU/mL", "10*5.[CFU]/mL")]
    [InlineData("×10^5IU/ml", "10*5.[IU]/mL")]
    [InlineData("*10*3copies/ml", "10*3.{copies}/mL")]
    [InlineData("×10^9/L", "10*9/L")]
    [InlineData("mmol/mol", "mmol/mol")]
    public void A_unit_is_read_whole_or_by_its_parts_and_is_valid_UCUM(string written, string ucum)
    {
        Assert.Equal((written.Length, ucum), Units.Notes.Match(written, 0));
        Assert.Equal(ucum, Units.BuiltIn.Ucum(written));
        Assert.True(Ucum.IsValid(ucum, out string? reason), reason);
    }

    [Theory]
    [InlineData("ML/G")] // mega or milli
    [InlineData("105CFU/mL")] // a power that lost its sign
    [InlineData("μg/gx")]
    [InlineData("g/")]
    [InlineData("foo/L")]
    [InlineData("10^/L")]
    public void What_has_two_meanings_or_none_is_no_unit(string written) => Assert.Null(Units.Notes.Match(written, 0));
}
