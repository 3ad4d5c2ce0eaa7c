using System.CommandLine;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Consortium.Adapters.Intake;

namespace Consortium.Cli.Commands;

/// <summary><c>consortium quarantine list|show|release</c>: what waits for a person, at a running host.</summary>
internal static class QuarantineCommand
{
    public static Command Create() => new("quarantine", "What waits for a person.") { List(), Show(), Release() };

    private static Command List()
    {
        var target = new Target();
        var filter = new Filter();
        var limit = new Option<int?>("--limit") { Description = "At most so many lines." };
        var after = new Option<string?>("--after") { Description = "Only what comes after this position: SEQUENCE.INDEX of a line of before." };
        var command = new Command("list", "One JSON line a part of a record: id, place, reasons.") { target.At, target.TokenFile, limit, after };
        filter.AddTo(command);
        command.SetAction(async (call, cancellationToken) =>
        {
            using HttpClient http = target.Client(call);
            string query = filter.Query(call);
            string? position = call.GetValue(after);
            for (int left = call.GetValue(limit) ?? int.MaxValue; left > 0;)
            {
                int page = Math.Min(left, 500);
                using JsonDocument answer = await AskAsync(http, HttpMethod.Get, $"quarantine?limit={page}{query}" + (position is null ? "" : $"&after={Uri.EscapeDataString(position)}"), cancellationToken);
                foreach (JsonElement record in answer.RootElement.GetProperty("records").EnumerateArray())
                {
                    Output.Line(record.WriteTo);
                    left--;
                }

                position = answer.RootElement.GetProperty("next").GetString();
                if (position is null) break;
            }

            return ExitCode.Good;
        });
        return command;
    }

    private static Command Show()
    {
        var target = new Target();
        var id = new Argument<string>("ID") { Description = "The record's digest, as list gives it." };
        var raw = new Option<string?>("--raw") { Description = "Also writes the raw record, byte for byte, to this file." };
        var text = new Option<bool>("--text") { Description = "For a person: the raw record with the places marked. On a terminal this is how it is shown anyway." };
        var json = new Option<bool>("--json") { Description = "For a machine, on a terminal too: one JSON document with the raw bytes in base64." };
        var command = new Command("show", "One record with its reasons beside the raw bytes. It shows patient data.") { id, target.At, target.TokenFile, raw, text, json };
        command.SetAction(async (call, cancellationToken) =>
        {
            if (call.GetValue(text) && call.GetValue(json)) throw CommandException.Misunderstood("show wants --text or --json, not both.");
            using HttpClient http = target.Client(call);
            using JsonDocument record = await AskAsync(http, HttpMethod.Get, "quarantine/" + Uri.EscapeDataString(call.GetValue(id)!), cancellationToken);
            byte[] bytes = record.RootElement.GetProperty("raw").GetBytesFromBase64();
            if (call.GetValue(raw) is { } file) await File.WriteAllBytesAsync(file, bytes, cancellationToken);
            if (call.GetValue(text) || (!Console.IsOutputRedirected && !call.GetValue(json))) ShowText(record.RootElement, bytes);
            else Output.Line(record.RootElement.WriteTo);
            return ExitCode.Good;
        });
        return command;
    }

    private static void ShowText(JsonElement record, byte[] bytes)
    {
        // Not through the console's own writer: its encoding depends on the terminal, the record's characters do not.
        using var writer = new StreamWriter(Console.OpenStandardOutput(), new UTF8Encoding(false)) { NewLine = "\n" };
        writer.WriteLine($"{Text(record, "digest")}  source {Text(record, "source")}, received {Text(record, "receivedAt")}");
        var reasons = new List<PlacedReason>();
        foreach (JsonElement part in record.GetProperty("parts").EnumerateArray())
        {
            writer.WriteLine($"part {part.GetProperty("index").GetInt32()}: {Text(part, "controlId") ?? "without a control id"}, {Text(part, "adapter") ?? "no adapter"}");
            foreach (JsonElement issue in part.GetProperty("outcome").GetProperty("issue").EnumerateArray())
            {
                if (Text(issue, "severity") is not ("error" or "fatal")) continue;
                string? place = issue.TryGetProperty("expression", out JsonElement expression) && expression.GetArrayLength() > 0 ? expression[0].GetString() : null;
                reasons.Add(new PlacedReason(place, $"{Text(issue, "diagnostics")} ({Text(issue, "code")})"));
            }
        }

        foreach (string line in RawRecordView.Lines(bytes, reasons)) writer.WriteLine(line);
    }

    private static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static Command Release()
    {
        var target = new Target();
        var filter = new Filter();
        var id = new Argument<string?>("ID") { Description = "The record's digest; left out with --all or a filter.", Arity = ArgumentArity.ZeroOrOne };
        var all = new Option<bool>("--all") { Description = "Every record that waits, or that the filters leave." };
        var command = new Command("release", "Converts again from the raw bytes, after data or mapping were mended.") { id, all, target.At, target.TokenFile };
        filter.AddTo(command);
        command.SetAction(async (call, cancellationToken) =>
        {
            string query = filter.Query(call);
            bool many = call.GetValue(all) || query.Length > 0;
            if (many == call.GetValue(id) is not null) throw CommandException.Misunderstood("release wants ID, or --all, or a filter such as --reason not-supported.");
            using HttpClient http = target.Client(call);
            string path = many
                ? "quarantine/release" + (query.Length > 0 ? "?" + query[1..] : "")
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

    /// <summary>The options by which a call means some of what waits.</summary>
    private sealed class Filter
    {
        private readonly Option<string?> _source = new("--source") { Description = "Only of this source system." };
        private readonly Option<string?> _reason = new("--reason") { Description = "Only those whose first reason has this issue code, such as not-supported." };
        private readonly Option<string?> _place = new("--place") { Description = "Only those whose first reason is at this place, or in this segment: PID-3.1, PID." };
        private readonly Option<string?> _older = new("--older-than") { Description = "Only those that have waited so long: 90m, 12h, 7d." };
        private readonly Option<string?> _newer = new("--newer-than") { Description = "Only those that have not waited longer: 90m, 12h, 7d." };

        public void AddTo(Command command)
        {
            foreach (Option option in (Option[])[_source, _reason, _place, _older, _newer]) command.Add(option);
        }

        /// <summary>As a query: empty, or each parameter with its <c>&amp;</c> before it.</summary>
        public string Query(ParseResult call)
        {
            var query = new StringBuilder();
            void Add(string name, string? value)
            {
                if (value is not null) query.Append('&').Append(name).Append('=').Append(Uri.EscapeDataString(value));
            }

            Add("source", call.GetValue(_source));
            Add("code", call.GetValue(_reason));
            Add("place", call.GetValue(_place));
            Add("before", Moment(_older, call));
            Add("from", Moment(_newer, call));
            return query.ToString();
        }

        private static string? Moment(Option<string?> option, ParseResult call)
        {
            if (call.GetValue(option) is not { Length: > 0 } text) return null;
            bool isNumber = int.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out int count);
            TimeSpan? age = !isNumber ? null : text[^1] switch { 'm' => TimeSpan.FromMinutes(count), 'h' => TimeSpan.FromHours(count), 'd' => TimeSpan.FromDays(count), _ => null };
            return age is { } span
                ? (DateTimeOffset.UtcNow - span).ToString("O", CultureInfo.InvariantCulture)
                : throw CommandException.Misunderstood($"{option.Name}: {text} is no age such as 90m, 12h or 7d.");
        }
    }

    private sealed class Target
    {
        public Option<string> At { get; } = new("--at") { Description = "The host.", DefaultValueFactory = _ => "http://127.0.0.1:5081" };

        public Option<string?> TokenFile { get; } = new("--token-file") { Description = "File with the host's IntakeToken, where it has one." };

        public HttpClient Client(ParseResult call)
        {
            var http = new HttpClient { BaseAddress = Input.HttpUrl("--at", call.GetValue(At)!.TrimEnd('/') + "/") };
            if (call.GetValue(TokenFile) is { } file)
            {
                if (!File.Exists(file)) throw CommandException.Misunderstood($"--token-file: {file}: no such file.");
                http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", File.ReadAllText(file).Trim());
            }

            return http;
        }
    }
}
