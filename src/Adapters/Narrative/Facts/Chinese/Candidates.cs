using Consortium.Adapters.Narrative.Lexicon;

namespace Consortium.Adapters.Narrative.Facts.Chinese;

/// <summary>Which of the overlapping terms of a text are meant.</summary>
internal static class Candidates
{
    /// <summary>The hits that do not overlap: the leftmost first, of those that start together the longest. A Latin letter or digit on the edge of a term must not go on outside.</summary>
    public static List<LexiconHit> Choose(FoldedText text, List<LexiconHit> hits)
    {
        hits.Sort(static (a, b) => a.Start != b.Start ? a.Start.CompareTo(b.Start) : b.End.CompareTo(a.End));
        List<LexiconHit> kept = [];
        int end = 0;
        foreach (LexiconHit hit in hits)
        {
            if (hit.Start < end || !IsWhole(text.Folded, hit)) continue;
            kept.Add(hit);
            end = hit.End;
        }

        return kept;
    }

    private static bool IsWhole(string text, LexiconHit hit) =>
        (hit.Start == 0 || !char.IsAsciiLetterOrDigit(text[hit.Start]) || !char.IsAsciiLetter(text[hit.Start - 1]))
        && (hit.End == text.Length || !char.IsAsciiLetter(text[hit.End - 1]) || !char.IsAsciiLetter(text[hit.End]));
}
