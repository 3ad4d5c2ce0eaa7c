using System.Globalization;

namespace Consortium.FhirFacade.Rest;

/// <summary>Entity tags and version ids as clients write them.</summary>
internal static class VersionTag
{
    /// <summary>The versions of <c>If-Match</c>, one of which must be current (RFC 9110 13.1.1); null where the header is absent or <c>*</c>.</summary>
    /// <exception cref="FhirException">400: one is no tag that this server gave out.</exception>
    public static IReadOnlyList<long>? IfMatch(string? header) => List(header, "If-Match");

    /// <summary>The versions of the <c>If-None-Match</c> of a change, none of which may be current (RFC 9110 13.1.2); null where the header is absent or <c>*</c>.</summary>
    /// <exception cref="FhirException">400: one is no tag that this server gave out.</exception>
    public static IReadOnlyList<long>? IfNoneMatch(string? header) => List(header, "If-None-Match");

    /// <summary>True for <c>*</c>: any version.</summary>
    public static bool IsAny(string? header) => header?.Trim() == "*";

    /// <summary>True where <c>If-None-Match</c> lists this version.</summary>
    public static bool Matches(string? header, long version) =>
        header is not null && header.Split(',').Any(tag => tag.Trim() == "*" || Parse(tag) == version);

    /// <summary>A version id in a path; null where no version can have it.</summary>
    public static long? Id(string text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long version) && version > 0 && text[0] != '0' ? version : null;

    private static long[]? List(string? header, string name) => string.IsNullOrWhiteSpace(header) || IsAny(header) ? null :
    [
        .. header.Split(',').Select(tag => Parse(tag) ?? throw FhirException.BadRequest("value", $"{name} names versions, as the ETag of this server: W/\"3\", or several with commas between.")),
    ];

    private static long? Parse(string tag)
    {
        ReadOnlySpan<char> value = tag.AsSpan().Trim();
        if (value.StartsWith("W/", StringComparison.Ordinal)) value = value[2..];
        return Id(value.Trim('"').ToString());
    }
}
