using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Consortium.Fhir;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Consortium.Adapters.Intake;

/// <summary>Intake and quarantine over HTTP. Errors are OperationOutcomes.</summary>
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

    private static IResult? Refusal(HttpContext http)
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

        // Our own limit below answers with a reason; the server's would cut the connection.
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit) limit.MaxRequestBodySize = null;
        byte[]? body = await ReadAsync(http.Request, options.MaxRecordBytes, cancellationToken).ConfigureAwait(false);
        if (body is null)
        {
            return Outcome(413, "too-long", string.Create(
                CultureInfo.InvariantCulture, $"the record is longer than {options.MaxRecordBytes} bytes. Split it, or raise MaxRecordBytes."));
        }

        if (body.Length == 0) return Outcome(400, "incomplete", "the body is empty; the raw record is expected.");
        string fileName = http.Request.Headers["X-File-Name"].ToString();
        IntakeReceipt receipt = await journal.AcceptAsync(body, source, fileName.Length is 0 or > 255 ? null : fileName, cancellationToken).ConfigureAwait(false);
        return Json(receipt.IsDuplicate ? 200 : 202, new JsonObject
        {
            ["digest"] = receipt.Digest,
            ["sequence"] = receipt.Sequence,
            ["duplicate"] = receipt.IsDuplicate,
        });
    }

    private static async Task<IResult> ListAsync(
        Quarantine quarantine, string? source, long? after, int? limit, CancellationToken cancellationToken)
    {
        IReadOnlyList<QuarantinedRecord> records = await quarantine.ListAsync(
            source, Math.Clamp(limit ?? 100, 1, MostListed), after ?? 0, cancellationToken).ConfigureAwait(false);
        return Json(200, new JsonObject
        {
            ["total"] = await quarantine.CountAsync(cancellationToken).ConfigureAwait(false),
            ["records"] = new JsonArray([.. records.Select(record => (JsonNode?)ToJson(record))]),
        });
    }

    private static async Task<IResult> ShowAsync(string digest, Quarantine quarantine, CancellationToken cancellationToken)
    {
        if (await quarantine.ShowAsync(digest, cancellationToken).ConfigureAwait(false) is not var (parts, raw)) return NotThere();
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

    private static async Task<IResult> ReleaseAllAsync(Quarantine quarantine, string? source, string? code, CancellationToken cancellationToken) =>
        Json(202, new JsonObject { ["released"] = await quarantine.ReleaseAllAsync(source, code, cancellationToken).ConfigureAwait(false) });

    /// <summary>The body, or null where it is longer than allowed; then the rest is left unread.</summary>
    private static async Task<byte[]?> ReadAsync(HttpRequest request, int most, CancellationToken cancellationToken)
    {
        if (request.ContentLength > most) return null;
        using var body = new MemoryStream((int)(request.ContentLength ?? 0));
        byte[] buffer = new byte[64 * 1024];
        int read;
        while ((read = await request.Body.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
        {
            if (body.Length + read > most) return null;
            body.Write(buffer, 0, read);
        }

        return body.ToArray();
    }

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

    private static IResult NotThere() => Outcome(404, "not-found", "nothing of that record waits in the quarantine.");

    private static IResult Outcome(int status, string code, string reason) => Results.Text(
        Encoding.UTF8.GetString(OperationOutcomeJson.Write([new OutcomeIssue(IssueSeverity.Error, code, reason)])), "application/fhir+json; charset=utf-8", Encoding.UTF8, status);

    private static IResult Json(int status, JsonObject body) => Results.Text(
        body.ToJsonString(JsonOptions), "application/json; charset=utf-8", Encoding.UTF8, status);

    private static JsonSerializerOptions JsonOptions { get; } = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
}
