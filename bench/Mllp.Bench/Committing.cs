using System.Diagnostics;
using System.Globalization;
using Consortium.Adapters.Intake;
using Consortium.Storage;

namespace Consortium.Mllp.Bench;

/// <summary>The journal without the wire.</summary>
internal static class Committing
{
    public static async Task<int> RunAsync(string folder, int count, int callers)
    {
        await using Database database = Database.Open($"sqlite:{Path.Combine(folder, "commit.db")}");
        using var journal = new IntakeJournal(database, new JournalKeys(new byte[JournalKeys.Length]), TimeProvider.System);
        await journal.InitializeAsync();
        byte[][] messages = [.. Enumerable.Range(0, count).Select(number => TestMessage.Frame(0, number))];
        await CommitAsync(journal, [.. Enumerable.Range(0, 2000).Select(number => TestMessage.Frame(1, number))], callers); // JIT
        using Process self = Process.GetCurrentProcess();
        TimeSpan before = self.TotalProcessorTime;
        long start = Stopwatch.GetTimestamp();
        await CommitAsync(journal, messages, callers);
        TimeSpan elapsed = Stopwatch.GetElapsedTime(start);
        self.Refresh();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $$"""{"records":{{count}},"callers":{{callers}},"seconds":{{elapsed.TotalSeconds:0.000}},"recordsPerSecond":{{count / elapsed.TotalSeconds:0.0}},"cpuSeconds":{{(self.TotalProcessorTime - before).TotalSeconds:0.00}}}"""));
        return 0;
    }

    private static Task CommitAsync(IntakeJournal journal, byte[][] messages, int callers)
    {
        int next = -1;
        return Task.WhenAll(Enumerable.Range(0, callers).Select(_ => Task.Run(async () =>
        {
            for (int number; (number = Interlocked.Increment(ref next)) < messages.Length;) await journal.AcceptAsync(messages[number], "bench");
        })));
    }
}
