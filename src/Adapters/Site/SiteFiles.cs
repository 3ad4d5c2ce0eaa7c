using System.Globalization;

namespace Consortium.Adapters.Site;

/// <summary>
/// What a site's files say, kept in force while the program runs: the files are looked at again when it is asked for, at most once a second.
/// An edit that is wrong is refused, and what was in force stays so. Thread-safe.
/// </summary>
/// <typeparam name="T">What the files are read into.</typeparam>
internal sealed class SiteFiles<T>
    where T : class
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly Func<IEnumerable<string>> _files;
    private readonly Func<T> _load;
    private readonly string _what;
    private readonly TimeProvider _time;
    private readonly Action<string>? _notice;
    private readonly Lock _reload = new();
    private volatile T? _current;
    private string _stamp;
    private long _lookedAt;

    /// <summary>Reads the files as they are.</summary>
    /// <param name="what">What they are, for the notices: <c>lexicon</c>, <c>HL7 v2 maps</c>.</param>
    /// <param name="files">Their paths, in a fixed order; none where the site has none.</param>
    /// <param name="load">Reads them; asked only where there are any.</param>
    /// <param name="time">The clock; null for the system's.</param>
    /// <param name="notice">Told of every reload and of every edit that was refused, with file and line; null for nobody.</param>
    /// <exception cref="SiteConfigurationException">A file is wrong; names file, line and column.</exception>
    public SiteFiles(string what, Func<IEnumerable<string>> files, Func<T> load, TimeProvider? time, Action<string>? notice)
    {
        (_what, _files, _load, _notice) = (what, files, load, notice);
        _time = time ?? TimeProvider.System;
        _stamp = Stamp();
        _current = _stamp.Length == 0 ? null : load();
        _lookedAt = _time.GetTimestamp();
    }

    /// <summary>What is in force; null where there are no files.</summary>
    public T? Current
    {
        get
        {
            if (_time.GetElapsedTime(Interlocked.Read(ref _lookedAt)) >= Interval) LookAgain();
            return _current;
        }
    }

    /// <summary>Every file below a folder, in a fixed order; none where there is no such folder.</summary>
    public static IEnumerable<string> Below(string folder) =>
        Directory.Exists(folder) ? Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal) : [];

    private void LookAgain()
    {
        if (!_reload.TryEnter()) return; // another thread is at it; what is in force is good
        try
        {
            Interlocked.Exchange(ref _lookedAt, _time.GetTimestamp());
            string stamp = Stamp();
            if (stamp == _stamp) return;
            _stamp = stamp;
            _current = stamp.Length == 0 ? null : _load();
            _notice?.Invoke($"an edit of the site's {_what} is in force.");
        }
        catch (SiteConfigurationException e)
        {
            _notice?.Invoke($"an edit of the site's {_what} is refused, what was in force stays so. {e.Message}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _stamp = "?"; // a file that is being written: looked at again in a second
            _notice?.Invoke($"the site's {_what} cannot be read ({e.GetType().Name}), what was in force stays so.");
        }
        finally
        {
            _reload.Exit();
        }
    }

    // Names, lengths and times of the files: an edit changes one of them.
    private string Stamp() => string.Join('\n', _files()
        .Select(file => new FileInfo(file))
        .Select(file => string.Create(CultureInfo.InvariantCulture, $"{file.FullName}|{file.Length}|{file.LastWriteTimeUtc.Ticks}")));
}
