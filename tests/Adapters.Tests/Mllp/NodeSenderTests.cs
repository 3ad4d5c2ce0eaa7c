using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Consortium.Adapters.Mllp;
using Consortium.Adapters.Tests.Intake;
using Consortium.Storage;
using Consortium.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Consortium.Adapters.Tests.Mllp;

/// <summary>A sender that somebody else wrote: npm's <c>node-hl7-client</c>, in a node process of its own.</summary>
public sealed class NodeSenderTests : IAsyncLifetime
{
    private IntakeFixture _intake = null!;

    public async Task InitializeAsync() => _intake = await IntakeFixture.CreateAsync(Dialect.Sqlite);

    public async Task DisposeAsync() => await _intake.DisposeAsync();

    [Fact]
    public async Task Its_messages_are_kept_and_it_understands_the_answers()
    {
        await using var listener = new MllpListener(new MllpOptions { Source = "node" }, _intake.Journal, TimeProvider.System, NullLogger<MllpListener>.Instance);
        listener.Start();

        JsonElement[] answers = await SendAsync(listener.EndPoint.Port, 20);

        Assert.Equal(Enumerable.Range(1, 20).Select(number => $"NODE{number}"), answers.Select(answer => answer.GetProperty("id").GetString()));
        Assert.All(answers, answer => Assert.Equal(
            ("AA", "ACK", "ACK", "HIS"),
            (answer.GetProperty("code").GetString(), answer.GetProperty("type").GetString(), answer.GetProperty("structure").GetString(), answer.GetProperty("application").GetString())));
        Assert.Equal(20, Assert.Single(await _intake.Status.BySourceAsync()).Received);
        RawRecord first = (await _intake.Journal.PendingAsync(0, 1, long.MaxValue, CancellationToken.None))[0].Record;
        Assert.Contains("测试", Encoding.UTF8.GetString(first.Bytes.Span), StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_sends_over_TLS_too()
    {
        using var certificates = new TestCertificates("hospital");
        string certificate = Path.Combine(certificates.Folder, "server.pem");
        string key = Path.Combine(certificates.Folder, "server.key");
        certificates.WriteServer(certificate, key);
        await using var listener = new MllpListener(
            new MllpOptions { Source = "node", Tls = new MllpTlsOptions { CertificateFile = certificate, KeyFile = key } },
            _intake.Journal, TimeProvider.System, NullLogger<MllpListener>.Instance);
        listener.Start();

        Assert.Equal("AA", Assert.Single(await SendAsync(listener.EndPoint.Port, 1, certificates.AuthorityFile)).GetProperty("code").GetString());
    }

    private static async Task<JsonElement[]> SendAsync(int port, int count, string? authority = null)
    {
        var start = new ProcessStartInfo("node") { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false, WorkingDirectory = Repository.Root };
        start.ArgumentList.Add(Repository.Path("tests/Adapters.Tests/Mllp/node/sender.mjs"));
        start.ArgumentList.Add(port.ToString(CultureInfo.InvariantCulture));
        start.ArgumentList.Add(count.ToString(CultureInfo.InvariantCulture));
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
}
