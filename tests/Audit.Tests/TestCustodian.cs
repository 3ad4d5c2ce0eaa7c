using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Consortium.Integrity;
using Consortium.Ledger;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Consortium.Audit.Tests;

/// <summary>
/// A hospital small enough to read: records in a dictionary that a test can tamper with, <c>$disclose</c> over HTTP on the
/// loopback interface. It shows type, id, meta and status, as the regulator's view does.
/// </summary>
internal sealed class TestCustodian : IAsyncDisposable
{
    private static readonly string[] Shown = ["/resourceType", "/id", "/meta", "/status", "/type", "/action", "/entity"];
    private readonly WebApplication _app;
    private readonly byte[] _key;
    private readonly Address _regulator;
    private int _running;
    private int _mostAtOnce;
    private int _many;

    private TestCustodian(WebApplication app, LocalSigner signer, Address regulator, int seed)
    {
        _app = app;
        Signer = signer;
        _regulator = regulator;
        _key = [.. Enumerable.Repeat((byte)seed, 32)];
    }

    public LocalSigner Signer { get; }

    public Uri Endpoint { get; private set; } = null!;

    /// <summary>The store: what a person with access to the database could change.</summary>
    public ConcurrentDictionary<Tag128, StoredRecord> Records { get; } = [];

    /// <summary>Answers with this status instead of anything else.</summary>
    public HttpStatusCode? Always { get; set; }

    /// <summary>Gives the answer to another record id than was asked for.</summary>
    public Func<Tag128, Tag128>? Confuses { get; set; }

    /// <summary>Records that it says it erased, with the AuditEvent that it names; null for none.</summary>
    public ConcurrentDictionary<Tag128, Tag128?> Erased { get; } = [];

    /// <summary>So many requests are told to come again in a second.</summary>
    public int Throttles { get; set; }

    /// <summary>Answers with these bytes.</summary>
    public byte[]? Says { get; set; }

    public int MostAtOnce => _mostAtOnce;

    /// <summary>Knows nothing of several records in one call: answers for the first alone, as an older facade does.</summary>
    public bool AnswersSingly { get; set; }

    /// <summary>How many calls asked for several records.</summary>
    public int Many => _many;

    public static async Task<TestCustodian> StartAsync(LocalSigner signer, Address regulator, int seed)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(k => k.Listen(IPAddress.Loopback, 0));
        WebApplication app = builder.Build();
        var custodian = new TestCustodian(app, signer, regulator, seed);
        app.MapPost("/fhir/$disclose", custodian.DiscloseAsync);
        app.MapGet("/fhir/$inventory", custodian.InventoryAsync);
        await app.StartAsync();
        custodian.Endpoint = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single() + "/fhir");
        return custodian;
    }

    /// <summary>Stores a version and gives its index entry.</summary>
    public IndexEntry Store(string type, string id, int version, DateTimeOffset recordedAt, string status = "final")
    {
        string at = recordedAt.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        string json = $$"""{"resourceType":"{{type}}","id":"{{id}}","meta":{"versionId":"{{version}}","lastUpdated":"{{at}}"},"status":"{{status}}","code":{"text":"K+"},"valueQuantity":{"value":4.10,"unit":"mmol/L"},"note":[{"text":"王小明"}]}""";
        byte[] bytes = Encoding.UTF8.GetBytes(json);
        byte[] secret = RecordCommitment.NewSecret();
        Tag128 recordId = IndexIdentifiers.RecordId(_key, type, id, version.ToString(CultureInfo.InvariantCulture));
        Records[recordId] = new StoredRecord(bytes, secret, recordedAt);
        return new IndexEntry(recordId, RecordCommitment.Compute(bytes, secret).Commitment, Tag128.Zero, IndexIdentifiers.Kind(type), (ulong)recordedAt.ToUnixTimeSeconds());
    }

    /// <summary>Erases records, and gives the index entry of the AuditEvent that says so.</summary>
    public IndexEntry Erase(string id, DateTimeOffset recordedAt, params Tag128[] records)
    {
        string at = recordedAt.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        string entities = string.Join(',', records.Select(record =>
            $$$"""{"what":{"reference":"{{{ErasureProof.Reference(record)}}}"},"lifecycle":{"system":"{{{ErasureProof.LifecycleSystem}}}","code":"{{{ErasureProof.LifecycleErased}}}"}}"""));
        byte[] bytes = Encoding.UTF8.GetBytes($$"""{"resourceType":"AuditEvent","id":"{{id}}","meta":{"versionId":"1","lastUpdated":"{{at}}"},"type":{"code":"destroy"},"action":"D","recorded":"{{at}}","entity":[{{entities}}]}""");
        byte[] secret = RecordCommitment.NewSecret();
        Tag128 recordId = IndexIdentifiers.RecordId(_key, "AuditEvent", id, "1");
        Records[recordId] = new StoredRecord(bytes, secret, recordedAt);
        foreach (Tag128 record in records)
        {
            Records.TryRemove(record, out _);
            Erased[record] = recordId;
        }

        return new IndexEntry(recordId, RecordCommitment.Compute(bytes, secret).Commitment, Tag128.Zero, IndexIdentifiers.Kind("AuditEvent"), (ulong)recordedAt.ToUnixTimeSeconds());
    }

    /// <summary>Changes stored bytes, as a person with access to the database would.</summary>
    public void Tamper(Tag128 recordId, string was, string becomes) => Records[recordId] = Records[recordId] with
    {
        Bytes = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(Records[recordId].Bytes).Replace(was, becomes, StringComparison.Ordinal)),
    };

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    /// <summary>Records that it leaves out of its list.</summary>
    public ConcurrentDictionary<Tag128, bool> Unlisted { get; } = [];

    // Two of a page, so that there are several.
    private IResult InventoryAsync(HttpContext http)
    {
        if (Always is { } always) return Results.StatusCode((int)always);
        Tag128[] all = [.. Records.Keys.Where(id => !Unlisted.ContainsKey(id)).OrderBy(id => id.ToString(), StringComparer.Ordinal)];
        int from = int.TryParse(http.Request.Query["_after"], CultureInfo.InvariantCulture, out int after) ? after : 0;
        JsonNode[] page = [.. all.Skip(from).Take(2).Select(id => (JsonNode)new JsonObject
        {
            ["name"] = "record",
            ["part"] = new JsonArray(new JsonObject { ["name"] = "recordId", ["valueString"] = id.ToString() }, new JsonObject { ["name"] = "recorded", ["valueInstant"] = Records[id].RecordedAt.ToString("O") }),
        })];
        var answer = new JsonObject { ["resourceType"] = "Parameters", ["parameter"] = new JsonArray(page) };
        if (page.Length == 2) answer["parameter"]!.AsArray().Add(new JsonObject { ["name"] = "next", ["valueString"] = (from + 2).ToString(CultureInfo.InvariantCulture) });
        return Results.Text(answer.ToJsonString(), "application/fhir+json");
    }

    private async Task DiscloseAsync(HttpContext http)
    {
        int running = Interlocked.Increment(ref _running);
        for (int most = _mostAtOnce; running > most && Interlocked.CompareExchange(ref _mostAtOnce, running, most) != most; most = _mostAtOnce)
        {
        }

        try
        {
            (int status, byte[] body) = await AnswerAsync(http);
            http.Response.StatusCode = status;
            http.Response.ContentType = "application/fhir+json";
            await http.Response.Body.WriteAsync(body);
        }
        finally
        {
            Interlocked.Decrement(ref _running);
        }
    }

    private async Task<(int Status, byte[] Body)> AnswerAsync(HttpContext http)
    {
        if (Always is { } always) return ((int)always, []);
        if (Says is { } says) return (200, says);
        string token = http.Request.Headers.Authorization.ToString().Replace("Bearer ", "", StringComparison.Ordinal);
        try
        {
            MemberIdentity caller = MemberToken.Verify(token, 31337, MemberToken.Audience(31337, Signer.Address), TimeProvider.System);
            if (caller.Address != _regulator) return (403, []);
        }
        catch (MemberTokenException)
        {
            return (401, []);
        }

        using JsonDocument asked = await JsonDocument.ParseAsync(http.Request.Body);
        Tag128[] ids = [.. asked.RootElement.GetProperty("parameter").EnumerateArray().Select(one => Tag128.Parse(one.GetProperty("valueString").GetString()!))];
        if (Throttles > 0)
        {
            Throttles--;
            http.Response.Headers.RetryAfter = "0";
            return (429, []);
        }

        if (ids.Length == 1 || AnswersSingly) return One(ids[0]);
        Interlocked.Increment(ref _many);
        return (200, Encoding.UTF8.GetBytes(new JsonObject
        {
            ["resourceType"] = "Parameters",
            ["parameter"] = new JsonArray([.. ids.Select(id => (JsonNode)Part(id, One(id)))]),
        }.ToJsonString()));
    }

    private static JsonObject Part(Tag128 id, (int Status, byte[] Body) answer) => new()
    {
        ["name"] = "record",
        ["part"] = new JsonArray(
            new JsonObject { ["name"] = "recordId", ["valueString"] = id.ToString() },
            new JsonObject { ["name"] = "status", ["valueDecimal"] = answer.Status },
            new JsonObject { ["name"] = answer.Status == 200 ? "answer" : "outcome", ["resource"] = answer.Body.Length == 0 ? new JsonObject { ["resourceType"] = "OperationOutcome" } : JsonNode.Parse(answer.Body) }),
    };

    private (int Status, byte[] Body) One(Tag128 recordId)
    {
        if (Confuses is { } confuses) recordId = confuses(recordId);
        if (Erased.TryGetValue(recordId, out Tag128? named))
        {
            string extension = named is { } id ? "\"extension\":[{\"url\":\"" + ErasureProof.EventExtension + "\",\"valueString\":\"" + id + "\"}]," : "";
            return (410, Encoding.UTF8.GetBytes("{\"resourceType\":\"OperationOutcome\",\"issue\":[{" + extension + "\"severity\":\"error\",\"code\":\"deleted\"}]}"));
        }

        if (!Records.TryGetValue(recordId, out StoredRecord? record)) return (404, []);
        try
        {
            return (200, Answer(record));
        }
        catch (Exception e) when (e is JsonException or RecordFormatException)
        {
            return (500, []);
        }
    }

    private static byte[] Answer(StoredRecord record)
    {
        JsonObject view = JsonNode.Parse(record.Bytes)!.AsObject();
        string[] hidden = [.. view.Select(m => "/" + m.Key).Except(Shown)];
        Disclosure disclosure = RecordCommitment.Disclose(record.Bytes, record.Secret, CommitmentSuite.Sha256, hidden);
        foreach (string pointer in hidden) view.Remove(pointer[1..]);
        byte[] viewBytes = Encoding.UTF8.GetBytes(view.ToJsonString());
        return Encoding.UTF8.GetBytes(new JsonObject
        {
            ["resourceType"] = "Parameters",
            ["parameter"] = new JsonArray(
                new JsonObject { ["name"] = "view", ["resource"] = view },
                new JsonObject { ["name"] = "disclosure", ["valueBase64Binary"] = Convert.ToBase64String(disclosure.ToJson()) },
                new JsonObject { ["name"] = "viewBytes", ["valueBase64Binary"] = Convert.ToBase64String(viewBytes) }),
        }.ToJsonString());
    }
}

internal sealed record StoredRecord(byte[] Bytes, byte[] Secret, DateTimeOffset RecordedAt);
