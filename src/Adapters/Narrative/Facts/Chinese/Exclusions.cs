using Consortium.Adapters.Narrative.Lexicon;

namespace Consortium.Adapters.Narrative.Facts.Chinese;

/// <summary>
/// Reads 排除 and 除外 with the words before them. What can be ruled out (可基本排除, 已除外) is denied; what cannot, not yet or is still to be
/// (尚不能完全排除, 有待排除, 行CT以排除) is doubted.
/// </summary>
internal static class Exclusions
{
    private static readonly string[] Cores = ChineseWords.Of("exclusion");
    private static readonly string[] Doubts = ChineseWords.Of("exclusion-doubt");
    private static readonly string[] Purposes = ChineseWords.Of("exclusion-purpose");
    private static readonly string[] Links = ChineseWords.Of("link");

    private static readonly CueRule Denied = new(Assertion.Negated, CueReach.Clause, CueSide.Either, CueTakes.All, CueNeed.None);
    private static readonly CueRule Doubted = new(Assertion.Uncertain, CueReach.Clause, CueSide.Either, CueTakes.All, CueNeed.None);

    /// <summary>How a cue of the lexicon that ends with such a word is read, and where it begins; null for another cue.</summary>
    public static (int Start, CueRule Rule)? Of(string text, in LexiconHit hit, TextSpan block)
    {
        if (hit.Category is not (LexiconCategory.Negation or LexiconCategory.Uncertain)) return null;
        int core = ChineseWords.Before(Cores, text.AsSpan(hit.Start, hit.Length));
        if (core == 0) return null;
        ReadOnlySpan<char> clause = Clauses.Before(text, hit.End - core, block);
        bool doubted = false, said = false;
        for (int word = 1; word > 0;)
        {
            int doubt = ChineseWords.Before(Doubts, clause);
            int link = ChineseWords.Before(Links, clause);
            word = Math.Max(doubt, link);
            doubted |= doubt > 0 && doubt >= link; // 可以 is no 以
            said |= link > doubt;
            clause = clause[..^word];
        }

        // 行CT排除脑出血: what an examination is done for is not known yet; 已行CT排除 is.
        doubted |= !said && !clause.Contains('已') && ChineseWords.AnyIn(Purposes, clause);
        int start = hit.End - core - (Clauses.Before(text, hit.End - core, block).Length - clause.Length);
        return (start, doubted ? Doubted : Denied);
    }
}
