using System.Globalization;
using Consortium.FhirFacade.Store;

namespace Consortium.FhirFacade.Rest;

/// <summary>The answer to an interaction.</summary>
/// <param name="Status">HTTP status.</param>
internal sealed record FhirResponse(int Status)
{
    /// <summary>FHIR JSON; null for none.</summary>
    public byte[]? Body { get; init; }

    /// <summary>The version of the answer's resource: gives <c>ETag</c>.</summary>
    public long? Version { get; init; }

    /// <summary>When that version was stored, in milliseconds: gives <c>Last-Modified</c>.</summary>
    public long? LastUpdated { get; init; }

    /// <summary>The <c>Location</c> header.</summary>
    public string? Location { get; init; }

    /// <summary>The <c>Allow</c> header of a 405.</summary>
    public string? Allow { get; init; }

    /// <summary>The weak entity tag of a version (FHIR R4 http.html#versioning).</summary>
    public static string ETag(long version) => $"W/\"{version.ToString(CultureInfo.InvariantCulture)}\"";

    /// <summary>The answer that carries a version as seen by the caller.</summary>
    public static FhirResponse Of(StoredVersion version, byte[] view) => new(200)
    {
        Body = view,
        Version = version.Version,
        LastUpdated = version.RecordedAt,
    };
}
