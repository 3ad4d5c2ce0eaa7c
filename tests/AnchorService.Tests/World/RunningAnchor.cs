using Consortium.AnchorService.Status;
using Consortium.AnchorService.Writing;
using Consortium.Integrity;
using Consortium.Ledger;
using Microsoft.Extensions.Logging.Abstractions;

namespace Consortium.AnchorService.Tests;

/// <summary>The service as one process runs it, with the rounds made by the test. Disposing it writes nothing: it is as if the process was killed.</summary>
internal sealed class RunningAnchor : IAsyncDisposable
{
    private readonly AnchorWorld _world;
    private readonly AnchorComposition _composition;
    private readonly WriterLease _lease;
    private readonly AnchorTerm _term;

    private RunningAnchor(AnchorWorld world, AnchorComposition composition, WriterLease lease)
    {
        _world = world;
        _composition = composition;
        _lease = lease;
        _composition.Parts.Store.Fence = lease.Fence;
        _term = new AnchorTerm(composition.Parts, composition.Outbox);
    }

    public AnchorComposition Composition => _composition;

    public static async Task<RunningAnchor> StartAsync(AnchorWorld world, Action<AnchorStep>? reached, HttpMessageHandler? node)
    {
        AnchorComposition composition = Compose(world, reached, node);
        await composition.Tables.EnsureAsync(CancellationToken.None);
        WriterLease? lease = await WriterLease.TryAcquireAsync(composition.Database, world.Options.Store, world.Hospital.Address, world.Options.Contract, CancellationToken.None);
        return new RunningAnchor(world, composition, lease ?? throw new InvalidOperationException("Another writer holds the lease."));
    }

    public static AnchorComposition Compose(AnchorWorld world, Action<AnchorStep>? reached = null, HttpMessageHandler? node = null)
    {
        var rpc = new EthereumClientOptions { Rounds = 1, BreakDuration = TimeSpan.FromMilliseconds(500) };
        return new AnchorComposition(world.Options, world.Time, NullLoggerFactory.Instance, reached, new EthereumClient(world.Options.Endpoints, rpc, node));
    }

    public Task<int> AcceptAsync(params IndexEntry[] entries) => _composition.Intake.AcceptAsync(_world.Message(entries));

    /// <summary>One round of the writer.</summary>
    public Task<bool> RoundAsync() => _term.RoundAsync(CancellationToken.None);

    /// <summary>Rounds and blocks, by turns, until every entry is final.</summary>
    public async Task DrainAsync()
    {
        _world.Time.Advance(TimeSpan.FromSeconds(5));
        for (int turn = 0; turn < 100; turn++)
        {
            await RoundAsync();
            AnchorStatus status = await StatusAsync();
            if (status.Pending + status.UnderWay == 0) return;
            await _world.Chain.MineAsync();
            await RoundAsync();
            _world.Time.Advance(TimeSpan.FromSeconds(1));
        }

        AnchorStatus stuck = await StatusAsync();
        throw new InvalidOperationException($"{stuck.Pending} entries wait and {stuck.UnderWay} are under way after 100 turns: {string.Join("; ", stuck.Batches.Select(batch => $"{batch.FirstSequence} {batch.State} {batch.Note}"))}");
    }

    public Task<AnchorStatus> StatusAsync() => _composition.Monitor.ReadAsync();

    public async ValueTask DisposeAsync()
    {
        await _lease.DisposeAsync();
        await _composition.DisposeAsync();
    }
}
