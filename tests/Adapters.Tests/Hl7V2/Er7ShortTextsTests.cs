using System.Text;
using Consortium.Adapters.Hl7V2.Er7;

namespace Consortium.Adapters.Tests.Hl7V2;

/// <summary>Short texts are one string where they repeat, and never another text.</summary>
public sealed class Er7ShortTextsTests
{
    [Fact]
    public void A_text_that_repeats_is_one_string() => Assert.Same(Er7ShortTexts.Find("HL70063"u8), Er7ShortTexts.Find("HL70063"u8));

    [Fact]
    public void Texts_that_fall_on_one_place_stay_themselves_whoever_else_asks()
    {
        Parallel.For(0, 4, seed =>
        {
            var random = new Random(seed);
            byte[] bytes = new byte[Er7ShortTexts.Longest];
            for (int i = 0; i < 20_000; i++)
            {
                Span<byte> text = bytes.AsSpan(0, random.Next(1, Er7ShortTexts.Longest + 1));
                foreach (ref byte b in text) b = (byte)random.Next(' ', 0x7F);
                Assert.Equal(Encoding.ASCII.GetString(text), Er7ShortTexts.Find(text));
            }
        });
    }

    [Theory]
    [InlineData("王")]
    [InlineData("a王b")]
    [InlineData("é")]
    public void What_is_not_ASCII_is_left_to_others(string text) => Assert.Null(Er7ShortTexts.Find(Encoding.UTF8.GetBytes(text)));
}
