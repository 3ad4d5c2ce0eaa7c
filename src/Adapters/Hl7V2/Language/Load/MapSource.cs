using Consortium.Adapters.Hl7V2.Language.Compile;
using Consortium.Adapters.Site;

namespace Consortium.Adapters.Hl7V2.Language.Load;

/// <summary>
/// The maps in force: the built-in ones with a site's laid over them. The site's folder is looked at again before a message is mapped, at most
/// once a second; an edit that does not compile is refused, and the maps before it stay in force. Thread-safe.
/// </summary>
internal sealed class MapSource
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private static readonly Lazy<MapSet> s_builtIn = new(() => MapCompiler.Compile(MapFiles.BuiltIn, "1.0"));

    private readonly string? _folder;
    private readonly TimeProvider _time;
    private readonly Action<string>? _notice;
    private readonly Lock _reload = new();
    private volatile MapSet? _current;
    private string _stamp = "";
    private long _lookedAt;

    /// <summary>The maps of a site.</summary>
    /// <param name="siteFolder">The site's folder; null for the built-in maps alone.</param>
    /// <param name="time">The clock.</param>
    /// <param name="notice">Told of every reload and of every edit that was refused, with file and line; null for nobody.</param>
    /// <exception cref="SiteConfigurationException">A map of the site is wrong; names file, line and column.</exception>
    public MapSource(string? siteFolder = null, TimeProvider? time = null, Action<string>? notice = null)
    {
        _folder = siteFolder;
        _time = time ?? TimeProvider.System;
        _notice = notice;
        if (siteFolder is null || !Directory.Exists(Path.Combine(siteFolder, MapFiles.SiteFolder))) return;
        _stamp = Stamp();
        _current = Load();
        _lookedAt = _time.GetTimestamp();
    }

    /// <summary>The maps in force.</summary>
    public MapSet Current
    {
        get
        {
            if (_folder is not null && _time.GetElapsedTime(Interlocked.Read(ref _lookedAt)) >= Interval) LookAgain();
            return _current ?? s_builtIn.Value;
        }
    }

    private void LookAgain()
    {
        if (!_reload.TryEnter()) return; // another thread is at it; the maps so far are good
        try
        {
            Interlocked.Exchange(ref _lookedAt, _time.GetTimestamp());
            string stamp = Stamp();
            if (stamp == _stamp) return;
            _stamp = stamp;
            _current = stamp.Length == 0 ? null : Load();
            _notice?.Invoke("the site's HL7 v2 maps were changed and are in force.");
        }
        catch (SiteConfigurationException e)
        {
            _notice?.Invoke($"an edit of the site's HL7 v2 maps is refused, the maps before it stay in force. {e.Message}");
        }
        catch (IOException e)
        {
            // A file that is being written: looked at again in a second.
            _stamp = "?";
            _notice?.Invoke($"the site's HL7 v2 maps cannot be read ({e.GetType().Name}), the maps so far stay in force.");
        }
        finally
        {
            _reload.Exit();
        }
    }

    private MapSet Load()
    {
        string folder = Path.Combine(_folder!, MapFiles.SiteFolder);
        string version = MapFiles.Version(MapFiles.Find(folder).Select(file => (Path.GetRelativePath(folder, file).Replace('\\', '/'), File.ReadAllBytes(file))));
        return MapCompiler.Compile(MapOverlay.Over(MapFiles.BuiltIn, MapFiles.ReadSite(_folder!)), version);
    }

    // Names, lengths and times of the files: an edit changes one of them.
    private string Stamp()
    {
        string folder = Path.Combine(_folder!, MapFiles.SiteFolder);
        if (!Directory.Exists(folder)) return "";
        return string.Join('\n', Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
            .Select(file => new FileInfo(file))
            .Select(file => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{file.FullName}|{file.Length}|{file.LastWriteTimeUtc.Ticks}")));
    }
}
