using Consortium.Fhir;
using static Consortium.Adapters.Tests.Files.DocxFile;

namespace Consortium.Adapters.Tests.Files;

/// <summary>The text of a DOCX file is what a reader of it sees, in the order in which it is read.</summary>
public class DocxTextTests
{
    private static string[] Lines(string body) => Texts.Lines(new DocxFile(body).Bytes());

    [Fact]
    public void Paragraphs_are_lines_and_tabs_and_breaks_are_kept() =>
        Assert.Equal(["姓名：\t张三", "第一行", "第二行", "a-b"], Lines("""
            <w:p><w:r><w:t>姓名：</w:t><w:tab/><w:t>张三</w:t></w:r></w:p><w:p><w:r><w:t>第一行</w:t><w:br/><w:t>第二行</w:t></w:r></w:p><w:p><w:r><w:t>a</w:t><w:noBreakHyphen/><w:softHyphen/><w:t>b</w:t></w:r></w:p>
            """));

    [Fact]
    public void A_raised_exponent_stays_an_exponent() =>
        Assert.Equal(["12.3×10⁹/L", "10⁻³", "kg/m²", "SpO2 98%"], Lines(
            $"<w:p>{Run("12.3×10")}{Run("9", "<w:vertAlign w:val=\"superscript\"/>")}{Run("/L")}</w:p>"
            + $"<w:p>{Run("10")}{Run("−3", "<w:position w:val=\"8\"/>")}</w:p>"
            + $"<w:p>{Run("kg/m")}{Run("2", "<w:rStyle w:val=\"none\"/><w:vertAlign w:val=\"superscript\"/>")}</w:p>"
            + $"<w:p>{Run("SpO")}{Run("2", "<w:vertAlign w:val=\"subscript\"/>")}{Run(" 98%")}</w:p>"));

    [Fact]
    public void Cells_of_a_row_stand_on_one_line() =>
        Assert.Equal(["项目\t结果\t单位", "WBC\t12.3\tg/L", "空\t\tg/L"], Lines(TextTable(["项目", "结果", "单位"], ["WBC", "12.3", "g/L"], ["空", "", "g/L"])));

    [Fact]
    public void A_cell_of_several_paragraphs_begins_beside_its_label_and_goes_on_by_itself() =>
        Assert.Equal(["诊断\t肺炎", "高血压", "医嘱\t休息"], Lines(TableOf([Paragraph("诊断"), Paragraph("肺炎") + Paragraph("高血压")], [Paragraph("医嘱"), Paragraph("休息") + Paragraph("")])));

    [Fact]
    public void A_name_of_a_test_broken_in_two_within_its_cell_keeps_its_value() =>
        Assert.Equal(["血红蛋白 (静脉血)\t120\tg/L"], Lines(TableOf([Paragraph("血红蛋白") + Paragraph("(静脉血)"), Paragraph("120"), Paragraph("g/L")])));

    [Fact]
    public void The_cells_below_one_that_spans_rows_are_empty_and_a_table_in_a_cell_is_read_in_its_place() =>
        Assert.Equal(["前", "a\tb", "后"], Lines(
            $"<w:tbl><w:tr><w:tc>{Paragraph("前")}{TextTable(["a", "b"])}{Paragraph("后")}</w:tc></w:tr><w:tr><w:tc><w:tcPr><w:vMerge/></w:tcPr>{Paragraph("covered")}</w:tc></w:tr></w:tbl>"));

    [Fact]
    public void Tracked_insertions_are_text_and_deletions_are_not()
    {
        var text = Texts.Read(new DocxFile(
            $"<w:p>{Run("剂量 ")}<w:del><w:r><w:delText>5</w:delText></w:r></w:del><w:ins>{Run("10")}</w:ins>{Run("mg")}<w:moveFrom>{Run("moved")}</w:moveFrom></w:p>"
            + "<w:tbl><w:tr><w:trPr><w:del/></w:trPr><w:tc>" + Paragraph("deleted row") + "</w:tc></w:tr></w:tbl>").Bytes());
        Assert.Equal("剂量 10mg\n", text.Text);
        Assert.Contains(text.Notices, notice => notice.Diagnostics!.Contains("tracked changes", StringComparison.Ordinal));
    }

    [Fact]
    public void Where_the_mark_between_two_paragraphs_is_deleted_they_are_one() =>
        Assert.Equal(["阿莫西林 0.5g"], Lines($"<w:p><w:pPr><w:rPr><w:del/></w:rPr></w:pPr>{Run("阿莫西林 ")}</w:p>{Paragraph("0.5g")}"));

    [Fact]
    public void Hidden_text_is_no_text_whether_the_run_or_its_style_hides_it()
    {
        byte[] file = new DocxFile($"<w:p>{Run("seen ")}{Run("hidden", "<w:vanish/>")}{Run("styled", "<w:rStyle w:val=\"secret\"/>")}{Run("shown", "<w:rStyle w:val=\"secret\"/><w:vanish w:val=\"0\"/>")}</w:p>{Paragraph("gone", "<w:pPr><w:pStyle w:val=\"child\"/></w:pPr>")}")
            .WithWord("styles", "s", "styles", """
                <w:style w:type="character" w:styleId="secret"><w:rPr><w:vanish/></w:rPr></w:style><w:style w:type="paragraph" w:styleId="parent"><w:rPr><w:vanish/></w:rPr></w:style><w:style w:type="paragraph" w:styleId="child"><w:basedOn w:val="parent"/></w:style>
                """).Bytes();
        Assert.Equal(["seen shown"], Texts.Lines(file));
    }

    [Fact]
    public void Text_that_is_struck_through_is_left_out_and_said_so()
    {
        var text = Texts.Read(new DocxFile($"<w:p>{Run("阿司匹林 100mg", "<w:strike/>")}{Run("氯吡格雷 75mg")}</w:p>").Bytes());
        Assert.Equal("氯吡格雷 75mg\n", text.Text);
        Assert.Contains(text.Notices, notice => notice is { Severity: IssueSeverity.Warning, Expression: "paragraph 1" });
    }

    [Fact]
    public void A_field_is_its_result_and_a_form_shows_what_was_chosen() =>
        Assert.Equal(["第 3 页 过敏 ☑ 无 ☐ 有 青霉素"], Lines(
            "<w:p>" + Run("第 ") + "<w:r><w:fldChar w:fldCharType=\"begin\"/></w:r><w:r><w:instrText> PAGE </w:instrText></w:r><w:r><w:fldChar w:fldCharType=\"separate\"/></w:r>" + Run("3")
            + "<w:r><w:fldChar w:fldCharType=\"end\"/></w:r>" + Run(" 页 过敏 ") + Form("<w:checkBox><w:checked/></w:checkBox>") + Run(" 无 ") + Form("<w:checkBox><w:default w:val=\"0\"/></w:checkBox>")
            + Run(" 有 ") + Form("<w:ddList><w:result w:val=\"1\"/><w:listEntry w:val=\"磺胺\"/><w:listEntry w:val=\"青霉素\"/></w:ddList>") + "</w:p>"));

    [Fact]
    public void A_text_box_stands_after_its_paragraph_and_once_though_it_is_written_twice() =>
        Assert.Equal(["正文", "框中"], Lines($"""
            <w:p>{Run("正文")}<w:r><mc:AlternateContent><mc:Choice Requires="wps"><w:drawing><wps:txbx><w:txbxContent>{Paragraph("框中")}</w:txbxContent></wps:txbx></w:drawing></mc:Choice><mc:Fallback><w:pict><v:textbox><w:txbxContent>{Paragraph("框中")}</w:txbxContent></v:textbox></w:pict></mc:Fallback></mc:AlternateContent></w:r></w:p>
            """));

    [Fact]
    public void Content_controls_are_read_and_their_invitations_are_not() =>
        Assert.Equal(["主诉：咳嗽"], Lines($"""
            <w:sdt><w:sdtPr/><w:sdtContent><w:p>{Run("主诉：")}<w:sdt><w:sdtPr/><w:sdtContent>{Run("咳嗽")}</w:sdtContent></w:sdt><w:sdt><w:sdtPr><w:showingPlcHdr/></w:sdtPr><w:sdtContent>{Run("单击此处输入文字")}</w:sdtContent></w:sdt></w:p></w:sdtContent></w:sdt>
            """));

    [Fact]
    public void Headers_come_first_and_footers_last_each_once_and_only_where_they_are_switched_on()
    {
        byte[] file = new DocxFile(Paragraph("正文") + """
            <w:p><w:pPr><w:sectPr><w:headerReference w:type="default" r:id="h1"/></w:sectPr></w:pPr></w:p><w:sectPr><w:headerReference w:type="default" r:id="h2"/><w:headerReference w:type="first" r:id="h3"/><w:headerReference w:type="even" r:id="h4"/><w:footerReference w:type="default" r:id="f1"/></w:sectPr>
            """)
            .WithWord("header", "h1", "hdr", Paragraph("某医院")).WithWord("header", "h2", "hdr", Paragraph("某医院")).WithWord("header", "h3", "hdr", Paragraph("首页"))
            .WithWord("header", "h4", "hdr", Paragraph("偶数页")).WithWord("footer", "f1", "ftr", Paragraph("医师签名")).Bytes();
        Assert.Equal(["某医院", "正文", "", "医师签名"], Texts.Lines(file));
    }

    [Fact]
    public void Symbols_are_what_their_font_shows_and_an_unknown_one_is_no_letter() =>
        Assert.Equal(["5 μg ≥ ☑ μ \uFFFC"], Lines(
            "<w:p>" + Run("5 ") + "<w:r><w:sym w:font=\"Symbol\" w:char=\"F06D\"/></w:r>" + Run("g ") + "<w:r><w:sym w:font=\"Symbol\" w:char=\"F0B3\"/></w:r>" + Run(" ")
            + "<w:r><w:sym w:font=\"Wingdings\" w:char=\"F0FE\"/></w:r>" + Run(" ") + Run("m", "<w:rFonts w:ascii=\"Symbol\" w:hAnsi=\"Symbol\"/>") + Run(" ")
            + "<w:r><w:sym w:font=\"Hospital Logos\" w:char=\"F041\"/></w:r></w:p>"));

    [Fact]
    public void A_formula_keeps_its_exponents_and_fractions() =>
        Assert.Equal(["x10⁹ 3/4"], Lines("""
            <w:p><m:oMath><m:r><m:t>x</m:t></m:r><m:sSup><m:e><m:r><m:t>10</m:t></m:r></m:e><m:sup><m:r><m:t>9</m:t></m:r></m:sup></m:sSup><m:r><m:t> </m:t></m:r><m:f><m:num><m:r><m:t>3</m:t></m:r></m:num><m:den><m:r><m:t>4</m:t></m:r></m:den></m:f></m:oMath></w:p>
            """));

    [Fact]
    public void Footnotes_follow_the_body() =>
        Assert.Equal(["正文", "注解"], Texts.Lines(new DocxFile($"<w:p>{Run("正文")}<w:r><w:footnoteReference w:id=\"2\"/></w:r></w:p>")
            .WithWord("footnotes", "n", "footnotes", $"<w:footnote w:id=\"0\">{Paragraph("separator")}</w:footnote><w:footnote w:id=\"2\">{Paragraph("注解")}</w:footnote>").Bytes()));

    [Fact]
    public void A_strict_document_and_one_with_macros_are_read_too()
    {
        Assert.Equal(["甲"], Texts.Lines(new DocxFile("").Raw("word/document.xml", Document(Paragraph("甲")).Replace(Word, "http://purl.oclc.org/ooxml/wordprocessingml/main", StringComparison.Ordinal)).Bytes()));
        Assert.Equal(["甲"], Texts.Lines(new DocxFile(Paragraph("甲"), "application/vnd.ms-word.document.macroEnabled.main+xml").Bytes()));
    }

    private static string Form(string data) =>
        $"<w:r><w:fldChar w:fldCharType=\"begin\"><w:ffData>{data}</w:ffData></w:fldChar></w:r><w:r><w:instrText> FORM </w:instrText></w:r><w:r><w:fldChar w:fldCharType=\"end\"/></w:r>";
}
