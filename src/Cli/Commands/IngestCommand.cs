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
        var to = new Option<string>("--to") { Description = "The host: http://HOST:PORT or https://HOST:PORT, or for HL7 v2 mllp://HOST:PORT or mllps://HOST:PORT (with TLS).", Required = true };
        var source = new Option<string?>("--source") { Description = "Name of the source system; left out, the host's default." };
        var ca = new Option<string?>("--ca") { Description = "TLS: PEM file with the authorities to trust; left out, the machine's." };
        var cert = new Option<string?>("--cert") { Description = "Mutual TLS: file with the own certificate, PEM or PFX." };
        var key = new Option<string?>("--key") { Description = "Mutual TLS: PEM file with its key; left out, it is in the file of --cert." };
        var password = new Option<string?>("--key-password-file") { Description = "File with the password of the key or the PFX." };
        var command = new Command("ingest", "Sends raw records to a running host: a JSON line a file with what became of it.") { paths, to, source, ca, cert, key, password };
        command.SetAction(async (call, cancellationToken) =>
        {
            string target = call.GetValue(to)!;
            if (!Uri.TryCreate(target, UriKind.Absolute, out Uri? uri) || uri.Scheme is not ("http" or "https" or "mllp" or "mllps"))
            {
                throw CommandException.Misunderstood($"--to: {target} is not http://HOST:PORT, https://HOST:PORT, mllp://HOST:PORT or mllps://HOST:PORT.");
            }

            bool isMllp = uri.Scheme is "mllp" or "mllps";
            if (isMllp && uri.Port < 0) throw CommandException.Misunderstood($"--to: {target}: the port is missing: {uri.Scheme}://{uri.Host}:PORT.");
            ClientTls? tls = ClientTls.Read(call.GetValue(ca), call.GetValue(cert), call.GetValue(key), call.GetValue(password));
            if (uri.Scheme is "http" or "mllp")
            {
                string? idle = new Option<string?>[] { ca, cert }.FirstOrDefault(option => call.GetValue(option) is not null)?.Name;
                if (idle is not null) throw CommandException.Misunderstood($"{idle} is for TLS, and --to {target} has none: write {uri.Scheme}s://….");
                tls = null;
            }

            string[] files = Input.Files(call.GetValue(paths)!).ToArray();
            await using IIntakeSender sender = isMllp
                ? new MllpSender(uri, tls)
                : new HttpSender(uri, call.GetValue(source), tls);
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

    private sealed class HttpSender(Uri host, string? source, ClientTls? tls) : IIntakeSender
    {
        private readonly HttpClient _client = new(tls is null ? new SocketsHttpHandler() : new SocketsHttpHandler { SslOptions = tls.For(host.Host) })
        {
            BaseAddress = host, Timeout = TimeSpan.FromMinutes(5),
        };

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

    private sealed class MllpSender(Uri host, ClientTls? tls) : IIntakeSender
    {
        private MllpClient? _client;

        public async Task<bool> SendAsync(string file, byte[] bytes, CancellationToken cancellationToken)
        {
            _client ??= await MllpClient.ConnectAsync(host.Host, host.Port, cancellationToken, tls);
            (string code, string text) = await _client.SendAsync(bytes, cancellationToken);
            bool isAccepted = code is "AA" or "CA";
            Output.Line(w =>
            {
                w.WriteStartObject();
                w.WriteString("file", file);
                w.WriteBoolean("accepted", isAccepted);
                w.WriteString("answer", text.Replace('\r', '\n'));
                w.WriteEndObject();
            });
            return isAccepted;
        }

        public async ValueTask DisposeAsync()
        {
            if (_client is not null) await _client.DisposeAsync();
        }
    }
}
