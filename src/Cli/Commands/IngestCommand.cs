using System.CommandLine;
using System.Net.Http.Headers;
using System.Text.Json;
using Consortium.Cli.Load;
using Spectre.Console;

namespace Consortium.Cli.Commands;

/// <summary><c>consortium ingest PATH… --to URL</c>: sends raw records to a running host.</summary>
internal static class IngestCommand
{
    public static Command Create()
    {
        var paths = new Argument<string[]>("PATH") { Description = "Files, or folders with every file in them.", Arity = ArgumentArity.OneOrMore };
        var to = new Option<string>("--to") { Description = "The host: http://HOST:PORT, or mllp://HOST:PORT for HL7 v2.", Required = true };
        var source = new Option<string?>("--source") { Description = "Name of the source system; left out, the host's default." };
        var command = new Command("ingest", "Sends raw records to a running host: a JSON line a file with what became of it.") { paths, to, source };
        command.SetAction(async (call, cancellationToken) =>
        {
            string target = call.GetValue(to)!;
            if (!Uri.TryCreate(target, UriKind.Absolute, out Uri? uri) || uri.Scheme is not ("http" or "https" or "mllp"))
            {
                throw CommandException.Misunderstood($"--to: {target} is not http://HOST:PORT, https://HOST:PORT or mllp://HOST:PORT.");
            }

            string[] files = Input.Files(call.GetValue(paths)!).ToArray();
            await using IIntakeSender sender = uri.Scheme == "mllp"
                ? new MllpSender(uri)
                : new HttpSender(uri, call.GetValue(source));
            return await SendAllAsync(files, sender, cancellationToken);
        });
        return command;
    }

    private static async Task<int> SendAllAsync(string[] files, IIntakeSender sender, CancellationToken cancellationToken)
    {
        IAnsiConsole terminal = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        bool allAccepted = true;
        async Task Send(Action step)
        {
            foreach (string file in files)
            {
                allAccepted &= await sender.SendAsync(file, await Input.ReadAsync(file, cancellationToken), cancellationToken);
                step();
            }
        }

        if (!terminal.Profile.Capabilities.Interactive || files.Length < 2) await Send(() => { });
        else
        {
            await terminal.Progress().StartAsync(async progress =>
            {
                ProgressTask bar = progress.AddTask("sending", maxValue: files.Length);
                await Send(() => bar.Increment(1));
            });
        }

        return allAccepted ? ExitCode.Good : ExitCode.Bad;
    }

    private interface IIntakeSender : IAsyncDisposable
    {
        Task<bool> SendAsync(string file, byte[] bytes, CancellationToken cancellationToken);
    }

    private sealed class HttpSender(Uri host, string? source) : IIntakeSender
    {
        private readonly HttpClient _client = new() { BaseAddress = host, Timeout = TimeSpan.FromMinutes(5) };

        public async Task<bool> SendAsync(string file, byte[] bytes, CancellationToken cancellationToken)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "intake") { Content = new ByteArrayContent(bytes) };
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
            request.Headers.Add("X-File-Name", Uri.EscapeDataString(Path.GetFileName(file)));
            if (source is not null) request.Headers.Add("X-Source", source);
            using HttpResponseMessage response = await _client.SendAsync(request, cancellationToken);
            string body = await response.Content.ReadAsStringAsync(cancellationToken);
            Output.Line(w =>
            {
                w.WriteStartObject();
                w.WriteString("file", file);
                w.WriteBoolean("accepted", response.IsSuccessStatusCode);
                w.WritePropertyName("answer");
                if (IsJson(body)) w.WriteRawValue(body);
                else w.WriteStringValue(body);
                w.WriteEndObject();
            });
            return response.IsSuccessStatusCode;
        }

        public ValueTask DisposeAsync()
        {
            _client.Dispose();
            return ValueTask.CompletedTask;
        }

        private static bool IsJson(string body)
        {
            try
            {
                using var document = JsonDocument.Parse(body);
                return true;
            }
            catch (JsonException)
            {
                return false;
            }
        }
    }

    private sealed class MllpSender(Uri host) : IIntakeSender
    {
        private MllpClient? _client;

        public async Task<bool> SendAsync(string file, byte[] bytes, CancellationToken cancellationToken)
        {
            _client ??= await MllpClient.ConnectAsync(host.Host, host.Port, cancellationToken);
            (string code, string text) = await _client.SendAsync(bytes, cancellationToken);
            Output.Line(w =>
            {
                w.WriteStartObject();
                w.WriteString("file", file);
                w.WriteBoolean("accepted", code == "AA");
                w.WriteString("answer", text.Replace('\r', '\n'));
                w.WriteEndObject();
            });
            return code == "AA";
        }

        public async ValueTask DisposeAsync()
        {
            if (_client is not null) await _client.DisposeAsync();
        }
    }
}
