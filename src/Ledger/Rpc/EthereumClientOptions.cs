namespace Consortium.Ledger;

/// <summary>How an <see cref="EthereumClient"/> treats its endpoints.</summary>
public sealed record EthereumClientOptions
{
    /// <summary>How long one endpoint may take over one call. Default: 10 seconds.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How often each endpoint is tried for one call before the call fails. Default: 2.</summary>
    public int Rounds { get; init; } = 2;

    /// <summary>How long an endpoint that keeps failing is left alone. Default: 1 second.</summary>
    public TimeSpan BreakDuration { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Most blocks to ask logs for at once; halved where an endpoint says it is too much. Default: 5000.</summary>
    public ulong LogBlockRange { get; init; } = 5000;

    /// <summary>Most calls in one JSON-RPC batch. Default: 100.</summary>
    public int BatchSize { get; init; } = 100;

    /// <summary>Largest answer in bytes. Default: 256 MiB.</summary>
    public long MaxResponseLength { get; init; } = 256L << 20;

    /// <summary>The clock.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;
}

/// <summary>How an endpoint does.</summary>
/// <param name="Endpoint">Its URL without user, password, path or query, which may hold secrets.</param>
/// <param name="Available">False while it is left alone after repeated failures.</param>
/// <param name="Failures">Attempts without a usable answer so far.</param>
/// <param name="Calls">Attempts so far.</param>
/// <param name="LastFailure">The reason of the last failure; null where there was none.</param>
/// <param name="LastLatency">How long the last answer took.</param>
public sealed record EndpointHealth(string Endpoint, bool Available, long Failures, long Calls, string? LastFailure, TimeSpan LastLatency);
