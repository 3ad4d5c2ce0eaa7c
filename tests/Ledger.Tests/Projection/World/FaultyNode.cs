using System.Text;
using System.Text.Json.Nodes;

namespace Consortium.Testing;

/// <summary>Stands between a client and a real node, and spoils what a test tells it to spoil.</summary>
internal sealed class FaultyNode : DelegatingHandler
{
    public FaultyNode()
        : base(new SocketsHttpHandler { UseProxy = false })
    {
    }

    /// <summary>Asked before a call goes out: an exception that is thrown here never reaches the node.</summary>
    public Action<JsonObject> Before { get; set; } = _ => { };

    /// <summary>Asked with the call and the node's answer; what it gives goes to the client. An exception here hides that the node has acted.</summary>
    public Func<JsonObject, JsonObject, JsonNode> After { get; set; } = (_, answer) => answer;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var call = JsonNode.Parse(await request.Content!.ReadAsStringAsync(cancellationToken)) as JsonObject;
        if (call is not null) Before(call);
        HttpResponseMessage response = await base.SendAsync(request, cancellationToken);
        if (call is null) return response;
        var answer = (JsonObject)JsonNode.Parse(await response.Content.ReadAsStringAsync(cancellationToken))!;
        response.Content = new StringContent(After(call, answer).ToJsonString(), Encoding.UTF8, "application/json");
        return response;
    }

    public static string Method(JsonObject call) => call["method"]!.GetValue<string>();
}
