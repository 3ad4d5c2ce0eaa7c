using System.Text;
using Consortium.Adapters.Hl7V2.Er7;

namespace Consortium.Adapters.Tests.Hl7V2;

public sealed class Er7Tests
{
    private static readonly Encoding Gb18030 = CodePagesEncodingProvider.Instance.GetEncoding("gb18030")!;

    [Theory]
    [InlineData("a|b^c&d~e|f", 3, 1, "a")]
    [InlineData("a|b^c&d~e|f", 4, 2, "c")]
    [InlineData("a|b^c&d~e|f", 5, 1, "f")]
    [InlineData("a|b^c&d~e|f", 6, 1, null)]
    [InlineData("a|^|f", 4, 1, null)]
    [InlineData("a|\"\"|f", 4, 1, null)]
    [InlineData("a|  |f", 4, 1, null)]
    public void A_value_is_found_by_its_HL7_number_and_absent_is_absent(string fields, int field, int component, string? expected)
    {
        Er7Message message = Parse($"MSH|^~\\&|\rZZZ|||{fields}");
        Assert.Equal(expected, message.Segments[1][field][component].Text);
    }

    [Fact]
    public void Repetitions_components_and_sub_components_are_told_apart()
    {
        Er7Segment segment = Parse("MSH|^~\\&|\rZZZ|a^b&c~~d").Segments[1];

        Er7Value[] repetitions = [.. segment[1].Repetitions()];
        Assert.Equal(["a", "d"], repetitions.Select(repetition => repetition[1].Text!));
        Assert.Equal("c", repetitions[0][2][2].Text);
        Assert.Equal("ZZZ-1[3].1", repetitions[1][1].Place);
        Assert.Equal("ZZZ-1.2.2", segment[1][2][2].Place);
    }

    [Theory]
    [InlineData(@"a\F\b\S\c\T\d\R\e\E\f", @"a|b^c&d~e\f")]
    [InlineData(@"x\X0D0A\y", "x\r\ny")]
    [InlineData(@"one\.br\two\.sp2\three", "one\ntwo\n\nthree")]
    [InlineData(@"\H\bold\N\", "bold")]
    [InlineData(@"C:\temp\new", @"C:\temp\new")]
    [InlineData(@"5\", @"5\")]
    [InlineData(@"\Zx\", @"\Zx\")]
    [InlineData(@"\X0\", @"\X0\")]
    [InlineData(@"\Z01\", @"\Z01\")]
    [InlineData(@"\P\", "#")]
    [InlineData(@"\XE5\\X8C\\X97\", "北")]     // one sequence a byte
    [InlineData(@"a\XE58C\b", @"a\XE58C\b")]    // half a character stays as it is written
    [InlineData(@"\.in+4\\.ti-4\1. one\.br\two\.in0\\.br\three", "1. one\n    two\nthree")]
    [InlineData(@"a\.sk3\b\.fi\\.nf\", "a   b")]
    [InlineData(@"\.ce\Title\.ce\Next", "Title\nNext")]
    [InlineData(@"\.sp+2\x\.spx\", "\n\nx\\.spx\\")]
    public void Escapes_stand_for_what_they_stand_for_and_the_rest_stays(string written, string expected) =>
        Assert.Equal(expected, Parse($"MSH|^~\\&|\rZZZ|{written}").Segments[1][1].WholeText);

    [Fact]
    public void Any_delimiters_do() => Assert.Equal("c", Parse("MSH$%*@!$\rZZZ$a%b!c").Segments[1][1][2][2].Text);

    [Theory]
    [InlineData("MSH|^~\\&|A\rPID|1\r", 2)]
    [InlineData("MSH|^~\\&|A\nPID|1\n", 2)]
    [InlineData("MSH|^~\\&|A\r\nPID|1\r\n\r\n", 2)]
    [InlineData("\vMSH|^~\\&|A\rPID|1\r\u001c\r", 2)]
    public void Every_kind_of_line_end_ends_a_segment(string text, int segments)
    {
        Er7File file = Er7File.Read(Encoding.UTF8.GetBytes(text), null);
        Assert.Equal(segments, Er7Message.Parse(Assert.Single(file.Messages).Bytes, file.Encoding, 1).Segments.Count);
    }

    [Fact]
    public void Several_messages_and_batch_envelopes_are_taken_apart()
    {
        Er7File file = Er7File.Read("FHS|^~\\&|\rBHS|^~\\&|\rMSH|^~\\&|A\rPID|1\rMSH|^~\\&|B\rBTS|2\rFTS|1\r"u8.ToArray(), null);

        Assert.Equal([3, 5], file.Messages.Select(message => message.Line));
        Assert.Empty(file.Problems);
    }

    [Fact]
    public void A_batch_that_announces_more_messages_than_there_are_is_noticed()
    {
        Er7File file = Er7File.Read("BHS|^~\\&|\rMSH|^~\\&|A\rBTS|2\r"u8.ToArray(), null);

        Er7FormatException problem = Assert.Single(file.Problems);
        Assert.Equal(("incomplete", "BTS-1", 3), (problem.Code, problem.Place, problem.Line));
    }

    [Theory]
    [InlineData("MSH|^~\\&|A\rthis is a line\r", "structure", 2)]
    [InlineData("MSHA", "structure", 1)]
    [InlineData("MSH|^^\\&|A", "structure", 1)]
    [InlineData("MSH|0000|A", "structure", 1)]
    [InlineData("MSH||A", "structure", 1)]
    public void What_is_no_segment_is_refused_with_its_line(string text, string code, int line)
    {
        Er7FormatException e = Assert.Throws<Er7FormatException>(() => Parse(text));
        Assert.Equal((code, line), (e.Code, e.Line));
    }

    [Fact]
    public void A_segment_of_a_million_separators_is_refused_not_split()
    {
        Er7Message message = Parse("MSH|^~\\&|\rZZZ" + new string('|', 1_000_000));
        Assert.Equal("too-long", Assert.Throws<Er7FormatException>(() => message.Segments[1][3]).Code);
    }

    [Theory]
    [InlineData("GB 18030-2000")]
    [InlineData("GBK")]
    public void GB18030_is_read_though_its_characters_hold_delimiter_bytes(string charset)
    {
        // 億 is 0x83 0x7C, whose second byte is the field separator; it stands before MSH-18 too.
        byte[] bytes = Gb18030.GetBytes($"MSH|^~\\&|億|||||||||||||||{charset}\rPID|||億^一億\r");
        Er7File file = Er7File.Read(bytes, null);

        Er7Message message = Er7Message.Parse(file.Messages[0].Bytes, file.Encoding, 1);
        Assert.Equal("億", message.Header[3].Text);
        Assert.Equal("一億", message.Segments[1][3][2].Text);
    }

    [Fact]
    public void ISO_8859_1_and_byte_order_marks_are_read()
    {
        Er7File latin = Er7File.Read(Encoding.Latin1.GetBytes("MSH|^~\\&|Zürich|||||||||||||||8859/1"), null);
        Assert.Equal("Zürich", Er7Message.Parse(latin.Messages[0].Bytes, latin.Encoding, 1).Header[3].Text);

        Er7File marked = Er7File.Read((byte[])[0xEF, 0xBB, 0xBF, .. "MSH|^~\\&|北京"u8], null);
        Assert.Equal("北京", Er7Message.Parse(marked.Messages[0].Bytes, marked.Encoding, 1).Header[3].Text);

        Er7File utf16 = Er7File.Read((byte[])[.. Encoding.Unicode.GetPreamble(), .. Encoding.Unicode.GetBytes("MSH|^~\\&|北京")], null);
        Assert.Equal("北京", Er7Message.Parse(utf16.Messages[0].Bytes, utf16.Encoding, 1).Header[3].Text);
    }

    [Fact]
    public void Bytes_that_do_not_fit_the_character_set_are_refused_not_garbled()
    {
        byte[] lies = [.. "MSH|^~\\&|||||||||||||||| UNICODE UTF-8\rPID|||"u8, 0xC4, 0xE3];
        Assert.Equal("MSH-18", Assert.Throws<Er7FormatException>(() => Er7File.Read(lies, null)).Place);

        byte[] silent = Gb18030.GetBytes("MSH|^~\\&|\rPID|||你好");
        Assert.Equal("MSH-18", Assert.Throws<Er7FormatException>(() => Er7File.Read(silent, null)).Place);
        Assert.NotNull(Er7File.Read(silent, "GB18030")); // the site says what the sender does not

        byte[] ascii = Gb18030.GetBytes("MSH|^~\\&||||||||||||||||ASCII\rPID|||你好");
        Assert.Equal("MSH-18", Assert.Throws<Er7FormatException>(() => Er7File.Read(ascii, null)).Place);
    }

    [Theory]
    [InlineData("MSH|^|\rZZZ|a^b~c\\T\\d", "b~c\\T\\d")]         // no repetition, no escape
    [InlineData("MSH|^~\\|\rZZZ|a^b&c\\T\\d~e", "b&c&d")]        // no sub-component: \T\ is the usual one
    public void A_message_may_have_fewer_delimiters(string text, string expected) => Assert.Equal(expected, Parse(text).Segments[1][1][2].Text);

    [Fact]
    public void The_delimiters_of_the_header_are_no_delimiters_of_their_own_value() => Assert.Equal(@"^~\&", Parse("MSH|^~\\&|A").Header[2].Text);

    [Fact]
    public void A_value_that_its_sender_has_cut_is_refused_with_its_place()
    {
        Er7Segment segment = Parse("MSH|^~\\&#|\rZZZ|1234#^a#b|5678 \\P\\").Segments[1];
        Assert.Equal(("incomplete", "ZZZ-1.1"), (Assert.Throws<Er7FormatException>(() => segment[1][1].Text).Code, Assert.Throws<Er7FormatException>(() => segment[1][1].Text).Place));
        Assert.Equal("a#b", segment[1][2].Text);
        Assert.Equal("5678 #", segment[2].Text);
        Assert.Equal("1234#", Parse("MSH|^~\\&|\rZZZ|1234#").Segments[1][1].Text); // not declared: a sign like any other
    }

    [Fact]
    public void Values_are_looked_at_without_a_string()
    {
        Er7Segment segment = Parse("MSH|^~\\&|\rZZZ| MR ^b~~\"\"~c|a\\T\\b|\"\"^\"\"|王\u3000").Segments[1];
        Assert.True(segment[1].TextIs("MR"u8) && segment[2].TextIs("a&b"u8));
        Assert.False(segment[1].TextIs("M"u8) || segment[5].TextIs(""u8));
        Assert.True(segment[1].TryGetUtf8(out ReadOnlySpan<byte> utf8) && utf8.SequenceEqual("MR"u8));
        Assert.False(segment[2].TryGetUtf8(out _)); // its text is not these bytes
        Assert.Equal((2, 2, 3, 0, 1), (segment[1].RepetitionCount, segment[1].TextLength, segment[2].TextLength, segment[5].TextLength, segment[4].TextLength));
        Assert.False(segment[3].HasData);
        Assert.True(segment[3][1].IsNull && !segment[3].IsNull);
        Assert.Equal("王", segment[4].Text);
    }

    [Fact]
    public void Layout_commands_cannot_blow_a_value_up()
    {
        string text = Parse("MSH|^~\\&|\rZZZ|" + string.Concat(Enumerable.Repeat(@"\.sp200\x\.in200\", 5000))).Segments[1][1].WholeText!;
        Assert.InRange(text.Length, 5000, Er7Limits.MostLayout + 15_000);
    }

    [Fact]
    public void Components_beyond_any_type_are_remembered_one_by_one()
    {
        Er7Segment segment = Parse("MSH|^~\\&|\rZZZ|" + string.Join('^', Enumerable.Range(1, 70))).Segments[1];
        for (int component = 1; component <= 70; component++)
        {
            if (component is not (63 or 64 or 69)) _ = segment[1][component].Text;
        }

        Assert.Equal(["ZZZ-1.63", "ZZZ-1.64", "ZZZ-1.69"], segment.Unread());
    }

    [Fact]
    public void Too_many_repetitions_are_refused_with_their_place()
    {
        Er7Segment segment = Parse("MSH|^~\\&|\rZZZ|" + new string('~', Er7Limits.MostRepetitions + 5)).Segments[1];
        Assert.Equal(("too-long", "ZZZ-1"), (
            Assert.Throws<Er7FormatException>(() => segment[1].Repetitions().Count()).Code, Assert.Throws<Er7FormatException>(() => segment[1].RepetitionCount).Place));
    }

    [Theory]
    [InlineData("FHS|^~\\&|\rBHS|^~\\&|\rMSH|^~\\&|A\rBTS|1\r", "FTS", 1)]
    [InlineData("BHS|^~\\&|\rMSH|^~\\&|A\r", "BTS", 1)]
    [InlineData("FHS|^~\\&|\rBHS|^~\\&|\rMSH|^~\\&|A\rBTS|1\rFTS|2\r", "FTS-1", 5)]
    [InlineData("BHS|^~\\&|\rMSH|^~\\&|A\rBTS|one\r", "BTS-1", 3)]
    public void An_envelope_that_does_not_fit_its_messages_is_noticed(string text, string place, int line)
    {
        Er7FormatException problem = Assert.Single(Er7File.Read(Encoding.UTF8.GetBytes(text), null).Problems);
        Assert.Equal(("incomplete", place, line), (problem.Code, problem.Place, problem.Line));
    }

    [Fact]
    public void End_bytes_of_frames_and_padded_blocks_are_no_part_of_a_value()
    {
        Er7File file = Er7File.Read("MSH|^~\\&|A\rZZZ|last\u001c\0\0\u001a"u8.ToArray(), null);
        Assert.Equal("last", Er7Message.Parse(file.Messages[0]).Segments[1][1].Text);
    }

    [Fact]
    public void What_nobody_read_is_named()
    {
        Er7Segment segment = Parse("MSH|^~\\&|\rZZZ|a|b^c|||d").Segments[1];
        _ = segment[2][1].Text;

        Assert.Equal(["ZZZ-1", "ZZZ-2.2", "ZZZ-5"], segment.Unread());
    }

    private static Er7Message Parse(string text) => Er7Message.Parse(Encoding.UTF8.GetBytes(text), Er7Charset.Utf8, 1);
}
