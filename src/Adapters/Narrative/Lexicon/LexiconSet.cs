using Consortium.Adapters.Narrative.Facts.English;
using Consortium.Adapters.Site;

namespace Consortium.Adapters.Narrative.Lexicon;

/// <summary>The lexicons in force at one moment, by language: the seed and what a site adds. Each language is built when the first note needs it.</summary>
internal sealed class LexiconSet
{
    private const string Resources = "lexicon/";

    private readonly Lazy<LexiconAutomaton> _chinese;
    private readonly Lazy<EnglishLexicon> _english;

    /// <summary>The seed, with a site's rows before it: of two rows with one term and category the site's holds.</summary>
    public LexiconSet(IReadOnlyList<LexiconEntry> site)
    {
        _chinese = new Lazy<LexiconAutomaton>(() => site.Count == 0 ? SeedChinese.Value : new LexiconAutomaton(Entries(NoteLanguage.Chinese, site)));
        _english = new Lazy<EnglishLexicon>(() => site.Count == 0 ? SeedEnglish.Value : new EnglishLexicon(Entries(NoteLanguage.English, site)));
    }

    /// <summary>The seed alone.</summary>
    public static LexiconSet Seed { get; } = new([]);

    /// <summary>The terms of Chinese notes. Abbreviations of a site are in both languages.</summary>
    public LexiconAutomaton Chinese => _chinese.Value;

    /// <summary>The terms of English notes.</summary>
    public EnglishLexicon English => _english.Value;

    private static readonly Lazy<LexiconAutomaton> SeedChinese = new(() => new LexiconAutomaton(Entries(NoteLanguage.Chinese, [])));
    private static readonly Lazy<EnglishLexicon> SeedEnglish = new(() => new EnglishLexicon(Entries(NoteLanguage.English, [])));

    private static List<LexiconEntry> Entries(NoteLanguage language, IReadOnlyList<LexiconEntry> site)
    {
        var entries = new List<LexiconEntry>(site.Count + 80_000);
        foreach (LexiconEntry entry in site)
        {
            if (language == NoteLanguage.Chinese || LexiconFile.LanguageOf(entry.Term) == NoteLanguage.English) entries.Add(entry);
        }

        string folder = Resources + (language == NoteLanguage.Chinese ? "zh/" : "en/");
        foreach (string name in typeof(LexiconSet).Assembly.GetManifestResourceNames().Order(StringComparer.Ordinal))
        {
            if (!name.StartsWith(folder, StringComparison.Ordinal)) continue;
            using Stream stream = typeof(LexiconSet).Assembly.GetManifestResourceStream(name)
                ?? throw new SiteConfigurationException(name, "lexicon", "the program's own lexicon is missing; install it anew.");
            byte[] bytes = new byte[stream.Length];
            stream.ReadExactly(bytes);
            entries.AddRange(LexiconFile.Read(name, bytes, language));
        }

        return entries;
    }
}
