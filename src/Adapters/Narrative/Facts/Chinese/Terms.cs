using Consortium.Adapters.Narrative.Lexicon;

namespace Consortium.Adapters.Narrative.Facts.Chinese;

/// <summary>Makes facts of the chosen terms: trims and splits what the lexicon keeps together, joins what a note writes together.</summary>
internal static class Terms
{
    /// <summary>Adds the facts of terms, which come by place and do not overlap.</summary>
    public static void Find(FoldedText text, TextSpan block, List<LexiconHit> terms, SpanSet taken, List<FactDraft> found)
    {
        List<FactDraft> drafts = [];
        foreach (LexiconHit term in terms) Add(text.Folded, term, block, drafts);
        SingleOrgans.Add(text.Folded, block, taken, drafts);
        DeniedSigns.Add(text.Folded, block, taken, drafts);
        drafts.Sort(static (a, b) => a.Span.Start.CompareTo(b.Span.Start));
        Joining.Join(text.Folded, block, taken, drafts);
        found.AddRange(drafts);
    }

    private static void Add(string text, in LexiconHit term, TextSpan block, List<FactDraft> drafts)
    {
        if (Vocabulary.IsNoise(text, term, block)) return;
        FactCategory category = Vocabulary.Category(term);
        int start = term.Start, end = term.End;
        if (category is FactCategory.Symptom or FactCategory.Disease) (start, end) = Trim(text, start, end, category);
        if (category == FactCategory.Test) start = Opened(text, start, end);
        if (category == FactCategory.Treatment && end - start is 4 or 5 && text.AsSpan(start, end - start).EndsWith("治疗") && !Vocabulary.KeepsTherapy(text.AsSpan(start, end - start))) end -= 2;
        if (category == FactCategory.Drug) start = WithoutStrength(text, start, end);
        if (category == FactCategory.Drug && end - start > 3 && text.AsSpan(start, end - start).EndsWith("类药物")) end -= 2;
        if (category == FactCategory.Body && Organs(text, start, end))
        {
            for (int at = start; at < end; at++) drafts.Add(Draft(at, at + 1, FactCategory.Body, term, 0.8));
            return;
        }

        string[]? signs = category == FactCategory.Symptom ? Vocabulary.Signs : category == FactCategory.Disease ? Vocabulary.DiseaseSigns : null;
        if (signs is not null && !Vocabulary.IsOneWord(text.AsSpan(start, end - start)) && SiteOf(text, start, end, signs) is { } site)
        {
            int siteEnd = Vocabulary.WithoutDegree(text, start, site);
            if (text.AsSpan(site, end - site).StartsWith("少量")) site += 2;
            drafts.Add(Draft(start, siteEnd, FactCategory.Body, term, 0.85) with { KeepsCode = false });
            drafts.Add(Draft(site, end, FactCategory.Symptom, term, 0.85) with { KeepsCode = false });
            return;
        }

        // 阑尾切除术后第2日 in running text: the operation is meant. In a list of diagnoses the whole is one.
        if (category == FactCategory.Disease && end - start > 4 && text.AsSpan(start, end - start).EndsWith("术后"))
        {
            end--;
            category = FactCategory.Procedure;
        }

        // 会阴切口, 右小腿伤口: what was cut is no part of the site.
        if (category == FactCategory.Body) end -= ChineseWords.Before(Vocabulary.Wounds, text.AsSpan(start, end - start));
        if (end == start) return;
        if (category == FactCategory.Body && !Placed(text, ref start, ref end, term, block, drafts)) return;
        drafts.Add(Draft(start, end, category, term, end - start >= 4 ? 0.92 : 0.85));
    }

    // Where something lies is no part of the site: 腹腔内 is 腹腔, 脐下1指 is 脐, 距肛门6cm is none; 肝肋下 is the liver and the margin of the ribs.
    private static bool Placed(string text, ref int start, ref int end, in LexiconHit term, TextSpan block, List<FactDraft> drafts)
    {
        ReadOnlySpan<char> site = text.AsSpan(start, end - start);
        if (site[0] == '距') return false;
        if (site.Length > 2 && site[^1] == '内' && !site.EndsWith("颅内") && !site.EndsWith("体内") && !site.EndsWith("宫内")) end--;
        else if (site.Length == 2 && site[0] == '脐' && site[1] is '上' or '下' or '旁' && end < block.End && char.IsAsciiDigit(text[end])) end--;
        int organ = site.StartsWith("肝脏") || site.StartsWith("脾脏") ? 2 : site[0] is '肝' or '脾' ? 1 : 0;
        if (organ > 0 && site[organ..] is "肋下" or "肋缘下" or "右肋下" or "左肋下")
        {
            drafts.Add(Draft(start, start + organ, FactCategory.Body, term, 0.85) with { KeepsCode = false });
            start += organ;
        }

        return true;
    }

    private static FactDraft Draft(int start, int end, FactCategory category, in LexiconHit term, double confidence) =>
        new(new TextSpan(start, end), category, Assertion.Present, confidence) { Entry = term.Entry };

    // Degree in front and the result of the examination behind are outside: 轻压痛, 移动性浊音阳性, 叩痛(+).
    private static (int Start, int End) Trim(string text, int start, int end, FactCategory category)
    {
        // 解黑便, 咳黄脓痰: the verb is outside; 咳嗽, 咳血 are words.
        if (end - start > 2 && (text[start] == '解' || (text[start] == '咳' && text[end - 1] == '痰'))) start++;
        foreach (string degree in Vocabulary.Degrees)
        {
            if (end - start > degree.Length + 1 && text.AsSpan(start, end - start).StartsWith(degree) && text[start + degree.Length] != '症')
            {
                start += degree.Length;
                break;
            }
        }

        foreach (string result in Vocabulary.Results)
        {
            if (end - start > result.Length + 1 && text.AsSpan(start, end - start).EndsWith(result) && !(result == "加重" && category == FactCategory.Disease))
            {
                end -= result.Length;
                break;
            }
        }

        return (start, end);
    }

    // 术后病理, 床旁胸片: when and where are outside.
    private static int Opened(string text, int start, int end)
    {
        foreach (string word in Vocabulary.TestOpenings)
        {
            if (end - start > word.Length + 1 && text.AsSpan(start, end - start).StartsWith(word)) return start + word.Length;
        }

        return start;
    }

    // 20%甘露醇: the strength is outside.
    private static int WithoutStrength(string text, int start, int end)
    {
        int at = start;
        while (at < end && (char.IsAsciiDigit(text[at]) || text[at] == '.')) at++;
        return at > start && at + 1 < end && text[at] == '%' ? at + 1 : start;
    }

    private static bool Organs(string text, int start, int end)
    {
        if (end - start is < 2 or > 4) return false;
        foreach (char c in text.AsSpan(start, end - start))
        {
            if (!Vocabulary.SingleOrgans.Contains(c)) return false;
        }

        return true;
    }

    // 腹部膨隆 is the site 腹部 and the sign 膨隆; 腹痛 and 颈静脉怒张 are one word.
    private static int? SiteOf(string text, int start, int end, string[] signs)
    {
        foreach (string sign in signs)
        {
            if (end - start == sign.Length && text.AsSpan(start, end - start).SequenceEqual(sign)) return null; // 混合充血 is one sign
            if (end - start > sign.Length && text.AsSpan(start, end - start).EndsWith(sign))
            {
                int site = end - sign.Length;
                // 前列腺增生伴钙化 is two findings in one name and no site with a sign.
                if (text.AsSpan(start, site - start).IndexOfAny('伴', '并') >= 0) return null;
                return Vocabulary.IsSite(text.AsSpan(start, site - start)) ? site : null;
            }
        }

        return null;
    }
}
