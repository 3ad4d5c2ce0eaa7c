using System.Globalization;
using Consortium.FhirFacade.Store;

namespace Consortium.FhirFacade.Rest;

/// <summary>The answer to an interaction.</summary>
/// <param name="Status">HTTP status.</param>
internal sealed record FhirResponse(int Status)
{
    /// <summary>FHIR JSON, or the content of a Binary; null for none.</summary>
    public byte[]? Body { get; init; }

    /// <summary>The resource that the answer has or is about, as <c>Type/id</c>; null for none: gives <c>fullUrl</c> in a Bundle.</summary>
    public string? Key { get; init; }

    /// <summary>The version of the answer's resource: gives <c>ETag</c>.</summary>
    public long? Version { get; init; }

    /// <summary>When that version was stored, in milliseconds: gives <c>Last-Modified</c>.</summary>
    public long? LastUpdated { get; init; }

    /// <summary>The <c>Location</c> header.</summary>
    public string? Location { get; init; }

    /// <summary>The <c>Content-Location</c> header: where the status of what was begun stands.</summary>
    public string? ContentLocation { get; init; }

    /// <summary>The <c>Expires</c> header.</summary>
    public DateTimeOffset? Expires { get; init; }

    /// <summary>The <c>X-Progress</c> header of a status that is not final.</summary>
    public string? Progress { get; init; }

    /// <summary>Writes a body that is too long to hold; of the type <see cref="RawContentType"/>, in place of <see cref="Body"/>.</summary>
    public Func<Stream, CancellationToken, Task>? Stream { get; init; }

    /// <summary>The <c>Allow</c> header of a 405.</summary>
    public string? Allow { get; init; }

    /// <summary>The <c>Accept-Encoding</c> header of a 415.</summary>
    public string? AcceptEncoding { get; init; }

    /// <summary>The <c>Accept-Patch</c> header: what may be sent with PATCH (RFC 5789 3.1).</summary>
    public string? AcceptPatch { get; init; }

    /// <summary>The <c>Retry-After</c> header, in seconds.</summary>
    public int? RetryAfter { get; init; }

    /// <summary>The <c>WWW-Authenticate</c> header; null for the one that a 401 has anyway.</summary>
    public string? Challenge { get; init; }

    /// <summary>True where the body is an OperationOutcome about the interaction, not the resource that it is about.</summary>
    public bool IsOutcome { get; init; }

    /// <summary>The content type of a body that is no FHIR; null for FHIR.</summary>
    public string? RawContentType { get; init; }

    /// <summary>The weak entity tag of a version (FHIR R4 http.html#versioning).</summary>
    public static string ETag(long version) => $"W/\"{version.ToString(CultureInfo.InvariantCulture)}\"";

    /// <summary>The answer that carries a version as seen by the caller.</summary>
    public static FhirResponse Of(StoredVersion version, byte[] view) => new(200)
    {
        Body = view,
        Key = $"{version.Type}/{version.Id}",
        Version = version.Version,
        LastUpdated = version.RecordedAt,
    };
}
