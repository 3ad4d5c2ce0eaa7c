using System.Text;
using Consortium.Adapters.Hl7V2.Er7;

namespace Consortium.Adapters.Tests.Hl7V2;

/// <summary>A segment is cut in windows of bytes; where these end must not show.</summary>
public sealed class Er7SegmentTests
{
    [Fact]
    public void Fields_and_their_separators_are_found_wherever_in_the_segment_they_stand()
    {
        var random = new Random(20261123);
        string[] pieces = ["", "", "a", "王小明", "x y", "\"\"", " ", "~", "^", "&", "a^b", "a&b", "a~b", "^~&", new string('z', 15), new string('w', 64)];
        for (int round = 0; round < 400; round++)
        {
            string[] fields = [.. Enumerable.Range(0, random.Next(1, 90)).Select(_ => string.Concat(Enumerable.Range(0, random.Next(1, 4)).Select(_ => pieces[random.Next(pieces.Length)])))];
            Er7Segment segment = Segment($"ZZZ|{string.Join('|', fields)}");
            Assert.Equal(fields.Length, segment.FieldCount);
            for (int i = 0; i < fields.Length; i++)
            {
                Er7Value field = segment[i + 1];
                Assert.Equal(fields[i], field.Raw);
                if (i + 1 < 64) Assert.Equal(field.HasData, (segment.FieldsWithData & Er7Segment.BitOf(i + 1)) != 0);
                if (!field.HasData) continue;
                Assert.Equal(fields[i].Contains('~'), segment.Repeats(i + 1));
                if (fields[i].AsSpan().ContainsAny("^~&")) Assert.True(segment.HasParts(i + 1));
                if (fields[i].Contains('&')) Assert.True(segment.HasSubComponents(i + 1));
                Assert.Equal(Leaf(fields[i].Split('~')[0].Split('^')[0].Split('&')[0]), field.PeekText);
            }
        }
    }

    [Fact]
    public void The_delimiters_of_a_header_are_no_separators_of_its_own_second_field()
    {
        Er7Segment header = Er7Message.Parse(@"MSH|^~\&|A^B|C"u8.ToArray(), Er7Charset.Utf8, 1).Header;
        Assert.Equal(["|", @"^~\&", "A", "C"], Enumerable.Range(1, header.FieldCount).Select(field => header[field].PeekText));
        Assert.False(header.HasParts(2));
    }

    [Fact]
    public void What_was_read_of_one_segment_is_not_read_of_another()
    {
        Er7Message message = Er7Message.Parse("MSH|^~\\&\rZZ1|a|b\rZZ2|c|d\rZZ1|e"u8.ToArray(), Er7Charset.Utf8, 1);
        _ = message.Segments[1][2].Text;
        _ = message.Segments[2][1].Text;
        Assert.Equal(["ZZ1-1", "ZZ2-2", "ZZ1-1"], message.Segments.Skip(1).SelectMany(segment => segment.Unread()));
        Assert.Equal([1, 1, 2], message.Segments.Skip(1).Select(segment => segment.Occurrence));
        Assert.Equal([2, 1, 2], message.Segments.Skip(1).Select(segment => segment.Occurrences));
    }

    [Fact]
    public void The_segments_of_a_long_message_are_counted_as_those_of_a_short_one()
    {
        string[] names = [.. Enumerable.Range(0, 200).Select(i => (i % 3) switch { 0 => "OBX", 1 => "NTE", _ => "ZZZ" })];
        Er7Message message = Er7Message.Parse(Encoding.ASCII.GetBytes("MSH|^~\\&\r" + string.Join('\r', names.Select(name => name + "|1"))), Er7Charset.Utf8, 1);
        Assert.Equal("OBX[67]", message.Segments[199].Label);
        Assert.Equal(67, message.Segments[1].Occurrences);
        Assert.Equal(66, message.Segments[3].Occurrences);
    }

    private static string? Leaf(string written) => written.Trim(' ') is var text && text is "" or "\"\"" ? null : text;

    private static Er7Segment Segment(string written) =>
        Er7Message.Parse(Encoding.UTF8.GetBytes("MSH|^~\\&\r" + written), Er7Charset.Utf8, 1).Segments[1];
}
