using System.Globalization;
using System.Text.Json;
using Consortium.Fhir;
using Consortium.FhirFacade.Patch;
using Consortium.FhirFacade.Rest;
using Consortium.FhirFacade.Search.Query;
using Consortium.FhirFacade.Store;

namespace Consortium.FhirFacade.Subscriptions;

/// <summary>
/// Reads a Subscription as a client writes it (FHIR R4 subscription.html): what the server cannot do is refused with 422 before it is stored, the status becomes what the
/// server makes of it, and the values of <c>channel.header</c> are taken out, so that no reader, history, export or log ever has them.
/// </summary>
internal sealed class SubscriptionContent(SearchParser parser, SubscriptionEndpoints endpoints, TimeProvider time)
{
    /// <summary>Stands in the stored resource in place of a header's value; a client that sends it back leaves the value as it is.</summary>
    public const string Masked = "***";

    private static readonly string[] s_payloads = ["application/fhir+json", "application/fhir+xml", "application/json", "application/xml"];

    // What the server says itself, or what would change whom or how it speaks to.
    private static readonly HashSet<string> s_ownHeaders = new(StringComparer.OrdinalIgnoreCase)
        { "Host", "Connection", "Content-Length", "Content-Type", "Content-Encoding", "Transfer-Encoding", "TE", "Trailer", "Upgrade", "Expect", "Proxy-Authorization", "Proxy-Connection" };

    /// <summary>What is stored, and what the server acts on.</summary>
    /// <param name="id">The logical id.</param>
    /// <param name="sent">The resource as it was sent.</param>
    /// <param name="known">The header lines that the server has of it; empty where it is new.</param>
    /// <exception cref="FhirException">422: the server cannot do what it asks for.</exception>
    public AcceptedSubscription Accept(string id, ResourceJson sent, IReadOnlyList<string> known)
    {
        FhirNode root = FhirDocument.Parse(sent.Bytes).Root, channel = root.Child("channel");
        JsonText json = JsonText.Parse(sent.Bytes);
        List<string> headers = Headers([.. channel.ChildrenNamed("header").Select(header => header.Value ?? "")], known);
        if (headers.Count > 0 && json.Get("channel") is { } written)
        {
            JsonText masks = JsonText.EmptyArray();
            foreach (string header in headers) masks.Insert(masks.Items.Count, Text($"{Name(header)}: {Masked}"));
            written.Set("header", masks);
        }

        string status = root.Child("status").Value ?? "";
        if (status == "off")
        {
            // What is off need not be possible; only its secrets are kept.
            return new AcceptedSubscription(ResourceJson.Read(json.ToBytes()), new SubscriptionChannel(id, "", "", "", null, headers, null) { State = ChannelState.Off });
        }

        SubscriptionChannel accepted = Channel(id, root, channel, headers) with { State = status == "error" ? ChannelState.Failing : ChannelState.Active };
        if (status != "error")
        {
            // subscription.html: a client asks with "requested"; that it is active is the server's to say.
            if (status != "active") json.Set("status", Text("active"));
            json.Remove("error");
        }

        return new AcceptedSubscription(ResourceJson.Read(json.ToBytes()), accepted);
    }

    /// <summary>The stored resource with another status.</summary>
    /// <param name="stored">The stored bytes.</param>
    /// <param name="status">The status.</param>
    /// <param name="error">What went wrong; null for nothing.</param>
    public static ResourceJson WithStatus(ReadOnlyMemory<byte> stored, string status, string? error)
    {
        JsonText json = JsonText.Parse(stored);
        json.Set("status", Text(status));
        if (error is null) json.Remove("error");
        else json.Set("error", Text(error), after: "criteria");
        return ResourceJson.Read(json.ToBytes());
    }

    /// <summary>What a stored subscription looks for.</summary>
    /// <exception cref="FhirException">The search is none, or asks for what means nothing here.</exception>
    public SearchQuery Query(string type, string criteria)
    {
        SearchQuery query = parser.Parse(type, FhirEndpoint.Form(criteria));
        if (query.Unknown.Count > 0) throw Refused("not-supported", $"{query.Unknown[0]} is no search parameter of {type} that this server knows; it would be left out, and too much would match.", "Subscription.criteria");
        if (query.Custom.Count > 0)
        {
            // While one is indexed anew nobody can say what matches, and a write cannot wait for that.
            throw Refused("not-supported", $"{query.Custom.Values.First()} is a search parameter of this site's own; a subscription uses those of FHIR.", "Subscription.criteria");
        }

        bool shapes = query.Sort.Count > 0 || query.Includes.Count > 0 || query.Summary is not null || query.Elements is not null || query.After is not null;
        if (shapes) throw Refused("not-supported", "Parameters that shape a result (_sort, _include, _revinclude, _summary, _elements) mean nothing to a subscription: a notification is about one resource.", "Subscription.criteria");
        return query;
    }

    private SubscriptionChannel Channel(string id, FhirNode root, FhirNode channel, IReadOnlyList<string> headers)
    {
        if (channel.Child("type").Value != "rest-hook") throw Refused("not-supported", "This server has the channel type rest-hook. For a queue of changes see the RabbitMQ topic that it can publish to.", "Subscription.channel.type");
        string endpoint = channel.Child("endpoint").Value ?? throw Refused("required", "A rest-hook has an endpoint.", "Subscription.channel.endpoint");
        if (endpoints.TrustOf(endpoint) is null)
        {
            throw Refused("security", "Notifications may not go to that endpoint. The server's configuration lists those that are allowed (SubscriptionEndpoints); unlisted ones are https on a public address, where it lists '*'.", "Subscription.channel.endpoint");
        }

        string? payload = channel.Child("payload").Value is { Length: > 0 } mime ? mime.Split(';')[0].Trim().ToLowerInvariant() : null;
        if (payload is not null && !s_payloads.Contains(payload)) throw Refused("not-supported", $"payload is one of {string.Join(", ", s_payloads)}, or left out for a notification without content.", "Subscription.channel.payload");
        (string type, string criteria) = Criteria(root.Child("criteria").Value ?? "");
        Query(type, criteria);
        long? end = null;
        if (root.Child("end").Value is { } text)
        {
            end = DateTimeOffset.Parse(text, CultureInfo.InvariantCulture).ToUnixTimeMilliseconds(); // a valid instant: the validator has seen it
            if (end <= time.GetUtcNow().ToUnixTimeMilliseconds()) throw Refused("business-rule", "end has passed already.", "Subscription.end");
        }

        return new SubscriptionChannel(id, type, criteria, endpoint, payload, headers, end);
    }

    private static (string Type, string Criteria) Criteria(string text)
    {
        int mark = text.IndexOf('?', StringComparison.Ordinal);
        string type = (mark < 0 ? text : text[..mark]).Trim().TrimStart('/');
        return FhirR4.IsResourceType(type)
            ? (type, mark < 0 ? "" : text[(mark + 1)..].Trim())
            : throw Refused("value", "criteria is a search of one resource type, as it would stand behind the base URL: Observation?code=http://loinc.org|1975-2.", "Subscription.criteria");
    }

    private static List<string> Headers(string[] lines, IReadOnlyList<string> known)
    {
        List<string> headers = [];
        foreach (string line in lines)
        {
            string name = Name(line), value = line.Contains(':', StringComparison.Ordinal) ? line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim() : "";
            if (name.Length == 0 || value.Length == 0 || !name.All(IsTokenCharacter) || value.Any(char.IsControl) || !value.All(char.IsAscii))
            {
                throw Refused("value", "A header is written as a line of HTTP: 'Authorization: Bearer …', in ASCII.", "Subscription.channel.header");
            }

            if (s_ownHeaders.Contains(name)) throw Refused("not-supported", $"The header {name} is the server's own to say.", "Subscription.channel.header");
            string? full = value == Masked ? known.FirstOrDefault(one => Name(one).Equals(name, StringComparison.OrdinalIgnoreCase)) : $"{name}: {value}";
            headers.Add(full ?? throw Refused("value", $"The value of the header {name} is masked, and the server does not have it. Send the value.", "Subscription.channel.header"));
        }

        return headers;
    }

    /// <summary>The name of a header line.</summary>
    public static string Name(string line) => line.Contains(':', StringComparison.Ordinal) ? line[..line.IndexOf(':', StringComparison.Ordinal)].Trim() : "";

    private static bool IsTokenCharacter(char c) => char.IsAsciiLetterOrDigit(c) || "!#$%&'*+-.^_`|~".Contains(c, StringComparison.Ordinal); // RFC 9110 5.6.2

    private static JsonText Text(string text) => JsonText.Parse(JsonSerializer.SerializeToUtf8Bytes(text));

    private static FhirException Refused(string code, string diagnostics, string expression) => new(422, code, diagnostics, expression);
}

/// <summary>A Subscription that the server takes.</summary>
/// <param name="Content">What is stored.</param>
/// <param name="Channel">What the server acts on.</param>
internal sealed record AcceptedSubscription(ResourceJson Content, SubscriptionChannel Channel);
