using System.Text;

namespace Consortium.Adapters.Tests.Files;

/// <summary>The text of a PDF, read with poppler (test.sh installs it; without it these tests fail).</summary>
public class PdfTextTests
{
    [Fact]
    public void Words_beside_each_other_are_one_row_and_cells_have_tabs_between_them() =>
        Assert.Equal(["Name: Li Si\tSex: male", "WBC\t12.3\tg/L"], Texts.Lines(new PdfFile()
            .Text(50, 700, "Name: Li Si").Text(300, 700, "Sex: male").Text(50, 680, "WBC").Text(200, 680, "12.3").Text(300, 680, "g/L").Bytes()));

    [Fact]
    public void A_raised_exponent_stays_an_exponent_and_a_lowered_digit_stands_on_the_line() =>
        Assert.Equal(["x10⁹/L SpO2"], Texts.Lines(new PdfFile()
            .Text(50, 700, "x10").Text(69.35, 705, "9", 7).Text(73.24, 700, "/L SpO").Text(110.6, 697, "2", 7).Bytes()));

    [Fact]
    public void Chinese_in_a_font_that_is_not_embedded_is_read() =>
        Assert.Equal(["出院小结", "姓名：张三\t住院号：ZY1"], Texts.Lines(new PdfFile().Chinese(250, 750, "出院小结").Chinese(50, 730, "姓名：张三").Chinese(300, 730, "住院号：ZY1").Bytes()));

    [Fact]
    public void Columns_of_running_text_are_read_one_after_the_other_and_their_lines_are_joined()
    {
        var file = new PdfFile().Text(50, 760, "Discharge summary");
        string[] left = ["The patient was admitted with cough for", "three days and a temperature of 38.5, and", "was given amoxicillin 0.5 g by mouth three", "times a day until today."];
        string[] right = ["He denies any allergy to drugs, and has no", "history of hypertension or of diabetes, nor", "has he been operated on before, and his", "parents are well."];
        for (int i = 0; i < left.Length; i++) file.Text(50, 720 - (14 * i), left[i]).Text(320, 720 - (14 * i), right[i]);
        Assert.Equal(["Discharge summary", string.Join(' ', left), string.Join(' ', right)], Texts.Lines(file.Bytes()).Where(line => line.Length > 0));
    }

    [Fact]
    public void A_list_stays_a_list_though_its_lines_are_full() =>
        Assert.Equal(3, Texts.Lines(new PdfFile().Text(50, 700, "1. pneumonia of the left lung").Text(50, 686, "2. high blood pressure, grade").Text(50, 672, "3. diabetes mellitus of type 2").Bytes()).Length);

    [Fact]
    public void A_scan_is_refused_and_so_is_a_document_of_which_one_page_is_a_scan()
    {
        Assert.Contains("picture", Texts.Refusal(new PdfFile().Picture().Bytes()).Diagnostics, StringComparison.Ordinal);
        var mixed = new PdfFile();
        for (int i = 0; i < 20; i++) mixed.Text(50, 750 - (20 * i), "a line of text that is long enough");
        Assert.Equal("page 2", Texts.Refusal(mixed.NextPage().Text(500, 20, "2").Picture().Bytes()).Expression);
    }

    [Fact]
    public void A_picture_beside_text_does_not_make_it_a_scan()
    {
        var file = new PdfFile().Picture();
        for (int i = 0; i < 20; i++) file.Text(50, 750 - (20 * i), "a line of text that is long enough");
        Assert.Equal(20, Texts.Lines(file.Bytes()).Count(line => line.Length > 0));
    }

    [Fact]
    public void An_empty_document_is_refused() => Assert.Equal("incomplete", Texts.Refusal(new PdfFile().Bytes()).Code);

    [Fact]
    public void A_password_is_said_to_be_the_reason() => Assert.Equal("security", Texts.Refusal(new PdfFile().Text(50, 700, "secret").Bytes("password")).Code);

    [Fact]
    public void A_damaged_file_is_refused_and_never_read_in_part()
    {
        byte[] whole = new PdfFile().Text(50, 700, "first").NextPage().Text(50, 700, "second").Bytes();
        for (int length = whole.Length - 20; length > 200; length -= 97)
        {
            // Where only the table of places is lost, nothing of the text is.
            byte[] cut = whole[..length];
            if (Encoding.Latin1.GetString(cut).Contains("(second) Tj", StringComparison.Ordinal) && Whole(cut)) continue;
            Assert.Equal("structure", Texts.Refusal(cut).Code);
        }

        Assert.Equal("structure", Texts.Refusal(Encoding.ASCII.GetBytes("%PDF-1.4\nno more than a header")).Code);
    }

    [Fact]
    public void More_pages_than_any_document_has_are_refused()
    {
        var file = new PdfFile();
        for (int i = 0; i < 2_001; i++) file.NextPage();
        Assert.Equal("too-costly", Texts.Refusal(file.Text(50, 700, "x").Bytes()).Code);
    }

    [Fact]
    public void Nothing_of_the_document_stands_in_a_refusal() =>
        Assert.DoesNotContain("ZhangSan", Texts.Refusal(Encoding.ASCII.GetBytes("%PDF-1.4\n1 0 obj << /ZhangSan (ZhangSan) BT (ZhangSan) Tj")).Diagnostics, StringComparison.Ordinal);

    private static bool Whole(byte[] bytes)
    {
        try
        {
            return Texts.Read(bytes).Text == "first\nsecond\n";
        }
        catch (Consortium.Adapters.Files.FileRefusedException)
        {
            return false;
        }
    }
}
