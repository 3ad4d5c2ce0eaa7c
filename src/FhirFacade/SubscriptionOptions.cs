namespace Consortium.FhirFacade;

/// <summary>What a site says about subscriptions (FHIR R4 subscription.html).</summary>
public sealed record SubscriptionOptions
{
    /// <summary>Stands in <see cref="Endpoints"/> for every https endpoint on a public address.</summary>
    public const string AnyPublic = "*";

    /// <summary>
    /// Where notifications may go: URLs that an endpoint must equal or stand below, as <c>https://app.hospital.cn/hooks</c>; such a place may be private, and plain http.
    /// With <c>:*</c> for the port (<c>http://127.0.0.1:*</c>) it may have any. <c>*</c> lets every https endpoint on a public address through. Empty: no subscription is taken.
    /// </summary>
    public IReadOnlyList<string> Endpoints { get; init; } = [];

    /// <summary>How long one notification may fail before its subscription is turned off.</summary>
    public TimeSpan OffAfter { get; init; } = TimeSpan.FromHours(24);

    /// <summary>How long an endpoint may take to answer.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The pause after the first failure; it doubles with each further one, and a quarter of it is chance.</summary>
    public TimeSpan FirstPause { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest pause between two attempts.</summary>
    public TimeSpan MaxPause { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How many attempts in a row may fail before <c>status</c> says <c>error</c>.</summary>
    public int ErrorAfter { get; init; } = 3;

    /// <summary>Checks every value.</summary>
    /// <exception cref="ArgumentException">A value cannot work; the message names it.</exception>
    public void Validate()
    {
        foreach (string endpoint in Endpoints)
        {
            if (endpoint != AnyPublic && Listed(endpoint) is null) throw new ArgumentException($"Subscription endpoints are http or https URLs without user, query and fragment, or '*'; '{endpoint}' is none.");
        }

        if (OffAfter <= TimeSpan.Zero || Timeout <= TimeSpan.Zero || FirstPause <= TimeSpan.Zero || MaxPause < FirstPause)
        {
            throw new ArgumentException("Of subscriptions OffAfter, Timeout and FirstPause are longer than zero, and MaxPause is not shorter than FirstPause.");
        }

        if (ErrorAfter < 1) throw new ArgumentException("ErrorAfter of subscriptions must be at least 1.");
    }

    /// <summary>An entry of <see cref="Endpoints"/> other than <c>*</c>; null where it is none.</summary>
    internal static (Uri Url, bool IsAnyPort)? Listed(string entry)
    {
        int scheme = entry.IndexOf("://", StringComparison.Ordinal);
        if (scheme < 0) return null;
        int path = entry.IndexOf('/', scheme + 3);
        string host = path < 0 ? entry : entry[..path];
        bool isAnyPort = host.EndsWith(":*", StringComparison.Ordinal);
        if (isAnyPort) entry = host[..^2] + entry[host.Length..];
        return Uri.TryCreate(entry, UriKind.Absolute, out Uri? url) && url.Scheme is "http" or "https" && url is { UserInfo.Length: 0, Query.Length: 0, Fragment.Length: 0 } ? (url, isAnyPort) : null;
    }
}
