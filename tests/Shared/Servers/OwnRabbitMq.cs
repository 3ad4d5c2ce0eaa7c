using System.Diagnostics;

namespace Consortium.Testing;

/// <summary>A RabbitMQ of the test's own, which it may kill and start again on the same data and port.</summary>
internal sealed class OwnRabbitMq : IAsyncDisposable
{
    private readonly string _folder;

    private OwnRabbitMq(string folder) => _folder = folder;

    /// <summary>The broker's URL; the same after a restart.</summary>
    public string Url { get; private set; } = "";

    public static async Task<OwnRabbitMq> StartAsync()
    {
        var broker = new OwnRabbitMq(Directory.CreateTempSubdirectory("consortium-rabbitmq-").FullName);
        try
        {
            await broker.RestartAsync();
            return broker;
        }
        catch
        {
            await broker.DisposeAsync();
            throw;
        }
    }

    /// <summary>Ends the broker with SIGKILL.</summary>
    public Task KillAsync() => ScriptAsync("kill-rabbitmq");

    /// <summary>Starts it again on the data it left.</summary>
    public async Task RestartAsync()
    {
        string output = await ScriptAsync("start-rabbitmq");
        const string variable = "CONSORTIUM_TEST_RABBITMQ=";
        Url = output.Split('\n').Single(line => line.StartsWith(variable, StringComparison.Ordinal))[variable.Length..].Trim();
    }

    public async ValueTask DisposeAsync()
    {
        await ScriptAsync("kill-rabbitmq");
        await ScriptAsync("stop");
        Directory.Delete(_folder, recursive: true);
    }

    private async Task<string> ScriptAsync(string command)
    {
        using var process = Process.Start(new ProcessStartInfo(Repository.Path("eng/test-servers.sh"), [command, _folder])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0
            ? await output
            : throw new InvalidOperationException($"eng/test-servers.sh {command} failed: {await errors}");
    }
}
