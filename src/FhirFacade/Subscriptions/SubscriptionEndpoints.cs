using System.Net;
using System.Net.Sockets;

namespace Consortium.FhirFacade.Subscriptions;

/// <summary>
/// Where notifications may go. A server that sends requests to wherever a client says reaches what the client cannot: the hospital's inner hosts, and itself.
/// So an endpoint is one that the site lists, or, where the site lists <c>*</c>, https on a public address, which is looked at again when the connection is made.
/// </summary>
internal sealed class SubscriptionEndpoints(SubscriptionOptions options)
{
    /// <summary>How an endpoint is let through; null where it is not.</summary>
    public EndpointTrust? TrustOf(string endpoint)
    {
        if (!Uri.TryCreate(endpoint, UriKind.Absolute, out Uri? url) || url.Scheme is not ("http" or "https") || url.UserInfo.Length > 0 || url.Fragment.Length > 0) return null;
        if (options.Endpoints.Any(listed => SubscriptionOptions.Listed(listed) is { } one && IsAtOrBelow(url, one.Url, one.IsAnyPort))) return EndpointTrust.Listed;
        bool open = options.Endpoints.Contains(SubscriptionOptions.AnyPublic, StringComparer.Ordinal) && url.Scheme == "https";
        return open && (!IPAddress.TryParse(url.Host.Trim('[', ']'), out IPAddress? address) || IsPublic(address)) ? EndpointTrust.Public : null;
    }

    /// <summary>False for loopback, link-local, private, carrier, multicast and unspecified addresses (RFC 6890), and for IPv6 forms of such IPv4 addresses.</summary>
    public static bool IsPublic(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        byte[] bytes = address.GetAddressBytes();
        if (address.AddressFamily == AddressFamily.InterNetwork)
        {
            return bytes switch
            {
                [0 or 10 or 127 or >= 224, ..] => false,
                [100, >= 64 and <= 127, ..] or [169, 254, ..] or [172, >= 16 and <= 31, ..] or [192, 168, ..] or [192, 0, 0 or 2, ..] => false,
                [198, 18 or 19, ..] or [198, 51, 100, ..] or [203, 0, 113, ..] => false,
                _ => true,
            };
        }

        return bytes switch
        {
            [0, 0, 0, 0, ..] => false, // ::, ::1 and the IPv4-compatible form
            [0x20, 0x02, ..] => IsPublic(new IPAddress(bytes.AsSpan(2, 4))), // 6to4
            [0x00, 0x64, 0xff, 0x9b, ..] => IsPublic(new IPAddress(bytes.AsSpan(12, 4))), // NAT64
            [0x20, 0x01, 0x0d, 0xb8, ..] or [0x20, 0x01, 0x00, 0x00, ..] => false, // documentation, Teredo
            [>= 0x20 and <= 0x3f, ..] => true, // 2000::/3 is all that is given out
            _ => false,
        };
    }

    private static bool IsAtOrBelow(Uri url, Uri listed, bool isAnyPort)
    {
        if (url.Scheme != listed.Scheme || (url.Port != listed.Port && !isAnyPort) || !url.IdnHost.Equals(listed.IdnHost, StringComparison.OrdinalIgnoreCase)) return false;
        // Uri has taken dot segments away; an escaped slash or dot could bring them back at the receiver.
        if (url.AbsolutePath.Contains("%2f", StringComparison.OrdinalIgnoreCase) || url.AbsolutePath.Contains("%2e", StringComparison.OrdinalIgnoreCase)) return false;
        string path = listed.AbsolutePath.TrimEnd('/');
        return url.AbsolutePath == path || url.AbsolutePath.StartsWith(path + "/", StringComparison.Ordinal);
    }
}

/// <summary>Why an endpoint is let through.</summary>
internal enum EndpointTrust
{
    /// <summary>The site lists it; it may be anywhere.</summary>
    Listed,

    /// <summary>It is on a public address, and must be found there whenever it is called.</summary>
    Public,
}
