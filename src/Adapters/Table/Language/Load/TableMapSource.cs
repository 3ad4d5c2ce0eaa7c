using System.Globalization;
using Consortium.Adapters.Site;

namespace Consortium.Adapters.Table.Language.Load;

/// <summary>The maps of tables in force at one moment.</summary>
/// <param name="Maps">The site's and the built-in ones.</param>
/// <param name="Laboratory">The mapping of laboratory exports.</param>
internal sealed record TableMaps(TableMapSet Maps, TableMapping Laboratory);

/// <summary>
/// The table maps in force: the built-in ones with a site's, and the site's <c>table.yaml</c>. The site's files are looked at again before a record is
/// converted, at most once a second; an edit that does not compile is refused, and what was in force stays so. Thread-safe.
/// </summary>
internal sealed class TableMapSource
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private static readonly Lazy<TableMaps> s_builtIn = new(() => new TableMaps(TableMapFiles.BuiltIn.Compile("1"), TableMapping.BuiltIn));

    private readonly string? _folder;
    private readonly TimeProvider _time;
    private readonly Action<string>? _notice;
    private readonly Lock _reload = new();
    private volatile TableMaps? _current;
    private string _stamp = "";
    private long _lookedAt;

    /// <summary>The maps of a site.</summary>
    /// <param name="siteFolder">The site's folder; null for the built-in maps alone.</param>
    /// <param name="time">The clock.</param>
    /// <param name="notice">Told of every reload and of every edit that was refused, with file and line; null for nobody.</param>
    /// <exception cref="SiteConfigurationException">A map of the site is wrong; names file, line and column.</exception>
    public TableMapSource(string? siteFolder = null, TimeProvider? time = null, Action<string>? notice = null)
    {
        _folder = siteFolder;
        _time = time ?? TimeProvider.System;
        _notice = notice;
        if (siteFolder is null) return;
        _stamp = Stamp();
        if (_stamp.Length > 0) _current = Load();
        _lookedAt = _time.GetTimestamp();
    }

    /// <summary>Fixed maps, for tests.</summary>
    internal TableMapSource(TableMaps maps) : this() => _current = maps;

    /// <summary>The maps in force.</summary>
    public TableMaps Current
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
            _notice?.Invoke("the site's table maps were changed and are in force.");
        }
        catch (SiteConfigurationException e)
        {
            _notice?.Invoke($"an edit of the site's table maps is refused, the maps before it stay in force. {e.Message}");
        }
        catch (IOException e)
        {
            _stamp = "?"; // a file that is being written: looked at again in a second
            _notice?.Invoke($"the site's table maps cannot be read ({e.GetType().Name}), the maps so far stay in force.");
        }
        finally
        {
            _reload.Exit();
        }
    }

    private TableMaps Load()
    {
        TableMapSet maps = Directory.Exists(Path.Combine(_folder!, TableMapFiles.SiteFolder))
            ? TableMapFiles.BuiltIn.With(TableMapFiles.ReadSite(_folder!)).Compile(TableMapFiles.Version(_folder!))
            : s_builtIn.Value.Maps;
        return new TableMaps(maps, TableMapping.Load(_folder));
    }

    // Names, lengths and times of the files: an edit changes one of them.
    private string Stamp()
    {
        string folder = Path.Combine(_folder!, TableMapFiles.SiteFolder), laboratory = Path.Combine(_folder!, TableMapping.SiteFile);
        IEnumerable<string> files = Directory.Exists(folder) ? Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal) : [];
        return string.Join('\n', files.Concat(File.Exists(laboratory) ? [laboratory] : [])
            .Select(file => new FileInfo(file))
            .Select(file => string.Create(CultureInfo.InvariantCulture, $"{file.FullName}|{file.Length}|{file.LastWriteTimeUtc.Ticks}")));
    }
}
