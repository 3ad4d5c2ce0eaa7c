using System.Text;
using Consortium.Adapters.Elements;
using Consortium.Adapters.Narrative;
using Consortium.Adapters.Tests.Table;

namespace Consortium.Adapters.Tests.Narrative;

/// <summary>Headings, labels, encodings and line ends as hospitals really have them.</summary>
public class NoteLayoutTests
{
    [Theory]
    [InlineData("出院诊断：肺炎")]
    [InlineData("出院诊断:肺炎")]
    [InlineData("【出院诊断】肺炎")]
    [InlineData("[出院诊断]：肺炎")]
    [InlineData("［出院诊断］\n肺炎")]
    [InlineData("出 院 诊 断 ：肺炎")]
    [InlineData("五、出院诊断：肺炎")]
    [InlineData("（五）出院诊断\n  肺炎")]
    [InlineData("5. 出院诊断 肺炎")]
    [InlineData("　　出院诊断：\r\n　　1、肺炎。\r\n")]
    [InlineData("入院诊断：发热 出院诊断：肺炎")]
    [InlineData("最后诊断（主要）：肺炎")]
    [InlineData("<出院诊断>肺炎")]
    public void A_heading_is_found_in_each_of_its_forms(string body)
    {
        DiagnosisFact fact = Assert.Single(Notes.Facts(body).OfType<DiagnosisFact>(), fact => fact.Role == DiagnosisRole.Discharge);
        Assert.Equal("J18.9", fact.Code);
    }

    [Fact]
    public void A_word_in_a_sentence_is_no_heading() =>
        Assert.DoesNotContain(Notes.Read(Notes.Head + "诊疗经过：与家属沟通出院诊断 及后续治疗。").Sections, section => section.Heading.Kind == "discharge-diagnosis");

    [Theory]
    [InlineData("姓名：李秀英 性别：女 住院号：ZY-17")]
    [InlineData("姓　　名：李秀英　　性　别：女　　住 院 号：ZY-17")]
    [InlineData("姓名 李秀英  性别 女  住院号 ZY-17")]
    [InlineData("住院号:ZY-17\n姓名:李秀英(女士)\n性别:女性,年龄:51岁")]
    [InlineData("姓名：李秀英 女 51岁 住院号：ZY-17 性别：女")]
    [InlineData("| 姓名：李秀英 | 性别：女 | 住院号：ＺＹ－１７ |")]
    public void The_identification_is_read_in_each_of_its_forms(string head)
    {
        NoteReading reading = Notes.Read($"{head}\n出院诊断：肺炎\n");
        Assert.Empty(reading.Issues);
        Assert.Equal("李秀英", reading.Who.Name);
        Assert.Equal("female", reading.Who.Gender);
        Assert.Equal("ZY-17", Consortium.Adapters.Chinese.Folding.Fold(reading.Who.AdmissionNumber!));
    }

    [Fact]
    public void A_name_of_two_spaced_characters_keeps_both() => Assert.Equal("张 三", Notes.Read("姓名：张 三 性别：男 住院号：1\n出院诊断：肺炎").Who.Name);

    [Fact]
    public void A_name_of_a_minority_people_keeps_its_dot() => Assert.Equal("阿卜杜拉·买买提", Notes.Read("姓名：阿卜杜拉·买买提 性别：男 住院号：1\n出院诊断：肺炎").Who.Name);

    [Theory]
    [InlineData("utf-8", false)]
    [InlineData("utf-8", true)]
    [InlineData("gb18030", false)]
    [InlineData("utf-16", true)]
    public void Every_encoding_gives_the_same_facts_at_the_same_places(string name, bool mark)
    {
        const string text = Notes.Head + "过敏史：否认药物过敏史。\n辅助检查：WBC 12.3×10^9/L↑\n出院诊断：肺炎😀\n出院情况：T 36.5℃";
        Encoding encoding = name == "gb18030" ? Tables.Gb18030 : Encoding.GetEncoding(name);
        byte[] bytes = [.. mark ? encoding.GetPreamble() : [], .. encoding.GetBytes(text)];

        IEnumerable<string> Made(byte[] note) => Notes.Convert(note).Resources
            .Where(draft => draft.ResourceType is not ("Provenance" or "DocumentReference")).Select(draft => draft.Json.ToJsonString());

        Assert.Equal(Made(Encoding.UTF8.GetBytes(text)), Made(bytes));
    }

    [Fact]
    public void Spans_count_code_points_so_that_a_character_beyond_the_basic_plane_counts_once()
    {
        DraftObject vital = Notes.Of(Notes.Convert("出院小结\n姓名：王𠮷明 住院号：1\n出院情况：𠮷😀 T 36.5℃"), "Observation").Single();
        // 出院小结⏎ 5, 姓名：王𠮷明 6, space, 住院号：1 5, ⏎ 1, 出院情况： 5, 𠮷😀 2, space 1.
        DraftArray evidence = vital["extension"]![0]!["extension"]!.AsArray();
        Assert.Equal(26, (int)evidence[0]!["valueUnsignedInt"]!);
        Assert.Equal(7, (int)evidence[1]!["valuePositiveInt"]!);
    }

    [Theory]
    [InlineData("\n")]
    [InlineData("\r\n")]
    [InlineData("\r")]
    public void Every_line_end_separates_lines(string newline)
    {
        string text = (Notes.Head + "出院诊断：\n1.肺炎\n2.高血压病\n出院带药：\n1.阿司匹林肠溶片 100mg 口服 qd\n").Replace("\n", newline, StringComparison.Ordinal);
        ConversionResult result = Notes.Convert(text);
        Assert.Equal(2, Notes.Of(result, "Condition").Length);
        Assert.Single(Notes.Of(result, "MedicationRequest"));
    }

    [Fact]
    public void A_section_keeps_its_text_in_XHTML_that_is_escaped()
    {
        DraftObject composition = Notes.Of(Notes.Convert(Notes.Head + "诊疗经过：血糖<3.9 & 头晕>2次\n<script>alert(1)</script>\n"), "Composition").Single();
        string div = (string)composition["section"]![0]!["text"]!["div"]!;
        Assert.Equal("<div xmlns=\"http://www.w3.org/1999/xhtml\"><p>血糖&lt;3.9 &amp; 头晕&gt;2次<br/>&lt;script&gt;alert(1)&lt;/script&gt;</p></div>", div);
    }

    [Fact]
    public void A_note_without_author_and_date_says_so_and_is_valid()
    {
        ConversionResult result = Notes.Convert("出院小结\n姓名：王小明 住院号：ZY1\n出院诊断：肺炎");
        DraftObject composition = Notes.Of(result, "Composition").Single();
        Assert.Equal("unknown", (string?)composition["_date"]!["extension"]![0]!["valueCode"]);
        Assert.All(result.Resources, Valid.Resource);
    }

    [Fact]
    public void Two_stays_with_one_admission_number_do_not_overwrite_each_other()
    {
        string Id(string day) => (string)Notes.Of(Notes.Convert($"出院小结\n姓名：王小明 住院号：ZY1 入院日期：{day}\n出院诊断：肺炎"), "Composition")[0]["id"]!;
        Assert.NotEqual(Id("2026-01-05"), Id("2026-11-05"));
        Assert.Equal(Id("2026-01-05"), Id("2026年1月5日"));
    }

    [Theory]
    [InlineData("MSH|^~\\&|EMR|H|X|H|20261106||MDM^T02|1|P|2.5.1\rOBX|1|TX|||姓名：王 住院号：1 出院诊断：肺炎\r", 0)]
    [InlineData("{\"text\":\"出院诊断：肺炎 姓名：王 住院号：1\"}", 0)]
    [InlineData("<ClinicalDocument>出院诊断：肺炎</ClinicalDocument>", 0)]
    [InlineData("\u0000\u0001\u0002 出院诊断：", 0)]
    [InlineData("Dear colleague, thank you for referring this patient.", 0)]
    [InlineData("", 0)]
    public void Other_kinds_of_record_are_not_notes(string text, int confidence) =>
        Assert.Equal(confidence, new NarrativeAdapter().Detect(new RawRecord(Encoding.UTF8.GetBytes(text), "x", Tables.ReceivedAt)));

    [Fact]
    public void A_note_is_detected_in_GB18030_even_where_the_look_ends_inside_a_character()
    {
        for (int pad = 0; pad < 4; pad++)
        {
            string text = Notes.Head + "出院诊断：肺炎\n诊疗经过：" + new string('x', pad) + new string('治', 4000);
            Assert.InRange(new NarrativeAdapter().Detect(new RawRecord(Tables.Gb18030.GetBytes(text), "emr", Tables.ReceivedAt)), 60, 95);
        }
    }
}
