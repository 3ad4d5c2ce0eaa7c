namespace Consortium.Messaging;

/// <summary>How messages travel between the rooms of one member.</summary>
public sealed record MessagingOptions
{
    /// <summary>The value of <see cref="Broker"/> for the transport inside this process.</summary>
    public const string InProcess = "in-process";

    /// <summary>
    /// <c>in-process</c>, or <c>rabbitmq://user:password@host:port/vhost</c> (<c>rabbitmqs://</c> with TLS; <c>amqp</c> and <c>amqps</c> mean the same).
    /// </summary>
    public string Broker { get; init; } = InProcess;

    /// <summary>Prefix of every queue and exchange, so that several hospitals may share a broker. Letters, digits, <c>-</c>, <c>_</c>.</summary>
    public string Namespace { get; init; } = "consortium";

    /// <summary>Messages that the broker hands to one endpoint ahead of their acknowledgement.</summary>
    public int PrefetchCount { get; init; } = 32;

    /// <summary>Messages that one endpoint works on at a time.</summary>
    public int ConcurrentMessages { get; init; } = 8;

    /// <summary>Pauses before the attempts that follow a failed one while the message is held; the first is usually zero.</summary>
    public IReadOnlyList<TimeSpan> RetryIntervals { get; init; } =
        [TimeSpan.Zero, TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(1)];

    /// <summary>How long a message rests in the broker's delay queue after the last of <see cref="RetryIntervals"/>, before it is delivered again.</summary>
    public TimeSpan RedeliveryDelay { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// How often a message is delivered again after <see cref="RedeliveryDelay"/> before it goes to the dead letters.
    /// A failure of something outside (database away, disk full; see <see cref="OutsideFailure"/>) does not count: such a message waits as long as that lasts.
    /// </summary>
    public int Redeliveries { get; init; } = 4;

    /// <summary>
    /// Deliveries that end without an answer, because the consumer's process died, before the broker parks the message among the dead letters.
    /// Ordinary restarts count too, so it is not small.
    /// </summary>
    public int DeliveryLimit { get; init; } = 20;

    /// <summary>Publishes under way at once, from the whole process; more wait their turn.</summary>
    public int MaxPendingPublishes { get; init; } = 256;

    /// <summary>A publish that the broker has not confirmed by then is made again (the receiver's inbox absorbs the double).</summary>
    public TimeSpan ConfirmTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The longest pause between attempts to publish while the broker is away or no queue is bound yet.</summary>
    public TimeSpan MaxPublishPause { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Whether <see cref="Broker"/> is the transport inside this process.</summary>
    public bool IsInProcess => string.Equals(Broker, InProcess, StringComparison.OrdinalIgnoreCase);

    /// <summary>Checks every value.</summary>
    /// <exception cref="FormatException">A value is out of its range; the message names the key.</exception>
    public void Validate()
    {
        if (!IsInProcess) _ = BrokerUrl.Parse(Broker);
        if (Namespace.Length is 0 or > 64 || !Namespace.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'))
        {
            throw new FormatException("Namespace: 1 to 64 letters, digits, '-' or '_', for instance hospital-a.");
        }

        AtLeast(nameof(PrefetchCount), PrefetchCount, 1, ushort.MaxValue);
        AtLeast(nameof(ConcurrentMessages), ConcurrentMessages, 1, ushort.MaxValue);
        AtLeast(nameof(Redeliveries), Redeliveries, 0, int.MaxValue);
        AtLeast(nameof(DeliveryLimit), DeliveryLimit, 2, int.MaxValue);
        AtLeast(nameof(MaxPendingPublishes), MaxPendingPublishes, 1, int.MaxValue);
        if (RedeliveryDelay <= TimeSpan.Zero || ConfirmTimeout <= TimeSpan.Zero || MaxPublishPause <= TimeSpan.Zero || RetryIntervals.Any(i => i < TimeSpan.Zero))
        {
            throw new FormatException("RedeliveryDelay, ConfirmTimeout and MaxPublishPause are longer than zero, RetryIntervals not shorter.");
        }
    }

    private static void AtLeast(string key, int value, int least, int most)
    {
        if (value < least || value > most) throw new FormatException($"{key}: {value} is not between {least} and {most}.");
    }
}
