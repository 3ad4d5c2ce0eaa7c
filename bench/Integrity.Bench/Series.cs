using System.Diagnostics;

namespace Consortium.Integrity.Bench;

/// <summary>One thing that is timed over the sample, round by round.</summary>
internal sealed class Series(Action<int> action)
{
    private readonly List<double> _seconds = [];
    private double _allocated;

    public double Median => _seconds.Order().ElementAt(_seconds.Count / 2);

    public void Round(int count, int passes)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        Stopwatch clock = Stopwatch.StartNew();
        for (int pass = 0; pass < passes; pass++)
        {
            for (int i = 0; i < count; i++) action(i);
        }

        _seconds.Add(clock.Elapsed.TotalSeconds / (passes * count));
        _allocated = (double)(GC.GetAllocatedBytesForCurrentThread() - before) / (passes * count);
    }

    public void Forget() => _seconds.Clear();

    public object Report() => new
    {
        perSecondMedian = Math.Round(1 / Median),
        perSecondBest = Math.Round(1 / _seconds.Min()),
        microsecondsMedian = Math.Round(Median * 1e6, 1),
        microsecondsBest = Math.Round(_seconds.Min() * 1e6, 1),
        allocatedBytesEach = Math.Round(_allocated),
    };
}
