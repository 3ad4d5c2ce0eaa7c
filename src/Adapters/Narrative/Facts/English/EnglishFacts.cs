using Consortium.Adapters.Narrative.Lexicon;

namespace Consortium.Adapters.Narrative.Facts.English;

/// <summary>The facts of English text: terms of the lexicon, grown to the phrases that stand around them, with their values and their assertions.</summary>
internal static class EnglishFacts
{
    /// <summary>Adds the facts of a block of lines.</summary>
    public static void Find(string text, TextSpan block, EnglishLexicon lexicon, List<FactDraft> facts)
    {
        EnglishReading reading = new(text, block, lexicon);
        EnglishMentions.Find(reading);
        EnglishPhrases.Grow(reading);
        EnglishAssertions.Assert(reading);
        foreach (Mention mention in reading.Mentions)
        {
            facts.Add(new FactDraft(Place(reading, mention.First, mention.End), mention.Category, mention.Assertion, mention.Confidence)
            {
                Entry = mention.Term?.Entry,
                Name = mention.IsMeasurement ? Place(reading, mention.NameFirst, mention.NameEnd) : null,
                KeepsCode = !mention.Extended,
            });
        }
    }

    private static TextSpan Place(EnglishReading reading, int first, int end) =>
        new(reading.Block.Start + reading.Tokens[first].Start, reading.Block.Start + reading.Tokens[end - 1].End);
}
