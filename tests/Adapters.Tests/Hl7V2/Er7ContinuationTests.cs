using System.Text;
using Consortium.Adapters.Hl7V2.Er7;

namespace Consortium.Adapters.Tests.Hl7V2;

public sealed class Er7ContinuationTests
{
    [Fact]
    public void An_addendum_goes_on_in_the_middle_of_a_field_and_between_fields()
    {
        Er7Message message = Parse("MSH|^~\\&|A\rOBX|1|TX|C||one tw\rADD|o three|mg\rADD||N\rNTE|1||note\r");

        Assert.Equal(["MSH", "OBX", "NTE"], message.Segments.Select(segment => segment.Name));
        Assert.Equal(("one two three", "mg", "N"), (message.Segments[1][5].Text, message.Segments[1][6].Text, message.Segments[1][7].Text));
        Assert.Equal([1, 2, 5], message.Segments.Select(segment => segment.Line)); // as in the record
    }

    [Theory]
    [InlineData("MSH|^~\\&|A\rADD|x\r", 2)]
    [InlineData("MSH|^~\\&|A\r\r\rADD\rPID|1\r", 4)]
    public void An_addendum_to_nothing_is_refused(string text, int line)
    {
        Er7FormatException e = Assert.Throws<Er7FormatException>(() => Parse(text));
        Assert.Equal(("ADD", line), (e.Place, e.Line));
    }

    [Fact]
    public void A_message_in_three_pieces_is_one_message_and_its_lines_are_those_of_the_record()
    {
        Er7File file = Read(
            "MSH|^~\\&|A|H||||||M1\rPID|1||P\rOBX|1|TX|C||one \rADD|\rDSC|X1|F\r"
            + "MSH|^~\\&|B|H||||||M2\rPID|1||Q\r"
            + "MSH|^~\\&|A|H||||||M3||||X1\rADD|two\rOBX|2|TX|C||three\rDSC|X2\r"
            + "MSH|^~\\&|A|H||||||M4||||X2\rOBX|3|TX|C||four\r");

        Assert.Equal(2, file.Messages.Count);
        Er7Message joined = Er7Message.Parse(file.Messages[0]);
        Assert.Equal(["MSH", "PID", "OBX", "OBX", "OBX"], joined.Segments.Select(segment => segment.Name));
        Assert.Equal(["one two", "three", "four"], joined.All("OBX").Select(segment => segment[5].WholeText!));
        Assert.Equal([1, 2, 3, 10, 13], joined.Segments.Select(segment => segment.Line));
        Assert.Equal("Q", Er7Message.Parse(file.Messages[1]).First("PID")![3].Text);
    }

    [Theory]
    [InlineData("MSH|^~\\&|A\rPID|1\rDSC|X1|F\r", 0, "DSC-1", "incomplete")]
    [InlineData("MSH|^~\\&|A\rPID|1\rDSC|X1|I\r", 0, "DSC-2", "not-supported")]
    [InlineData("MSH|^~\\&|A\rPID|1\rDSC\r", 0, "DSC-1", "incomplete")]
    [InlineData("MSH|^~\\&|A\rDSC|X1|F\rPID|1\r", 0, "DSC", "structure")]
    [InlineData("MSH|^~\\&|A\rPID|1\rDSC|X1|F\rMSH|^~\\&|A|||||||||||X1\rZ1Z|\rMSH|^~\\&|A|||||||||||X1\rZ2Z|\r", 0, "DSC-1", "structure")]
    [InlineData("MSH|^~\\&|A\rPID|1\rDSC|X1|F\rMSH|^~\\&|B|||||||||||X1\rZ1Z|\r", 0, "MSH-14", "structure")]
    [InlineData("MSH|^~\\&|A\rPID|1\rMSH|^~\\&|A|||||||||||X9\rZ1Z|\r", 1, "MSH-14", "incomplete")]
    [InlineData("MSH|^~\\&|A|||||||||||X1\rPID|1\rDSC|X1|F\r", 0, "MSH-14", "incomplete")] // goes on in itself
    public void A_piece_whose_other_piece_is_not_there_is_refused(string text, int index, string place, string code)
    {
        Er7FormatException e = Assert.Throws<Er7FormatException>(() => Er7Message.Parse(Read(text).Messages[index]));
        Assert.Equal((code, place), (e.Code, e.Place));
    }

    [Fact]
    public void The_adapter_converts_a_joined_message_once_and_refuses_a_lone_piece()
    {
        string[] lines = Messages.Admission().Split('\r');
        string second = $@"MSH|^~\&|HIS|HOSP|FHIR|HOSP|20240102030405||ADT^A01^ADT_A01|M2|P|2.5.1||P7||||UNICODE UTF-8{'\r'}{lines[3]}{'\r'}";
        string first = string.Join('\r', lines[..3]) + "\rDSC|P7|F\r";

        ConversionResult whole = Assert.Single(Messages.ConvertAll(Encoding.UTF8.GetBytes(first + second)));
        Assert.Equal("M1", whole.ControlId);
        Assert.NotNull(whole.Only("Encounter"));

        Assert.Equal("DSC-1", Assert.Single(Messages.Convert(first).Issues).Expression);
        Assert.Equal("MSH-14", Assert.Single(Messages.Convert(second).Issues).Expression);
    }

    private static Er7Message Parse(string text) => Er7Message.Parse(Encoding.UTF8.GetBytes(text), Encoding.UTF8, 1);

    private static Er7File Read(string text) => Er7File.Read(Encoding.UTF8.GetBytes(text), null);
}
