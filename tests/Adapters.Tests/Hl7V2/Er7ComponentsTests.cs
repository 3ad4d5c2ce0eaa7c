using System.Text;
using Consortium.Adapters.Hl7V2.Er7;

namespace Consortium.Adapters.Tests.Hl7V2;

/// <summary>A value cut once has the parts that it has when each is searched for.</summary>
public sealed class Er7ComponentsTests
{
    private const int Most = 30; // more than are cut at once

    [Theory]
    [InlineData(@"^~\&", 1)]
    [InlineData(@"^~\&", 2)]
    [InlineData("^", 3)]
    [InlineData("^~", 4)]
    public void Whatever_is_in_it_each_part_is_where_the_search_finds_it(string encodingCharacters, int seed)
    {
        var random = new Random(seed);
        for (int round = 0; round < 500; round++)
        {
            string written = Written(random);
            Er7Segment segment = Er7Message.Parse(Encoding.UTF8.GetBytes($"MSH|{encodingCharacters}|\rZZZ|a^b|{written}"), Er7Charset.Utf8, 1).Segments[1];
            Er7Value field = segment[2];
            Same(field, written);
            foreach (Er7Value repetition in field.Repetitions()) Same(repetition, written);
            Same(field[2], written);
        }
    }

    [Fact]
    public void What_is_absent_has_absent_parts_with_their_places()
    {
        Er7Value field = Er7Message.Parse("MSH|^~\\&|\rZZZ|a"u8.ToArray(), Er7Charset.Utf8, 1).Segments[1][7];
        var parts = new Er7Components(field);
        Assert.False(parts[3].HasData);
        Assert.Null(parts[3].Text);
        Assert.Equal("ZZZ-7.3", parts[3].Place);
    }

    [Fact]
    public void The_fields_with_data_are_those_that_say_so()
    {
        string many = string.Concat(Enumerable.Repeat("|", 60)) + "late|" + string.Concat(Enumerable.Repeat("|", 10)) + "later";
        Er7Segment segment = Er7Message.Parse(Encoding.UTF8.GetBytes($"MSH|^~\\&|\rZZZ|a||\"\"|^^|b{many}"), Er7Charset.Utf8, 1).Segments[1];
        for (int field = 1; field <= 63; field++)
        {
            Assert.Equal(segment[field].HasData, (segment.FieldsWithData & Er7Segment.BitOf(field)) != 0);
        }

        Assert.True(segment[76].HasData);
        Assert.NotEqual(0ul, segment.FieldsWithData & Er7Segment.BitOf(76));
        Assert.Equal(0ul, Er7Message.Parse("MSH|^~\\&|\rZZZ|a"u8.ToArray(), Er7Charset.Utf8, 1).Segments[1].FieldsWithData & Er7Segment.BitOf(64));
    }

    [Fact]
    public void A_field_repeats_where_it_has_the_separator_also_beyond_the_sixty_third()
    {
        Er7Segment segment = Er7Message.Parse(Encoding.UTF8.GetBytes($"MSH|^~\\&|\rZZZ|a~b|a^b|a|{new string('|', 70)}c~d|e"), Er7Charset.Utf8, 1).Segments[1];
        Assert.Equal([1, 74], Enumerable.Range(1, segment.FieldCount).Where(segment.Repeats));
        Assert.Equal(segment[2].Repetitions().Single().Place, segment[2].OnlyRepetition.Place);
        Assert.Equal("a^b", segment[2].OnlyRepetition.Raw);
    }

    private static void Same(in Er7Value whole, string written)
    {
        var cut = new Er7Components(whole);
        for (int part = 1; part <= Most; part++)
        {
            Assert.True(whole[part].Raw == cut[part].Raw && whole[part].Place == cut[part].Place, $"part {part} of {written}: {whole[part].Raw} at {whole[part].Place}, cut {cut[part].Raw} at {cut[part].Place}");
        }
    }

    private static string Written(Random random)
    {
        var text = new StringBuilder();
        int length = random.Next(0, 60);
        for (int i = 0; i < length; i++) text.Append("^^^^~&ab王 \"."[random.Next(12)]);
        return text.ToString();
    }
}
