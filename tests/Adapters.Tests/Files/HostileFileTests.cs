using System.IO.Compression;
using System.Text;
using Consortium.Adapters.Files;
using Consortium.Fhir;

namespace Consortium.Adapters.Tests.Files;

/// <summary>Files made to harm cost little and are refused with a reason.</summary>
public class HostileFileTests
{
    [Fact]
    public void A_part_that_unpacks_to_gigabytes_is_refused_before_it_does()
    {
        using var buffer = new MemoryStream(new DocxFile(DocxFile.Paragraph("x")).Bytes().ToArray());
        using var bomb = new MemoryStream();
        using (var source = new ZipArchive(buffer))
        using (var target = new ZipArchive(bomb, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (ZipArchiveEntry entry in source.Entries)
            {
                using Stream packed = target.CreateEntry(entry.FullName).Open();
                if (entry.FullName != "word/document.xml")
                {
                    using Stream original = entry.Open();
                    original.CopyTo(packed);
                    continue;
                }

                byte[] zeros = new byte[1024 * 1024];
                for (int i = 0; i < 200; i++) packed.Write(zeros);
            }
        }

        Assert.True(bomb.Length < 1024 * 1024);
        Assert.Equal("too-costly", Texts.Refusal(bomb.ToArray()).Code);
    }

    [Fact]
    public void Entities_are_not_read_neither_many_nor_from_elsewhere()
    {
        string bomb = "<!DOCTYPE w [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;&a;\">]><w>&b;</w>";
        string external = "<!DOCTYPE w [<!ENTITY a SYSTEM \"file:///etc/passwd\">]><w>&a;</w>";
        foreach (string xml in (string[])[bomb, external]) Assert.Equal("structure", Texts.Refusal(new DocxFile("").Raw("word/document.xml", xml).Bytes()).Code);
    }

    [Fact]
    public void Elements_tables_and_fields_without_end_are_refused()
    {
        const int deep = 5_000;
        Assert.Equal("too-costly", Texts.Refusal(new DocxFile(Nested("<w:sdt><w:sdtContent>", deep, "</w:sdtContent></w:sdt>")).Bytes()).Code);
        Assert.Equal("too-costly", Texts.Refusal(new DocxFile(Nested("<w:tbl><w:tr><w:tc>", deep, "</w:tc></w:tr></w:tbl>")).Bytes()).Code);
        Assert.Equal("too-costly", Texts.Refusal(new DocxFile($"<w:p>{Repeated("<w:r><w:fldChar w:fldCharType=\"begin\"/></w:r>", deep)}</w:p>").Bytes()).Code);
    }

    [Fact]
    public void A_package_of_very_many_parts_is_refused()
    {
        var file = new DocxFile(DocxFile.Paragraph("x"));
        for (int i = 0; i < 5_001; i++) file.Raw($"word/p{i}", "");
        Assert.Equal("too-costly", Texts.Refusal(file.Bytes()).Code);
    }

    [Fact]
    public void Damage_anywhere_in_a_package_is_a_refusal_or_leaves_the_text_as_it_was()
    {
        byte[] whole = new DocxFile(DocxFile.Paragraph("姓名：张三 阿莫西林 0.5g")).Bytes();
        string text = Texts.Read(whole).Text;
        var random = new Random(20260101);
        for (int i = 0; i < 400; i++)
        {
            byte[] damaged = i % 4 == 0 ? whole[..random.Next(4, whole.Length)] : [.. whole];
            for (int hits = random.Next(1, 6); hits > 0; hits--) damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            if (FileForms.Of(damaged) is not { } form) continue;
            try
            {
                Assert.Equal(text, FileText.Read(form, damaged).Text);
            }
            catch (FileRefusedException refused)
            {
                Assert.DoesNotContain("张三", refused.Message, StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public void Damage_in_rtf_never_throws_anything_but_a_refusal()
    {
        byte[] whole = Encoding.Latin1.GetBytes(@"{\rtf1\ansi\ansicpg936{\fonttbl{\f0\fcharset134 SimSun;}}\f0\trowd\cellx1\intbl \'d6\'d0\cell\row\pard{\field{\*\fldinst X}{\fldrslt y}}{\pict 00}\u20013?\par}");
        var random = new Random(20260102);
        for (int i = 0; i < 2_000; i++)
        {
            byte[] damaged = i % 4 == 0 ? whole[..random.Next(7, whole.Length)] : [.. whole];
            for (int hits = random.Next(1, 6); hits > 0; hits--) damaged[random.Next(6, damaged.Length)] = (byte)random.Next(256);
            try
            {
                FileText.Read(FileForm.Rtf, damaged);
            }
            catch (FileRefusedException refused)
            {
                Assert.NotEqual(IssueSeverity.Warning, refused.Issue.Severity);
            }
        }
    }

    [Fact]
    public void What_is_not_a_text_document_is_refused_by_name()
    {
        Assert.Equal("not-supported", Texts.Refusal(new DocxFile("", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml").Bytes()).Code);
        Assert.Equal("not-supported", Texts.Refusal(new DocxFile("<w:altChunk r:id=\"x\"/>").Bytes()).Code);
        Assert.Equal("incomplete", Texts.Refusal(new DocxFile("").Bytes()).Code);
        Assert.Contains("picture", Texts.Refusal(new DocxFile("<w:p><w:r><w:drawing><a:blip/></w:drawing></w:r></w:p>").Bytes()).Diagnostics, StringComparison.Ordinal);
    }

    private static string Nested(string open, int times, string close) => Repeated(open, times) + DocxFile.Paragraph("x") + Repeated(close, times);

    private static string Repeated(string text, int times) => new StringBuilder().Insert(0, text, times).ToString();
}
