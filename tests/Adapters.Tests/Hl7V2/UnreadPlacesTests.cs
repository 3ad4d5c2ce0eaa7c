using Consortium.Adapters.Hl7V2.Er7;

namespace Consortium.Adapters.Tests.Hl7V2;

/// <summary>What no map has read is named to the repetition, so that a second number or name is never lost in silence.</summary>
public sealed class UnreadPlacesTests
{
    [Fact]
    public void A_field_that_nobody_read_is_named_as_a_whole() => Assert.Equal(["ZZZ-1"], Segment("a^b~c").Unread());

    [Theory]
    [InlineData("a^b^^d", 2, "ZZZ-1.1|ZZZ-1.4")]
    [InlineData("a^b", 0, "")]
    [InlineData("a", 1, "")]
    [InlineData("a", 2, "ZZZ-1")]
    [InlineData("a^\"\"^ ", 1, "")]
    public void What_is_left_of_a_field_that_does_not_repeat_is_named_by_its_parts(string written, int read, string places)
    {
        Er7Segment segment = Segment(written);
        segment.MarkRead(1, read, 1);
        Assert.Equal(places, string.Join('|', segment.Unread()));
    }

    [Fact]
    public void A_repetition_that_nobody_read_is_named()
    {
        Er7Segment segment = Segment("a~b~c");
        _ = segment[1].Text;
        Assert.Equal(["ZZZ-1[2]", "ZZZ-1[3]"], segment.Unread());
    }

    [Fact]
    public void A_part_is_named_once_where_no_repetition_s_was_read()
    {
        Er7Segment segment = Segment("a^b~c^d");
        foreach (Er7Value repetition in segment[1].Repetitions()) _ = repetition[1].Text;
        Assert.Equal(["ZZZ-1.2"], segment.Unread());
    }

    [Fact]
    public void A_part_is_named_with_its_repetition_where_another_one_s_was_read()
    {
        Er7Segment segment = Segment("a^b~c^d~e^f");
        foreach (Er7Value repetition in segment[1].Repetitions())
        {
            _ = repetition[1].Text;
            if (repetition.Repetition == 2) _ = repetition[2].Text;
        }

        Assert.Equal(["ZZZ-1[1].2", "ZZZ-1[3].2"], segment.Unread());
    }

    [Fact]
    public void A_mark_on_the_field_covers_every_repetition()
    {
        Er7Segment segment = Segment("a^b~c^d");
        segment.MarkRead(1);
        Assert.Empty(segment.Unread());
    }

    [Fact]
    public void A_mark_on_a_component_covers_it_in_every_repetition()
    {
        Er7Segment segment = Segment("a^b~c^d");
        segment.MarkRead(1, 2);
        Assert.Equal(["ZZZ-1.1"], segment.Unread());
    }

    [Fact]
    public void Components_beyond_the_thirty_first_are_known_too()
    {
        Er7Segment segment = Segment(string.Join('^', Enumerable.Range(1, 40)) + "~x");
        foreach (int part in Enumerable.Range(1, 39)) _ = segment[1][part].Text;
        Assert.Equal(["ZZZ-1.40", "ZZZ-1[2]"], segment.Unread());
    }

    [Fact]
    public void The_text_of_a_whole_field_is_all_of_it()
    {
        Er7Segment segment = Segment("a^b~c^d");
        _ = segment[1].WholeText;
        Assert.Empty(segment.Unread());
    }

    private static Er7Segment Segment(string field) =>
        Er7Message.Parse(System.Text.Encoding.UTF8.GetBytes($"MSH|^~\\&|||||||ZZZ|1|P|2.5\rZZZ|{field}\r"), Er7Charset.Utf8, 1).Segments[1];
}
