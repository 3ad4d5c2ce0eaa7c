using System.Text.Json;

namespace Consortium.Adapters.Plugins;

/// <summary>What a plug-in may use. A record that needs more is rejected, and the plug-in's process replaced.</summary>
/// <param name="Seconds">Time for one record, in seconds.</param>
/// <param name="Megabytes">Memory of its process, in MiB; also the longest answer that is read from it.</param>
/// <param name="Concurrency">Records that it converts at once.</param>
public sealed record PluginLimits(int Seconds = 30, int Megabytes = 512, int Concurrency = 2)
{
    /// <summary>The most that a manifest or a site may ask for.</summary>
    public static PluginLimits Ceiling { get; } = new(600, 16 * 1024, 32);

    /// <summary>The least that a process can run in.</summary>
    public static PluginLimits Floor { get; } = new(1, 64, 1);

    internal TimeSpan Time => TimeSpan.FromSeconds(Seconds);

    internal long Bytes => Megabytes * 1024L * 1024L;
}

/// <summary>What a file says of a plug-in's limits: <c>limits</c> of its <c>plugin.json</c>, or <c>plugins.NAME</c> of <c>site.json</c>, which wins. Null where it says nothing.</summary>
/// <param name="Seconds">As <see cref="PluginLimits.Seconds"/>.</param>
/// <param name="Megabytes">As <see cref="PluginLimits.Megabytes"/>.</param>
/// <param name="Concurrency">As <see cref="PluginLimits.Concurrency"/>.</param>
public sealed record PluginLimitSettings(int? Seconds = null, int? Megabytes = null, int? Concurrency = null)
{
    /// <summary>The limits with these in their place.</summary>
    public PluginLimits Over(PluginLimits limits)
    {
        ArgumentNullException.ThrowIfNull(limits);
        return new PluginLimits(Seconds ?? limits.Seconds, Megabytes ?? limits.Megabytes, Concurrency ?? limits.Concurrency);
    }

    /// <summary>Reads the members of a JSON object.</summary>
    /// <param name="members">The members.</param>
    /// <param name="wrong">Makes the exception for a key and what is wrong with it.</param>
    internal static PluginLimitSettings Read(JsonElement.ObjectEnumerator members, Func<string, string, Exception> wrong)
    {
        var settings = new PluginLimitSettings();
        foreach (JsonProperty property in members)
        {
            settings = property.Name switch
            {
                "seconds" => settings with { Seconds = Number(PluginLimits.Floor.Seconds, PluginLimits.Ceiling.Seconds) },
                "megabytes" => settings with { Megabytes = Number(PluginLimits.Floor.Megabytes, PluginLimits.Ceiling.Megabytes) },
                "concurrency" => settings with { Concurrency = Number(PluginLimits.Floor.Concurrency, PluginLimits.Ceiling.Concurrency) },
                _ => throw wrong(property.Name, "unknown key. Known: seconds, megabytes, concurrency."),
            };

            int Number(int least, int most) => property.Value.ValueKind == JsonValueKind.Number && property.Value.TryGetInt32(out int number) && number >= least && number <= most
                ? number
                : throw wrong(property.Name, $"a whole number from {least} to {most} is expected.");
        }

        return settings;
    }
}
