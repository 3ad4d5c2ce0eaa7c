using System.Text.Json.Nodes;
using Consortium.AnchorService.Writing;
using Consortium.Integrity;
using Consortium.Ledger;
using Consortium.Testing;

namespace Consortium.AnchorService.Tests;

/// <summary>The service's process died here.</summary>
internal sealed class CrashException(AnchorStep step) : Exception($"Stopped at {step}.");

/// <summary>A seeded history of intake, rounds, blocks and faults. The service is started anew after each stop.</summary>
internal sealed class FaultyRun : IAsyncDisposable
{
    private readonly AnchorWorld _world;
    private readonly Random _random;
    private readonly FaultyNode _node;
    private RunningAnchor? _anchor;

    public FaultyRun(AnchorWorld world, int seed)
    {
        _world = world;
        _random = new Random(seed);
        _node = new FaultyNode { Before = LoseCall, After = SpoilAnswer };
    }

    public int Crashes { get; private set; }

    public async Task<IndexEntry[]> PlayAsync(int turns)
    {
        var accepted = new List<IndexEntry>();
        for (int turn = 0; turn < turns; turn++)
        {
            IndexEntry[] entries = _world.Entries(_random.Next(1, 5));
            await InServiceAsync(anchor => anchor.AcceptAsync(entries), untilDone: true);
            if (_random.Next(3) == 0) await InServiceAsync(anchor => anchor.AcceptAsync(entries), untilDone: true); // delivered twice
            accepted.AddRange(entries);
            _world.Time.Advance(TimeSpan.FromMilliseconds(_random.Next(-500, 1500)));
            await InServiceAsync(anchor => anchor.RoundAsync(), untilDone: false);
            switch (_random.Next(10))
            {
                case 0:
                    await _world.Chain.ReorganiseAsync(_random.Next(1, 4));
                    break;
                case 1:
                    await _world.Chain.SetBaseFeeAsync((ulong)await _world.Chain.Client.GasPriceAsync() * 2);
                    await _world.Chain.MineAsync();
                    break;
                case 2:
                    await _world.Chain.DropTransactionsAsync();
                    break;
                default:
                    await _world.Chain.MineAsync(_random.Next(1, 3));
                    break;
            }
        }

        if (_anchor is not null) await _anchor.DisposeAsync();
        _anchor = null;
        return [.. accepted];
    }

    public async ValueTask DisposeAsync()
    {
        if (_anchor is not null) await _anchor.DisposeAsync();
        _node.Dispose();
    }

    private async Task InServiceAsync(Func<RunningAnchor, Task> work, bool untilDone)
    {
        while (true)
        {
            try
            {
                _anchor ??= await _world.StartAsync(MaybeCrash, _node);
                await work(_anchor);
                return;
            }
            catch (CrashException)
            {
                Crashes++;
                await _anchor!.DisposeAsync();
                _anchor = null;
                if (!untilDone) return;
            }
            catch (Exception e) when (e is RpcUnavailableException or RpcException)
            {
                if (!untilDone) return; // the next round is made by the same process
            }
        }
    }

    private void MaybeCrash(AnchorStep step)
    {
        if (_random.Next(12) == 0) throw new CrashException(step);
    }

    private void LoseCall(JsonObject call)
    {
        if (_random.Next(60) == 0) throw new HttpRequestException("the call was lost");
    }

    private JsonNode SpoilAnswer(JsonObject call, JsonObject answer)
    {
        int fault = _random.Next(FaultyNode.Method(call) == "eth_sendRawTransaction" ? 12 : 120);
        return fault switch
        {
            0 => throw new HttpRequestException("the answer was lost"),
            1 => new JsonArray(answer.DeepClone(), answer.DeepClone()), // twice
            2 => new JsonObject { ["jsonrpc"] = "2.0" }, // half
            3 => Error(answer, "already known"),
            4 => Error(answer, "nonce too low"),
            _ => answer,
        };
    }

    private static JsonObject Error(JsonObject answer, string message) =>
        new() { ["jsonrpc"] = "2.0", ["id"] = answer["id"]!.DeepClone(), ["error"] = new JsonObject { ["code"] = -32000, ["message"] = message } };
}
