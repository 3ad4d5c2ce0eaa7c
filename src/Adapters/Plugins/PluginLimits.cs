namespace Consortium.Adapters.Plugins;

/// <summary>What a plug-in may use. A record that needs more is rejected, and the plug-in's process replaced.</summary>
/// <param name="Seconds">Time for one record, in seconds.</param>
/// <param name="Megabytes">Memory of its process, in MiB; also the longest answer that is read from it.</param>
/// <param name="Concurrency">Records that it converts at once.</param>
public sealed record PluginLimits(int Seconds = 30, int Megabytes = 512, int Concurrency = 2)
{
    /// <summary>The most that a manifest may ask for.</summary>
    public static PluginLimits Ceiling { get; } = new(600, 16 * 1024, 32);

    /// <summary>The least that a process can run in.</summary>
    public static PluginLimits Floor { get; } = new(1, 64, 1);

    internal TimeSpan Time => TimeSpan.FromSeconds(Seconds);

    internal long Bytes => Megabytes * 1024L * 1024L;
}
