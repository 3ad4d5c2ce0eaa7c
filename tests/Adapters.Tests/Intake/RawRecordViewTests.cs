using System.Text;
using Consortium.Adapters.Intake;

namespace Consortium.Adapters.Tests.Intake;

public sealed class RawRecordViewTests
{
    private const string Message = "MSH|^~\\&|HIS|HOSP|||2024||ADT^A01|M1|P|2.5\rPID|1||Z1^^^HOSP^MR~Z2^^^X^PI||王小明^一||1980\rOBX|1\rOBX|2|NM|a||5\u001b[31m";

    [Theory]
    [InlineData("PID-3", "Z1^^^HOSP^MR~Z2^^^X^PI")]
    [InlineData("PID-3.1", "Z1")]
    [InlineData("PID-3[2].4", "X")]
    [InlineData("PID-7", "1980")]
    [InlineData("MSH-9.2", "A01")]
    [InlineData("MSH-2", "^~\\&")]
    [InlineData("MSH-10", "M1")]
    [InlineData("OBX[2]-3", "a")]
    [InlineData("line 3", "OBX|1␍")]
    public void The_mark_stands_under_the_place(string place, string marked)
    {
        string[] lines = Lines(Message, new PlacedReason(place, "why"));

        int mark = Array.FindIndex(lines, line => line.Contains('^', StringComparison.Ordinal) && line.EndsWith($" {place}: why", StringComparison.Ordinal) && line.TrimStart().StartsWith('^'));
        Assert.True(mark > 0, string.Join('\n', lines));
        int width = lines[mark].Count(c => c == '^') - place.Count(c => c == '^');
        Assert.Equal(marked.Length, width);
        Assert.Contains(marked, lines[mark - 1], StringComparison.Ordinal);
        int start = lines[mark].IndexOf('^', StringComparison.Ordinal);
        if (!lines[mark - 1].Contains('王', StringComparison.Ordinal) || place != "PID-7") Assert.Equal(marked, lines[mark - 1].Substring(start, width));
        else Assert.Equal(marked, lines[mark - 1].Substring(start - 4, width)); // four characters before it are two columns wide
    }

    [Fact]
    public void Control_characters_are_drawn_and_never_reach_the_terminal()
    {
        string[] lines = Lines(Message + "\u202e\u0007");

        Assert.All(lines, line => Assert.DoesNotContain(line, c => char.IsControl(c) || c == '\u202e'));
        Assert.Contains("␛[31m", lines[^1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Patient.birthDate")]
    [InlineData("ZZZ-1")]
    [InlineData(null)]
    public void A_reason_whose_place_is_not_in_the_record_stands_above_it(string? place) =>
        Assert.StartsWith("! ", Lines(Message, new PlacedReason(place, "why"))[0], StringComparison.Ordinal);

    [Fact]
    public void A_very_long_line_is_shown_around_its_mark()
    {
        string[] lines = Lines("MSH|^~\\&|\rOBX|1|" + new string('x', 100_000) + "|here", new PlacedReason("OBX-3", "why"));
        Assert.All(lines, line => Assert.InRange(line.Length, 0, 2200));
        lines = Lines("MSH|^~\\&|\rOBX|1|" + new string('x', 100_000) + "|here", new PlacedReason("OBX-4", "why"));
        Assert.Contains(lines, line => line.EndsWith("|here", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("")]
    [InlineData("MSH")]
    [InlineData("\u0000\u0001\r\r\n\n")]
    public void Anything_can_be_shown(string record) => Assert.All(Lines(record, new PlacedReason("PID-3.1", "why"), new PlacedReason("line 99", "why")), Assert.NotNull);

    private static string[] Lines(string record, params PlacedReason[] reasons) => [.. RawRecordView.Lines(Encoding.UTF8.GetBytes(record), reasons)];
}
