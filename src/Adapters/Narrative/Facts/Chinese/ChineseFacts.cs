using Consortium.Adapters.Narrative.Lexicon;

namespace Consortium.Adapters.Narrative.Facts.Chinese;

/// <summary>The facts of Chinese text.</summary>
internal static class ChineseFacts
{
    /// <summary>Adds the facts of a block of lines.</summary>
    public static void Find(FoldedText text, TextSpan block, LexiconAutomaton lexicon, List<FactDraft> facts)
    {
        List<LexiconHit> hits = [];
        lexicon.FindAll(text, block.Start, block.End, hits);
        List<LexiconHit> kept = Candidates.Choose(text, hits);
        foreach (LexiconHit hit in kept)
        {
            if (Category(hit.Category) is { } category) facts.Add(new FactDraft(new TextSpan(hit.Start, hit.End), category, Assertion.Present, 0.8) { Entry = hit.Entry });
        }
    }

    private static FactCategory? Category(LexiconCategory category) => category switch
    {
        LexiconCategory.Disease => FactCategory.Disease,
        LexiconCategory.Symptom => FactCategory.Symptom,
        LexiconCategory.Body => FactCategory.Body,
        LexiconCategory.Test => FactCategory.Test,
        LexiconCategory.Treatment => FactCategory.Treatment,
        LexiconCategory.Drug => FactCategory.Drug,
        LexiconCategory.Procedure => FactCategory.Procedure,
        _ => null,
    };
}
