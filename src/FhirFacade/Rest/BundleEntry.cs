using System.Runtime.InteropServices;
using System.Text.Json;
using Consortium.Fhir;

namespace Consortium.FhirFacade.Rest;

/// <summary>One entry of a batch or transaction.</summary>
internal sealed record BundleEntry
{
    private static readonly string[] Methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"];

    public required int Index { get; init; }

    public required string Method { get; init; }

    /// <summary>The path of <c>request.url</c>, by segment.</summary>
    public required string[] Segments { get; init; }

    public required IReadOnlyList<KeyValuePair<string, string>> Parameters { get; init; }

    public string? FullUrl { get; init; }

    /// <summary>The resource's bytes; empty where there is none.</summary>
    public byte[] Resource { get; init; } = [];

    /// <summary>The resource's <c>meta.versionId</c>, which version-specific references to the entry name; null where it has none.</summary>
    public string? VersionId { get; init; }

    public string? IfMatch { get; init; }

    public string? IfNoneMatch { get; init; }

    public string? IfModifiedSince { get; init; }

    public string? IfNoneExist { get; init; }

    /// <summary>Where it stands, as FHIRPath.</summary>
    public string At => $"Bundle.entry[{Index}]";

    /// <summary>http.html#trules: DELETE, POST, PUT and PATCH, then GET and HEAD.</summary>
    public int Order => Method switch
    {
        "DELETE" => 0,
        "POST" => 1,
        "PUT" or "PATCH" => 2,
        _ => 3,
    };

    /// <summary>The entries of a Bundle.</summary>
    /// <exception cref="FhirException">400: an entry has no request that can be meant. 413: there are too many.</exception>
    public static BundleEntry[] Read(JsonElement bundle, FacadeOptions options)
    {
        if (!bundle.TryGetProperty("entry", out JsonElement entries)) return [];
        if (entries.ValueKind != JsonValueKind.Array) throw FhirException.BadRequest("structure", "Bundle.entry is an array.", "Bundle.entry");
        if (entries.GetArrayLength() > options.MaxBundleEntries)
        {
            throw new FhirException(413, "too-long", $"The Bundle has more than the {options.MaxBundleEntries} entries that this server takes. Send it in parts.");
        }

        return [.. entries.EnumerateArray().Select((entry, index) => One(entry, index, options.BaseUrl))];
    }

    /// <summary>The entry as a request of its own, on behalf of the same caller.</summary>
    public FhirRequest ToRequest(FhirRequest outer)
    {
        var request = new FhirRequest
        {
            Method = Method,
            Segments = Segments,
            Parameters = Parameters,
            Body = Resource,
            Caller = outer.Caller,
            RequestId = outer.RequestId,
            Address = outer.Address,
            IfMatch = IfMatch,
            IfNoneMatch = IfNoneMatch,
            IfModifiedSince = IfModifiedSince,
            IfNoneExist = IfNoneExist,
            Prefer = outer.Prefer,
        };
        return Method == "PATCH" ? WithPatch(request) : request;
    }

    /// <summary>http.html#patch: in a Bundle a JSON Patch stands in a Binary; a FHIRPath Patch is a resource already.</summary>
    private FhirRequest WithPatch(FhirRequest request)
    {
        if (Resource.Length == 0) throw FhirException.BadRequest("required", "A PATCH has a resource: Parameters, or a Binary with the patch.", $"{At}.resource");
        using JsonDocument json = JsonDocument.Parse(Resource);
        if (Text(json.RootElement, "resourceType") != "Binary") return request;
        if (!json.RootElement.TryGetProperty("data", out JsonElement data) || data.ValueKind != JsonValueKind.String || !data.TryGetBytesFromBase64(out byte[]? content))
        {
            throw FhirException.BadRequest("required", "The Binary of a PATCH has data in base64.", $"{At}.resource.data");
        }

        BodyKind kind = Negotiation.Body(Text(json.RootElement, "contentType"));
        return kind == BodyKind.Xml
            ? request with { Kind = kind, Body = FhirDocument.ParseXml(content).Utf8Json }
            : request with { Kind = kind, Body = content };
    }

    private static BundleEntry One(JsonElement entry, int index, string serverBase)
    {
        string at = $"Bundle.entry[{index}]";
        if (entry.ValueKind != JsonValueKind.Object || !entry.TryGetProperty("request", out JsonElement request) || request.ValueKind != JsonValueKind.Object)
        {
            throw FhirException.BadRequest("required", "Each entry of a batch or transaction has a request.", $"{at}.request");
        }

        string method = Text(request, "method") ?? throw FhirException.BadRequest("required", "A request has a method.", $"{at}.request.method");
        if (!Methods.Contains(method, StringComparer.Ordinal)) throw FhirException.BadRequest("code-invalid", "The method of a request is GET, HEAD, POST, PUT, PATCH or DELETE.", $"{at}.request.method");
        string url = Text(request, "url") ?? throw FhirException.BadRequest("required", "A request has a url.", $"{at}.request.url");
        if (url.StartsWith(serverBase, StringComparison.Ordinal)) url = url[serverBase.Length..];
        if (url.Contains("://", StringComparison.Ordinal) && url.IndexOf("://", StringComparison.Ordinal) < (uint)url.IndexOfAny(['/', '?']))
        {
            throw FhirException.BadRequest("value", "The url of a request is relative to this server's base.", $"{at}.request.url");
        }

        int query = url.IndexOf('?', StringComparison.Ordinal);
        string path = query < 0 ? url : url[..query];
        bool hasResource = entry.TryGetProperty("resource", out JsonElement resource) && resource.ValueKind == JsonValueKind.Object;
        return new BundleEntry
        {
            Index = index,
            Method = method,
            Segments = [.. path.Split('/', StringSplitOptions.RemoveEmptyEntries).Select(Uri.UnescapeDataString)],
            Parameters = query < 0 ? [] : FhirEndpoint.Form(url[query..]),
            FullUrl = Text(entry, "fullUrl"),
            Resource = hasResource ? JsonMarshal.GetRawUtf8Value(resource).ToArray() : [],
            VersionId = hasResource && resource.TryGetProperty("meta", out JsonElement meta) && meta.ValueKind == JsonValueKind.Object ? Text(meta, "versionId") : null,
            IfMatch = Text(request, "ifMatch"),
            IfNoneMatch = Text(request, "ifNoneMatch"),
            IfModifiedSince = Text(request, "ifModifiedSince"),
            IfNoneExist = Text(request, "ifNoneExist"),
        };
    }

    private static string? Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
