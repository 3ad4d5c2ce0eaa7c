using System.Text;

namespace Consortium.Adapters.Tests.Files;

/// <summary>The text of an RTF file.</summary>
public class RtfTextTests
{
    private const string Fonts = @"{\fonttbl{\f0\fnil\fcharset134 SimSun;}{\f1\fnil\fcharset0 Arial;}{\f2\fnil\fcharset2 Symbol;}{\f3\fnil\fcharset2 Wingdings;}}";

    static RtfTextTests() => Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);

    private static byte[] File(string content, string head = @"\ansi\ansicpg936\deff0") => Encoding.Latin1.GetBytes(@"{\rtf1" + head + Fonts + content + "}");

    private static string[] Lines(string content) => Texts.Lines(File(content));

    private static string Gbk(string text) => string.Concat(Encoding.GetEncoding(936).GetBytes(text).Select(b => $@"\'{b:x2}"));

    [Fact]
    public void Chinese_is_read_in_the_character_set_of_its_font_however_its_bytes_are_written() =>
        Assert.Equal(["出院小结", "哊 丂", "°C"], Lines(Gbk("出院小结") + @"\par \'86" + "N \\'81@\\par\\f1\\'b0C"));

    [Fact]
    public void Unicode_wins_over_what_stands_there_for_older_programs() =>
        Assert.Equal(["张三≤5", "𠮷"], Lines(@"\u24352?\u19977\'3f\uc0\u8804 5\par\uc1\u-10174?\u-8265?"));

    [Fact]
    public void Raised_digits_stay_raised() => Assert.Equal(["10⁹/L m² SpO2 10⁻³"], Lines(@"\f1 10{\super 9}/L m{\up6 2} SpO{\sub 2} 10\super -3\nosupersub"));

    [Fact]
    public void Hidden_and_deleted_text_is_no_text_and_struck_text_is_left_out_with_a_warning()
    {
        var text = Texts.Read(File(@"\f1 a{\v hidden}{\deleted gone}{\strike struck}b\v x\plain\f1 c"));
        Assert.Equal("abc\n", text.Text);
        Assert.Single(text.Notices);
    }

    [Fact]
    public void Cells_of_a_row_stand_on_one_line_and_a_table_in_a_cell_in_its_place() =>
        Assert.Equal(["WBC\t12.3\tg/L", "left", "x\ty", "after"], Lines(
            @"\f1\trowd\cellx1\cellx2\cellx3\pard\intbl WBC\cell 12.3\cell g/L\cell\row"
            + @"\trowd\cellx1\pard\intbl left\par\pard\intbl\itap2 x\nestcell y\nestcell{\*\nesttableprops\trowd\cellx1\cellx2\nestrow}{\nonesttables\par}\pard\intbl\itap1 \cell\row\pard after"));

    [Fact]
    public void Labels_of_lists_and_results_of_fields_are_text_and_instructions_are_not() =>
        Assert.Equal(["1. first", "2. second", "page 3", "☑ ☐"], Lines(
            @"\f1{\listtext\tab 1.\tab}first\par{\pntext 2.\tab}second\par page {\field{\*\fldinst PAGE}{\fldrslt 3}}\par "
            + @"{\field{\*\fldinst FORMCHECKBOX {\*\formfield{\fftype1\ffres1}}}{\fldrslt}} {\field{\*\fldinst FORMCHECKBOX {\*\formfield{\fftype1\ffres25\ffdefres0}}}{\fldrslt}}"));

    [Fact]
    public void Headers_come_first_and_what_is_no_text_is_skipped() =>
        Assert.Equal(["head", "body", "box", "note", "foot"], Lines(
            @"{\*\generator X;}{\info{\title T}}{\stylesheet{\s0 Normal;}}{\colortbl;\red0;}{\header\f1 head\par}{\footer\f1 foot}\f1 body{\footnote\f1 note}{\pict\pngblip 89504e47}"
            + @"{\shp{\*\shpinst\shpleft0{\sp{\sn a}{\sv b}}{\shptxt\f1 box\par}}{\shprslt dup}}{\*\unknown x}{\*\data\bin3 {}}}\par"));

    [Fact]
    public void Symbols_are_what_their_font_shows() => Assert.Equal(["5 μg ≥ ☑"], Lines(@"\f1 5 {\f2 m}g {\f2\'b3} {\f3\u-3842 ?}"));

    [Fact]
    public void Characters_with_names_are_text() => Assert.Equal(["a–b—c{}\\•-"], Lines(@"\f1 a\endash b\emdash c\{\}\\\bullet\_"));

    [Fact]
    public void A_file_that_was_cut_off_is_refused()
    {
        byte[] whole = File(@"\f1 text");
        Assert.Contains("cut off", Texts.Refusal(whole[..^1]).Diagnostics, StringComparison.Ordinal);
    }

    [Fact]
    public void Bytes_that_do_not_fit_their_character_set_are_refused() => Assert.Contains("character set", Texts.Refusal(File(@"\'d6")).Diagnostics, StringComparison.Ordinal);

    [Fact]
    public void Groups_without_end_and_numbers_without_bounds_are_refused()
    {
        Assert.Equal("too-costly", Texts.Refusal(Encoding.ASCII.GetBytes(@"{\rtf1" + new string('{', 100_000))).Code);
        Assert.Equal("structure", Texts.Refusal(File(@"\fs99999999999999")).Code);
        Assert.Equal("too-costly", Texts.Refusal(File(@"\pard\intbl\itap2000000000 x")).Code);
    }
}
