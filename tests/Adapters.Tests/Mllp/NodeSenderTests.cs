using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Consortium.Adapters.Mllp;
using Consortium.Testing;

namespace Consortium.Adapters.Tests.Mllp;

/// <summary>A sender that somebody else wrote: npm's <c>node-hl7-client</c>, in a node process of its own.</summary>
public sealed class NodeSenderTests : MllpTests
{
    /// <summary>In turn, and at once without waiting (its <c>waitAck: false</c>).</summary>
    [Theory]
    [InlineData("in-turn")]
    [InlineData("at-once")]
    public async Task Its_messages_are_kept_and_it_understands_the_answers(string how)
    {
        JsonElement[] answers = await SendAsync(Listen(new MllpOptions { Source = "node" }), 20, how);

        Assert.Equal(Enumerable.Range(1, 20).Select(number => $"NODE{number}"), answers.Select(answer => answer.GetProperty("id").GetString()));
        Assert.All(answers, answer => Assert.Equal(
            ("AA", "ACK", "ACK", "HIS"),
            (answer.GetProperty("code").GetString(), answer.GetProperty("type").GetString(), answer.GetProperty("structure").GetString(), answer.GetProperty("application").GetString())));
        Assert.Equal(20, Assert.Single(await Intake.Status.BySourceAsync()).Received);
        RawRecord first = (await Intake.Journal.PendingAsync(0, 1, long.MaxValue, CancellationToken.None))[0].Record;
        Assert.Contains("测试", Encoding.UTF8.GetString(first.Bytes.Span), StringComparison.Ordinal);
    }

    /// <summary>
    /// A fault of the client, kept here so that nobody looks for it in the listener: given several messages while it waits (for the connection, or for an answer),
    /// it takes them from its queue and puts them back for ever, so that node has no time left to send or to read. Its user waits for each answer, or says
    /// <c>waitAck: false</c>.
    /// </summary>
    [Fact]
    public async Task With_a_queue_of_its_own_it_starves_itself()
    {
        JsonElement report = Assert.Single(await SendAsync(Listen(new MllpOptions { Source = "node" }), 20, "queued"));

        Assert.True(report.GetProperty("starved").GetBoolean());
        Assert.Equal((1, 0), (report.GetProperty("sent").GetInt32(), report.GetProperty("answers").GetInt32()));
        Assert.True((await Intake.Status.BySourceAsync()).Sum(source => source.Received) <= 1, "more reached the listener than the client says to have sent");
    }

    [Fact]
    public async Task It_sends_over_TLS_too()
    {
        using var certificates = new TestCertificates("hospital");
        string certificate = Path.Combine(certificates.Folder, "server.pem");
        string key = Path.Combine(certificates.Folder, "server.key");
        certificates.WriteServer(certificate, key);
        MllpListener listener = Listen(new MllpOptions { Source = "node", Tls = new MllpTlsOptions { CertificateFile = certificate, KeyFile = key } });

        Assert.Equal("AA", Assert.Single(await SendAsync(listener, 1, "in-turn", certificates.AuthorityFile)).GetProperty("code").GetString());
    }

    private static async Task<JsonElement[]> SendAsync(MllpListener listener, int count, string how, string? authority = null)
    {
        var start = new ProcessStartInfo("node") { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false, WorkingDirectory = Repository.Root };
        string[] arguments = [Repository.Path("tests/Adapters.Tests/Mllp/node/sender.mjs"), Text(listener.EndPoint.Port), Text(count), how];
        foreach (string argument in arguments) start.ArgumentList.Add(argument);
        if (authority is not null) start.ArgumentList.Add(authority);
        using Process node = Process.Start(start)!;
        Task<string> output = node.StandardOutput.ReadToEndAsync();
        Task<string> errors = node.StandardError.ReadToEndAsync();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        try
        {
            await node.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            node.Kill();
            Assert.Fail($"The sender did not end: {await output}{await errors}");
        }

        Assert.True(node.ExitCode == 0, await errors);
        return [.. (await output).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
