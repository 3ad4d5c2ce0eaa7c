using Consortium.Adapters.Narrative.Lexicon;

namespace Consortium.Adapters.Narrative.Facts.English;

/// <summary>The facts of English text.</summary>
internal static class EnglishFacts
{
    /// <summary>Adds the facts of a block of lines.</summary>
    public static void Find(FoldedText text, TextSpan block, LexiconAutomaton lexicon, List<FactDraft> facts)
    {
    }
}
