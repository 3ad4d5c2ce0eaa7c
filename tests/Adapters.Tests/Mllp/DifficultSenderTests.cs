using System.Net;
using System.Net.Sockets;
using System.Text;
using Consortium.Adapters.Intake;
using Consortium.Adapters.Mllp;
using Consortium.Adapters.Tests.Hl7V2;
using Consortium.Adapters.Tests.Intake;

namespace Consortium.Adapters.Tests.Mllp;

/// <summary>Senders that break the rules, by mistake or on purpose, while a good one goes on.</summary>
public sealed class DifficultSenderTests : MllpTests
{
    private readonly string _folder = Directory.CreateTempSubdirectory("consortium-spool-").FullName;

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task A_message_broken_off_by_the_next_gets_AE_under_its_name_and_the_next_is_taken()
    {
        await using MllpTestClient sender = await ConnectAsync();

        await sender.SendAsync(Encoding.UTF8.GetBytes("\u000b" + Messages.Admission("CUT")[..120]));
        await sender.SendFrameAsync(Messages.Admission("WHOLE"));

        Assert.StartsWith("MSA|AE|CUT|", (await sender.ReceiveAsync())![1], StringComparison.Ordinal);
        Assert.Equal("MSA|AA|WHOLE", (await sender.ReceiveAsync())![1]);
        Assert.Equal(1, Assert.Single(await Intake.Status.BySourceAsync()).Received);
    }

    [Fact]
    public async Task A_vertical_tab_inside_a_text_does_not_break_the_message()
    {
        await using MllpTestClient sender = await ConnectAsync();
        string message = Messages.Admission("VT") + "NTE|1||first line\u000bsecond line\u001c, and on\r";

        await sender.SendFrameAsync(message);

        Assert.Equal("MSA|AA|VT", (await sender.ReceiveAsync())![1]);
        RawRecord kept = Assert.IsType<RawRecord>(await Intake.Journal.FindAsync(new RawRecord(Encoding.UTF8.GetBytes(message), "his", default).Digest));
        Assert.Equal(message, Encoding.UTF8.GetString(kept.Bytes.Span));
    }

    [Theory]
    [InlineData("\u001c\r")]
    [InlineData("\u001c\n")]
    [InlineData("\u001c\r\n")]
    [InlineData("\u001c")]
    public async Task A_frame_may_end_as_some_senders_end_it_and_blanks_may_stand_between_frames(string end)
    {
        await using MllpTestClient sender = await ConnectAsync();

        await sender.SendAsync(Encoding.UTF8.GetBytes($"\r\n \0\u000b{Messages.Admission("ONE")}{end}\u000b{Messages.Admission("TWO")}\u001c\r"));

        Assert.Equal("MSA|AA|ONE", (await sender.ReceiveAsync())![1]);
        Assert.Equal("MSA|AA|TWO", (await sender.ReceiveAsync())![1]);
    }

    [Fact]
    public async Task A_frame_whose_carriage_return_never_comes_is_taken_when_the_time_is_over()
    {
        await using MllpTestClient sender = await ConnectAsync(new MllpOptions { Source = "his", IdleTimeout = Never, MaxFrameTime = Never });

        await sender.SendAsync(Encoding.UTF8.GetBytes($"\u000b{Messages.Admission("NOCR")}\u001c"));

        Assert.Equal("MSA|AA|NOCR", (await Clock.AdvanceUntilAsync(sender.ReceiveAsync(), TimeSpan.FromSeconds(1)))![1]);
        Assert.True(Clock.Elapsed >= TimeSpan.FromSeconds(30), $"{Clock.Elapsed} is before the time was over");
    }

    [Fact]
    public async Task Garbage_between_frames_ends_the_connection_with_a_reason_after_the_answer_that_is_owed()
    {
        await using MllpTestClient sender = await ConnectAsync();

        await sender.SendFrameAsync(Messages.Admission("GOOD"));
        await sender.SendAsync("garbage"u8.ToArray());

        Assert.Equal("MSA|AA|GOOD", (await sender.ReceiveAsync())![1]);
        Assert.Contains("0x0B", (await sender.ReceiveAsync())![1], StringComparison.Ordinal);
        sender.ShutdownSend();
        Assert.Null(await sender.ReceiveAsync());
    }

    [Fact]
    public async Task Two_messages_in_a_frame_are_one_intake_answered_under_the_first_name()
    {
        await using MllpTestClient sender = await ConnectAsync();

        await sender.SendFrameAsync(Messages.Admission("FIRST") + Messages.Admission("SECOND", "Z2", "V2"));

        Assert.Equal("MSA|AA|FIRST", (await sender.ReceiveAsync())![1]);
        var publisher = new RecordingPublisher();
        await Intake.StartAsync(publisher);
        await Intake.WaitForAsync(pending: 0, published: 1, quarantined: 0);
        Assert.Equal(2, publisher.Messages.Count);
    }

    [Fact]
    public async Task A_steady_drip_ends_at_the_time_that_a_frame_may_take()
    {
        await using MllpTestClient sender = await ConnectAsync(new MllpOptions { Source = "his", IdleTimeout = Never, FrameTimeout = Never });
        await sender.SendAsync("\u000bMSH|^~\\&|A|B|C|D|2024||ADT^A01|DRIP|P|2.5.1\r"u8.ToArray());
        Task<string[]?> answer = sender.ReceiveAsync();

        while (!answer.IsCompleted)
        {
            try
            {
                await sender.SendAsync("x"u8.ToArray());
            }
            catch (IOException)
            {
                break; // the listener has had enough
            }

            Clock.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.StartsWith("MSA|AE|DRIP|", (await answer)![1], StringComparison.Ordinal);
        Assert.True(Clock.Elapsed >= TimeSpan.FromMinutes(15), $"{Clock.Elapsed} is before the time was over");
    }

    [Fact]
    public async Task An_endless_frame_is_cut_off_at_the_limit()
    {
        await using MllpTestClient sender = await ConnectAsync(new MllpOptions { Source = "his", SpoolFolder = _folder, MaxFrameBytes = 2 * 1024 * 1024 });
        byte[] bytes = new byte[256 * 1024];
        await sender.SendAsync("\u000bMSH|^~\\&|A|B|C|D|2024||ADT^A01|ENDLESS|P|2.5.1\r"u8.ToArray());
        Task<string[]?> answer = sender.ReceiveAsync();

        for (int sent = 0; !answer.IsCompleted; sent++)
        {
            Assert.True(sent < 4000, "a gigabyte was taken");
            try
            {
                await sender.SendAsync(bytes);
            }
            catch (IOException)
            {
                break;
            }
        }

        Assert.StartsWith("MSA|AR|ENDLESS|", (await answer)![1], StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_folder));
    }

    [Fact]
    public async Task Hundreds_of_silent_connections_do_not_keep_a_real_sender_out()
    {
        MllpListener listener = Listen(new MllpOptions { Source = "his", MaxConnections = 50, MaxConnectionsPerSender = 1000 });
        await using MllpTestClient real = await MllpTestClient.ConnectAsync(listener.EndPoint);
        Assert.Equal("AA", await real.AskAsync(Messages.Admission("BEFORE")));
        var silent = new List<Socket>();
        for (int i = 0; i < 600; i++)
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(listener.EndPoint);
            silent.Add(socket);
        }

        Assert.Equal("AA", await real.AskAsync(Messages.Admission("DURING")));
        await using MllpTestClient late = await MllpTestClient.ConnectAsync(listener.EndPoint);
        Assert.Equal("AA", await late.AskAsync(Messages.Admission("LATE")));
        silent.ForEach(socket => socket.Dispose());
    }

    [Fact]
    public async Task More_connections_than_one_sender_may_have_are_closed()
    {
        MllpListener listener = Listen(new MllpOptions { Source = "his", MaxConnectionsPerSender = 1 });
        await using MllpTestClient first = await MllpTestClient.ConnectAsync(listener.EndPoint);
        Assert.Equal("AA", await first.AskAsync(Messages.Admission("ONE")));

        await using MllpTestClient second = await MllpTestClient.ConnectAsync(listener.EndPoint);

        Assert.Null(await second.ReceiveAsync());
        Assert.Equal("AA", await first.AskAsync(Messages.Admission("TWO")));
    }

    [Fact]
    public async Task An_address_that_is_not_allowed_is_not_served()
    {
        await using MllpTestClient sender = await ConnectAsync(new MllpOptions { Source = "his", AllowedAddresses = [IPNetwork.Parse("10.0.0.0/8")] });
        Assert.Null(await sender.ReceiveAsync());
    }

    [Fact]
    public async Task A_sender_that_MSH_3_and_4_do_not_allow_gets_AR_and_nothing_is_kept()
    {
        await using MllpTestClient sender = await ConnectAsync(new MllpOptions { Source = "his", AllowedSenders = [SenderName.Parse("LIS@*"), SenderName.Parse("HIS@HOSP")] });

        await sender.SendFrameAsync(Messages.Admission("NO").Replace("|HIS|HOSP|", "|HIS|OTHER|", StringComparison.Ordinal));

        string[] answer = Assert.IsType<string[]>(await sender.ReceiveAsync());
        Assert.StartsWith("MSA|AR|NO|", answer[1], StringComparison.Ordinal);
        Assert.StartsWith("ERR||MSH^1^3|103^", answer[2], StringComparison.Ordinal);
        Assert.Equal("AA", await sender.AskAsync(Messages.Admission("YES")));
        Assert.Equal(1, Assert.Single(await Intake.Status.BySourceAsync()).Received);
    }

    [Fact]
    public async Task While_the_journal_is_full_nothing_is_read_and_nothing_lost()
    {
        MllpListener listener = Listen();
        Intake.Journal.Gate.SetFull("the disk is full");
        Task held = Clock.WaitBegunAsync(IntakeGate.Look);
        await using MllpTestClient waiting = await MllpTestClient.ConnectAsync(listener.EndPoint);
        await waiting.SendFrameAsync(Messages.Admission("WAITS"));
        Task<string[]?> answer = waiting.ReceiveAsync();

        await held;
        Clock.Advance(TimeSpan.FromHours(1));
        Assert.False(answer.IsCompleted);
        Assert.Empty(await Intake.Status.BySourceAsync());
        Intake.Journal.Gate.SetFull(null);

        Assert.Equal("MSA|AA|WAITS", (await Clock.AdvanceUntilAsync(answer, IntakeGate.Look))![1]);
    }
}
