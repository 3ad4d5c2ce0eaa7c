using System.Net;

namespace Consortium.Adapters.Mllp;

/// <summary>One MLLP listener.</summary>
public sealed record MllpOptions
{
    /// <summary>The source system of what arrives here.</summary>
    public required string Source { get; init; }

    /// <summary>Address to listen on; loopback unless the site says otherwise.</summary>
    public IPAddress Address { get; init; } = IPAddress.Loopback;

    /// <summary>Port; 0 for a free one.</summary>
    public int Port { get; init; }

    /// <summary>TLS; null for none.</summary>
    public MllpTlsOptions? Tls { get; init; }

    /// <summary>Who may connect; everybody where it is empty. IPv4 in its own form, not mapped into IPv6.</summary>
    public IReadOnlyList<IPNetwork> AllowedAddresses { get; init; } = [];

    /// <summary>Which systems may send, by MSH-3 and MSH-4; all where it is empty.</summary>
    public IReadOnlyList<SenderName> AllowedSenders { get; init; } = [];

    /// <summary>The longest message, in bytes; a longer one gets a negative acknowledgement and the connection is closed.</summary>
    public int MaxFrameBytes { get; init; } = 256 * 1024 * 1024;

    /// <summary>Connections at once. One more takes the place of the one that has been silent longest without ever sending a message, or is closed.</summary>
    public int MaxConnections { get; init; } = 1024;

    /// <summary>Connections at once from one address; more are closed.</summary>
    public int MaxConnectionsPerSender { get; init; } = 256;

    /// <summary>Messages of one connection that are not answered yet; while there are so many, nothing more is read from it.</summary>
    public int MaxUnanswered { get; init; } = 64;

    /// <summary>A connection that sends nothing for so long is closed.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>A message that is begun and does not go on for so long is refused, and its connection closed. Also how long an answer may take to be taken.</summary>
    public TimeSpan FrameTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>A message that takes longer than this from its first to its last byte is refused, however steadily it drips in.</summary>
    public TimeSpan MaxFrameTime { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>Where messages wait that are too large for the memory; null for the system's temporary folder. What waits there is sealed.</summary>
    public string? SpoolFolder { get; init; }
}

/// <summary>TLS of a listener. The files are read again when they change; a bad edit is logged and the last good ones stay in force.</summary>
public sealed record MllpTlsOptions
{
    /// <summary>The server's certificate: PEM, with the intermediate ones behind it, or PFX (<c>.pfx</c>, <c>.p12</c>) with its key.</summary>
    public required string CertificateFile { get; init; }

    /// <summary>The certificate's key, PEM; null where it is in <see cref="CertificateFile"/>.</summary>
    public string? KeyFile { get; init; }

    /// <summary>Password of the key or the PFX; null where it has none.</summary>
    public string? KeyPassword { get; init; }

    /// <summary>PEM of the authorities whose clients may connect; with it, every client must show a certificate (mutual TLS).</summary>
    public string? ClientCaFile { get; init; }

    /// <summary>Names (common name or DNS name) of clients that may connect; every one with a good certificate where it is empty.</summary>
    public IReadOnlyList<string> ClientNames { get; init; } = [];
}

/// <summary>A sending system: MSH-3.1 and MSH-4.1. <c>*</c> stands for any.</summary>
/// <param name="Application">MSH-3.1.</param>
/// <param name="Facility">MSH-4.1.</param>
public sealed record SenderName(string Application, string Facility)
{
    /// <summary>Reads <c>APPLICATION@FACILITY</c>; the facility may be left out.</summary>
    /// <exception cref="FormatException">It has another form.</exception>
    public static SenderName Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        string[] parts = text.Split('@');
        return parts.Length <= 2 && parts.All(part => part.Trim().Length > 0)
            ? new SenderName(parts[0].Trim(), parts.Length == 2 ? parts[1].Trim() : "*")
            : throw new FormatException($"A sender is named APPLICATION@FACILITY (MSH-3.1, MSH-4.1; * for any), not '{text}'.");
    }

    /// <summary>True where this is the sender. Upper and lower case are one.</summary>
    public bool Matches(string application, string facility) => Is(Application, application) && Is(Facility, facility);

    private static bool Is(string rule, string name) => rule == "*" || rule.Equals(name, StringComparison.OrdinalIgnoreCase);
}
