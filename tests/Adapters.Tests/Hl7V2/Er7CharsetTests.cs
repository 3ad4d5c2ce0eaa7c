using System.Text;
using Consortium.Adapters.Hl7V2.Er7;

namespace Consortium.Adapters.Tests.Hl7V2;

public sealed class Er7CharsetTests
{
    static Er7CharsetTests() => Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);

    [Theory]
    [InlineData("8859/1", "iso-8859-1", "Zürich")]
    [InlineData("8859/2", "iso-8859-2", "Łódź")]
    [InlineData("8859/5", "iso-8859-5", "Москва")]
    [InlineData("8859/7", "iso-8859-7", "Αθήνα")]
    [InlineData("8859/9", "iso-8859-9", "İstanbul")]
    [InlineData("8859/15", "iso-8859-15", "cœur €")]
    [InlineData("ISO 8859-1", "iso-8859-1", "Zürich")]
    [InlineData("windows-1252", "windows-1252", "cœur €")]
    [InlineData("GB 18030-2000", "gb18030", "王億")]
    [InlineData("BIG-5", "big5", "許功蓋")] // second bytes 5C, 5C and 7C
    [InlineData("KS X 1001", "euc-kr", "홍길동")]
    [InlineData("ISO IR87", "iso-2022-jp", "山田")]
    [InlineData("ASCII~ISO IR87", "iso-2022-jp", "山田")]
    [InlineData("~ISO IR87", "iso-2022-jp", "山田")]
    [InlineData("~ISO IR14~ISO IR87", "iso-2022-jp", "山田")]
    [InlineData("UNICODE", "utf-8", "王")]
    [InlineData("ASCII~UNICODE UTF-8", "utf-8", "王")]
    [InlineData("8859/1~8859/5", "iso-8859-1", "Zürich")] // no switch: the first alone counts
    public void A_declared_character_set_is_read(string declared, string encoding, string name)
    {
        byte[] bytes = Encoding.GetEncoding(encoding).GetBytes($"MSH|^~\\&|{name}|||||||||||||||{declared}\rPID|||{name}^{name}");
        Er7Message message = Parse(bytes);
        Assert.Equal((name, name), (message.Header[3].Text, message.Segments[1][3][2].Text));
    }

    [Theory]
    [InlineData("utf-16")]
    [InlineData("utf-16BE")]
    [InlineData("utf-32")]
    public void Wide_characters_are_read_with_a_byte_order_mark_and_without(string encoding)
    {
        var wide = Encoding.GetEncoding(encoding);
        byte[] text = wide.GetBytes("MSH|^~\\&|北京|||||||||||||||UNICODE UTF-16\rPID|||王\r");
        Assert.Equal("北京", Parse(text).Header[3].Text);
        Assert.Equal("王", Parse([.. wide.GetPreamble(), .. text]).Segments[1][3].Text);
        Assert.Equal(100, new Consortium.Adapters.Hl7V2.Hl7V2Adapter().Detect(new RawRecord(text, "test", DateTimeOffset.UnixEpoch)));
    }

    [Fact]
    public void Each_message_of_a_file_is_in_its_own_character_set_and_a_bad_one_spoils_no_other()
    {
        static string Text(string charset, string name) => $"MSH|^~\\&|{name}|||||||||||||||{charset}\r";
        byte[] record =
        [
            .. Encoding.UTF8.GetBytes(Text("UNICODE UTF-8", "北京")),
            .. Encoding.GetEncoding("gb18030").GetBytes(Text("GB 18030-2000", "億")),
            .. Encoding.Latin1.GetBytes(Text("UNICODE UTF-8", "é")),
            .. Encoding.GetEncoding("big5").GetBytes(Text("BIG-5", "功")),
        ];
        Er7File file = Er7File.Read(record, null);

        Assert.Equal(["北京", "億"], file.Messages.Take(2).Select(message => Er7Message.Parse(message).Header[3].Text!));
        Assert.Equal("功", Er7Message.Parse(file.Messages[3]).Header[3].Text);
        Er7FormatException e = Assert.Throws<Er7FormatException>(() => Er7Message.Parse(file.Messages[2]));
        Assert.Equal(("MSH-18", 3), (e.Place, e.Line));
    }

    [Theory]
    [InlineData("CNS 11643-1992", "x")]
    [InlineData("ISO IR159", "x")]
    [InlineData("8859/1~8859/5", "x\u001b-Ly")] // a switch to Cyrillic
    [InlineData("8859/1", "caf\u0085")]         // Windows-1252 that calls itself 8859/1
    public void What_cannot_be_read_for_certain_is_refused(string declared, string name)
    {
        Er7FormatException e = Assert.Throws<Er7FormatException>(() => Parse(Encoding.Latin1.GetBytes($"MSH|^~\\&|A|||||||||||||||{declared}\rPID|||{name}")));
        Assert.Equal("MSH-18", e.Place);
    }

    [Fact]
    public void The_site_says_what_the_sender_gets_wrong_but_damaged_UTF8_is_nothing_else()
    {
        byte[] windows = Encoding.GetEncoding("windows-1252").GetBytes("MSH|^~\\&|€|||||||||||||||8859/1\r");
        Assert.Equal("€", Er7Message.Parse(Er7File.Read(windows, "windows-1252").Messages[0]).Header[3].Text);

        byte[] damaged = [.. Encoding.UTF8.GetBytes("MSH|^~\\&|中华人民共和国\rPID|||北京大学第一医院"), 0xE5, 0x8C, (byte)'\r'];
        Assert.Throws<Er7FormatException>(() => Er7File.Read(damaged, "GB18030"));
        Assert.Throws<Er7FormatException>(() => Er7File.Read(damaged, null));
    }

    [Theory]
    [InlineData(@"\M2442\;3ED\C2842\ Taro", "山田 Taro")]
    [InlineData(@"a\M2441\11\C2842\b", "a北b")]
    public void A_value_switches_its_character_set_by_escape_sequences(string written, string expected)
    {
        Er7Message message = Er7Message.Parse(Encoding.UTF8.GetBytes($"MSH|^~\\&|\rZZZ|{written}"), Er7Charset.Utf8, 1);
        Assert.Equal(expected, message.Segments[1][1].Text);
    }

    [Fact]
    public void A_switch_to_a_set_that_cannot_be_read_is_refused_with_its_place()
    {
        Er7Message message = Er7Message.Parse(@"MSH|^~\&|
ZZZ|a^\C2D4C\x"u8.ToArray(), Er7Charset.Utf8, 1);
        Er7FormatException e = Assert.Throws<Er7FormatException>(() => message.Segments[1][1][2].Text);
        Assert.Equal(("not-supported", "ZZZ-1.2", 2), (e.Code, e.Place, e.Line));
    }

    private static Er7Message Parse(byte[] bytes) => Er7Message.Parse(Er7File.Read(bytes, null).Messages[0]);
}
