using Consortium.Adapters.Files.Docx;
using static Consortium.Adapters.Tests.Files.DocxFile;

namespace Consortium.Adapters.Tests.Files;

/// <summary>The numbers of lists, which Word counts and does not write down: lists of diagnoses are such lists.</summary>
public class DocxNumberingTests
{
    private const string Levels = """
        <w:abstractNum w:abstractNumId="7"><w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%1."/></w:lvl><w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%1.%2"/><w:suff w:val="nothing"/></w:lvl></w:abstractNum>
        <w:abstractNum w:abstractNumId="8"><w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="chineseCountingThousand"/><w:pStyle w:val="title"/><w:lvlText w:val="%1、"/><w:suff w:val="nothing"/></w:lvl></w:abstractNum>
        <w:abstractNum w:abstractNumId="9"><w:lvl w:ilvl="0"><w:numFmt w:val="bullet"/><w:lvlText w:val="&#xF0B7;"/></w:lvl></w:abstractNum>
        <w:num w:numId="1"><w:abstractNumId w:val="7"/></w:num><w:num w:numId="2"><w:abstractNumId w:val="7"/><w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride></w:num>
        <w:num w:numId="3"><w:abstractNumId w:val="8"/></w:num><w:num w:numId="4"><w:abstractNumId w:val="9"/></w:num>
        """;

    private static string Item(string text, int list, int level = 0) => Paragraph(text, $"<w:pPr><w:numPr><w:ilvl w:val=\"{level}\"/><w:numId w:val=\"{list}\"/></w:numPr></w:pPr>");

    private static string[] Lines(string body) => Texts.Lines(new DocxFile(body).WithWord("numbering", "n", "numbering", Levels)
        .WithWord("styles", "s", "styles", """<w:style w:type="paragraph" w:styleId="title"><w:pPr><w:numPr><w:numId w:val="3"/></w:numPr></w:pPr></w:style>""").Bytes());

    [Fact]
    public void A_list_goes_on_over_text_between_and_begins_again_where_it_says_so() =>
        Assert.Equal(["1. 肺炎", "2. 高血压", "其他", "3. 糖尿病", "1. 新的一列"], Lines(Item("肺炎", 1) + Item("高血压", 1) + Paragraph("其他") + Item("糖尿病", 1) + Item("新的一列", 2)));

    [Fact]
    public void A_lower_level_begins_again_under_each_item_above_it() =>
        Assert.Equal(["1. 甲", "1.1子", "1.2子", "2. 乙", "2.1子"], Lines(Item("甲", 1) + Item("子", 1, 1) + Item("子", 1, 1) + Item("乙", 1) + Item("子", 1, 1)));

    [Fact]
    public void A_style_numbers_its_paragraphs_and_a_paragraph_can_opt_out() =>
        Assert.Equal(["一、入院诊断", "二、出院诊断", "无编号"], Lines(
            Paragraph("入院诊断", "<w:pPr><w:pStyle w:val=\"title\"/></w:pPr>") + Paragraph("出院诊断", "<w:pPr><w:pStyle w:val=\"title\"/></w:pPr>")
            + Paragraph("无编号", "<w:pPr><w:pStyle w:val=\"title\"/><w:numPr><w:numId w:val=\"0\"/></w:numPr></w:pPr>")));

    [Fact]
    public void A_bullet_is_a_bullet_whatever_its_font() => Assert.Equal(["• 注意休息"], Lines(Item("注意休息", 4)));

    [Theory]
    [InlineData("chineseCounting", 10, "十")]
    [InlineData("chineseCounting", 12, "十二")]
    [InlineData("chineseCounting", 105, "一百零五")]
    [InlineData("chineseLegalSimplified", 12, "壹拾贰")]
    [InlineData("decimalEnclosedCircle", 3, "③")]
    [InlineData("decimalEnclosedParen", 2, "⑵")]
    [InlineData("decimalEnclosedFullstop", 2, "⒉")]
    [InlineData("lowerLetter", 28, "bb")]
    [InlineData("upperRoman", 1994, "MCMXCIV")]
    [InlineData("decimalFullWidth", 12, "１２")]
    [InlineData("ideographTraditional", 2, "乙")]
    [InlineData("decimalZero", 7, "07")]
    [InlineData("cardinalText", 7, "7")]
    public void Numbers_are_written_as_the_list_wants_them(string format, int number, string expected) => Assert.Equal(expected, DocxNumberFormat.Write(format, number));
}
