namespace Consortium.Adapters.Plugins;

/// <summary>A plug-in that was not taken.</summary>
/// <param name="Folder">Its folder.</param>
/// <param name="Reason">Why, and what to do.</param>
public sealed record RefusedPlugin(string Folder, string Reason);

/// <summary>The plug-ins of a site: each folder of <c>plugins</c> in the site's folder, loaded or refused with the reason. Disposing ends their processes.</summary>
public sealed class PluginCatalog : IDisposable
{
    /// <summary>The folder in the site's folder.</summary>
    public const string FolderName = "plugins";

    private readonly IReadOnlyList<PluginAdapter> _adapters;

    private PluginCatalog(IReadOnlyList<PluginAdapter> adapters, IReadOnlyList<RefusedPlugin> refused)
    {
        _adapters = adapters;
        Refused = refused;
    }

    /// <summary>No plug-ins.</summary>
    public static PluginCatalog None { get; } = new([], []);

    /// <summary>The adapters that were loaded, by name.</summary>
    public IReadOnlyList<IRecordAdapter> Adapters => _adapters;

    /// <summary>What was refused.</summary>
    public IReadOnlyList<RefusedPlugin> Refused { get; }

    /// <summary>Loads what is there. A plug-in that cannot be loaded is refused and keeps no other one out.</summary>
    /// <param name="site">The site's folder; null for none.</param>
    /// <param name="program">What runs a plug-in.</param>
    /// <param name="taken">Names that are taken: those of the built-in adapters.</param>
    /// <param name="time">The clock of a failing plug-in's rests.</param>
    public static PluginCatalog Load(string? site, PluginHostProgram program, IReadOnlyCollection<string> taken, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(program);
        ArgumentNullException.ThrowIfNull(taken);
        string? folder = site is null ? null : Path.Combine(Path.GetFullPath(site), FolderName);
        if (!Directory.Exists(folder)) return None;

        // A folder whose name begins with a dot or an underscore is set aside, as for a version that is being copied in.
        string[] folders = [.. Directory.GetDirectories(folder).Where(plugin => Path.GetFileName(plugin)[0] is not ('.' or '_')).Order(StringComparer.Ordinal)];
        var refused = new List<RefusedPlugin>();
        var accepted = new List<(string Folder, PluginManifest Manifest)>();
        var names = new HashSet<string>(taken, StringComparer.Ordinal);
        foreach (string plugin in folders)
        {
            try
            {
                PluginManifest manifest = PluginManifest.Read(plugin);
                PluginInspection.Check(plugin, manifest);
                if (!names.Add(manifest.Name)) throw new PluginRefusedException($"{Path.Combine(plugin, PluginManifest.FileName)}: name: there is another adapter '{manifest.Name}'. Set one of them aside (a folder _{manifest.Name} is not loaded).");
                accepted.Add((plugin, manifest));
            }
            catch (PluginRefusedException e)
            {
                refused.Add(new RefusedPlugin(plugin, e.Message));
            }
        }

        // Each starts a process; together they take no longer than the slowest.
        object[] outcomes = [.. accepted.AsParallel().AsOrdered().Select(plugin => Open(program, plugin.Folder, plugin.Manifest, time ?? TimeProvider.System))];
        refused.AddRange(outcomes.OfType<RefusedPlugin>());
        return new PluginCatalog([.. outcomes.OfType<PluginAdapter>()], refused);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (PluginAdapter adapter in _adapters) adapter.Dispose();
    }

    private static object Open(PluginHostProgram program, string folder, PluginManifest manifest, TimeProvider time)
    {
        var supervisor = new PluginSupervisor(program, folder, manifest, time);
        try
        {
            return new PluginAdapter(supervisor, manifest);
        }
        catch (PluginRefusedException e)
        {
            supervisor.Dispose();
            return new RefusedPlugin(folder, e.Message);
        }
    }
}
