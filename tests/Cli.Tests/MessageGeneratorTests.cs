using System.Text;
using Consortium.Adapters;
using Consortium.Adapters.Site;
using Consortium.Cli.Load;

namespace Consortium.Cli.Tests;

public sealed class MessageGeneratorTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 22, 8, 0, 0, TimeSpan.FromHours(8));

    [Theory]
    [InlineData("11010519491231002", 'X')] // the example of GB 11643-1999
    [InlineData("99999919600512001", '6')]
    public void CheckDigit_IsThatOfGb11643(string first17, char expected) => Assert.Equal(expected, MessageGenerator.CheckDigit(first17));

    [Fact]
    public void Message_OfOneSeedAndNumber_IsAlwaysTheSame()
    {
        var one = new MessageGenerator(3, "T", Start);
        var other = new MessageGenerator(3, "T", Start);
        for (int i = 0; i < 20; i++) Assert.Equal(one.Message(i), other.Message(i));
        Assert.NotEqual(one.Message(7), new MessageGenerator(4, "T", Start).Message(7));
    }

    [Fact]
    public void Message_Converts_WithoutAnError()
    {
        var generator = new MessageGenerator(5, "T", Start);
        var pipeline = new ConversionPipeline(AdapterRegistry.BuiltIn(), SiteConfiguration.Default);
        for (int i = 0; i < 50; i++)
        {
            ConversionResult result = Assert.Single(pipeline.Convert(new RawRecord(generator.Message(i), "T", Start)));
            Assert.False(result.IsRejected, $"{i}: {string.Join("; ", result.Issues)}\n{Encoding.UTF8.GetString(generator.Message(i)).Replace('\r', '\n')}");
        }
    }
}
