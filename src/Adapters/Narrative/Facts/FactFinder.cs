using Consortium.Adapters.Files;
using Consortium.Adapters.Narrative.Lexicon;
using Consortium.Adapters.Site;
using Consortium.Fhir;

namespace Consortium.Adapters.Narrative.Facts;

/// <summary>
/// Finds the facts of a clinical text: Chinese, English, or both by paragraph. It takes every text, also one that is too ambiguous to become a document.
/// Thread-safe.
/// </summary>
public sealed class FactFinder
{
    private readonly LexiconSource _lexicon;

    internal FactFinder(LexiconSource lexicon) => _lexicon = lexicon;

    /// <summary>A finder with the seed lexicon and that of a site (<c>lexicon/*.tsv</c> in its folder), which is read again when it changes.</summary>
    /// <param name="site">The site; null for the seed alone.</param>
    /// <param name="notice">Told when an edit of the site's lexicon took effect or was refused; null for nobody.</param>
    /// <exception cref="SiteConfigurationException">A row of the site's lexicon is wrong; names file, line and column.</exception>
    public static FactFinder ForSite(SiteConfiguration? site = null, Action<string>? notice = null) => new(new LexiconSource(site?.Folder, notice: notice));

    /// <summary>
    /// The facts of a file's text: UTF-8, UTF-16 with a byte-order mark, or GB18030, or a document file (DOCX, DOC, RTF, PDF), whose text is taken out first.
    /// The byte-order mark is no part of the text.
    /// </summary>
    /// <param name="bytes">The file.</param>
    /// <param name="issue">Why it has no text that can be read, with the place; null where it has.</param>
    /// <returns>The facts by their place in the text; null where there is no text.</returns>
    public IReadOnlyList<Fact>? Read(ReadOnlyMemory<byte> bytes, out OutcomeIssue? issue) =>
        SourceText.Of(bytes, out issue) is { } source ? Find(source.Text.Text) : null;

    /// <summary>The facts of a text, by their place.</summary>
    public IReadOnlyList<Fact> Find(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var folded = new FoldedText(text);
        List<FactDraft> drafts = Drafts(folded);
        var facts = new Fact[drafts.Count];
        for (int i = 0; i < facts.Length; i++) facts[i] = Finished(folded, drafts[i]);
        return facts;
    }

    /// <summary>A finder with the seed lexicon alone.</summary>
    internal static FactFinder Seed { get; } = ForSite();

    /// <summary>The facts of a text, by their place, before they are written out.</summary>
    internal List<FactDraft> Drafts(FoldedText folded)
    {
        LexiconSet lexicon = _lexicon.Current;
        List<FactDraft> drafts = [];
        foreach ((TextSpan block, NoteLanguage language) in Blocks(folded))
        {
            if (language == NoteLanguage.Chinese) Chinese.ChineseFacts.Find(folded, block, lexicon.Chinese, drafts);
            else English.EnglishFacts.Find(folded.Folded, block, lexicon.English, drafts);
        }

        drafts.Sort(static (a, b) => a.Span.Start != b.Span.Start ? a.Span.Start.CompareTo(b.Span.Start) : a.Span.End.CompareTo(b.Span.End));
        return drafts;
    }

    private static Fact Finished(FoldedText text, in FactDraft draft) =>
        new(
            text.CodePoint(draft.Span.Start),
            text.CodePoint(draft.Span.End),
            text.Original[draft.Span.Start..draft.Span.End],
            draft.Category,
            draft.Assertion,
            draft.Confidence)
        {
            Code = draft.KeepsCode ? draft.Entry?.Code : null,
            Name = draft.Name is { } name ? (text.CodePoint(name.Start), text.CodePoint(name.End)) : null,
            Entry = draft.Entry,
        };

    /// <summary>Runs of whole lines in one language. A line that does not tell its language goes with the lines before it; the first ones with those after.</summary>
    internal static List<(TextSpan Span, NoteLanguage Language)> Blocks(FoldedText text)
    {
        List<(TextSpan Span, NoteLanguage Language)> blocks = [];
        NoteLanguage? current = null;
        int start = 0;
        int at = 0;
        while (at < text.Length)
        {
            int end = text.Folded.IndexOf('\n', at);
            end = end < 0 ? text.Length : end + 1;
            NoteLanguage? language = Scripts.Of(text.Folded.AsSpan(at, end - at));
            if (language is not null && current is not null && language != current)
            {
                blocks.Add((new TextSpan(start, at), current.Value));
                start = at;
            }

            current = language ?? current;
            at = end;
        }

        if (start < text.Length) blocks.Add((new TextSpan(start, text.Length), current ?? Fallback(text)));
        return blocks;
    }

    // A text of abbreviations and numbers alone.
    private static NoteLanguage Fallback(FoldedText text) => text.Lower.AsSpan().ContainsAnyInRange('a', 'z') ? NoteLanguage.English : NoteLanguage.Chinese;
}
