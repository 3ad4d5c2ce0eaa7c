using Consortium.Adapters.Narrative.Lexicon;

namespace Consortium.Adapters.Narrative.Facts.Chinese;

/// <summary>Reads the cues of a block from the lexicon's, as <see cref="CueTable"/> says: the longest win, and none stands inside a fact.</summary>
internal static class CueReading
{
    private static readonly string[] Bearers = ChineseWords.Of("bearer");
    private static readonly string[] Informants = ChineseWords.Of("informant");
    private static readonly string[] Evidence = ChineseWords.Of("evidence");
    private static readonly string[] Onsets = ChineseWords.Of("onset");
    private static readonly string[] NoConditionBefore = ChineseWords.Of("no-condition-before");
    private static readonly string[] NoConditionBehind = ChineseWords.Of("no-condition-behind");

    /// <summary>The cues by place; hits come by start, the longest first; facts by place.</summary>
    public static List<Cue> Find(string text, List<LexiconHit> hits, List<FactDraft> facts, TextSpan block)
    {
        var inFacts = new SpanSet(block);
        foreach (FactDraft fact in facts) inFacts.Add(fact.Span);
        List<Cue> cues = [];
        int end = block.Start;
        int next = 0;
        foreach (LexiconHit hit in hits)
        {
            if (hit.Category < LexiconCategory.Negation || hit.Start < end || inFacts.Touches(hit.Start, hit.End)) continue;
            end = hit.End;
            while (next < facts.Count && facts[next].Span.Start < hit.End) next++;
            if (Of(text, hit, facts, next, block) is { } cue) cues.Add(cue);
        }

        return cues;
    }

    /// <summary>The cues that begin in a sentence.</summary>
    public static ReadOnlySpan<Cue> In(List<Cue> cues, TextSpan sentence)
    {
        ReadOnlySpan<Cue> all = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(cues);
        int from = First(all, sentence.Start);
        int to = First(all, sentence.End + 1);
        return all[from..to];
    }

    private static int First(ReadOnlySpan<Cue> cues, int start)
    {
        int low = 0, high = cues.Length;
        while (low < high)
        {
            int middle = (low + high) >> 1;
            if (cues[middle].Start < start) low = middle + 1;
            else high = middle;
        }

        return low;
    }

    // Next is the first fact behind the cue.
    private static Cue? Of(string text, in LexiconHit hit, List<FactDraft> facts, int next, TextSpan block)
    {
        ReadOnlySpan<char> word = text.AsSpan(hit.Start, hit.Length);
        if (Exclusions.Of(text, hit, block) is { } exclusion) return Sided(text, exclusion.Start, hit.End, exclusion.Rule, facts, next, block);
        if (CueTable.Of(word, hit.Category) is not { } rule || !IsMet(text, hit, rule, block)) return null;
        // 2周后复查: a control with its time is planned in every section.
        if (rule.Reach == CueReach.Control && Controls.IsPlanned(text, hit, block)) rule = rule with { Reach = CueReach.Plan };
        return Sided(text, hit.Start, hit.End, rule, facts, next, block);
    }

    private static Cue? Sided(string text, int start, int end, CueRule rule, List<FactDraft> facts, int next, TextSpan block)
    {
        bool forward = rule.Side == CueSide.Forward || (rule.Side == CueSide.Either && Clauses.HasFinding(text, end, facts, next, block));
        if (!forward && rule.Side == CueSide.Either && !Clauses.EndsWithLinks(text, end, block)) forward = true;
        return new Cue(start, end, rule.Assertion, rule.Reach, rule.Takes, forward);
    }

    private static bool IsMet(string text, in LexiconHit hit, in CueRule rule, TextSpan block)
    {
        ReadOnlySpan<char> behind = text.AsSpan(hit.End, block.End - hit.End);
        if (rule.Reach == CueReach.Condition && hit.Length == 1) return IsCondition(text.AsSpan(block.Start, hit.Start - block.Start), behind);
        // 母亲代诉发热: who tells it is not the one who has it.
        if (rule.Reach == CueReach.Person && rule.Side == CueSide.Forward && ChineseWords.At(Informants, behind) > 0) return false;
        return rule.Need switch
        {
            CueNeed.Opening => hit.Start == block.Start || text[hit.Start - 1] is ',' or ';' or '。' or '\n',
            CueNeed.Bearer => ChineseWords.At(Bearers, behind) > 0,
            CueNeed.Evidence => ChineseWords.AnyIn(Evidence, behind[..Clauses.Length(behind)]),
            CueNeed.Differential => behind[..Clauses.Length(behind)].Contains("鉴别", StringComparison.Ordinal),
            CueNeed.Onset => ChineseWords.AnyIn(Onsets, Clauses.Before(text, hit.Start, block)),
            _ => true,
        };
    }

    // 如 in 如下, 例如, 突如 is no condition.
    private static bool IsCondition(ReadOnlySpan<char> before, ReadOnlySpan<char> behind) =>
        ChineseWords.Before(NoConditionBefore, before) == 0 && ChineseWords.At(NoConditionBehind, behind) == 0;
}
