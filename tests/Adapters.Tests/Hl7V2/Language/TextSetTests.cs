using System.Text;
using Consortium.Adapters.Hl7V2.Er7;
using Consortium.Adapters.Hl7V2.Language.Conditions;

namespace Consortium.Adapters.Tests.Hl7V2.Language;

/// <summary>Codes are compared as numbers of eight bytes, and still to the last character.</summary>
public sealed class TextSetTests
{
    private static readonly TextSet Set = new(["A01", "A1", "SEL", "12345678", "123456789", "男", "男性患者"]);

    [Theory]
    [InlineData("A01", true)]
    [InlineData("a01", false)]
    [InlineData("A011", false)]
    [InlineData("A0", false)]
    [InlineData("A1", true)]
    [InlineData(" SEL ", true)]
    [InlineData("12345678", true)]
    [InlineData("123456789", true)]
    [InlineData("1234567890", false)]
    [InlineData("1234567", false)]
    [InlineData("男", true)]
    [InlineData("女", false)]
    [InlineData("男性患者", true)]
    [InlineData(@"A\X30\1", true)]
    [InlineData(@"\X30\", false)]
    [InlineData("", false)]
    public void A_value_is_in_the_set_to_the_character(string written, bool isIn) =>
        Assert.Equal(isIn, Set.Has(Er7Message.Parse(Encoding.UTF8.GetBytes("MSH|^~\\&\rZZZ|" + written), Er7Charset.Utf8, 1).Segments[1][1]));
}
