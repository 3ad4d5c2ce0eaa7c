using System.Diagnostics;

namespace Consortium.Adapters.Bench;

/// <summary>
/// One thing that is timed over the sample on one thread, round by round. Time is that of the processor, all threads of the process
/// together (garbage collection included): what one core does in a second, whoever else is busy on the machine. Wall time stands beside it.
/// </summary>
internal sealed class Series(Action<int> action)
{
    private readonly List<double> _wall = [];
    private double _allocated;

    /// <summary>Processor seconds a message, by round.</summary>
    public List<double> Seconds { get; } = [];

    /// <summary>Runs the action for each message of the sample, several times over.</summary>
    public void Round(int messages, int passes)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        Stopwatch clock = Stopwatch.StartNew();
        TimeSpan used = Environment.CpuUsage.TotalTime;
        for (int pass = 0; pass < passes; pass++)
        {
            for (int i = 0; i < messages; i++) action(i);
        }

        double done = (double)passes * messages;
        Seconds.Add((Environment.CpuUsage.TotalTime - used).TotalSeconds / done);
        _wall.Add(clock.Elapsed.TotalSeconds / done);
        _allocated = (GC.GetAllocatedBytesForCurrentThread() - before) / done;
    }

    public void Forget()
    {
        Seconds.Clear();
        _wall.Clear();
    }

    public object Report() => new
    {
        perSecondMedian = Math.Round(1 / Median),
        perSecondBest = Math.Round(1 / Seconds.Min()),
        microsecondsMedian = Math.Round(Median * 1e6, 2),
        microsecondsBest = Math.Round(Seconds.Min() * 1e6, 2),
        wallPerSecondMedian = Math.Round(1 / _wall.Order().ElementAt(_wall.Count / 2)),
        wallPerSecondBest = Math.Round(1 / _wall.Min()),
        allocatedBytesEach = Math.Round(_allocated),
    };

    /// <summary>How many times slower than another: the median over rounds of the ratio within a round, and the ratio of the best.</summary>
    public object Times(Series floor) => new
    {
        median = Math.Round(Seconds.Zip(floor.Seconds, (s, f) => s / f).Order().ElementAt(Seconds.Count / 2), 2),
        best = Math.Round(Seconds.Min() / floor.Seconds.Min(), 2),
    };

    private double Median => Seconds.Order().ElementAt(Seconds.Count / 2);
}
