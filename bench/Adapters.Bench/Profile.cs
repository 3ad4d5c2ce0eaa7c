using System.Diagnostics;
using Consortium.Adapters.Site;

namespace Consortium.Adapters.Bench;

/// <summary>Converts one kind of message over and over (and validates and writes it, where asked), for a profiler to watch; prints the rate of each second.</summary>
internal static class Profile
{
    public static int Run(string kind, int seconds, bool whole = false)
    {
        var generator = new GeneratedMessages(20261122);
        byte[][] sample = [.. Enumerable.Range(0, 200).Select(_ => kind == "oru" ? generator.Report() : generator.Admission())];
        IRecordAdapter adapter = AdapterRegistry.BuiltIn().Adapters.Single(known => known.Name == "hl7v2");
        var pipeline = new ConversionPipeline(AdapterRegistry.BuiltIn(), SiteConfiguration.Default);
        ConversionContext context = SiteConfiguration.Default.ContextFor("bench");
        for (int second = 0; second < seconds; second++)
        {
            long done = 0;
            long allocated = GC.GetAllocatedBytesForCurrentThread();
            TimeSpan used = Environment.CpuUsage.TotalTime;
            for (Stopwatch clock = Stopwatch.StartNew(); clock.ElapsedMilliseconds < 1000; done++)
            {
                var record = new RawRecord(sample[done % sample.Length], "bench", DateTimeOffset.UnixEpoch);
                foreach (ConversionResult result in whole ? pipeline.Convert(record, "hl7v2") : adapter.Convert(record, context))
                {
                    if (result.IsRejected || (whole && BundleWriter.Write(result).Length == 0)) return 1;
                }
            }

            Console.WriteLine($"{done} by the clock, {done / (Environment.CpuUsage.TotalTime - used).TotalSeconds:F0} a second of processor time, {(GC.GetAllocatedBytesForCurrentThread() - allocated) / done} bytes each");
        }

        return 0;
    }
}
