using Consortium.Adapters.Narrative.Lexicon;

namespace Consortium.Adapters.Narrative.Facts.Chinese;

/// <summary>Reads the cues of a block from the lexicon's: the longest win, and none stands inside a fact.</summary>
internal static class CueReading
{
    private static readonly HashSet<string> Behind = new(StringComparer.Ordinal)
    {
        "阴性", "均阴性", "(-)", "(－)", "-", "未引出", "均未引出", "已排除", "可排除", "排除", "已除外", "可除外", "除外", "可能性小", "可能性不大", "可能性极小", "依据不足", "证据不足", "不支持", "不成立", "均(-)", "未触及", "未闻及", "未扪及", "不存在", "已基本排除", "暂不考虑", "不考虑",
        "基本排除", "予以排除", "消失", "已消失",
    };

    private static readonly HashSet<string> OnlyBehind = new(StringComparer.Ordinal)
    {
        "阴性", "均阴性", "(-)", "-", "可能性小", "可能性不大", "可能性极小", "依据不足", "证据不足", "不成立", "均(-)", "未引出", "均未引出", "不存在",
    };

    private static readonly HashSet<string> UncertainBehind = new(StringComparer.Ordinal)
    {
        "可能", "可能性大", "可能性较大", "可能性高", "可能大", "待查", "待排", "待排查", "待诊", "待定", "待明确", "待除外", "待排除", "待鉴别", "待确诊", "待证实", "待确定", "待删", "?", "??", "???", "(?)", "不除外", "不能除外", "不排除", "不能排除", "不能完全除外", "不能完全排除", "性质待定", "性质待查",
        "原因待查", "尚不能除外", "尚不能排除", "难以除外", "未除外", "未排除", "暂不除外", "暂不能除外", "暂不排除", "暂不能排除", "不完全除外", "性质不明", "无法除外", "未能排除", "未能除外",
    };

    private static readonly HashSet<string> UncertainBefore = new(StringComparer.Ordinal)
    {
        "可疑", "疑", "疑似", "疑为", "怀疑", "高度怀疑", "高度可疑", "怀疑为", "可疑为", "疑有", "疑诊", "似", "似有", "似为", "似见", "考虑", "考虑为", "首先考虑", "首先考虑为", "多考虑", "多考虑为", "仍考虑", "暂考虑", "目前考虑", "临床考虑", "考虑可能", "考虑可能为", "先考虑", "诊断考虑", "倾向", "倾向于",
        "倾向考虑", "倾向为", "提示可能", "应考虑", "需考虑", "拟诊", "拟诊为", "初步考虑", "推测", "不除外", "不能除外", "不排除", "不能排除", "可能为", "可能是", "可能存在", "可能有", "可能", "很可能", "有可能", "需除外", "需排除", "不能完全除外", "不能完全排除", "结合病史考虑", "影像学考虑",
        "尚不能除外", "尚不能排除", "暂不能除外", "暂不能排除", "暂不除外", "暂不排除", "目前不能排除", "未能排除", "未能除外", "无法除外", "难以除外", "注意除外", "注意排除", "除外", "建议除外", "建议排除",
    };

    private static readonly HashSet<string> Conditions = new(StringComparer.Ordinal)
    {
        "如", "若", "如果", "假如", "倘若", "倘", "如有", "若有", "如出现", "若出现", "如发生", "若发生", "如若", "一旦", "一旦出现", "万一", "如仍", "若仍", "如再", "若再", "如遇", "如合并", "若合并", "如需", "若需", "如伴", "若为", "如为", "如果有", "如果出现", "若见", "若发现", "如发现", "如继续",
        "如加重", "若加重", "若继续", "如反复", "若反复", "如症状", "若症状", "如有不适", "若有不适", "出现时", "需要时", "有指征时", "必要时", "如不", "若不", "如无", "若无",
    };

    private static readonly HashSet<string> Plans = new(StringComparer.Ordinal)
    {
        "拟", "拟行", "拟于", "拟予", "拟给予", "计划行", "择期", "择期行", "择日", "择机", "限期", "待行", "准备行", "建议", "建议行", "建议予", "进一步查", "待完善", "考虑行", "考虑予", "考虑给予", "可考虑", "可行", "酌情", "需行",
    };

    private static readonly HashSet<string> Warnings = new(StringComparer.Ordinal)
    {
        "警惕", "需警惕", "注意", "预防", "防", "谨防", "严防", "防止", "以防", "以防止", "避免", "警惕发生", "警惕出现", "需警惕出现", "可能出现", "可能发生", "可能引起", "可能导致", "注意有无", "观察有无", "监测有无", "注意是否", "注意观察", "潜在并发症", "易发生", "易出现", "防治", "预防性", "有无", "随时可能",
    };

    private static readonly HashSet<string> Past = new(StringComparer.Ordinal)
    {
        "既往", "既往有", "既往曾", "既往史", "既往史有", "既往曾有", "既往曾患", "既往患", "既往诊断", "既往诊断为", "既往确诊", "过去史", "以往", "以往有", "幼年", "幼时", "自幼", "曾患", "曾患有", "既往行",
    };

    // Words of our own: what no lexicon has as a cue.
    private static readonly (string Word, Assertion Assertion, CueReach Reach)[] Own =
    [
        ("拒绝", Assertion.Negated, CueReach.Clause), ("拒行", Assertion.Negated, CueReach.Clause), ("拒", Assertion.Negated, CueReach.Clause), ("停用", Assertion.Negated, CueReach.Clause),
        ("复查", Assertion.Hypothetical, CueReach.Control), ("随访", Assertion.Hypothetical, CueReach.Control), ("定期", Assertion.Hypothetical, CueReach.Control), ("门诊查", Assertion.Hypothetical, CueReach.Control),
        ("警惕", Assertion.Hypothetical, CueReach.Warning), ("拟", Assertion.Hypothetical, CueReach.Plan), ("后行", Assertion.Hypothetical, CueReach.Control), ("返院行", Assertion.Hypothetical, CueReach.Plan), ("请结合", Assertion.Hypothetical, CueReach.Plan), ("未并发", Assertion.Negated, CueReach.Clause), ("无过敏", Assertion.Negated, CueReach.Clause), ("消失", Assertion.Negated, CueReach.Clause), ("风险", Assertion.Hypothetical, CueReach.Warning), ("必要时", Assertion.Hypothetical, CueReach.Condition), ("备", Assertion.Hypothetical, CueReach.Clause),
    ];

    /// <summary>The cues by place; hits come by start, the longest first; facts by place.</summary>
    public static List<Cue> Find(string text, List<LexiconHit> hits, List<FactDraft> facts, TextSpan block)
    {
        var inFacts = new SpanSet(block);
        foreach (FactDraft fact in facts) inFacts.Add(fact.Span);
        List<Cue> cues = [];
        int end = block.Start;
        int own = block.Start;
        foreach (LexiconHit hit in hits)
        {
            if (hit.Category < LexiconCategory.Negation || hit.Start < end || inFacts.Touches(hit.Start, hit.End)) continue;
            OwnUpTo(text, own, hit.Start, inFacts, cues);
            end = hit.End;
            own = hit.End;
            if (Of(text, hit) is { } cue) cues.Add(cue);
        }

        OwnUpTo(text, own, block.End, inFacts, cues);
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

    private static void OwnUpTo(string text, int from, int to, SpanSet inFacts, List<Cue> cues)
    {
        for (int at = from; at < to; at++)
        {
            if (text[at] is not ('拟' or '后' or '返' or '请' or '未' or '无' or '消' or '风' or '拒' or '停' or '复' or '随' or '定' or '门' or '警' or '必' or '备')) continue;
            foreach ((string word, Assertion assertion, CueReach reach) in Own)
            {
                if (to - at < word.Length || !text.AsSpan(at, word.Length).SequenceEqual(word) || inFacts.Touches(at, at + word.Length)) continue;
                if (word == "备" && !(at > 0 && text[at - 1] is ',' or ';')) continue;
                bool behind = word is "消失" or "无过敏" || (word == "风险" && !(at + 2 < to && text[at + 2] == ':'));
                CueReach reaches = word == "复查" && at > 0 && text[at - 1] is '天' or '周' or '月' or '日' or '后' ? CueReach.Plan : word == "风险" && !behind ? CueReach.Plan : reach;
                cues.Add(new Cue(at, at + word.Length, assertion, reaches) { IsRefusal = assertion == Assertion.Negated, IsForward = !behind, IsBackward = behind, Gap = 1, TakesLists = true });
                at += word.Length - 1;
                break;
            }
        }
    }

    private static Cue? Of(string text, in LexiconHit hit)
    {
        string word = text.Substring(hit.Start, hit.Length);
        if (Conditions.Contains(word)) return IsCondition(text, hit) ? new Cue(hit.Start, hit.End, Assertion.Hypothetical, CueReach.Condition) : null;
        if (Plans.Contains(word)) return new Cue(hit.Start, hit.End, Assertion.Hypothetical, CueReach.Plan);
        if (Warnings.Contains(word)) return new Cue(hit.Start, hit.End, Assertion.Hypothetical, CueReach.Warning);
        switch (hit.Category)
        {
            case LexiconCategory.Negation:
                bool denial = word.Contains("否认", StringComparison.Ordinal);
                bool behind = Behind.Contains(word) && (OnlyBehind.Contains(word) || EndsClause(text, hit.End)) || (denial && EndsClause(text, hit.End)) || (word == "无" && EndsClause(text, hit.End));
                return new Cue(hit.Start, hit.End, Assertion.Negated, denial ? CueReach.Denial : CueReach.Clause)
                {
                    IsForward = !OnlyBehind.Contains(word),
                    IsBackward = behind,
                    Gap = 2,
                    TakesLists = true,
                    IsRefusal = IsNotDone(word) || denial || word is "无",
                };
            case LexiconCategory.Uncertain:
                bool before = UncertainBefore.Contains(word);
                bool after = UncertainBehind.Contains(word) || word.Contains('?');
                if (!before && !after) return null;
                bool afterFact = after && hit.Start > 0 && text[hit.Start - 1] is not (',' or '。' or ';' or ':' or '\n' or ' ');
                return new Cue(hit.Start, hit.End, Assertion.Uncertain, CueReach.Clause) { IsForward = before && !(afterFact && after), IsBackward = after, Gap = word.Contains('?') ? 1 : 2, TakesLists = !word.Contains('?') && !word.StartsWith("可能", StringComparison.Ordinal) };
            case LexiconCategory.Historical:
                if (Past.Contains(word)) return new Cue(hit.Start, hit.End, Assertion.Historical, CueReach.Past);
                return word is "史" or "病史" ? new Cue(hit.Start, hit.End, Assertion.Historical, CueReach.Clause) { IsForward = false, IsBackward = true, Gap = 0, TakesLists = true } : null;
            case LexiconCategory.OtherPerson:
                return hit.Length >= 2 && word is not ("家族史" or "家人" or "配偶" or "朋友" or "保姆" or "护工" or "孩子" or "小孩") ? new Cue(hit.Start, hit.End, Assertion.Other, CueReach.Person) : null;
            case LexiconCategory.Terminator:
                return word is "其他" or "其它" or "其余" or "同时" ? null : new Cue(hit.Start, hit.End, Assertion.Present, CueReach.Clause);
            default:
                return null;
        }
    }

    private static bool EndsClause(string text, int at) => at >= text.Length || text[at] is ',' or '。' or ';' or '\n' or '\r' or ')' or ' ';

    private static bool IsNotDone(string word) => word.StartsWith("未行", StringComparison.Ordinal) || word.StartsWith("未做", StringComparison.Ordinal) || word.StartsWith("未用", StringComparison.Ordinal) || word.StartsWith("未予", StringComparison.Ordinal)
        || word.StartsWith("未接", StringComparison.Ordinal) || word.StartsWith("未服", StringComparison.Ordinal) || word.StartsWith("未进行", StringComparison.Ordinal) || word is "未" or "不予" or "未作" or "未给予" or "未口服" or "未应用" or "未注射" or "未输" or "未输血";

    // 如 in 如下, 例如, 突如 is no condition.
    private static bool IsCondition(string text, in LexiconHit hit)
    {
        char before = hit.Start > 0 ? text[hit.Start - 1] : '\n';
        char after = hit.End < text.Length ? text[hit.End] : '\n';
        return before is not ('例' or '突' or '犹' or '假' or '诸' or '比' or '譬' or '不' or '宛' or '状') && after is not ('下' or '上' or '前' or '同' or '常' or '期' or '实' or '何' or '厕');
    }
}
