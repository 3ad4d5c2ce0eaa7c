using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Consortium.Messaging;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Consortium.Adapters.Intake;

/// <summary>Intake and quarantine over HTTP. Errors are problem details (RFC 9457) with the FHIR issues in them.</summary>
public static class IntakeEndpoints
{
    private const int MostListed = 1000;

    /// <summary>
    /// Maps <c>POST /intake</c> (the raw record as the body; <c>X-Source</c> names the source system, <c>X-File-Name</c> the file),
    /// <c>GET /quarantine</c>, <c>GET /quarantine/{digest}</c>, <c>POST /quarantine/{digest}/release</c> and <c>POST /quarantine/release</c>.
    /// Callers need <see cref="IntakeOptions.ApiToken"/>, or to be on this machine where there is none.
    /// </summary>
    /// <param name="endpoints">The host's routes.</param>
    /// <param name="prefix">Path before the routes, such as <c>/hospital-a</c>.</param>
    public static IEndpointRouteBuilder MapIntake(this IEndpointRouteBuilder endpoints, string prefix = "")
    {
        RouteGroupBuilder group = endpoints.MapGroup(prefix);
        group.AddEndpointFilter(async (context, next) =>
            Refusal(context.HttpContext) is { } refusal ? refusal : await next(context).ConfigureAwait(false));
        group.MapPost("/intake", TakeAsync);
        group.MapGet("/quarantine", ListAsync);
        group.MapGet("/quarantine/{digest}", ShowAsync);
        group.MapPost("/quarantine/{digest}/release", ReleaseAsync);
        group.MapPost("/quarantine/release", ReleaseAllAsync);
        return endpoints;
    }

    private static Problem? Refusal(HttpContext http)
    {
        IntakeOptions options = http.RequestServices.GetRequiredService<IntakeOptions>();
        if (options.ApiToken is null)
        {
            // No address at all is the in-process test server.
            return http.Connection.RemoteIpAddress is { } address && !IPAddress.IsLoopback(address)
                ? Outcome(403, "forbidden", "without an ApiToken in the host's intake configuration, only callers on its own machine are let in.")
                : null;
        }

        const string scheme = "Bearer ";
        string sent = http.Request.Headers.Authorization.ToString();
        bool good = sent.StartsWith(scheme, StringComparison.Ordinal)
            && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(sent[scheme.Length..]), Encoding.UTF8.GetBytes(options.ApiToken));
        return good ? null : Outcome(401, "login", "the intake's ApiToken is required as Authorization: Bearer ….");
    }

    private static async Task<IResult> TakeAsync(HttpContext http, IntakeJournal journal, IntakeOptions options, CancellationToken cancellationToken)
    {
        string source = http.Request.Headers["X-Source"].ToString();
        if (source.Length == 0) source = options.Site.DefaultSource;
        if (!IsSourceName(source)) return Outcome(400, "value", "X-Source must be 1 to 64 letters, digits, '.', '_' or '-'.");

        if (journal.Gate.Reason is { } full) return Outcome(503, "transient", $"intake waits: {full}. Send the record again later.");

        // Our own limit below answers with a reason; the server's would cut the connection.
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit) limit.MaxRequestBodySize = null;
        await using StreamRecord? record = http.Request.ContentLength > options.MaxRecordBytes
            ? null
            : await StreamRecord.ReadAsync(http.Request.Body, options.MaxRecordBytes, options.SpoolFolder, cancellationToken).ConfigureAwait(false);
        if (record is null)
        {
            return Outcome(413, "too-long", string.Create(
                CultureInfo.InvariantCulture, $"the record is longer than {options.MaxRecordBytes} bytes. Split it, or raise MaxRecordBytes."));
        }

        if (record.Length == 0) return Outcome(400, "incomplete", "the body is empty; the raw record is expected.");
        try
        {
            IntakeReceipt receipt = await record.AcceptAsync(journal, source, FileName(http.Request), cancellationToken).ConfigureAwait(false);
            journal.Gate.ReportSuccess();
            return Json(receipt.IsDuplicate ? 200 : 202, new JsonObject
            {
                ["digest"] = receipt.Digest,
                ["sequence"] = receipt.Sequence,
                ["duplicate"] = receipt.IsDuplicate,
            });
        }
        catch (Exception e) when (OutsideFailure.Is(e) && !cancellationToken.IsCancellationRequested)
        {
            journal.Gate.ReportFailure();
            return Outcome(503, "transient", "the record could not be stored. Send it again later.");
        }
    }

    /// <summary>The name that a caller gives, percent-encoded where it is not ASCII; only its last part.</summary>
    private static string? FileName(HttpRequest request)
    {
        string name = Path.GetFileName(Uri.UnescapeDataString(request.Headers["X-File-Name"].ToString()));
        return name.Length is 0 or > 255 ? null : name;
    }

    private static async Task<IResult> ListAsync(
        Quarantine quarantine, [AsParameters] FilterQuery query, string? after, int? limit, CancellationToken cancellationToken)
    {
        if (!query.TryRead(out QuarantineFilter filter)) return NoTime();
        if (!TryCursor(after, out QuarantineCursor cursor)) return Outcome(400, "value", "after wants SEQUENCE or SEQUENCE.INDEX, as next of the page before says.");
        int most = Math.Clamp(limit ?? 100, 1, MostListed);
        IReadOnlyList<QuarantinedRecord> records = await quarantine.ListAsync(filter, most, cursor, cancellationToken).ConfigureAwait(false);
        return Json(200, new JsonObject
        {
            ["total"] = await quarantine.CountAsync(filter, cancellationToken).ConfigureAwait(false),
            ["records"] = new JsonArray([.. records.Select(record => (JsonNode?)ToJson(record))]),
            ["next"] = records.Count < most ? null : string.Create(CultureInfo.InvariantCulture, $"{records[^1].Sequence}.{records[^1].Index}"),
        });
    }

    private static bool TryCursor(string? text, out QuarantineCursor cursor)
    {
        cursor = default;
        if (string.IsNullOrEmpty(text)) return true;
        string[] parts = text.Split('.');
        int index = int.MaxValue; // a sequence alone means after all of its parts
        if (parts.Length > 2 || !long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out long sequence)
            || (parts.Length == 2 && !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out index))) return false;
        cursor = new QuarantineCursor(sequence, index);
        return true;
    }

    private static async Task<IResult> ShowAsync(string digest, Quarantine quarantine, CancellationToken cancellationToken)
    {
        (IReadOnlyList<QuarantinedRecord> Parts, RawRecord Raw)? shown;
        try
        {
            shown = await quarantine.ShowAsync(digest, cancellationToken).ConfigureAwait(false);
        }
        catch (JournalKeyException e)
        {
            return Outcome(500, "security", e.Message);
        }

        if (shown is not var (parts, raw)) return NotThere();
        return Json(200, new JsonObject
        {
            ["digest"] = digest,
            ["source"] = raw.Source,
            ["fileName"] = raw.FileName,
            ["receivedAt"] = Timestamp(raw.ReceivedAt),
            ["parts"] = new JsonArray([.. parts.Select(part => (JsonNode?)ToJson(part))]),
            ["raw"] = System.Convert.ToBase64String(raw.Bytes.Span),
        });
    }

    private static async Task<IResult> ReleaseAsync(string digest, Quarantine quarantine, CancellationToken cancellationToken) =>
        await quarantine.ReleaseAsync(digest, cancellationToken).ConfigureAwait(false) ? Json(202, new JsonObject { ["released"] = 1 }) : NotThere();

    private static async Task<IResult> ReleaseAllAsync(Quarantine quarantine, [AsParameters] FilterQuery query, CancellationToken cancellationToken) => query.TryRead(out QuarantineFilter filter)
        ? Json(202, new JsonObject { ["released"] = await quarantine.ReleaseAllAsync(filter, cancellationToken).ConfigureAwait(false) })
        : NoTime();

    private static bool IsSourceName(string source) =>
        source.Length is >= 1 and <= 64 && source.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-');

    private static JsonObject ToJson(QuarantinedRecord record) => new()
    {
        ["digest"] = record.Digest,
        ["index"] = record.Index,
        ["sequence"] = record.Sequence,
        ["source"] = record.Source,
        ["controlId"] = record.ControlId,
        ["adapter"] = record.Adapter,
        ["quarantinedAt"] = Timestamp(record.QuarantinedAt),
        ["code"] = record.Code,
        ["place"] = record.Place,
        ["outcome"] = JsonNode.Parse(record.OutcomeJson),
    };

    private static string Timestamp(DateTimeOffset time) => time.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    private static Problem NotThere() => Outcome(404, "not-found", "nothing of that record waits in the quarantine.");

    private static Problem NoTime() => new(400, "value", "from and before want a date and time with its offset, such as 2026-11-22T08:00:00+08:00.");

    private static Problem Outcome(int status, string code, string reason) => new Problem(status, code, reason);

    private static IResult Json(int status, JsonObject body) => Results.Text(
        body.ToJsonString(JsonOptions), "application/json; charset=utf-8", Encoding.UTF8, status);

    private static JsonSerializerOptions JsonOptions { get; } = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>What of the quarantine a call means.</summary>
    private sealed class FilterQuery
    {
        [FromQuery(Name = "source")]
        public string? Source { get; init; }

        [FromQuery(Name = "code")]
        public string? Code { get; init; }

        [FromQuery(Name = "place")]
        public string? Place { get; init; }

        [FromQuery(Name = "from")]
        public string? From { get; init; }

        [FromQuery(Name = "before")]
        public string? Before { get; init; }

        public bool TryRead(out QuarantineFilter filter)
        {
            filter = new QuarantineFilter { Source = Source, Code = Code, Place = Place };
            if (!TryTime(From, out DateTimeOffset? from) || !TryTime(Before, out DateTimeOffset? before)) return false;
            filter = filter with { From = from, Before = before };
            return true;
        }

        private static bool TryTime(string? text, out DateTimeOffset? time)
        {
            time = null;
            if (string.IsNullOrEmpty(text)) return true;
            if (!DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset parsed)) return false;
            time = parsed;
            return true;
        }
    }
}
