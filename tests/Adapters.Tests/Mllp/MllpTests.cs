using Consortium.Adapters.Mllp;
using Consortium.Adapters.Tests.Intake;
using Consortium.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace Consortium.Adapters.Tests.Mllp;

/// <summary>An empty journal with listeners on real ports, whose clock the test moves.</summary>
public abstract class MllpTests : IAsyncLifetime
{
    /// <summary>For limits that a test does not want to meet.</summary>
    private protected static readonly TimeSpan Never = TimeSpan.FromDays(10_000);

    private readonly List<MllpListener> _listeners = [];

    private protected HandClock Clock { get; } = new();

    private protected IntakeFixture Intake { get; private set; } = null!;

    public virtual async Task InitializeAsync() => Intake = await IntakeFixture.CreateAsync(Dialect.Sqlite, time: Clock);

    public virtual async Task DisposeAsync()
    {
        foreach (MllpListener listener in _listeners) await listener.DisposeAsync();
        await Intake.DisposeAsync();
    }

    /// <summary>A listener that is disposed with the test; of source <c>his</c> where nothing else is said.</summary>
    private protected MllpListener Listen(MllpOptions? options = null)
    {
        var listener = new MllpListener(options ?? new MllpOptions { Source = "his" }, Intake.Journal, Clock, NullLogger<MllpListener>.Instance);
        _listeners.Add(listener);
        listener.Start();
        return listener;
    }

    /// <summary>A sender that is connected to a listener of its own.</summary>
    private protected Task<MllpTestClient> ConnectAsync(MllpOptions? options = null) => MllpTestClient.ConnectAsync(Listen(options).EndPoint);
}
