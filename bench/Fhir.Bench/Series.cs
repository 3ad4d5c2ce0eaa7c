using System.Diagnostics;

namespace Consortium.Fhir.Bench;

/// <summary>One thing that is timed over the sample, round by round.</summary>
internal sealed class Series(Action<byte[]> action, int threads = 1)
{
    private double _allocated;

    /// <summary>Seconds a resource, by round.</summary>
    public List<double> Seconds { get; } = [];

    public int Passes { get; private set; }

    public void Round(byte[][] sample, int passes)
    {
        long before = GC.GetTotalAllocatedBytes(precise: threads > 1);
        long ownBefore = GC.GetAllocatedBytesForCurrentThread();
        Stopwatch clock = Stopwatch.StartNew();
        if (threads == 1)
        {
            Work(sample, passes);
        }
        else
        {
            Thread[] workers = [.. Enumerable.Range(0, threads).Select(_ => new Thread(() => Work(sample, passes)))];
            Array.ForEach(workers, w => w.Start());
            Array.ForEach(workers, w => w.Join());
        }

        double done = (double)threads * passes * sample.Length;
        Seconds.Add(clock.Elapsed.TotalSeconds / done);
        _allocated = (threads == 1 ? GC.GetAllocatedBytesForCurrentThread() - ownBefore : GC.GetTotalAllocatedBytes(precise: true) - before) / done;
        Passes += passes;
    }

    public void Forget() => Seconds.Clear();

    public object Report(double meanBytes)
    {
        double median = Seconds.Order().ElementAt(Seconds.Count / 2), best = Seconds.Min();
        return new
        {
            perSecondMedian = Math.Round(1 / median),
            perSecondBest = Math.Round(1 / best),
            megabytesPerSecondBest = Math.Round(meanBytes / best / 1e6),
            allocatedBytesEach = Math.Round(_allocated),
        };
    }

    private void Work(byte[][] sample, int passes)
    {
        for (int pass = 0; pass < passes; pass++)
        {
            foreach (byte[] resource in sample) action(resource);
        }
    }
}
