using System.Text;
using System.Text.Json;
using Consortium.FhirFacade.Redaction;
using Consortium.FhirFacade.Store;
using Consortium.FhirFacade.Tests.Rest;
using Consortium.Integrity;
using Consortium.Ledger;
using Consortium.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace Consortium.FhirFacade.Tests.Isolation;

/// <summary>A facade with records of <see cref="MarkedRecords"/>, and the callers from outside. Its clock stands still, so that times tell nothing.</summary>
internal sealed class MarkedHost : IAsyncDisposable
{
    private readonly FacadeHost _host;
    private readonly HttpClient _client = new(new SocketsHttpHandler { AllowAutoRedirect = false });

    private MarkedHost(FacadeHost host) => _host = host;

    public IServiceProvider Services => _host.Services;

    public string Base => _host.Base;

    /// <summary>Starts one.</summary>
    /// <param name="dialect">The engine.</param>
    /// <param name="now">The time of everything.</param>
    /// <param name="records">The records; each is stored twice, so that there is a history.</param>
    public static async Task<MarkedHost> StartAsync(Dialect dialect, DateTimeOffset now, IReadOnlyList<(string Type, string Id, byte[] Json)> records)
    {
        var host = new MarkedHost(await FacadeHost.StartAsync(
            dialect, options => options with
            {
                OpenAccess = false, ViewIndexWait = TimeSpan.FromMinutes(5), Limits = new RequestLimits { OutsideRate = 0, UnknownRate = 0, SearchCost = 100_000 },
            }, services => services.AddSingleton<TimeProvider>(new ManualTime(now))));
        host._host.Membership.FollowedAt = now;
        await host.StoreAsync(records.Select(record => (record.Type, record.Id, Before(record.Json))));
        await host.StoreAsync(records);
        return host;
    }

    /// <summary>The header of a caller, and that it is one; none for anybody.</summary>
    public async Task<string?> CallerAsync(ViewRole? role, LocalSigner signer)
    {
        switch (role)
        {
            case null:
                return null;
            case ViewRole.Resident:
                StoredVersion patient = (await Services.GetRequiredService<RecordQueries>().CurrentAsync("Patient", MarkedRecords.Id("Patient", 0), default))!;
                _host.Membership.Residents[signer.Address] = patient.SubjectTag;
                break;
            default:
                _host.Membership.Members[signer.Address] = role == ViewRole.Regulator ? MemberRole.Regulator : MemberRole.Telemedicine;
                break;
        }

        return (await _host.TokenAsync(signer)).Item2;
    }

    /// <summary>Asks, and gives the answer as one text: status, headers and body. What cannot be the same in two stores is left out: names of requests, ids of AuditEvents, the server's own URL, sealed cursors (of which the length stays).</summary>
    public async Task<Said> AskAsync(Asked asked, string? authorization)
    {
        string url = asked.Path.StartsWith("http", StringComparison.Ordinal) ? asked.Path : $"{Base}/{asked.Path}".TrimEnd('/');
        using var request = new HttpRequestMessage(new HttpMethod(asked.Method), url);
        if (authorization is not null) request.Headers.TryAddWithoutValidation("Authorization", authorization);
        if (asked.Body is not null)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(asked.Body));
            request.Content.Headers.TryAddWithoutValidation("Content-Type", asked.ContentType ?? "application/fhir+json");
        }

        using HttpResponseMessage response = await _client.SendAsync(request);
        string headers = string.Join('\n', response.Headers.Concat(response.Content.Headers).Where(header => header.Key is not ("X-Request-Id" or "Date" or "Server" or "Transfer-Encoding"))
            .Select(header => $"{header.Key}: {string.Join(", ", header.Value)}").Order(StringComparer.Ordinal));
        return new Said((int)response.StatusCode, headers, await response.Content.ReadAsStringAsync(), Base, response.Content.Headers.ContentLocation?.OriginalString);
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _host.DisposeAsync();
    }

    private async Task StoreAsync(IEnumerable<(string Type, string Id, byte[] Json)> records)
    {
        ResourceWrite[] writes = [.. records.Select(record => new ResourceWrite(record.Type, record.Id, WriteMode.Update) { Content = ResourceJson.Read(record.Json) })];
        await Services.GetRequiredService<RecordStore>().TransactAsync(transaction => transaction.ApplyAsync(writes));
    }

    // An earlier version, that differs in what every view shows.
    private static byte[] Before(byte[] json)
    {
        System.Text.Json.Nodes.JsonNode node = System.Text.Json.Nodes.JsonNode.Parse(json)!;
        node["meta"]!["profile"] = new System.Text.Json.Nodes.JsonArray("http://example.org/earlier");
        return Encoding.UTF8.GetBytes(node.ToJsonString());
    }
}

/// <summary>An answer.</summary>
internal sealed partial record Said(int Status, string Headers, string Body, string Base, string? ContentLocation)
{
    /// <summary>The answer without what differs between any two stores.</summary>
    public string Comparable => Neutral($"{Status}\n{Headers}\n{Body}");

    /// <summary>The URL of the next page; null on the last.</summary>
    public string? Next => Body.StartsWith("{\"resourceType\":\"Bundle\"", StringComparison.Ordinal)
        && JsonDocument.Parse(Body).RootElement.TryGetProperty("link", out JsonElement links)
        ? links.EnumerateArray().Where(link => link.GetProperty("relation").GetString() == "next").Select(link => link.GetProperty("url").GetString()).SingleOrDefault()
        : null;

    /// <summary>All that can be read in it: what is in Base64 is decoded.</summary>
    public string Readable
    {
        get
        {
            var text = new StringBuilder(Headers).Append(Body);
            foreach (System.Text.RegularExpressions.Match match in Encoded().Matches(Body))
            {
                byte[] bytes = new byte[match.Length];
                if (Convert.TryFromBase64String(match.Value, bytes, out int length)) text.Append(Encoding.UTF8.GetString(bytes, 0, length));
            }

            return text.ToString();
        }
    }

    private string Neutral(string text)
    {
        text = text.Replace(Base, "BASE", StringComparison.Ordinal);
        text = Cursor().Replace(text, match => $"_cursor=({match.Length})");
        text = Uuid().Replace(text, "UUID");
        return Audit().Replace(text, "AuditEvent/ID");
    }

    [System.Text.RegularExpressions.GeneratedRegex("[A-Za-z0-9+/=]{12,}")]
    private static partial System.Text.RegularExpressions.Regex Encoded();

    [System.Text.RegularExpressions.GeneratedRegex("_cursor=[^\"&]+")]
    private static partial System.Text.RegularExpressions.Regex Cursor();

    [System.Text.RegularExpressions.GeneratedRegex("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|[0-9a-f]{32}")]
    private static partial System.Text.RegularExpressions.Regex Uuid();

    [System.Text.RegularExpressions.GeneratedRegex("AuditEvent/[A-Za-z0-9.-]+")]
    private static partial System.Text.RegularExpressions.Regex Audit();
}
