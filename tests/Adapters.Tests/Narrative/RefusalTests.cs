using System.Text;
using Consortium.Adapters.Narrative;
using Consortium.Adapters.Tests.Table;
using Consortium.Fhir;

namespace Consortium.Adapters.Tests.Narrative;

/// <summary>What has two readings or none goes to a person, with its place and without patient data.</summary>
public class RefusalTests
{
    private const string Body = "\n出院诊断：肺炎\n";

    [Theory]
    [InlineData("姓名：王小明 性别：男 住院号：1 身份证号：999999196005120017", 1, "check character")]
    [InlineData("姓名：王小明 性别：男 住院号：1 身份证号：99999919600512001", 1, "17 digits")]
    [InlineData("姓名：王小明 性别：男 住院号：1\n身份证号：999999196013120016", 2, "not a date")]
    [InlineData("姓名：王小明 性别：女 身份证号：999999196005120016", 1, "sex")]
    [InlineData("姓名：王小明 出生日期：1960-05-13 身份证号：999999196005120016", 1, "birth date")]
    [InlineData("姓名：王小明 住院号：1\n住院号：2", 2, "admissionNumber")]
    [InlineData("姓名：王小明 住院号：1\n姓名：李秀英", 2, "name")]
    [InlineData("姓名：王小明 性别：男 住院号：1 性别：女", 1, "sex")]
    [InlineData("姓名：王小明 性别：男/女 住院号：1", 1, "sex")]
    [InlineData("姓名：王小明 性别：男", 1, "admission number")]
    [InlineData("住院号：1 入院日期：2026-11-31", 1, "date")]
    [InlineData("住院号：1 入院日期：05/11/2026", 1, "date")]
    [InlineData("住院号：1 入院日期：2026-11-12 出院日期：2026-11-05", 1, "before the admission")]
    [InlineData("住院号：1 入院日期：2026-11-05 入院日期：2026-11-06", 1, "another date")]
    [InlineData("姓名：12345 住院号：1", 1, "name")]
    [InlineData("姓名：王小明 住院号：1 性别：男\n现病史：患者，女，66岁，因发热入院。", 2, "running text")]
    public void A_note_whose_identification_is_wrong_or_contradicts_itself_is_refused(string head, int line, string about)
    {
        ConversionResult result = Notes.Convert(head + Body);
        Assert.True(result.IsRejected);
        OutcomeIssue issue = Assert.Single(result.Issues, issue => issue.Severity == IssueSeverity.Error);
        Assert.Equal(line, issue.Line);
        Assert.NotNull(issue.Column);
        Assert.Contains(about, issue.Diagnostics, StringComparison.Ordinal);
        foreach (string secret in (string[])["王小明", "李秀英", "1960", "999999"]) Assert.DoesNotContain(secret, issue.Diagnostics, StringComparison.Ordinal);
    }

    [Fact]
    public void A_conflict_names_both_places()
    {
        OutcomeIssue issue = Assert.Single(Notes.Convert("姓名：王小明 住院号：1\n住院号：2" + Body).Issues);
        Assert.Equal("line 2, character 5", issue.Expression);
        Assert.Contains("line 1, character 12", issue.Diagnostics, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("姓名：王小明 住院号：1 \n随便写的一段话。")]
    [InlineData("")]
    [InlineData("   \n \n")]
    public void A_text_without_headings_is_refused(string text) => Assert.Contains(Notes.Convert(text).Issues, issue => issue.Code == "structure");

    [Fact]
    public void Undecodable_bytes_and_control_characters_are_refused_with_their_place()
    {
        Assert.Equal("byte 6", Notes.Convert([.. "出院"u8, 0xFF, 0xFE, 0xFF]).Issues[0].Expression);
        OutcomeIssue control = Assert.Single(Notes.Convert(Notes.Head + "出院诊断：肺\u0007炎").Issues);
        Assert.Equal((3, "line 3, character 7"), (control.Line, control.Expression));
    }

    [Fact]
    public void Nothing_that_a_seeded_fuzzer_makes_of_the_samples_throws_or_gives_an_invalid_resource()
    {
        byte[][] samples = [.. Directory.GetFiles(Consortium.Testing.Repository.Path("samples/narrative")).Order(StringComparer.Ordinal).Select(File.ReadAllBytes)];
        int converted = 0;
        for (int seed = 0; seed < 1500; seed++)
        {
            var random = new Random(seed);
            string text = Encoding.UTF8.GetString(samples[seed % samples.Length]);
            var mutated = new StringBuilder(text);
            for (int i = random.Next(1, 5); i > 0; i--)
            {
                int at = random.Next(mutated.Length);
                switch (random.Next(4))
                {
                    case 0: mutated.Remove(at, Math.Min(random.Next(1, 4), mutated.Length - at)); break;
                    case 1: mutated.Insert(at, text[random.Next(text.Length)]); break;
                    case 2: mutated[at] = (char)random.Next(0x20, 0x9FFF); break;
                    default: mutated.Insert(at, text.AsSpan(random.Next(text.Length - 12), 12)); break;
                }
            }

            ConversionResult result = Notes.Convert(mutated.ToString());
            if (result.IsRejected)
            {
                Assert.Empty(result.Resources);
                continue;
            }

            converted++;
            if (seed % 10 == 0) Assert.All(result.Resources, Valid.Resource);
        }

        Assert.InRange(converted, 300, 1500);
    }

    [Fact]
    public void Random_bytes_are_refused_quietly()
    {
        for (int seed = 0; seed < 500; seed++)
        {
            byte[] noise = new byte[new Random(seed).Next(1, 2000)];
            new Random(seed).NextBytes(noise);
            Assert.True(Notes.Convert(noise).IsRejected);
            Assert.Equal(0, new NarrativeAdapter().Detect(new RawRecord(noise, "x", Tables.ReceivedAt)));
        }
    }

    [Theory]
    [InlineData("出院诊断：")]
    [InlineData("1.")]
    [InlineData("WBC 12.3")]
    [InlineData("否认")]
    [InlineData("住院号：1 ")]
    [InlineData("过敏")]
    [InlineData("((((")]
    [InlineData("0.5g×")]
    [InlineData("             ")]
    public void A_megabyte_of_one_phrase_is_read_in_linear_steps(string phrase)
    {
        // Quadratic behaviour would take minutes here and trip the test run's own limit; no clock is asked.
        string text = Notes.Head + "辅助检查：" + string.Concat(Enumerable.Repeat(phrase, 400_000 / phrase.Length)) + "\n出院带药：" + string.Concat(Enumerable.Repeat(phrase, 100_000 / phrase.Length));
        Assert.NotNull(Notes.Convert(text));
    }
}
