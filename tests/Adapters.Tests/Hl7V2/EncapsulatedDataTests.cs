using System.Text;
using Consortium.Adapters.Elements;
using Consortium.Fhir;

namespace Consortium.Adapters.Tests.Hl7V2;

public sealed class EncapsulatedDataTests
{
    private const string Pdf = "%PDF-1.4 a small document";
    private const string Cda = "<?xml version=\"1.0\"?><ClinicalDocument xmlns=\"urn:hl7-org:v3\"></ClinicalDocument>";

    [Theory]
    [InlineData("AP^PDF", Pdf, "application/pdf")]
    [InlineData("^", Pdf, "application/pdf")]                              // nothing said: the bytes say it
    [InlineData("AP^Octet-stream", Pdf, "application/pdf")]
    [InlineData("ZZ^Whatever", Pdf, "application/pdf")]
    [InlineData("TX^RTF", @"{\rtf1 text}", "text/rtf")]
    [InlineData("^", @"{\rtf1 text}", "application/rtf")]
    [InlineData("^", Cda, "text/xml")]
    [InlineData("multipart^x-hl7-cda-level-one", Cda, "multipart/x-hl7-cda-level-one")]
    [InlineData("^", "<?xml version=\"1.0\"?><note/>", "application/xml")]
    [InlineData("TEXT^XML", "<?xml version=\"1.0\"?><note/>", "text/xml")]
    [InlineData("^", "\u0089PNG\r\n\u001a\n----", "image/png")]
    [InlineData("AP^Octet-stream", "who knows", "application/octet-stream")]
    [InlineData("^", "who knows", null)]
    public void A_document_in_Base64_keeps_its_bytes_its_size_and_its_type(string type, string document, string? expected)
    {
        byte[] bytes = Encoding.Latin1.GetBytes(document);
        ConversionResult result = Convert($"LAB^{type}^Base64^{System.Convert.ToBase64String(bytes)}");
        DraftNode attachment = Attachment(result);
        Assert.Equal((System.Convert.ToBase64String(bytes), bytes.Length), ((string?)attachment["data"], (int)attachment["size"]!));
        Assert.Equal(expected, (string?)attachment["contentType"]);
        Assert.DoesNotContain(result.Issues, issue => issue.Severity == IssueSeverity.Warning);
    }

    [Fact]
    public void A_document_that_is_not_what_it_is_called_says_what_it_is()
    {
        ConversionResult result = Convert($"LAB^AP^PDF^Base64^{System.Convert.ToBase64String(@"{\rtf1 text}"u8)}");
        Assert.Equal("application/rtf", (string?)Attachment(result)["contentType"]);
        Assert.Contains(result.Issues, issue => issue is { Severity: IssueSeverity.Warning, Expression: "OBX-5.5" });
    }

    [Fact]
    public void Line_breaks_within_Base64_are_allowed_escaped_or_as_blanks()
    {
        string base64 = System.Convert.ToBase64String(Encoding.ASCII.GetBytes(Pdf));
        Assert.Equal(base64, (string?)Attachment(Convert($@"LAB^AP^PDF^Base64^{base64[..8]}\.br\{base64[8..16]}\X0D0A\{base64[16..]}"))["data"]);
        Assert.Equal(base64, (string?)Attachment(Convert($"LAB^AP^PDF^base64^{base64[..8]} {base64[8..]}"))["data"]);
    }

    [Fact]
    public void Hexadecimal_digits_and_plain_text_are_documents_too()
    {
        DraftNode hex = Attachment(Convert("LAB^AP^PDF^Hex^255044462D312E34 0a"));
        Assert.Equal(("JVBERi0xLjQK", 9), ((string?)hex["data"], (int)hex["size"]!));

        DraftNode text = Attachment(Convert(@"LAB^TX^^A^血红蛋白 \T\ 白细胞\.br\正常"));
        Assert.Equal("血红蛋白 & 白细胞\n正常", Encoding.UTF8.GetString(System.Convert.FromBase64String((string)text["data"]!)));
        Assert.Equal("text/plain", (string?)text["contentType"]);

        DraftNode xml = Attachment(Convert(@"LAB^TEXT^XML^A^<?xml version=""1.0"" encoding=""GB18030""?><n>血</n>"));
        Assert.EndsWith("<n>血</n>", CodePagesEncodingProvider.Instance.GetEncoding("gb18030")!.GetString(System.Convert.FromBase64String((string)xml["data"]!)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("LAB^AP^PDF^Base64^JVBERi0xLjQ", "value", "OBX-5.5")]      // cut short
    [InlineData("LAB^AP^PDF^Base64^JVBE!i0xLjQ=", "value", "OBX-5.5")]
    [InlineData("LAB^AP^PDF^Base64^JVBERi0xLjQ=AAAA", "value", "OBX-5.5")] // padding in the middle
    [InlineData("LAB^AP^PDF^Hex^255", "value", "OBX-5.5")]
    [InlineData("LAB^AP^PDF^Hex^25zz", "value", "OBX-5.5")]
    [InlineData("LAB^AP^PDF^Uuencode^xxxx", "value", "OBX-5.5")]
    [InlineData("LAB^AP^PDF^Base64^", "required", "OBX-5.5")]
    [InlineData("LAB^TX^^A^one^two", "structure", "OBX-5.6")]              // an unescaped separator
    [InlineData("LAB^TEXT^XML^A^<?xml version=\"1.0\" encoding=\"ascii\"?><n>血</n>", "value", "OBX-5.5")]
    public void A_damaged_document_is_a_rejection_with_its_place(string value, string code, string place)
    {
        ConversionResult result = Convert(value);
        Assert.True(result.IsRejected);
        Assert.Contains(result.Issues, issue => (issue.Severity, issue.Code, issue.Expression) == (IssueSeverity.Error, code, place));
    }

    private static ConversionResult Convert(string value) => Messages.Convert(string.Join('\r',
        @"MSH|^~\&|LIS|HOSP|FHIR|HOSP|20240102030405||ORU^R01^ORU_R01|M1|P|2.5.1||||||UNICODE UTF-8",
        "PID|1||P1^^^HOSP^MR||A^B",
        "OBR|1|O1|F1|11502-2^Laboratory report^LN|||20240102030000|||||||||||||||20240102030400||LAB|F",
        $"OBX|1|ED|11502-2^Laboratory report^LN||{value}||||||F") + "\r");

    private static DraftNode Attachment(ConversionResult result) => result.Only("DocumentReference")["content"]![0]!["attachment"]!;
}
