using System.Diagnostics;
using Consortium.Adapters.Plugins;
using Consortium.Adapters.Plugins.Child;
using Consortium.Adapters.Site;

namespace Consortium.Adapters.Bench;

/// <summary>
/// A vendor's adapter in its own process (decision 0118), beside the same adapter called in this one: what the pipe costs. Wall time, since two processes
/// share the work; both series run in every round, so that a busy machine slows both.
/// </summary>
internal static class PluginSpeed
{
    /// <summary>Runs the benchmark.</summary>
    /// <param name="site">A site's folder with one plug-in.</param>
    /// <param name="records">A folder of its records.</param>
    /// <param name="rounds">Rounds that count.</param>
    public static object Run(string site, string records, int rounds)
    {
        using PluginCatalog plugins = PluginCatalog.Load(SiteConfiguration.Load(site), PluginHostProgram.This("plugin-host"), AdapterRegistry.BuiltInNames);
        if (plugins.Refused.Count > 0) throw new InvalidOperationException(plugins.Refused[0].Reason);
        IRecordAdapter outside = plugins.Adapters.Single();
        IRecordAdapter inside = Inside(Directory.GetDirectories(Path.Combine(site, PluginCatalog.FolderName)).Single());
        RawRecord[] sample = [.. Directory.GetFiles(records).Order(StringComparer.Ordinal).Select(file => new RawRecord(File.ReadAllBytes(file), "bench", DateTimeOffset.UnixEpoch, Path.GetFileName(file)))];
        return new
        {
            adapter = outside.Name,
            meanRecordBytes = Math.Round(sample.Average(record => (double)record.Bytes.Length)),
            oneCaller = Compare(inside, outside, sample, callers: 1, rounds),
            twoCallers = Compare(inside, outside, sample, callers: 2, rounds),
        };
    }

    private static object Compare(IRecordAdapter inside, IRecordAdapter outside, RawRecord[] sample, int callers, int rounds)
    {
        const int Records = 1000;
        for (Stopwatch clock = Stopwatch.StartNew(); clock.Elapsed.TotalSeconds < 5;)
        {
            Seconds(inside, sample, callers, Records);
            Seconds(outside, sample, callers, Records);
        }

        var here = new List<double>();
        var there = new List<double>();
        for (int round = 0; round < rounds; round++)
        {
            here.Add(Seconds(inside, sample, callers, Records) / Records);
            there.Add(Seconds(outside, sample, callers, Records) / Records);
        }

        return new
        {
            inProcessPerSecondMedian = Math.Round(1 / Median(here)),
            ownProcessPerSecondMedian = Math.Round(1 / Median(there)),
            ownProcessPerSecondBest = Math.Round(1 / there.Min()),
            microsecondsMoreEach = Math.Round((Median(there) - Median(here)) * 1e6, 1),
            timesInProcess = Math.Round(Median([.. there.Zip(here, (t, h) => t / h)]), 2),
        };
    }

    private static double Seconds(IRecordAdapter adapter, RawRecord[] sample, int callers, int records)
    {
        ConversionContext context = SiteConfiguration.Default.ContextFor("bench");
        Stopwatch clock = Stopwatch.StartNew();
        Thread[] threads = [.. Enumerable.Range(0, callers).Select(caller => new Thread(() =>
        {
            for (int i = caller; i < records; i += callers)
            {
                foreach (ConversionResult result in adapter.Convert(sample[i % sample.Length], context))
                {
                    if (result.IsRejected) throw new InvalidOperationException("A record of the benchmark was rejected: " + result.Issues[0].Diagnostics);
                }
            }
        }))];
        foreach (Thread thread in threads) thread.Start();
        foreach (Thread thread in threads) thread.Join();
        return clock.Elapsed.TotalSeconds;
    }

    private static IRecordAdapter Inside(string folder)
    {
        PluginManifest manifest = PluginManifest.Read(folder);
        string file = Path.GetFullPath(Path.Combine(folder, manifest.Assembly));
        return (IRecordAdapter)Activator.CreateInstance(new PluginLoadContext(file).LoadFromAssemblyPath(file).GetType(manifest.Type, throwOnError: true)!)!;
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
