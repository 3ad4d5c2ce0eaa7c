using System.CommandLine;
using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Consortium.Cli.Load;
using Consortium.Cli.Page;

namespace Consortium.Cli.Commands;

/// <summary><c>consortium bench flow</c>: the load generator of <c>bench/</c>.</summary>
internal static class BenchCommand
{
    public static Command Create()
    {
        var command = new Command("bench", "Load generators; they talk to loopback addresses only.") { Flow() };
        return command;
    }

    private static Command Flow()
    {
        var mllp = new Option<string>("--mllp") { Description = "ADDRESS:PORT of the intake.", DefaultValueFactory = _ => "127.0.0.1:2575" };
        var status = new Option<string[]>("--status") { Description = "Status URL of each host process.", Required = true, AllowMultipleArgumentsPerToken = true };
        var count = new Option<int>("--count") { Description = "Messages.", DefaultValueFactory = _ => 2000 };
        var connections = new Option<int>("--connections") { Description = "MLLP connections.", DefaultValueFactory = _ => 16 };
        var seed = new Option<int>("--seed") { Description = "Seed of the messages; another seed makes other people and messages.", DefaultValueFactory = _ => 1 };
        var limit = new Option<int>("--limit") { Description = "Seconds after which the run is given up.", DefaultValueFactory = _ => 600 };
        var command = new Command("flow", "Sends messages over MLLP and waits until every version they made is anchored: one JSON line.") { mllp, status, count, connections, seed, limit };
        command.SetAction(async (call, cancellationToken) =>
        {
            if (!IPEndPoint.TryParse(call.GetValue(mllp)!, out IPEndPoint? target) || !IPAddress.IsLoopback(target.Address))
            {
                throw CommandException.Misunderstood("--mllp wants a loopback ADDRESS:PORT.");
            }

            using var bounded = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            bounded.CancelAfter(TimeSpan.FromSeconds(call.GetValue(limit)));
            try
            {
                return await RunAsync(target, call.GetValue(status)!, call.GetValue(count), call.GetValue(connections), call.GetValue(seed), bounded.Token);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                throw CommandException.Outside($"Not everything was anchored within {call.GetValue(limit)} s; the status pages say what waits.");
            }
        });
        return command;
    }

    private static async Task<int> RunAsync(IPEndPoint target, string[] status, int count, int connections, int seed, CancellationToken cancellationToken)
    {
        using var http = new HttpClient();
        HopCounts before = await CountsAsync(http, status, cancellationToken);
        var generator = new MessageGenerator(seed, "BENCH", new DateTimeOffset(2026, 11, 22, 8, 0, 0, TimeSpan.FromHours(8)));
        byte[][] messages = Enumerable.Range(0, count).Select(generator.Message).ToArray();
        var waits = new double[count];
        long start = Stopwatch.GetTimestamp();
        await SendAsync(target, messages, connections, waits, cancellationToken);
        TimeSpan acknowledged = Stopwatch.GetElapsedTime(start);

        TimeSpan? published = null;
        while (true)
        {
            HopCounts now = await CountsAsync(http, status, cancellationToken);
            if (now.Published + now.Quarantined - before.Published - before.Quarantined >= count) published ??= Stopwatch.GetElapsedTime(start);
            if (published is not null && now.Pending == 0 && now.Unanchored == 0 && now.Versions > before.Versions)
            {
                // The facade may still be storing what was published: done when a second look finds nothing new.
                await Task.Delay(200, cancellationToken);
                HopCounts again = await CountsAsync(http, status, cancellationToken);
                if (again == now)
                {
                    Report(count, connections, acknowledged, published.Value, Stopwatch.GetElapsedTime(start) - TimeSpan.FromMilliseconds(200), waits, before, now);
                    return now.Quarantined > before.Quarantined ? ExitCode.Bad : ExitCode.Good;
                }
            }

            await Task.Delay(500, cancellationToken); // the counts cost the stores something; do not measure that
        }
    }

    private static Task SendAsync(IPEndPoint target, byte[][] messages, int connections, double[] waits, CancellationToken cancellationToken)
    {
        int next = -1;
        return Task.WhenAll(Enumerable.Range(0, connections).Select(_ => Task.Run(async () =>
        {
            await using MllpClient client = await MllpClient.ConnectAsync(target.Address.ToString(), target.Port, cancellationToken);
            for (int number = Interlocked.Increment(ref next); number < messages.Length; number = Interlocked.Increment(ref next))
            {
                long sent = Stopwatch.GetTimestamp();
                (string code, string text) = await client.SendAsync(messages[number], cancellationToken);
                waits[number] = Stopwatch.GetElapsedTime(sent).TotalMilliseconds;
                if (code != "AA") throw CommandException.Outside($"Message {number} was not accepted: {text.Replace('\r', ' ')}");
            }
        }, cancellationToken)));
    }

    private static async Task<HopCounts> CountsAsync(HttpClient http, string[] urls, CancellationToken cancellationToken)
    {
        HopCounts sum = new(0, 0, 0, 0, 0, 0, 0, 0);
        foreach (string url in urls)
        {
            StatusDocument document = await http.GetFromJsonAsync<StatusDocument>(url, JsonSerializerOptions.Web, cancellationToken)
                ?? throw CommandException.Outside($"{url}: empty answer.");
            foreach (HospitalStatus hospital in document.Hospitals) sum = sum.Plus(hospital.Hops);
        }

        return sum;
    }

    private static void Report(int count, int connections, TimeSpan acknowledged, TimeSpan published, TimeSpan anchored, double[] waits, HopCounts before, HopCounts after)
    {
        Array.Sort(waits);
        Output.Line(w =>
        {
            w.WriteStartObject();
            w.WriteNumber("messages", count);
            w.WriteNumber("connections", connections);
            w.WriteNumber("versions", after.Versions - before.Versions);
            w.WriteNumber("quarantined", after.Quarantined - before.Quarantined);
            w.WriteNumber("acknowledgedSeconds", Math.Round(acknowledged.TotalSeconds, 2));
            w.WriteNumber("publishedSeconds", Math.Round(published.TotalSeconds, 2));
            w.WriteNumber("anchoredSeconds", Math.Round(anchored.TotalSeconds, 2));
            w.WriteNumber("messagesPerSecond", Math.Round(count / anchored.TotalSeconds, 1));
            w.WriteNumber("versionsPerSecond", Math.Round((after.Versions - before.Versions) / anchored.TotalSeconds, 1));
            w.WriteNumber("acknowledgementMedianMilliseconds", Math.Round(waits[count / 2], 2));
            w.WriteNumber("acknowledgement99thMilliseconds", Math.Round(waits[count * 99 / 100], 2));
            w.WriteEndObject();
        });
    }
}
