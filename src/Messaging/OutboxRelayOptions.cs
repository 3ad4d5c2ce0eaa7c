namespace Consortium.Messaging;

/// <summary>How an outbox is emptied.</summary>
public sealed record OutboxRelayOptions
{
    /// <summary>Publishes under way at once. One after the other a broker confirms some 500 a second, together thousands.</summary>
    public int Window { get; init; } = 64;

    /// <summary>Rows taken, and removed, together.</summary>
    public int Batch { get; init; } = 256;

    /// <summary>Bytes of messages held in memory at once; a larger message goes alone.</summary>
    public int MaxBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>How often the table is looked at where nothing woke the relay.</summary>
    public TimeSpan Poll { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long rows are held for one round of publishing; what has not arrived by then goes back and is taken again.</summary>
    public TimeSpan Round { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long a host that ends goes on sending what is there.</summary>
    public TimeSpan Drain { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>The longest pause of a message whose publish fails.</summary>
    public TimeSpan MaxPause { get; init; } = TimeSpan.FromMinutes(1);
}
