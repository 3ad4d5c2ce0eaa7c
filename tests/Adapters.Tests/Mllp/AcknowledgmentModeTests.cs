using Consortium.Adapters.Intake;
using Consortium.Adapters.Tests.Hl7V2;
using Consortium.Adapters.Tests.Intake;

namespace Consortium.Adapters.Tests.Mllp;

/// <summary>Enhanced mode (HL7 v2.5.1 ch. 2.9.3) over a real socket, with the converter running.</summary>
public sealed class AcknowledgmentModeTests : MllpTests
{
    private readonly RecordingPublisher _publisher = new();
    private MllpTestClient _sender = null!;

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        await Intake.StartAsync(_publisher);
        _sender = await ConnectAsync();
    }

    public override async Task DisposeAsync()
    {
        await _sender.DisposeAsync();
        await base.DisposeAsync();
    }

    [Theory]
    [InlineData("AL", "AL", "CA,AA")]
    [InlineData("AL", "NE", "CA")]
    [InlineData("NE", "AL", "AA")]
    [InlineData("SU", "SU", "CA,AA")]
    [InlineData("ER", "ER", "")]
    [InlineData("", "AL", "CA,AA")]
    [InlineData("AL", "", "CA")]
    public async Task A_good_message_gets_the_acknowledgements_that_it_asks_for(string accept, string application, string codes) =>
        Assert.Equal(codes, await CodesAsync(Enhanced("GOOD", accept, application)));

    [Theory]
    [InlineData("AL", "AL", "CA,AE")]
    [InlineData("ER", "ER", "AE")]
    [InlineData("SU", "SU", "CA")]
    [InlineData("NE", "NE", "")]
    public async Task A_message_that_goes_to_quarantine_gets_AE_from_the_application(string accept, string application, string codes) =>
        Assert.Equal(codes, await CodesAsync(Unconvertible(Enhanced("BAD", accept, application))));

    [Fact]
    public async Task The_application_says_where_and_why_and_asks_for_no_acknowledgement_itself()
    {
        await _sender.SendFrameAsync(Unconvertible(Enhanced("WHY", "NE", "AL")));

        string[] answer = Assert.IsType<string[]>(await _sender.ReceiveAsync());

        QuarantinedRecord waiting = Assert.Single(await Intake.Quarantine.ListAsync());
        string[] header = answer[0].Split('|');
        Assert.Equal(("NE", "NE", "ACK^A01^ACK"), (header[14], header[15], header[8]));
        Assert.StartsWith("MSA|AE|WHY|", answer[1], StringComparison.Ordinal);
        string[] error = answer[2].Split('|');
        Assert.Equal("ERR", error[0]);
        Assert.NotNull(waiting.Place);
        Assert.StartsWith(waiting.Place[..3] + "^1", error[2], StringComparison.Ordinal);
        Assert.EndsWith("^HL70357", error[3], StringComparison.Ordinal);
        Assert.Equal("E", error[4]);
        Assert.NotEqual("", error[8]);
    }

    [Fact]
    public async Task A_duplicate_is_told_the_outcome_of_the_first()
    {
        Assert.Equal("CA,AA", await CodesAsync(Enhanced("TWICE", "AL", "AL")));
        Assert.Equal("CA,AA", await CodesAsync(Enhanced("TWICE", "AL", "AL")));
        Assert.Equal(3, _publisher.Messages.Count); // it once, and the two marks
    }

    [Fact]
    public async Task An_acknowledgement_is_not_acknowledged()
    {
        await _sender.SendFrameAsync("MSH|^~\\&|A|B|C|D|2024||ACK^A01^ACK|K1|P|2.5.1\rMSA|AA|M1\r");

        Assert.Equal("AA", await _sender.AskAsync(Messages.Admission("AFTER")));
        Assert.Equal(1, Assert.Single(await Intake.Status.BySourceAsync()).Received);
    }

    [Fact]
    public async Task A_header_that_cannot_be_read_is_refused_and_the_bytes_wait_in_quarantine()
    {
        await _sender.SendFrameAsync("PID|1||Z1^^^HOSP^MR||测试^一");

        Assert.StartsWith("MSA|AR|", (await _sender.ReceiveAsync())![1], StringComparison.Ordinal);
        await Intake.WaitForAsync(pending: 0, published: 0, quarantined: 1);
        QuarantinedRecord waiting = Assert.Single(await Intake.Quarantine.ListAsync());
        Assert.Equal(("MSH", "structure"), (waiting.Place, waiting.Code));
        Assert.Empty(_publisher.Messages);
        (_, RawRecord raw) = (await Intake.Quarantine.ShowAsync(waiting.Digest))!.Value;
        Assert.StartsWith("PID|1||Z1", System.Text.Encoding.UTF8.GetString(raw.Bytes.Span), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("2.1", "ACK")]
    [InlineData("2.3", "ACK^A01")]
    [InlineData("2.3.1", "ACK^A01^ACK")]
    [InlineData("2.8", "ACK^A01^ACK")]
    public async Task The_message_type_of_the_answer_has_the_form_of_its_version(string version, string type)
    {
        await _sender.SendFrameAsync(Messages.Admission("V" + version).Replace("|P|2.5.1|", $"|P|{version}|", StringComparison.Ordinal));
        Assert.Equal(type, (await _sender.ReceiveAsync())![0].Split('|')[8]);
    }

    /// <summary>The codes of all answers to a message, up to the answer to one that is sent after it.</summary>
    private async Task<string> CodesAsync(string message)
    {
        await _sender.SendFrameAsync(message);
        await Intake.WaitForSettledAsync();
        string mark = $"MARK{Guid.NewGuid():N}"[..16];
        var codes = new List<string>();
        bool marked = false;
        while (true)
        {
            // Application acknowledgements overtake nothing but may come late: the mark is only sent once the outcome is in the journal.
            if (!marked) await _sender.SendFrameAsync(Enhanced(mark, "NE", "AL"));
            marked = true;
            string[] answer = Assert.IsType<string[]>(await _sender.ReceiveAsync());
            string[] msa = answer[1].Split('|');
            if (msa[2] == mark) return string.Join(',', codes);
            codes.Add(msa[1]);
        }
    }

    private static string Enhanced(string id, string accept, string application) =>
        Messages.Admission(id).Replace("|P|2.5.1||||||", $"|P|2.5.1|||{accept}|{application}||", StringComparison.Ordinal);

    private static string Unconvertible(string message) => message.Replace("|19800229|", "|19801399|", StringComparison.Ordinal);
}
