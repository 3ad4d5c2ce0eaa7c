using System.Text;
using Consortium.Adapters.Files;

namespace Consortium.Adapters.Tests.Files;

/// <summary>What a file is stands in its bytes.</summary>
public class FileDetectionTests
{
    [Fact]
    public void Documents_are_known_by_their_content_whatever_their_name()
    {
        Assert.Equal(FileForm.Docx, FileForms.Of(new DocxFile(DocxFile.Paragraph("x")).Bytes()));
        Assert.Equal(FileForm.Rtf, FileForms.Of("{\\rtf1 x}"u8));
        Assert.Equal(FileForm.Pdf, FileForms.Of("%PDF-1.7\n"u8));
        Assert.Equal(FileForm.Pdf, FileForms.Of("\r\n\r\n%PDF-1.7\n"u8));
    }

    [Theory]
    [InlineData("出院小结 见 %PDF-1.4 附件")]
    [InlineData("see the attached %PDF-file")]
    [InlineData("MSH|^~\\&|A")]
    [InlineData("PK\u0003\u0004 a text about ZIP files")]
    [InlineData("")]
    public void Text_is_no_document(string text) => Assert.Null(FileForms.Of(Encoding.UTF8.GetBytes(text)));

    [Fact]
    public void The_narrative_adapter_takes_a_document_file_and_others_leave_it()
    {
        var record = new RawRecord(new DocxFile(DocxFile.Paragraph("x")).Bytes(), "emr", DateTimeOffset.UnixEpoch, "report.csv");
        Assert.Equal("narrative", AdapterRegistry.BuiltIn().Detect(record)?.Name);
    }
}
