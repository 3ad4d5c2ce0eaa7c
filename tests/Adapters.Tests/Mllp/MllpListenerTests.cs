using System.Text;
using Consortium.Adapters.Intake;
using Consortium.Adapters.Mllp;
using Consortium.Adapters.Tests.Hl7V2;
using Consortium.Adapters.Tests.Intake;
using Consortium.Testing;

namespace Consortium.Adapters.Tests.Mllp;

public sealed class MllpListenerTests : MllpTests
{
    private MllpListener _listener = null!;

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        _listener = Listen();
    }

    [Fact]
    public async Task A_message_is_acknowledged_once_it_is_in_the_journal()
    {
        await using MllpTestClient sender = await MllpTestClient.ConnectAsync(_listener.EndPoint);
        string message = Messages.Admission("MSG-77");

        await sender.SendFrameAsync(message);
        string[] answer = Assert.IsType<string[]>(await sender.ReceiveAsync());

        string[] header = answer[0].Split('|');
        Assert.Equal(("MSH", "^~\\&", "FHIR", "HOSP", "HIS", "HOSP"), (header[0], header[1], header[2], header[3], header[4], header[5]));
        Assert.Equal("ACK^A01^ACK", header[8]);
        Assert.Equal("2.5.1", header[11]);
        Assert.Equal("UNICODE UTF-8", header[17]);
        Assert.Equal("MSA|AA|MSG-77", answer[1]);
        RawRecord kept = Assert.IsType<RawRecord>(await Intake.Journal.FindAsync(new RawRecord(Encoding.UTF8.GetBytes(message), "his", default).Digest));
        Assert.Equal("his", kept.Source);
    }

    [Fact]
    public async Task Nothing_is_acknowledged_before_the_journal_commits()
    {
        var commit = new TaskCompletionSource();
        var arrived = new TaskCompletionSource();
        Intake.Journal.BeforeCommit = () =>
        {
            arrived.TrySetResult();
            return commit.Task;
        };
        await using MllpTestClient sender = await MllpTestClient.ConnectAsync(_listener.EndPoint);
        await sender.SendFrameAsync(Messages.Admission());
        Task<string[]?> answer = sender.ReceiveAsync();

        await arrived.Task;
        Assert.False(answer.IsCompleted);
        commit.SetResult();

        Assert.StartsWith("MSA|AA|", (await answer)![1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_message_that_the_journal_cannot_keep_gets_AE_and_may_be_sent_again()
    {
        Intake.Journal.BeforeCommit = () => throw new IOException("the disk is full");
        await using MllpTestClient sender = await MllpTestClient.ConnectAsync(_listener.EndPoint);

        Assert.Equal("AE", await sender.AskAsync(Messages.Admission()));
        Intake.Journal.BeforeCommit = null;
        Assert.Equal("AA", await Clock.AdvanceUntilAsync(sender.AskAsync(Messages.Admission()), IntakeGate.Look));
    }

    [Fact]
    public async Task Fifty_senders_at_once_are_all_served()
    {
        await Task.WhenAll(Enumerable.Range(0, 50).Select(async number =>
        {
            await using MllpTestClient sender = await MllpTestClient.ConnectAsync(_listener.EndPoint);
            for (int i = 0; i < 20; i++) Assert.Equal("AA", await sender.AskAsync(Messages.Admission($"M{number}-{i}", $"Z{number}-{i}")));
        }));

        Assert.Equal(1000, Assert.Single(await Intake.Status.BySourceAsync()).Received);
    }

    [Fact]
    public async Task Messages_sent_without_waiting_for_answers_are_answered_in_order()
    {
        await using MllpTestClient sender = await MllpTestClient.ConnectAsync(_listener.EndPoint);

        await sender.SendAsync(Enumerable.Range(0, 20).SelectMany(i => MllpFrame.Wrap(Encoding.UTF8.GetBytes(Messages.Admission($"M{i}")))).ToArray());

        for (int i = 0; i < 20; i++) Assert.Equal($"MSA|AA|M{i}", (await sender.ReceiveAsync())![1]);
    }

    [Fact]
    public async Task A_slow_sender_is_waited_for_byte_by_byte()
    {
        await using MllpTestClient sender = await MllpTestClient.ConnectAsync(_listener.EndPoint);

        foreach (byte b in MllpFrame.Wrap(Encoding.UTF8.GetBytes(Messages.Admission("SLOW")))) await sender.SendAsync(new[] { b });

        Assert.Equal("MSA|AA|SLOW", (await sender.ReceiveAsync())![1]);
    }

    [Fact]
    public async Task Half_a_frame_and_a_closed_connection_accept_nothing()
    {
        await using (MllpTestClient sender = await MllpTestClient.ConnectAsync(_listener.EndPoint))
        {
            byte[] frame = MllpFrame.Wrap(Encoding.UTF8.GetBytes(Messages.Admission()));
            await sender.SendAsync(frame.AsMemory(0, frame.Length / 2));
            sender.ShutdownSend();
            Assert.Null(await sender.ReceiveAsync()); // the listener closes without an answer
        }

        Assert.Empty(await Intake.Status.BySourceAsync());
    }

    [Fact]
    public async Task A_message_that_is_begun_and_not_ended_in_time_gets_a_reason_and_nothing_is_kept()
    {
        await using MllpTestClient sender = await ConnectAsync(new MllpOptions { Source = "his", IdleTimeout = Never, MaxFrameTime = Never });

        await sender.SendAsync("\u000bMSH|^~\\&|A|B|C|D|2024||ADT^A01|HALF|P|2.5.1\rPID|1"u8.ToArray());

        string[] answer = Assert.IsType<string[]>(await Clock.AdvanceUntilAsync(sender.ReceiveAsync(), TimeSpan.FromSeconds(1)));
        Assert.StartsWith("MSA|AE|HALF|", answer[1], StringComparison.Ordinal);
        Assert.True(Clock.Elapsed >= TimeSpan.FromSeconds(30), $"{Clock.Elapsed} is before the time was over");
        sender.ShutdownSend();
        Assert.Null(await sender.ReceiveAsync());
        Assert.Empty(await Intake.Status.BySourceAsync());
    }

    [Fact]
    public async Task A_silent_connection_is_closed()
    {
        await using MllpTestClient sender = await MllpTestClient.ConnectAsync(_listener.EndPoint);

        Assert.Null(await Clock.AdvanceUntilAsync(sender.ReceiveAsync(), TimeSpan.FromSeconds(10)));
        Assert.True(Clock.Elapsed >= TimeSpan.FromMinutes(10), $"{Clock.Elapsed} is before the time was over");
    }

    [Fact]
    public async Task Bytes_that_are_no_MLLP_get_a_reason_and_the_connection_ends()
    {
        await using MllpTestClient sender = await MllpTestClient.ConnectAsync(_listener.EndPoint);

        await sender.SendAsync("GET / HTTP/1.1\r\n\r\n"u8.ToArray());

        string[] answer = Assert.IsType<string[]>(await sender.ReceiveAsync());
        Assert.StartsWith("MSA|AR|", answer[1], StringComparison.Ordinal);
        Assert.Contains("0x0B", answer[1], StringComparison.Ordinal);
        sender.ShutdownSend();
        Assert.Null(await sender.ReceiveAsync());
    }

    [Theory]
    [InlineData("", "MSH")]
    [InlineData("PID|1||x", "MSH")]
    [InlineData("MSH", "MSH^1^1")]
    [InlineData("MSH|0000|||||||000|||2.7", "MSH^1^2")]
    [InlineData("MSH|^~\\&|A|B|C|D|2024||ADT^A01||P|2.5.1", "MSH^1^10")]
    [InlineData("MSH|^~\\&|A|B|C|D|2024|||M1|P|2.5.1", "MSH^1^9")]
    public async Task A_header_that_cannot_be_read_gets_AR_with_the_place(string message, string place)
    {
        await using MllpTestClient sender = await MllpTestClient.ConnectAsync(_listener.EndPoint);

        await sender.SendFrameAsync(message);

        string[] answer = Assert.IsType<string[]>(await sender.ReceiveAsync());
        Assert.Equal("AR", answer[1].Split('|')[1]);
        Assert.StartsWith(place, answer[2].Split('|')[2], StringComparison.Ordinal);
        Assert.NotEqual("", answer[2].Split('|')[8]);
        Assert.Equal("AA", await sender.AskAsync(Messages.Admission())); // the connection goes on
    }

    [Fact]
    public async Task A_version_before_2_5_gets_its_own_form_of_ERR()
    {
        await using MllpTestClient sender = await MllpTestClient.ConnectAsync(_listener.EndPoint);

        await sender.SendFrameAsync("MSH|^~\\&|A|B|C|D|2024||ADT^A01||P|2.3");

        string[] answer = Assert.IsType<string[]>(await sender.ReceiveAsync());
        Assert.Equal("ERR|MSH^1^10^101&Required field missing&HL70357", answer[2]);
    }

    [Fact]
    public async Task Enhanced_mode_gets_accept_acknowledgements()
    {
        await using MllpTestClient sender = await MllpTestClient.ConnectAsync(_listener.EndPoint);

        Assert.Equal("CA", await sender.AskAsync(Messages.Admission().Replace("|P|2.5.1||||||", "|P|2.5.1|||AL|NE||", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task The_answer_has_the_delimiters_and_the_character_set_of_the_message()
    {
        await using MllpTestClient sender = await MllpTestClient.ConnectAsync(_listener.EndPoint);
        Encoding gb = CodePagesEncodingProvider.Instance.GetEncoding("gb18030")!;
        byte[] message = gb.GetBytes("MSH$%~?@$诚一$医院$F$H$2024$$ADT%A01$控1$P$2.5.1$$$$$$GB 18030-2000\rPID$1");

        await sender.SendAsync(MllpFrame.Wrap(message));
        string[] answer = Assert.IsType<string[]>(await sender.ReceiveAsync());

        Assert.StartsWith("MSH$%~?@$F$H$", answer[0], StringComparison.Ordinal);
        Assert.StartsWith("MSA$AA$", answer[1], StringComparison.Ordinal);
    }

    [CorpusFact]
    public async Task Every_hostile_file_is_answered_and_takes_nothing_down()
    {
        await Intake.StartAsync(new RecordingPublisher());
        string[] files = Directory.GetFiles(Corpora.Path("hl7v2/bad-inputs"), "*", SearchOption.AllDirectories);
        Assert.NotEmpty(files);
        var kept = new HashSet<string>();
        foreach (string file in files)
        {
            byte[] bytes = await File.ReadAllBytesAsync(file);
            await using MllpTestClient sender = await MllpTestClient.ConnectAsync(_listener.EndPoint);
            await sender.SendAsync(MllpFrame.Wrap(bytes));
            string[] answer = Assert.IsType<string[]>(await sender.ReceiveAsync());
            Assert.Contains(answer[1].Split('|')[1], new[] { "AA", "AR" });
            if (bytes.Length > 0) kept.Add(System.Convert.ToHexString(bytes));
        }

        await Intake.WaitForAsync(pending: 0, published: 0, quarantined: kept.Count);
        Assert.All(await Intake.Quarantine.ListAsync(), record => Assert.NotNull(record.Place));
    }
}
