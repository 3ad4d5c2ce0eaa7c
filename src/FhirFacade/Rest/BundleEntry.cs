using System.Runtime.InteropServices;
using System.Text.Json;

namespace Consortium.FhirFacade.Rest;

/// <summary>One entry of a batch or transaction.</summary>
internal sealed record BundleEntry
{
    public required int Index { get; init; }

    public required string Method { get; init; }

    /// <summary>The path of <c>request.url</c>, by segment.</summary>
    public required string[] Segments { get; init; }

    public required IReadOnlyList<KeyValuePair<string, string>> Parameters { get; init; }

    public string? FullUrl { get; init; }

    /// <summary>The resource's bytes; empty where there is none.</summary>
    public byte[] Resource { get; init; } = [];

    public string? IfMatch { get; init; }

    public string? IfNoneMatch { get; init; }

    public string? IfModifiedSince { get; init; }

    public string? IfNoneExist { get; init; }

    /// <summary>Where it stands, as FHIRPath.</summary>
    public string At => $"Bundle.entry[{Index}]";

    /// <summary>http.html#trules: DELETE, POST, PUT, then GET.</summary>
    public int Order => Method switch
    {
        "DELETE" => 0,
        "POST" => 1,
        "PUT" or "PATCH" => 2,
        _ => 3,
    };

    /// <summary>The entries of a Bundle.</summary>
    /// <exception cref="FhirException">400: an entry has no request. 413: there are too many.</exception>
    public static BundleEntry[] Read(JsonElement bundle, int most)
    {
        if (!bundle.TryGetProperty("entry", out JsonElement entries)) return [];
        if (entries.ValueKind != JsonValueKind.Array) throw FhirException.BadRequest("structure", "Bundle.entry is an array.", "Bundle.entry");
        if (entries.GetArrayLength() > most) throw new FhirException(413, "too-long", $"The Bundle has more than the {most} entries that this server takes. Send it in parts.");
        return [.. entries.EnumerateArray().Select(One)];
    }

    /// <summary>The entry as a request of its own, on behalf of the same caller.</summary>
    public FhirRequest ToRequest(FhirRequest outer) => new()
    {
        Method = Method,
        Segments = Segments,
        Parameters = Parameters,
        Body = Resource,
        Caller = outer.Caller,
        IfMatch = IfMatch,
        IfNoneMatch = IfNoneMatch,
        IfModifiedSince = IfModifiedSince,
        IfNoneExist = IfNoneExist,
        Prefer = outer.Prefer,
    };

    private static BundleEntry One(JsonElement entry, int index)
    {
        string at = $"Bundle.entry[{index}]";
        if (entry.ValueKind != JsonValueKind.Object || !entry.TryGetProperty("request", out JsonElement request) || request.ValueKind != JsonValueKind.Object)
        {
            throw FhirException.BadRequest("required", "Each entry of a batch or transaction has a request.", $"{at}.request");
        }

        string method = Text(request, "method") ?? throw FhirException.BadRequest("required", "A request has a method.", $"{at}.request.method");
        string url = Text(request, "url") ?? throw FhirException.BadRequest("required", "A request has a url.", $"{at}.request.url");
        int query = url.IndexOf('?', StringComparison.Ordinal);
        string path = query < 0 ? url : url[..query];
        return new BundleEntry
        {
            Index = index,
            Method = method,
            Segments = [.. path.Split('/', StringSplitOptions.RemoveEmptyEntries).Select(Uri.UnescapeDataString)],
            Parameters = query < 0 ? [] : FhirEndpoint.Form(url[query..]),
            FullUrl = Text(entry, "fullUrl"),
            Resource = entry.TryGetProperty("resource", out JsonElement resource) ? JsonMarshal.GetRawUtf8Value(resource).ToArray() : [],
            IfMatch = Text(request, "ifMatch"),
            IfNoneMatch = Text(request, "ifNoneMatch"),
            IfModifiedSince = Text(request, "ifModifiedSince"),
            IfNoneExist = Text(request, "ifNoneExist"),
        };
    }

    private static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
