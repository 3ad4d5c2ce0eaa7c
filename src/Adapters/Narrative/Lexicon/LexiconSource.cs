using System.Globalization;
using Consortium.Adapters.Site;

namespace Consortium.Adapters.Narrative.Lexicon;

/// <summary>
/// The lexicons in force: the seed, and a site's <c>lexicon/*.tsv</c>. The site's folder is looked at again when a note is read, at most once a second;
/// an edit with a wrong row is refused, and the lexicon before it stays in force. Thread-safe.
/// </summary>
internal sealed class LexiconSource
{
    /// <summary>The folder in a site's folder.</summary>
    public const string SiteFolder = "lexicon";

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly string? _folder;
    private readonly TimeProvider _time;
    private readonly Action<string>? _notice;
    private readonly Lock _reload = new();
    private volatile LexiconSet _current = LexiconSet.Seed;
    private string _stamp = "";
    private long _lookedAt;

    /// <summary>The lexicons of a site.</summary>
    /// <param name="siteFolder">The site's folder; null for the seed alone.</param>
    /// <param name="time">The clock.</param>
    /// <param name="notice">Told of every reload and of every edit that was refused, with file and line; null for nobody.</param>
    /// <exception cref="SiteConfigurationException">A row of the site's lexicon is wrong; names file, line and column.</exception>
    public LexiconSource(string? siteFolder = null, TimeProvider? time = null, Action<string>? notice = null)
    {
        _folder = siteFolder is null ? null : Path.Combine(siteFolder, SiteFolder);
        _time = time ?? TimeProvider.System;
        _notice = notice;
        if (_folder is null) return;
        _stamp = Stamp(_folder);
        _current = Load(_folder);
        _lookedAt = _time.GetTimestamp();
    }

    /// <summary>The lexicons in force.</summary>
    public LexiconSet Current
    {
        get
        {
            if (_folder is not null && _time.GetElapsedTime(Interlocked.Read(ref _lookedAt)) >= Interval) LookAgain(_folder);
            return _current;
        }
    }

    private void LookAgain(string folder)
    {
        if (!_reload.TryEnter()) return; // another thread is at it; the lexicon so far is good
        try
        {
            Interlocked.Exchange(ref _lookedAt, _time.GetTimestamp());
            string stamp = Stamp(folder);
            if (stamp == _stamp) return;
            _stamp = stamp;
            _current = Load(folder);
            _notice?.Invoke("the site's lexicon was changed and is in force.");
        }
        catch (SiteConfigurationException e)
        {
            _notice?.Invoke($"an edit of the site's lexicon is refused, the one before it stays in force. {e.Message}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A file that is being written: looked at again in a second.
            _stamp = "?";
            _notice?.Invoke($"the site's lexicon cannot be read ({e.GetType().Name}), the one so far stays in force.");
        }
        finally
        {
            _reload.Exit();
        }
    }

    private static LexiconSet Load(string folder)
    {
        List<LexiconEntry> entries = [];
        foreach (string file in Files(folder)) entries.AddRange(LexiconFile.Read(file, File.ReadAllBytes(file), language: null));
        return entries.Count == 0 ? LexiconSet.Seed : new LexiconSet(entries);
    }

    private static IEnumerable<string> Files(string folder) =>
        Directory.Exists(folder) ? Directory.EnumerateFiles(folder, "*.tsv").Order(StringComparer.Ordinal) : [];

    // Names, lengths and times of the files: an edit changes one of them.
    private static string Stamp(string folder) => string.Join('\n', Files(folder)
        .Select(file => new FileInfo(file))
        .Select(file => string.Create(CultureInfo.InvariantCulture, $"{file.FullName}|{file.Length}|{file.LastWriteTimeUtc.Ticks}")));
}
