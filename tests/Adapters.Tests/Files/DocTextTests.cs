using Consortium.Adapters.Files;

namespace Consortium.Adapters.Tests.Files;

/// <summary>The text of a Word 97 to 2003 file.</summary>
public class DocTextTests
{
    [Fact]
    public void Paragraphs_breaks_and_special_characters_are_read() =>
        Assert.Equal(["出院小结", "第一行", "第二行", "a-b\tc"], Texts.Lines(new DocFixture().Run("出院小结\r第一行\u000B第二行\ra\u001Eb\u001F\tc\r").Bytes()));

    [Fact]
    public void Raised_digits_stay_raised() => Assert.Equal(["12.3×10⁹/L"], Texts.Lines(new DocFixture().Run("12.3×10").Run("9", DocFixture.Raised).Run("/L\r").Bytes()));

    [Fact]
    public void Hidden_and_deleted_text_is_no_text_and_struck_text_is_left_out_with_a_warning()
    {
        var text = Texts.Read(new DocFixture().Run("a").Run("hidden", DocFixture.Hidden).Run("gone", DocFixture.Deleted).Run("阿司匹林", DocFixture.Struck).Run("b\r").Bytes());
        Assert.Equal("ab\n", text.Text);
        Assert.Single(text.Notices);
    }

    [Fact]
    public void Cells_of_a_row_stand_on_one_line() =>
        Assert.Equal(["WBC\t12.3\tg/L", "after"], Texts.Lines(new DocFixture().Run("WBC\u000712.3\u0007g/L\u0007", null, DocFixture.InTable).Run("\u0007", null, DocFixture.RowEnd).Run("after\r").Bytes()));

    [Fact]
    public void A_field_is_its_result() =>
        Assert.Equal(["page 3 of"], Texts.Lines(new DocFixture().Run("page ").Run("\u0013", DocFixture.Special).Run(" PAGE ").Run("\u0014", DocFixture.Special).Run("3").Run("\u0015", DocFixture.Special).Run(" of\r").Bytes()));

    [Fact]
    public void A_field_of_a_form_whose_value_is_not_read_is_said_to_be_missing()
    {
        var text = Texts.Read(new DocFixture().Run("过敏 ").Run("\u0013", DocFixture.Special).Run(" FORMCHECKBOX ").Run("\u0015", DocFixture.Special).Run(" 无\r").Bytes());
        Assert.Equal("过敏 \uFFFC 无\n", text.Text);
        Assert.Single(text.Notices);
    }

    [Fact]
    public void Headers_come_first() => Assert.Equal(["某医院", "正文"], Texts.Lines(new DocFixture().Run("正文\r").Header("某医院").Bytes()));

    [Fact]
    public void A_password_an_older_form_and_a_workbook_are_told_apart()
    {
        Assert.Equal("security", Texts.Refusal(new DocFixture { Flags = 0x0100 }.Run("x\r").Bytes()).Code);
        Assert.Equal("not-supported", Texts.Refusal(new DocFixture { Version = 0x0068 }.Run("x\r").Bytes()).Code);
        Assert.Equal("security", Texts.Refusal(new DocFixture { StreamName = "EncryptedPackage" }.Run("x\r").Bytes()).Code);
        Assert.Null(FileForms.Of(new DocFixture { StreamName = "Workbook" }.Run("x\r").Bytes()));
    }

    [Fact]
    public void A_picture_alone_is_a_scan() => Assert.Contains("picture", Texts.Refusal(new DocFixture().Run("\u0001", DocFixture.Special).Run("\r").Bytes()).Diagnostics, StringComparison.Ordinal);

    [Fact]
    public void Damage_never_throws_anything_but_a_refusal_that_says_nothing_of_the_content()
    {
        byte[] whole = new DocFixture().Run("姓名：张三 ").Run("9", DocFixture.Raised).Run("\r").Run("a\u0007", null, DocFixture.InTable).Run("\u0007", null, DocFixture.RowEnd).Header("某医院").Bytes();
        var random = new Random(20260103);
        for (int i = 0; i < 3_000; i++)
        {
            byte[] damaged = i % 4 == 0 ? whole[..random.Next(16, whole.Length)] : [.. whole];

            // Most hits where the structures are: the header, the tables of sectors, the information block.
            for (int hits = random.Next(1, 8); hits > 0; hits--) damaged[random.Next(8, Math.Min(damaged.Length, i % 2 == 0 ? 3_000 : damaged.Length))] = (byte)random.Next(256);
            try
            {
                if (FileForms.Of(damaged) is { } form) FileText.Read(form, damaged);
            }
            catch (FileRefusedException refused)
            {
                Assert.DoesNotContain("张三", refused.Message, StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public void A_chain_of_sectors_that_runs_in_a_circle_is_damage()
    {
        byte[] file = new DocFixture().Run("x\r").Bytes();
        ((byte[])[1, 0, 0, 0]).CopyTo(file, 512 + 4); // the directory goes on with itself
        Assert.Equal("structure", Texts.Refusal(file).Code);
    }
}
