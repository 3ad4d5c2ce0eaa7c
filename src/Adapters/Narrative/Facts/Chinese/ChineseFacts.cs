using Consortium.Adapters.Narrative.Lexicon;

namespace Consortium.Adapters.Narrative.Facts.Chinese;

/// <summary>
/// The facts of Chinese text. Terms of the lexicon are candidates; values beside names become measurements first, then diagnosis lists are read item by item,
/// then the longest terms are kept, and their spans are trimmed and extended to what an annotator would mark. Assertions are decided last, over whole sentences.
/// </summary>
internal static class ChineseFacts
{
    /// <summary>Adds the facts of a block of lines.</summary>
    public static void Find(FoldedText text, TextSpan block, LexiconAutomaton lexicon, List<FactDraft> facts)
    {
        List<LexiconHit> hits = [];
        lexicon.FindAll(text, block.Start, block.End, hits);
        List<LexiconHit> torn = hits.FindAll(hit => TornNames.MayBe(text.Folded, hit));
        hits.RemoveAll(hit => !Candidates.IsWhole(text.Folded, hit));
        Candidates.PartHistories(text.Folded, hits);
        hits.Sort(static (a, b) => a.Start != b.Start ? a.Start.CompareTo(b.Start) : b.End.CompareTo(a.End));

        List<NoteHeading> headings = NoteHeadings.Find(text, block, hits);
        List<FactDraft> found = [];
        var taken = new SpanSet(block);
        foreach (NoteHeading heading in headings) taken.Add(heading.Span);
        BloodProducts.Find(text.Folded, block, taken, found);
        TornNames.AddTo(hits, torn);
        Measurements.Find(text, block, hits, taken, found);
        hits.RemoveAll(torn.Contains);
        DiagnosisItems.Find(text, headings, hits, taken, found);
        OperationNames.Find(text.Folded, block, hits, taken, found);
        Terms.Find(text, block, Candidates.Choose(text.Folded, block, hits, taken), taken, found);
        found.Sort(static (a, b) => a.Span.Start.CompareTo(b.Span.Start));
        Assertions.Decide(text, block, headings, hits, found);
        facts.AddRange(found);
    }
}
