using Consortium.Fhir.Units;

namespace Consortium.Fhir.Tests.Units;

/// <summary>UCUM codes: syntax (UCUM 2), units and prefixes (UCUM 4), conversion and special units (UCUM 3).</summary>
public sealed class UcumTests
{
    [Theory]
    [InlineData("mg")]
    [InlineData("1")]
    [InlineData("%")]
    [InlineData("mm[Hg]")]
    [InlineData("10*3/uL")]
    [InlineData("10^9/L")]
    [InlineData("/min")]
    [InlineData("/(12.h)")]
    [InlineData("{score}")]
    [InlineData("{tbl}")]
    [InlineData("10{cells}")]
    [InlineData("m{beats per minute}")]
    [InlineData("kg.m/s2")]
    [InlineData("kg.m.s-2")]
    [InlineData("mL/min/{1.73_m2}")]
    [InlineData("m[iU]/mL")]
    [InlineData("[degF]")]
    [InlineData("dB[SPL]")]
    [InlineData("B[10.nV]")]
    [InlineData("[m/s2/Hz^0.5]")]
    [InlineData("%[slope]")]
    [InlineData("((g))")]
    [InlineData("2.m+3")]
    [InlineData("''")]
    [InlineData("g%")]
    [InlineData("[Amb'a'1'U]")]
    public void IsValid_WellFormedCode_IsAccepted(string code)
    {
        Assert.True(Ucum.IsValid(code, out string? reason), reason);
        Assert.Null(reason);
    }

    [Theory]
    [InlineData("", 1)]
    [InlineData("mcg", 1)]
    [InlineData("drop", 1)]
    [InlineData("KG", 1)]
    [InlineData("mm[hg]", 1)]
    [InlineData("kmin", 1)]
    [InlineData("mg/", 4)]
    [InlineData("mg//L", 4)]
    [InlineData("mg / L", 3)]
    [InlineData("(mg", 1)]
    [InlineData("mg)", 3)]
    [InlineData("{open", 1)]
    [InlineData("m{a{b}}", 4)]
    [InlineData("[in_i", 1)]
    [InlineData("m+", 2)]
    [InlineData("µg", 1)]
    [InlineData("0", 1)]
    [InlineData("m{é}", 3)]
    [InlineData("mg*L", 1)]
    [InlineData("m99999999999", 2)]
    public void IsValid_BrokenCode_IsRefusedWithItsPosition(string code, int position)
    {
        Assert.False(Ucum.IsValid(code, out string? reason));
        Assert.StartsWith($"position {position}: ", reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1", "[in_i]", "cm", "2.54")]
    [InlineData("1", "[lb_av]", "g", "453.59237")]
    [InlineData("4.0", "g", "mg", "4000")]
    [InlineData("1", "kg/m3", "g/L", "1")]
    [InlineData("1", "m[Hg]", "Pa", "133322")]
    [InlineData("1", "L", "m3", "0.001")]
    [InlineData("1", "wk", "d", "7")]
    [InlineData("1", "a", "d", "365.25")]
    [InlineData("12", "mo", "a", "1")]
    [InlineData("1", "kat", "mol/s", "1")]
    [InlineData("60", "U", "umol/s", "1")]
    [InlineData("1", "kW.h", "MJ", "3.6")]
    [InlineData("1", "N", "kg.m.s-2", "1")]
    [InlineData("1", "10*3/uL", "10*9/L", "1")]
    [InlineData("1", "Ci", "GBq", "37")]
    [InlineData("5", "%", "1", "0.05")]
    [InlineData("1", "[ft_us]", "m", "0.3048006096012192024384048768")]
    [InlineData("1", "[IU]/L", "m[iU]/mL", "1")]
    [InlineData("3", "m[H2O]{a}", "kPa", "29.41995")]
    public void TryConvert_RatioScales_IsExact(string value, string from, string to, string wanted)
    {
        Assert.True(Ucum.TryConvert(decimal.Parse(value, System.Globalization.CultureInfo.InvariantCulture), from, to, out decimal result));
        Assert.Equal(decimal.Parse(wanted, System.Globalization.CultureInfo.InvariantCulture), result);
    }

    [Theory]
    [InlineData("37", "Cel", "[degF]", "98.6")]
    [InlineData("32", "[degF]", "Cel", "0")]
    [InlineData("0", "Cel", "K", "273.15")]
    [InlineData("1000", "mCel", "K", "274.15")]
    [InlineData("80", "[degRe]", "Cel", "100")]
    [InlineData("7", "[pH]", "nmol/L", "100")]
    [InlineData("20", "dB[W]", "W", "100")]
    [InlineData("6", "B[V]", "V", "1000")]
    [InlineData("10", "dB", "1", "10")]
    public void TryConvert_SpecialUnits_UsesTheirFunction(string value, string from, string to, string wanted)
    {
        Assert.True(Ucum.TryConvert(decimal.Parse(value, System.Globalization.CultureInfo.InvariantCulture), from, to, out decimal result));
        Assert.Equal(decimal.Parse(wanted, System.Globalization.CultureInfo.InvariantCulture), Math.Round(result, 8));
    }

    [Fact]
    public void TryConvert_DifferenceOfTemperatures_IsAnInterval()
    {
        Assert.True(Ucum.TryConvert(1.8m, "[degF]/min", "Cel/min", out decimal perMinute));
        Assert.Equal(1m, perMinute);
    }

    [Theory]
    [InlineData("g", "m")]
    [InlineData("[iU]", "[arb'U]")]
    [InlineData("[iU]", "1")]
    [InlineData("[pH]/min", "mol/l/min")]
    [InlineData("g", "nonsense")]
    [InlineData("m9999.[ft_us]9999", "m9999.[ft_us]9999")]
    public void TryConvert_NotCommensurable_IsRefused(string from, string to)
    {
        Assert.False(Ucum.TryConvert(1, from, to, out _));
        Assert.False(Ucum.AreComparable(from, to));
    }

    [Theory]
    [InlineData("1", "kPa", "1000000", "s-2.m-1.g")]
    [InlineData("5", "mg/dL", "50", "m-3.g")]
    [InlineData("2", "%", "0.02", "1")]
    [InlineData("3", "k[iU]/L", "3000000", "m-3.[iU]")]
    public void TryCanonical_GivesBaseUnits(string value, string unit, string number, string canonical)
    {
        Assert.True(Ucum.TryCanonical(decimal.Parse(value, System.Globalization.CultureInfo.InvariantCulture), unit, out decimal result, out string code));
        Assert.Equal(decimal.Parse(number, System.Globalization.CultureInfo.InvariantCulture), result);
        Assert.Equal(string.Join('.', canonical.Split('.').Order(StringComparer.Ordinal)), string.Join('.', code.Split('.').Order(StringComparer.Ordinal)));
        Assert.True(Ucum.AreComparable(unit, code));
    }

    [Fact]
    public void TryConvert_BeyondADecimal_IsRefused()
    {
        Assert.False(Ucum.TryConvert(decimal.MaxValue, "Ym", "ym", out _));
        Assert.True(Ucum.TryConvert(1, "ym", "Ym", out decimal vanishing));
        Assert.Equal(0, vanishing);
    }

    [Fact]
    public void Table_EveryUnit_HasAWorkingDefinition()
    {
        string[] codes = [.. UcumTable.Instance.Codes];
        Assert.True(codes.Length >= 300, $"Only {codes.Length} units.");
        Assert.All(codes, code =>
        {
            Assert.True(Ucum.IsValid(code, out string? reason), $"{code}: {reason}");
            Assert.True(Ucum.AreComparable(code, code));
        });
    }

    [Fact]
    public void IsValid_RandomTexts_NeverThrows()
    {
        Random random = new(7);
        string[] pieces = ["m", "g", "[in_i]", "10*", "/", ".", "(", ")", "{", "}", "-3", "2", "+", "[", "]", "Cel", "[pH]", "dB", "k", "%", " ", "é", "0", "9999"];
        for (int round = 0; round < 20_000; round++)
        {
            string code = string.Concat(Enumerable.Range(0, random.Next(1, 9)).Select(_ => pieces[random.Next(pieces.Length)]));
            if (Ucum.IsValid(code, out _) && Ucum.TryCanonical(1.5m, code, out _, out string canonical)) Assert.True(Ucum.IsValid(canonical, out _), canonical);
        }
    }
}
