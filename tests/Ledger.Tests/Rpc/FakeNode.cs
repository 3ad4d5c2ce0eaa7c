using System.Net;
using System.Text;
using System.Text.Json;

namespace Consortium.Ledger.Tests;

/// <summary>Plays the nodes of a chain: what each host answers to each call is scripted.</summary>
internal sealed class FakeNode : HttpMessageHandler
{
    private readonly Func<string, JsonElement, Answer> _script;

    public FakeNode(Func<string, JsonElement, Answer> script) => _script = script;

    public List<(string Host, string Method, string Body)> Calls { get; } = [];

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        string body = await request.Content!.ReadAsStringAsync(cancellationToken);
        using JsonDocument document = JsonDocument.Parse(body);
        string host = request.RequestUri!.Host;
        lock (Calls) Calls.Add((host, document.RootElement.ValueKind == JsonValueKind.Array ? "batch" : document.RootElement.GetProperty("method").GetString()!, body));
        Answer answer = _script(host, document.RootElement);
        if (answer.Fault is { } fault) throw fault;
        if (answer.Hangs) await Task.Delay(Timeout.Infinite, cancellationToken);
        return new HttpResponseMessage(answer.Status) { Content = new StringContent(answer.Text!, Encoding.UTF8, answer.MediaType) };
    }

    internal sealed record Answer
    {
        public string? Text { get; init; }

        public HttpStatusCode Status { get; init; } = HttpStatusCode.OK;

        public string MediaType { get; init; } = "application/json";

        public Exception? Fault { get; init; }

        public bool Hangs { get; init; }

        public static Answer Result(JsonElement request, string result) =>
            new() { Text = $$"""{"jsonrpc":"2.0","id":{{request.GetProperty("id").GetInt64()}},"result":{{result}}}""" };

        public static Answer Error(JsonElement request, int code, string message, string? data = null) => new()
        {
            Text = $$"""{"jsonrpc":"2.0","id":{{request.GetProperty("id").GetInt64()}},"error":{"code":{{code}},"message":"{{message}}","data":{{data ?? "null"}} } }""",
        };

        public static Answer Raw(string text) => new() { Text = text };

        public static Answer Refused() => new() { Fault = new HttpRequestException(HttpRequestError.ConnectionError, "refused") };
    }
}
