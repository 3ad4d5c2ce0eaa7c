using Consortium.Cli.Load;
using Consortium.Cli.Page;

namespace Consortium.EndToEnd.Tests;

/// <summary>
/// 2,000 messages flow from MLLP to the chain while what carries them is killed. At the end every accepted message is stored exactly once,
/// every version has exactly one index entry, and the replay says intact.
/// </summary>
public sealed class FaultTests : IDisposable
{
    private const int Messages = 2000;
    private const int Connections = 8;
    private readonly CancellationTokenSource _limit = new(TimeSpan.FromMinutes(6));

    public void Dispose() => _limit.Dispose();

    [Fact]
    public async Task EachProcessKilledAtRandomPoints_EverythingAcceptedIsStoredAndAnchoredExactlyOnce()
    {
        await using FlowUnderTest flow = await FlowUnderTest.StartAsync(_limit.Token);
        var random = new Random(20261122);
        // Twelve kills, each at a random count of accepted messages, each of the three processes four times, in random order.
        var kills = new Queue<(int After, HostProcess Victim)>(Enumerable.Range(0, 12)
            .Select(i => flow.Processes[i % 3]).OrderBy(_ => random.Next()).Zip(
                Enumerable.Range(0, 12).Select(_ => random.Next(20, Messages - 20)).Order(), (victim, after) => (after, victim)));
        await RunAsync(flow, async (accepted, gate) =>
        {
            if (!await gate.WaitAsync(0)) return;
            try
            {
                while (kills.TryPeek(out (int After, HostProcess Victim) next) && next.After <= accepted())
                {
                    kills.Dequeue();
                    await next.Victim.KillAsync();
                    next.Victim.Start();
                }
            }
            finally
            {
                gate.Release();
            }
        });
        Assert.All(flow.Processes, process => Assert.Equal(5, process.Starts));
    }

    [Fact]
    public async Task BrokerKilledAndRestartedTwice_EverythingAcceptedIsStoredAndAnchoredExactlyOnce()
    {
        await using FlowUnderTest flow = await FlowUnderTest.StartAsync(_limit.Token);
        var kills = new Queue<int>([500, 1300]);
        await RunAsync(flow, async (accepted, gate) =>
        {
            if (!await gate.WaitAsync(0)) return;
            try
            {
                if (!kills.TryPeek(out int after) || after > accepted()) return;
                kills.Dequeue();
                await flow.Broker.KillAsync();
                await flow.Broker.RestartAsync();
            }
            finally
            {
                gate.Release();
            }
        });
        Assert.Empty(kills);
    }

    [Fact]
    public async Task ChainAwayForAMinute_IntakeGoesOnAndTheBacklogDrainsAfterwards()
    {
        await using FlowUnderTest flow = await FlowUnderTest.StartAsync(_limit.Token);
        Task? outage = null;
        await RunAsync(flow, async (accepted, gate) =>
        {
            if (accepted() < 400 || !await gate.WaitAsync(0)) return;
            try
            {
                outage ??= AwayAsync(flow);
            }
            finally
            {
                gate.Release();
            }
        }, async () =>
        {
            // Everything was accepted while the chain was away: intake does not wait for it.
            Assert.False(outage!.IsCompleted);
            await outage;
        });
    }

    private async Task AwayAsync(FlowUnderTest flow)
    {
        await flow.Chain.StopAsync();
        await Task.Delay(TimeSpan.FromMinutes(1), _limit.Token); // the minute is what is being tested
        await flow.StartChainAsync(_limit.Token);
    }

    private async Task RunAsync(FlowUnderTest flow, Func<Func<int>, SemaphoreSlim, Task> fault, Func<Task>? afterSending = null)
    {
        var generator = new MessageGenerator(11, "E2E", FlowUnderTest.MessageTime);
        var sender = new MessageSender(flow.Mllp, generator);
        using var gate = new SemaphoreSlim(1, 1);
        var faults = new List<Task>();
        await sender.SendAsync(Messages, Connections, count =>
        {
            lock (faults) faults.Add(Task.Run(() => fault(() => sender.Accepted, gate)));
        }, _limit.Token);
        await Task.WhenAll(faults);
        await fault(() => sender.Accepted, gate);
        if (afterSending is not null) await afterSending();
        Assert.Empty(sender.Refusals);
        Assert.Equal(Messages, sender.Accepted);
        await flow.DrainAsync(Messages, _limit.Token);

        HopCounts counts = (await flow.CountsAsync(_limit.Token))!;
        Assert.Equal(0, counts.Quarantined);
        Assert.Equal(Messages, counts.Received);
        await flow.AssertStoredOnceAsync(generator, Messages, _limit.Token);
        await flow.AssertIndexedOnceAsync(_limit.Token);
        await flow.AssertReplayIntactAsync(_limit.Token);
    }
}
