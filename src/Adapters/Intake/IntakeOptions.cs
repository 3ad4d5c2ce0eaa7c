using System.Net;
using Consortium.Adapters.Site;

namespace Consortium.Adapters.Intake;

/// <summary>How records come in.</summary>
public sealed record IntakeOptions
{
    /// <summary>URL of the store that holds the journal and the quarantine.</summary>
    public required string Store { get; init; }

    /// <summary>The site; its defaults where none is configured.</summary>
    public SiteConfiguration Site { get; init; } = SiteConfiguration.Default;

    /// <summary>Adapters; null for the built-in ones.</summary>
    public AdapterRegistry? Adapters { get; init; }

    /// <summary>MLLP listeners.</summary>
    public IReadOnlyList<MllpOptions> Mllp { get; init; } = [];

    /// <summary>Watched folders.</summary>
    public IReadOnlyList<FileDropOptions> FileDrops { get; init; } = [];

    /// <summary>The largest record that HTTP and file drops take, in bytes.</summary>
    public int MaxRecordBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>
    /// What a caller of the intake and quarantine endpoints must send as <c>Authorization: Bearer …</c>; null lets callers on this machine in, and nobody else,
    /// since the quarantine shows raw records.
    /// </summary>
    public string? ApiToken { get; init; }

    /// <summary>Publications under way at once.</summary>
    public int PublishWindow { get; init; } = 64;
}

/// <summary>One MLLP listener.</summary>
public sealed record MllpOptions
{
    /// <summary>The source system of what arrives here.</summary>
    public required string Source { get; init; }

    /// <summary>Address to listen on; loopback unless the site says otherwise.</summary>
    public IPAddress Address { get; init; } = IPAddress.Loopback;

    /// <summary>Port; 0 for a free one.</summary>
    public int Port { get; init; }

    /// <summary>The longest message, in bytes; a longer one gets a negative acknowledgement and the connection is closed.</summary>
    public int MaxFrameBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>Connections at once; more wait to be accepted.</summary>
    public int MaxConnections { get; init; } = 256;

    /// <summary>Messages of more than 1 MiB that are read at once, over all connections; more wait. It bounds the memory.</summary>
    public int MaxLargeFrames { get; init; } = 4;

    /// <summary>A connection that sends nothing for so long is closed.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>A message that is begun and does not go on for so long is dropped, and its connection closed.</summary>
    public TimeSpan FrameTimeout { get; init; } = TimeSpan.FromSeconds(30);
}

/// <summary>One watched folder.</summary>
public sealed record FileDropOptions
{
    /// <summary>The source system of what is dropped here.</summary>
    public required string Source { get; init; }

    /// <summary>The folder. Files that were taken go to <c>archive</c> in it, files that cannot be taken to <c>error</c>.</summary>
    public required string Folder { get; init; }

    /// <summary>How often it is looked at.</summary>
    public TimeSpan PollInterval { get; init; } = TimeSpan.FromSeconds(1);
}
