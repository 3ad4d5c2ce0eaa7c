using Consortium.Adapters.Site;

namespace Consortium.Adapters.Narrative.Lexicon;

/// <summary>The lexicons in force: the seed, and a site's <c>lexicon/*.tsv</c>, which are read again when they change (<see cref="SiteFiles{T}"/>).</summary>
internal sealed class LexiconSource
{
    /// <summary>The folder in a site's folder.</summary>
    public const string SiteFolder = "lexicon";

    private readonly SiteFiles<LexiconSet>? _site;

    /// <summary>The lexicons of a site.</summary>
    /// <param name="siteFolder">The site's folder; null for the seed alone.</param>
    /// <param name="time">The clock.</param>
    /// <param name="notice">Told of every reload and of every edit that was refused, with file and line; null for nobody.</param>
    /// <exception cref="SiteConfigurationException">A row of the site's lexicon is wrong; names file, line and column.</exception>
    public LexiconSource(string? siteFolder = null, TimeProvider? time = null, Action<string>? notice = null)
    {
        if (siteFolder is null) return;
        string folder = Path.Combine(siteFolder, SiteFolder);
        _site = new SiteFiles<LexiconSet>("lexicon", () => Files(folder), () => Load(folder), time, notice);
    }

    /// <summary>The lexicons in force.</summary>
    public LexiconSet Current => _site?.Current ?? LexiconSet.Seed;

    private static LexiconSet Load(string folder)
    {
        List<LexiconEntry> entries = [];
        foreach (string file in Files(folder)) entries.AddRange(LexiconFile.Read(file, File.ReadAllBytes(file), language: null));
        return entries.Count == 0 ? LexiconSet.Seed : new LexiconSet(entries);
    }

    private static IEnumerable<string> Files(string folder) =>
        Directory.Exists(folder) ? Directory.EnumerateFiles(folder, "*.tsv").Order(StringComparer.Ordinal) : [];
}
