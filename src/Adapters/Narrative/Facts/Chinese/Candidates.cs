using Consortium.Adapters.Narrative.Lexicon;

namespace Consortium.Adapters.Narrative.Facts.Chinese;

/// <summary>Which of the overlapping terms of a text are meant.</summary>
internal static class Candidates
{
    // Of two ways to read a run of characters the one wins that explains more of them, and of equal ones that with fewer terms.
    private const int PerCharacter = 10;
    private const int PerTerm = 6;

    // 无尿频 is 无 + 尿频 and not 无尿 + 频: a term that begins like a negation loses against one that does not.
    private const int LikeANegation = 5;

    /// <summary>True where a Latin letter or a number on the edge of a term does not go on outside.</summary>
    public static bool IsWhole(string text, in LexiconHit hit) => IsWholeButForDigits(text, hit)
        // T36.5: the T3 in it is no name, and what would be left, 6.5, another value than the one written.
        && (hit.End == text.Length || !char.IsAsciiDigit(text[hit.End - 1]) || !(char.IsAsciiDigit(text[hit.End]) || text[hit.End] == '.'));

    /// <summary>The same where a number may follow a term that ends with a digit: PaO256mmHg.</summary>
    public static bool IsWholeButForDigits(string text, in LexiconHit hit) =>
        (hit.Start == 0 || !char.IsAsciiLetter(text[hit.Start]) || !char.IsAsciiLetter(text[hit.Start - 1]))
        && (hit.Start == 0 || !char.IsAsciiDigit(text[hit.Start]) || !char.IsAsciiDigit(text[hit.Start - 1]))
        && (hit.End == text.Length || !char.IsAsciiLetter(text[hit.End - 1]) || !char.IsAsciiLetter(text[hit.End]));

    /// <summary>
    /// Takes the names away that would end inside the word 病史: 房颤病史 is 房颤 + 病史, 水痘病史 is 水痘 + 病史. 高血压病 and 糖尿病 keep their 病, as notes have it.
    /// </summary>
    public static void PartHistories(string text, List<LexiconHit> hits)
    {
        HashSet<int>? ends = null;
        for (int i = hits.Count - 1; i >= 0; i--)
        {
            LexiconHit hit = hits[i];
            if (hit.Category != LexiconCategory.Disease || hit.End >= text.Length || text[hit.End] != '史' || text[hit.End - 1] != '病' || hit.Entry.Term.EndsWith("高血压病", StringComparison.Ordinal) || hit.Entry.Term.EndsWith("糖尿病", StringComparison.Ordinal)) continue;
            ends ??= [.. hits.Where(other => other.Category is LexiconCategory.Disease or LexiconCategory.Symptom && other.Length > 1).Select(other => other.End)];
            if (ends.Contains(hit.End - 1)) hits.RemoveAt(i);
        }
    }

    /// <summary>The terms of facts that do not overlap and together explain the most. Hits come by start.</summary>
    public static List<LexiconHit> Choose(string text, TextSpan block, List<LexiconHit> hits, SpanSet taken)
    {
        List<LexiconHit> chosen = [];
        List<LexiconHit> cluster = [];
        int end = 0;
        foreach (LexiconHit hit in hits)
        {
            if (hit.Category > LexiconCategory.Vital || taken.Touches(hit.Start, hit.End)) continue;
            if (hit.Category is LexiconCategory.Lab or LexiconCategory.Vital && !AskedNames.IsAsked(text, hit, block)) continue;
            if (hit.Start >= end) Settle(cluster, chosen);
            cluster.Add(hit);
            end = Math.Max(end, hit.End);
        }

        Settle(cluster, chosen);
        return chosen;
    }

    private static void Settle(List<LexiconHit> cluster, List<LexiconHit> chosen)
    {
        if (cluster.Count <= 1)
        {
            chosen.AddRange(cluster);
            cluster.Clear();
            return;
        }

        int start = cluster[0].Start;
        int end = start;
        foreach (LexiconHit hit in cluster) end = Math.Max(end, hit.End);
        Span<int> best = new int[end - start + 1];
        Span<int> by = new int[end - start + 1];
        by.Fill(-1);
        int next = cluster.Count - 1;
        for (int at = end - start - 1; at >= 0; at--)
        {
            best[at] = best[at + 1];
            while (next >= 0 && cluster[next].Start - start == at)
            {
                LexiconHit hit = cluster[next];
                int score = best[hit.End - start] + (PerCharacter * hit.Length) - PerTerm - (hit.Entry.Term[0] is '无' or '未' or '不' ? LikeANegation : 0);
                // Of the same span the first row wins; hits with the same start come longest first, so >= keeps the first.
                if (score > best[at] || (score == best[at] && by[at] >= 0))
                {
                    best[at] = score;
                    by[at] = next;
                }

                next--;
            }
        }

        for (int at = 0; at < end - start;)
        {
            if (by[at] < 0)
            {
                at++;
                continue;
            }

            chosen.Add(cluster[by[at]]);
            at = cluster[by[at]].End - start;
        }

        cluster.Clear();
    }
}
