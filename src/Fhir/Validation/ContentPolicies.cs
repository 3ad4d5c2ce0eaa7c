using System.Buffers;

namespace Consortium.Fhir.Validation;

/// <summary>
/// Rules that a site may ask for and R4 does not state (<see cref="ValidationOptions.RefuseMarkup"/>,
/// <see cref="ValidationOptions.RefuseExampleUrls"/>). Each check gives null or what is refused; the value is never quoted.
/// </summary>
internal static class ContentPolicies
{
    private static readonly SearchValues<byte> s_hostEnd = SearchValues.Create("/:?#"u8);

    public static string? Check(ValidationOptions options, PrimitiveType type, ReadOnlySpan<byte> value) => type switch
    {
        PrimitiveType.String or PrimitiveType.Markdown when options.RefuseMarkup && HasMarkup(value) =>
            "the text has what looks like an HTML tag, which this site refuses: a viewer that does not escape it would run it",
        PrimitiveType.Uri or PrimitiveType.Url or PrimitiveType.Canonical when options.RefuseExampleUrls && IsExample(value) =>
            "the URL is on a host that RFC 2606 reserves for examples, which this site refuses",
        _ => null,
    };

    /// <summary>An angle bracket that starts a tag, an end tag, a comment or a declaration.</summary>
    private static bool HasMarkup(ReadOnlySpan<byte> value)
    {
        for (int at = value.IndexOf((byte)'<'); at >= 0 && at + 1 < value.Length; at = value.IndexOf((byte)'<'))
        {
            value = value[(at + 1)..];
            if ((char.IsAsciiLetter((char)value[0]) || value[0] is (byte)'/' or (byte)'!' or (byte)'?') && value.Contains((byte)'>')) return true;
        }

        return false;
    }

    /// <summary>RFC 2606 sections 2 and 3: the domain .example and the names example.com, .net and .org, with all below them.</summary>
    private static bool IsExample(ReadOnlySpan<byte> value)
    {
        int start = value.IndexOf("://"u8);
        if (start < 0) return false;
        ReadOnlySpan<byte> host = value[(start + 3)..];
        int end = host.IndexOfAny(s_hostEnd);
        if (end >= 0) host = host[..end];
        return IsUnder(host, "example"u8) || IsUnder(host, "example.com"u8) || IsUnder(host, "example.net"u8) || IsUnder(host, "example.org"u8);
    }

    private static bool IsUnder(ReadOnlySpan<byte> host, ReadOnlySpan<byte> domain) =>
        host.Length >= domain.Length && System.Text.Ascii.EqualsIgnoreCase(host[^domain.Length..], domain)
        && (host.Length == domain.Length || host[^(domain.Length + 1)] == '.');
}
