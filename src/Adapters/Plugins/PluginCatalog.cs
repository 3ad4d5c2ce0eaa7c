using Consortium.Adapters.Site;

namespace Consortium.Adapters.Plugins;

/// <summary>A plug-in that was not taken.</summary>
/// <param name="Folder">Its folder.</param>
/// <param name="Reason">Why, and what to do.</param>
public sealed record RefusedPlugin(string Folder, string Reason);

/// <summary>
/// The plug-ins of a site: each folder of <c>plugins</c> in the site's folder, loaded or refused with the reason, and while the host runs loaded anew when
/// it changes. Disposing ends their processes. Thread-safe.
/// </summary>
public sealed class PluginCatalog : IDisposable
{
    /// <summary>The folder in the site's folder.</summary>
    public const string FolderName = "plugins";

    /// <summary>How often folders are looked at. A change takes effect when two looks have seen the same: what is still being copied in does not.</summary>
    internal static readonly TimeSpan Look = TimeSpan.FromSeconds(2);

    private readonly string? _folder;
    private readonly PluginHostProgram _program;
    private readonly IReadOnlyCollection<string> _taken;
    private readonly IReadOnlyDictionary<string, PluginLimitSettings> _limits;
    private readonly TimeProvider _time;
    private readonly Lock _changing = new();
    private readonly SortedDictionary<string, Entry> _entries = new(StringComparer.Ordinal);
    private volatile IReadOnlyList<PluginAdapter> _adapters = [];
    private ITimer? _looking;
    private bool _isDisposed;

    private PluginCatalog(SiteConfiguration site, PluginHostProgram program, IReadOnlyCollection<string> taken, TimeProvider time)
    {
        _folder = site.Folder is null ? null : Path.Combine(Path.GetFullPath(site.Folder), FolderName);
        _program = program;
        _taken = taken;
        _limits = site.PluginLimits;
        _time = time;
    }

    /// <summary>The adapters that are loaded, by folder. The list does not change; after a change of a folder there is another one.</summary>
    public IReadOnlyList<IRecordAdapter> Adapters => _adapters;

    /// <summary>What was refused when the plug-ins were loaded.</summary>
    public IReadOnlyList<RefusedPlugin> Refused { get; private set; } = [];

    /// <summary>Loads what is there. A plug-in that cannot be loaded is refused and keeps no other one out.</summary>
    /// <param name="site">The site: its folder, and the limits that it sets.</param>
    /// <param name="program">What runs a plug-in.</param>
    /// <param name="taken">Names that are taken: those of the built-in adapters.</param>
    /// <param name="time">The clock of a failing plug-in's rests and of <see cref="Watch"/>.</param>
    public static PluginCatalog Load(SiteConfiguration site, PluginHostProgram program, IReadOnlyCollection<string> taken, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(site);
        ArgumentNullException.ThrowIfNull(program);
        ArgumentNullException.ThrowIfNull(taken);
        var catalog = new PluginCatalog(site, program, taken, time ?? TimeProvider.System);
        catalog.LoadAll();
        return catalog;
    }

    /// <summary>From now on a changed folder is loaded for the next record, a new one too, and one that is gone is taken out.</summary>
    /// <param name="notice">Told of each change, and of each that was refused.</param>
    public void Watch(Action<string> notice)
    {
        ArgumentNullException.ThrowIfNull(notice);
        if (_folder is null) return;
        lock (_changing) _looking ??= _time.CreateTimer(_ => LookAgain(notice), null, Look, Look);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // Not under the lock: a change may be waiting for a new process to answer.
        Volatile.Write(ref _isDisposed, true);
        _looking?.Dispose();
        foreach (PluginAdapter adapter in _adapters) adapter.Dispose();
    }

    internal void LookAgain(Action<string> notice)
    {
        if (!_changing.TryEnter()) return; // the look before is not done
        try
        {
            foreach (string folder in Folders().Union(_entries.Keys).ToArray())
            {
                if (Volatile.Read(ref _isDisposed)) return;
                if (!_entries.TryGetValue(folder, out Entry? entry)) _entries[folder] = entry = new Entry("", null);
                string stamp = PluginFolder.Stamp(folder);
                if (stamp == entry.Stamp) entry.Seen = null;
                else if (stamp != entry.Seen) entry.Seen = stamp;
                else Change(folder, entry, stamp, notice);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            notice($"the plug-ins' folder cannot be read ({e.GetType().Name}); what is loaded stays in force.");
        }
        finally
        {
            _changing.Exit();
        }
    }

    private void LoadAll()
    {
        var refused = new List<RefusedPlugin>();
        var accepted = new List<(string Folder, PluginManifest Manifest)>();
        var names = new HashSet<string>(_taken, StringComparer.Ordinal);
        foreach (string folder in Folders())
        {
            _entries[folder] = new Entry(PluginFolder.Stamp(folder), null);
            try
            {
                PluginManifest manifest = Check(folder);
                if (!names.Add(manifest.Name)) throw NameIsTaken(folder, manifest.Name);
                accepted.Add((folder, manifest));
            }
            catch (PluginRefusedException e)
            {
                refused.Add(new RefusedPlugin(folder, e.Message));
            }
        }

        // Each starts a process; together they take no longer than the slowest.
        object[] outcomes = [.. accepted.AsParallel().AsOrdered().Select(plugin => Open(plugin.Folder, plugin.Manifest))];
        for (int i = 0; i < outcomes.Length; i++) _entries[accepted[i].Folder].Adapter = outcomes[i] as PluginAdapter;
        refused.AddRange(outcomes.OfType<RefusedPlugin>());
        foreach (string name in _limits.Keys.Where(name => !accepted.Exists(plugin => plugin.Manifest.Name == name)))
        {
            refused.Add(new RefusedPlugin(_folder ?? FolderName, $"{SiteFile.Name}: plugins.{name}: no plug-in of this name is loaded. Loaded: {string.Join(", ", accepted.Select(plugin => plugin.Manifest.Name).DefaultIfEmpty("none"))}."));
        }

        Refused = refused;
        Publish();
    }

    private void Change(string folder, Entry entry, string stamp, Action<string> notice)
    {
        (entry.Stamp, entry.Seen) = (stamp, null);
        PluginAdapter? before = entry.Adapter;
        string? name = before?.Describe().Name;
        if (stamp.Length == 0)
        {
            _entries.Remove(folder);
            Publish();
            before?.Retire();
            if (name is not null) notice($"the plug-in {name} was taken out.");
            return;
        }

        try
        {
            PluginManifest manifest = Check(folder);
            if (manifest.Name != name && (_taken.Contains(manifest.Name) || _adapters.Any(other => other.Describe().Name == manifest.Name))) throw NameIsTaken(folder, manifest.Name);
            PluginVersion version = PluginVersion.Open(_program, folder, manifest, _time);
            if (manifest.Name == name) before!.Replace(version);
            else entry.Adapter = new PluginAdapter(version);
            Publish();
            if (manifest.Name != name) before?.Retire();
            if (Volatile.Read(ref _isDisposed)) version.Stop();
            notice($"the plug-in {manifest.Name} {version.Description.Version} is in force from the next record on.");
        }
        catch (PluginRefusedException e)
        {
            notice($"a changed plug-in is refused{(name is null ? "" : $", {name} stays in force as it was")}. {e.Message}");
        }
    }

    private PluginManifest Check(string folder)
    {
        PluginManifest manifest = PluginManifest.Read(folder);
        PluginInspection.Check(folder, manifest);
        return _limits.TryGetValue(manifest.Name, out PluginLimitSettings? site) ? manifest with { Limits = site.Over(manifest.Limits) } : manifest;
    }

    private object Open(string folder, PluginManifest manifest)
    {
        try
        {
            return new PluginAdapter(PluginVersion.Open(_program, folder, manifest, _time));
        }
        catch (PluginRefusedException e)
        {
            return new RefusedPlugin(folder, e.Message);
        }
    }

    private void Publish() => _adapters = [.. _entries.Values.Select(entry => entry.Adapter).OfType<PluginAdapter>()];

    // A folder whose name begins with a dot or an underscore is set aside, as for a version that is being copied in.
    private IEnumerable<string> Folders() => Directory.Exists(_folder)
        ? Directory.GetDirectories(_folder).Where(plugin => Path.GetFileName(plugin)[0] is not ('.' or '_')).Order(StringComparer.Ordinal)
        : [];

    private static PluginRefusedException NameIsTaken(string folder, string name) =>
        new($"{Path.Combine(folder, PluginManifest.FileName)}: name: there is another adapter '{name}'. Set one of them aside (a folder _{name} is not loaded).");

    /// <summary>A folder: what it was when it was loaded or refused, what the last look saw of a change, and its adapter.</summary>
    private sealed class Entry(string stamp, PluginAdapter? adapter)
    {
        public string Stamp { get; set; } = stamp;

        public string? Seen { get; set; }

        public PluginAdapter? Adapter { get; set; } = adapter;
    }
}
