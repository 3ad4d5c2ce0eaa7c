using System.Collections.Concurrent;
using Consortium.Messaging;

namespace Consortium.Adapters.Tests.Intake;

/// <summary>The next hop of a test: keeps what it is sent, fails as told.</summary>
internal sealed class RecordingPublisher : IDurablePublisher
{
    private readonly TaskCompletionSource _gate = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Every attempt that arrived, in order.</summary>
    public ConcurrentQueue<ResourcesConverted> Messages { get; } = new();

    /// <summary>What the next publications throw; empty once used up.</summary>
    public ConcurrentQueue<Exception> Failures { get; } = new();

    /// <summary>True makes publications wait for <see cref="OpenGate"/>, as a broker that is away does.</summary>
    public bool Gated { get; init; }

    /// <summary>The ids of what arrived, without repeats.</summary>
    public IReadOnlyList<string> Ids => [.. Messages.Select(message => message.ConversionId).Distinct(StringComparer.Ordinal)];

    public void OpenGate() => _gate.TrySetResult();

    public async Task PublishAsync<T>(T message, string messageId, CancellationToken cancellationToken = default)
        where T : class
    {
        if (Gated) await _gate.Task.WaitAsync(cancellationToken);
        if (Failures.TryDequeue(out Exception? failure)) throw failure;
        var converted = Assert.IsType<ResourcesConverted>(message);
        Assert.Equal(converted.ConversionId, messageId);
        Messages.Enqueue(converted);
    }
}
