using System.Buffers;
using System.Globalization;
using Consortium.FhirFacade.Access;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebUtilities;

namespace Consortium.FhirFacade.Rest;

/// <summary>
/// Between HTTP and <see cref="FhirRequest"/>: reads and bounds the request, negotiates the format, and turns every failure,
/// whatever it is, into an OperationOutcome (FHIR R4 http.html#Status-Codes).
/// </summary>
internal sealed class FhirEndpoint(FhirRouter router, CallerAuthentication authentication, FailureResponses failures, FacadeOptions options)
{
    /// <summary>Answers one HTTP request whose path below the base is <paramref name="path"/>.</summary>
    public async Task InvokeAsync(HttpContext context, string path)
    {
        FhirResponse response;
        bool pretty = false;
        try
        {
            List<KeyValuePair<string, string>> parameters = Form(context.Request.QueryString.Value);
            pretty = parameters.Exists(parameter => parameter is { Key: "_pretty", Value: "true" or "" });
            Negotiation.RequireJson(context.Request, parameters);
            FhirRequest request = await ReadAsync(context, path, parameters).ConfigureAwait(false);
            response = await router.RouteAsync(request, context.RequestAborted).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            return; // nobody is listening
        }
#pragma warning disable CA1031 // the boundary: whatever went wrong, the client gets an OperationOutcome
        catch (Exception e)
#pragma warning restore CA1031
        {
            response = failures.Answer(e);
        }

        await WriteAsync(context, response, pretty).ConfigureAwait(false);
    }

    private async Task<FhirRequest> ReadAsync(HttpContext context, string path, List<KeyValuePair<string, string>> parameters)
    {
        HttpRequest http = context.Request;
        Caller caller = await authentication.AuthenticateAsync(http.Headers.Authorization.ToString(), context.RequestAborted).ConfigureAwait(false);
        string[] segments = [.. path.Split('/', StringSplitOptions.RemoveEmptyEntries)];
        ReadOnlyMemory<byte> body = default;
        if (http.Method is "POST" or "PUT" or "PATCH")
        {
            bool search = segments is [_, "_search"];
            body = await BodyAsync(context).ConfigureAwait(false);
            if (body.Length > 0) Negotiation.RequireContent(http.ContentType, search);
            if (search)
            {
                parameters.AddRange(Form(System.Text.Encoding.UTF8.GetString(body.Span)));
                body = default;
            }
        }

        return new FhirRequest
        {
            Method = http.Method,
            Segments = segments,
            Parameters = parameters,
            Body = body,
            Caller = caller,
            IfMatch = Header(http, "If-Match"),
            IfNoneMatch = Header(http, "If-None-Match"),
            IfModifiedSince = Header(http, "If-Modified-Since"),
            IfNoneExist = Header(http, "If-None-Exist"),
            Prefer = Preferences.Parse(Header(http, "Prefer")),
        };
    }

    private async Task<ReadOnlyMemory<byte>> BodyAsync(HttpContext context)
    {
        if (context.Request.ContentLength > options.MaxBodyBytes) throw Negotiation.TooLarge(options.MaxBodyBytes);
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit) limit.MaxRequestBodySize = options.MaxBodyBytes;
        var buffer = new ArrayBufferWriter<byte>((int)Math.Max(4096, context.Request.ContentLength ?? 0));
        while (true)
        {
            int read = await context.Request.Body.ReadAsync(buffer.GetMemory(4096), context.RequestAborted).ConfigureAwait(false);
            if (read == 0) break;
            buffer.Advance(read);
            if (buffer.WrittenCount > options.MaxBodyBytes) throw Negotiation.TooLarge(options.MaxBodyBytes);
        }

        ReadOnlyMemory<byte> body = buffer.WrittenMemory;
        return body.Span.StartsWith("\uFEFF"u8) ? body[3..] : body; // RFC 8259 8.1: a byte-order mark may be ignored
    }

    private static async Task WriteAsync(HttpContext context, FhirResponse response, bool pretty)
    {
        HttpResponse http = context.Response;
        if (http.HasStarted) return;
        http.StatusCode = response.Status;
        if (response.Version is { } version) http.Headers.ETag = FhirResponse.ETag(version);
        if (response.LastUpdated is { } updated) http.Headers.LastModified = DateTimeOffset.FromUnixTimeMilliseconds(updated).ToString("R", CultureInfo.InvariantCulture);
        if (response.Location is { } location) http.Headers.Location = location;
        if (response.Allow is { } allow) http.Headers.Allow = allow;
        if (response.Status == 401) http.Headers.WWWAuthenticate = "Bearer";
        http.Headers.CacheControl = "no-store"; // FHIR R4 security.html: answers hold patient data
        if (response.Body is not { } body) return;
        http.ContentType = Negotiation.FhirJson;
        if (pretty) body = Negotiation.Indent(body);
        http.ContentLength = body.Length;
        if (!HttpMethods.IsHead(context.Request.Method)) await http.Body.WriteAsync(body, context.RequestAborted).ConfigureAwait(false);
    }

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
