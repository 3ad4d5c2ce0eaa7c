using System.CommandLine;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace Consortium.Cli.Commands;

/// <summary><c>consortium quarantine list|show|release</c>: what waits for a person, at a running host.</summary>
internal static class QuarantineCommand
{
    public static Command Create() => new("quarantine", "What waits for a person.") { List(), Show(), Release() };

    private static Command List()
    {
        var target = new Target();
        var source = new Option<string?>("--source") { Description = "Only of this source system." };
        var command = new Command("list", "One JSON line a record: id, place, reasons.") { target.At, target.TokenFile, source };
        command.SetAction(async (call, cancellationToken) =>
        {
            using HttpClient http = target.Client(call);
            long after = 0;
            while (true)
            {
                string query = $"quarantine?limit=500&after={after}" + (call.GetValue(source) is { } name ? "&source=" + Uri.EscapeDataString(name) : "");
                using JsonDocument page = await AskAsync(http, HttpMethod.Get, query, cancellationToken);
                JsonElement records = page.RootElement.GetProperty("records");
                foreach (JsonElement record in records.EnumerateArray())
                {
                    Output.Line(record.WriteTo);
                    after = record.GetProperty("sequence").GetInt64();
                }

                if (records.GetArrayLength() < 500) return ExitCode.Good;
            }
        });
        return command;
    }

    private static Command Show()
    {
        var target = new Target();
        var id = new Argument<string>("ID") { Description = "The record's digest, as list gives it." };
        var raw = new Option<string?>("--raw") { Description = "Also writes the raw record, byte for byte, to this file." };
        var command = new Command("show", "One record with its reasons and the raw bytes (base64).") { id, target.At, target.TokenFile, raw };
        command.SetAction(async (call, cancellationToken) =>
        {
            using HttpClient http = target.Client(call);
            using JsonDocument record = await AskAsync(http, HttpMethod.Get, "quarantine/" + Uri.EscapeDataString(call.GetValue(id)!), cancellationToken);
            if (call.GetValue(raw) is { } file) await File.WriteAllBytesAsync(file, record.RootElement.GetProperty("raw").GetBytesFromBase64(), cancellationToken);
            Output.Line(record.RootElement.WriteTo);
            return ExitCode.Good;
        });
        return command;
    }

    private static Command Release()
    {
        var target = new Target();
        var id = new Argument<string?>("ID") { Description = "The record's digest; left out with --all.", Arity = ArgumentArity.ZeroOrOne };
        var all = new Option<bool>("--all") { Description = "Every record that waits." };
        var code = new Option<string?>("--reason") { Description = "With --all: only those whose first reason has this issue code, such as not-supported." };
        var command = new Command("release", "Converts again from the raw bytes, after data or mapping were mended.") { id, all, code, target.At, target.TokenFile };
        command.SetAction(async (call, cancellationToken) =>
        {
            bool everything = call.GetValue(all);
            if (everything == call.GetValue(id) is not null) throw CommandException.Misunderstood("release wants ID, or --all.");
            using HttpClient http = target.Client(call);
            string path = everything
                ? "quarantine/release" + (call.GetValue(code) is { } reason ? "?code=" + Uri.EscapeDataString(reason) : "")
                : $"quarantine/{Uri.EscapeDataString(call.GetValue(id)!)}/release";
            using JsonDocument answer = await AskAsync(http, HttpMethod.Post, path, cancellationToken);
            Output.Line(answer.RootElement.WriteTo);
            return ExitCode.Good;
        });
        return command;
    }

    private static async Task<JsonDocument> AskAsync(HttpClient http, HttpMethod method, string path, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, path);
        using HttpResponseMessage response = await http.SendAsync(request, cancellationToken);
        string text = await response.Content.ReadAsStringAsync(cancellationToken);
        if (response.IsSuccessStatusCode) return JsonDocument.Parse(text);
        Output.Line(Encoding.UTF8.GetBytes(text.ReplaceLineEndings("")));
        throw (int)response.StatusCode switch
        {
            404 => new CommandException(ExitCode.Bad, "Nothing of that record waits in the quarantine; see: consortium quarantine list"),
            401 or 403 => CommandException.Misunderstood("The host does not let this caller in; the OperationOutcome above says what it wants."),
            int status => CommandException.Outside($"The host answered {status}."),
        };
    }

    private sealed class Target
    {
        public Option<string> At { get; } = new("--at") { Description = "The host.", DefaultValueFactory = _ => "http://127.0.0.1:5081" };

        public Option<string?> TokenFile { get; } = new("--token-file") { Description = "File with the host's IntakeToken, where it has one." };

        public HttpClient Client(ParseResult call)
        {
            string url = call.GetValue(At)!;
            if (!Uri.TryCreate(url.TrimEnd('/') + "/", UriKind.Absolute, out Uri? uri) || uri.Scheme is not ("http" or "https")) throw CommandException.Misunderstood($"--at: {url} is no http:// or https:// URL.");
            var http = new HttpClient { BaseAddress = uri };
            if (call.GetValue(TokenFile) is { } file)
            {
                if (!File.Exists(file)) throw CommandException.Misunderstood($"--token-file: {file}: no such file.");
                http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", File.ReadAllText(file).Trim());
            }

            return http;
        }
    }
}
