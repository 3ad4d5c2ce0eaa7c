using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using Consortium.Fhir;
using Consortium.FhirFacade.Access;
using Consortium.FhirFacade.Later;
using Consortium.FhirFacade.Limits;
using Consortium.FhirFacade.Telemetry;
using Consortium.Storage;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebUtilities;

namespace Consortium.FhirFacade.Rest;

/// <summary>
/// Between HTTP and <see cref="FhirRequest"/>: reads and bounds the request, negotiates format and coding, and turns every failure,
/// whatever it is, into an OperationOutcome (FHIR R4 http.html#Status-Codes).
/// </summary>
internal sealed class FhirEndpoint(FhirRouter router, LaterInteractions later, CallerAuthentication authentication, CallerRates rates, FailureResponses failures, FacadeOptions options, TimeProvider time)
{
    private const int MostRequestIdCharacters = 64;

    /// <summary>Answers one HTTP request whose path below the base is <paramref name="path"/>.</summary>
    public async Task InvokeAsync(HttpContext context, string path)
    {
        FhirResponse response;
        ResponseForm form = ResponseForm.Json;
        string[] segments = [.. path.Split('/', StringSplitOptions.RemoveEmptyEntries)];
        using FacadeTelemetry.RequestSpan span = FacadeTelemetry.Begin(context, router.Template(segments));
        using var limit = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time); // begins when the body is there
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, context.RequestAborted);
        try
        {
            if (HttpMethods.IsOptions(context.Request.Method))
            {
                response = new FhirResponse(204) { Allow = router.Allow(segments), AcceptPatch = router.AcceptPatch(segments) };
            }
            else
            {
                List<KeyValuePair<string, string>> parameters = Form(context.Request.QueryString.Value);
                // An answer that is a Binary's content follows its own content type: whether the client takes FHIR is asked where FHIR is written.
                bool content = segments is ["Binary", _] or ["Binary", _, "_history", _] && !Negotiation.AsksForFhir(context.Request, parameters);
                content |= segments is ["$export-status" or "$export-file" or "$export-error" or ".well-known", ..];
                if (!content) form = Negotiation.Answer(context.Request, parameters);
                FhirRequest request = await ReadAsync(context, segments, parameters).ConfigureAwait(false);
                if (segments is [.., "_search"]) form = Negotiation.Answer(context.Request, parameters); // the form of a POST may have _format too
                if (LaterInteractions.Takes(request))
                {
                    response = await later.StartAsync(request).ConfigureAwait(false);
                }
                else
                {
                    if (options.Limits.Time > TimeSpan.Zero) limit.CancelAfter(options.Limits.Time);
                    response = await router.RouteAsync(request with { WantsContent = content }, stop.Token).ConfigureAwait(false);
                }
            }
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            return; // nobody is listening
        }
        catch (Exception e) when (stop.IsCancellationRequested && (e is OperationCanceledException || Database.IsInterrupted(e)))
        {
            if (context.RequestAborted.IsCancellationRequested) return;
            response = failures.Stopped();
        }
#pragma warning disable CA1031 // the boundary: whatever went wrong, the client gets an OperationOutcome
        catch (Exception e)
#pragma warning restore CA1031
        {
            response = failures.Answer(e);
        }

        await WriteAsync(context, response, form).ConfigureAwait(false);
    }

    private async Task<FhirRequest> ReadAsync(HttpContext context, string[] segments, List<KeyValuePair<string, string>> parameters)
    {
        HttpRequest http = context.Request;
        Caller caller = await rates.AdmitAsync(
            context.Connection.RemoteIpAddress, () => authentication.AuthenticateAsync(http.Headers.Authorization.ToString(), context.RequestAborted)).ConfigureAwait(false);
        caller = BreakGlass.WithPurpose(caller, Header(http, BreakGlass.PurposeHeader), Header(http, BreakGlass.ReasonHeader));
        ReadOnlyMemory<byte> body = default;
        BodyKind kind = BodyKind.Json;
        FhirDocument? document = null;
        if (http.Method is "POST" or "PUT" or "PATCH")
        {
            body = await BodyAsync(context).ConfigureAwait(false);
            if (body.Length > 0) kind = Negotiation.Body(http.ContentType);
            if (segments is [.., "_search"])
            {
                if (body.Length > 0 && kind != BodyKind.Form) throw FhirException.Unsupported("application/x-www-form-urlencoded in UTF-8");
                parameters.AddRange(Form(Encoding.UTF8.GetString(body.Span)));
                (body, kind) = (default, BodyKind.Json);
            }
            else if (kind == BodyKind.Xml)
            {
                document = FhirDocument.ParseXml(body);
                body = document.Utf8Json;
            }
            else if (kind == BodyKind.Json && body.Span.StartsWith("\uFEFF"u8))
            {
                body = body[3..]; // RFC 8259 8.1: a byte-order mark may be ignored
            }
        }

        return new FhirRequest
        {
            Method = http.Method,
            Segments = segments,
            Parameters = parameters,
            Body = body,
            Kind = kind,
            ContentType = http.ContentType,
            Document = document,
            Caller = caller,
            RequestId = RequestId(context),
            Address = context.Connection.RemoteIpAddress is { } address ? (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).ToString() : null,
            IfMatch = Header(http, "If-Match"),
            IfNoneMatch = Header(http, "If-None-Match"),
            IfModifiedSince = Header(http, "If-Modified-Since"),
            IfNoneExist = Header(http, "If-None-Exist"),
            SecurityContext = Header(http, "X-Security-Context"),
            Prefer = Preferences.Parse(Header(http, "Prefer")),
        };
    }

    private async Task<ReadOnlyMemory<byte>> BodyAsync(HttpContext context)
    {
        if (context.Request.ContentLength > options.MaxBodyBytes) throw FhirException.TooLarge(options.MaxBodyBytes);
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit) limit.MaxRequestBodySize = options.MaxBodyBytes;
        var buffer = new ArrayBufferWriter<byte>((int)Math.Max(4096, context.Request.ContentLength ?? 0));
        while (true)
        {
            int read = await context.Request.Body.ReadAsync(buffer.GetMemory(4096), context.RequestAborted).ConfigureAwait(false);
            if (read == 0) break;
            buffer.Advance(read);
            if (buffer.WrittenCount > options.MaxBodyBytes) throw FhirException.TooLarge(options.MaxBodyBytes);
        }

        string coding = context.Request.Headers.ContentEncoding.ToString();
        return coding.Length == 0
            ? buffer.WrittenMemory
            : await ContentCoding.DecodeAsync(buffer.WrittenMemory, coding, options.MaxBodyBytes, context.RequestAborted).ConfigureAwait(false);
    }

    private async Task WriteAsync(HttpContext context, FhirResponse response, ResponseForm form)
    {
        HttpResponse http = context.Response;
        if (http.HasStarted) return;
        byte[]? body = response.Body;
        try
        {
            if (body is not null && response.RawContentType is null) body = form.Write(body);
        }
        catch (FhirException e)
        {
            response = failures.Answer(e);
            (body, form) = (response.Body, ResponseForm.Json);
        }

        http.StatusCode = response.Status;
        WriteHeaders(context, response);
        if (response.Stream is { } stream)
        {
            http.ContentType = response.RawContentType;
            if (HttpMethods.IsHead(context.Request.Method)) return;
            try
            {
                await stream(http.Body, context.RequestAborted).ConfigureAwait(false);
            }
#pragma warning disable CA1031 // the status is sent: what cannot be finished must not look finished
            catch (Exception e)
#pragma warning restore CA1031
            {
                failures.Answer(e); // logs it
                context.Abort();
            }

            return;
        }

        if (body is null) return;
        http.ContentType = response.RawContentType ?? form.ContentType;
        if (ContentCoding.Preferred(context.Request, body.Length) is { } coding)
        {
            body = ContentCoding.Encode(body, coding);
            http.Headers.ContentEncoding = coding;
        }

        http.ContentLength = body.Length;
        if (!HttpMethods.IsHead(context.Request.Method)) await http.Body.WriteAsync(body, context.RequestAborted).ConfigureAwait(false);
    }

    private void WriteHeaders(HttpContext context, FhirResponse response)
    {
        IHeaderDictionary headers = context.Response.Headers;
        if (response.Version is { } version) headers.ETag = FhirResponse.ETag(version);
        if (response.LastUpdated is { } updated) headers.LastModified = DateTimeOffset.FromUnixTimeMilliseconds(updated).ToString("R", CultureInfo.InvariantCulture);
        if (response.Location is { } location) headers.Location = location;
        if (response.ContentLocation is { } content) headers.ContentLocation = content;
        if (response.Progress is { } progress) headers["X-Progress"] = progress;
        if (response.Expires is { } expires) headers.Expires = expires.ToString("R", CultureInfo.InvariantCulture);
        if (response.Allow is { } allow) headers.Allow = allow;
        if (response.RetryAfter is { } seconds) headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        if (response.AcceptEncoding is { } codings) headers.AcceptEncoding = codings;
        if (response.AcceptPatch is { } patches) headers["Accept-Patch"] = patches;
        if ((response.Challenge ?? (response.Status == 401 ? "Bearer" : null)) is { } challenge) headers.WWWAuthenticate = challenge;
        if (response.RawContentType is not null)
        {
            // A stored file is somebody's content: it is shown as what it says it is, and its scripts do not run here.
            headers.XContentTypeOptions = "nosniff";
            headers.ContentSecurityPolicy = "sandbox";
        }

        headers.CacheControl = "no-store"; // FHIR R4 security.html: answers hold patient data
        WriteRequestId(context);
        CrossOrigin.Write(context, options.CorsOrigins, response.Allow);
    }

    // http.html#custom: the client's id comes back; the server gives one where there is none, or none that it would put in a log.
    private static void WriteRequestId(HttpContext context)
    {
        context.Response.Headers["X-Request-Id"] = RequestId(context);
        string correlation = context.Request.Headers["X-Correlation-Id"].ToString();
        if (IsPlain(correlation)) context.Response.Headers["X-Correlation-Id"] = correlation;
    }

    // The same throughout a request: it stands in the answer and in the AuditEvent.
    private static string RequestId(HttpContext context)
    {
        if (context.Items.TryGetValue(typeof(FhirEndpoint), out object? known)) return (string)known!;
        string id = context.Request.Headers["X-Request-Id"].ToString();
        if (!IsPlain(id)) id = Activity.Current?.TraceId.ToString() ?? Guid.NewGuid().ToString("N");
        context.Items[typeof(FhirEndpoint)] = id;
        return id;
    }

    private static bool IsPlain(string id) => id.Length is > 0 and <= MostRequestIdCharacters && id.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');

    private static string? Header(HttpRequest request, string name) => request.Headers.TryGetValue(name, out var value) ? value.ToString() : null;

    internal static List<KeyValuePair<string, string>> Form(string? query)
    {
        List<KeyValuePair<string, string>> parameters = [];
        foreach (QueryStringEnumerable.EncodedNameValuePair pair in new QueryStringEnumerable(query))
        {
            parameters.Add(new(pair.DecodeName().ToString(), pair.DecodeValue().ToString()));
        }

        return parameters;
    }
}
