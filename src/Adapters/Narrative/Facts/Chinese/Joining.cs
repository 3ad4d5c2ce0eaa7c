namespace Consortium.Adapters.Narrative.Facts.Chinese;

/// <summary>Joins neighbouring terms to the one name that a note writes: 左肺上叶 + 腺癌, 高血压病 + 3级(高危), 舍曲林 + 片, 右胫骨 + 切开复位内固定术.</summary>
internal static class Joining
{
    public static void Join(string text, TextSpan block, SpanSet taken, List<FactDraft> drafts)
    {
        for (int i = 0; i < drafts.Count; i++)
        {
            FactDraft draft = drafts[i];
            if (i > 0 && AreOne(text, drafts[i - 1], ref draft)) drafts.RemoveAt(--i);
            int start = draft.Span.Start;
            int end = draft.Span.End;
            if (draft.Category == FactCategory.Symptom)
            {
                start = Finding(text, drafts, ref i, start, block, taken);
                int following = i + 1 < drafts.Count ? drafts[i + 1].Span.Start : block.End;
                end += ChineseWords.At(Vocabulary.FindingTails, text.AsSpan(end, Math.Max(0, following - end)));
            }
            else if (draft.Category is FactCategory.Disease or FactCategory.Procedure or FactCategory.Test)
            {
                start = Left(text, drafts, ref i, start, end, draft.Category, block, taken);
                int next = i + 1 < drafts.Count ? drafts[i + 1].Span.Start : block.End;
                if (draft.Category == FactCategory.Test) end = TestEnd(text, end, next);
                if (draft.Category == FactCategory.Disease) end = Math.Min(Extension.Right(text, end, block.End), Math.Max(end, next));
            }
            else if (draft.Category == FactCategory.Body && draft.Span.Length > 1)
            {
                start = Left(text, drafts, ref i, start, end, draft.Category, block, taken);
                int next = i + 1 < drafts.Count ? drafts[i + 1].Span.Start : block.End;
                foreach (string tail in Vocabulary.SiteTails)
                {
                    if (end + tail.Length > next || !text.AsSpan(end, next - end).StartsWith(tail)) continue;
                    end += tail.Length;
                    break;
                }
            }
            else if (draft.Category == FactCategory.Drug)
            {
                end = Math.Min(Vocabulary.FormEnd(text, end, block.End), i + 1 < drafts.Count ? Math.Max(end, drafts[i + 1].Span.Start) : block.End);
            }

            if (start == drafts[i].Span.Start && end == drafts[i].Span.End && draft.Category == drafts[i].Category) continue;
            if (taken.Touches(start, end)) continue;
            drafts[i] = draft with { Span = new TextSpan(start, end), KeepsCode = draft.KeepsCode && draft.Category != FactCategory.Disease };
        }
    }

    // Names that touch: 气管插管 + 全身麻醉, 痰涂片 + 抗酸染色, 骨髓穿刺 + 涂片, 利尿 + 消肿.
    private static bool AreOne(string text, in FactDraft first, ref FactDraft second)
    {
        if (first.Span.End != second.Span.Start) return false;
        bool one = second.Category switch
        {
            FactCategory.Test => first.Category is FactCategory.Test || (first.Category is FactCategory.Procedure && text.AsSpan(second.Span.Start, second.Span.Length) is "涂片" or "活检" or "培养"),
            FactCategory.Procedure => first.Category is FactCategory.Procedure,
            FactCategory.Treatment => first.Category is FactCategory.Treatment,
            _ => false,
        };
        if (one) second = second with { Span = new TextSpan(first.Span.Start, second.Span.End), KeepsCode = false };
        return one;
    }

    private static int TestEnd(string text, int end, int limit)
    {
        foreach (string tail in Vocabulary.TestTails)
        {
            if (end + tail.Length <= limit && text.AsSpan(end, tail.Length).SequenceEqual(tail)) return end + tail.Length;
        }

        return end;
    }

    // The words of form and density before a finding, and what the finding is about where a site in front ends with it.
    private static int Finding(string text, List<FactDraft> drafts, ref int i, int start, TextSpan block, SpanSet taken)
    {
        if (i > 0 && drafts[i - 1] is { Category: FactCategory.Body } site && site.Span.End == start)
        {
            foreach (string word in Vocabulary.Attributes)
            {
                if (site.Span.Length < word.Length || !text.AsSpan(site.Span.Start, site.Span.Length).EndsWith(word)) continue;
                if (site.Span.Length == word.Length)
                {
                    // 心影增大, 实质回声增强: what it is about is no site at all.
                    drafts.RemoveAt(--i);
                    return site.Span.Start;
                }

                drafts[i - 1] = site with { Span = new TextSpan(site.Span.Start, site.Span.End - word.Length), KeepsCode = false };
                return start - word.Length;
            }
        }

        int floor = i > 0 ? drafts[i - 1].Span.End : block.Start;
        for (bool again = true; again;)
        {
            again = false;
            foreach (string[] words in (ReadOnlySpan<string[]>)[Vocabulary.FindingOpenings, Vocabulary.Attributes])
            {
                foreach (string word in words)
                {
                    int at = start - word.Length;
                    if (at < floor || taken.Touches(at, start) || !text.AsSpan(at, word.Length).SequenceEqual(word)) continue;
                    start = at;
                    again = true;
                    break;
                }
            }
        }

        return start;
    }

    // 超声引导下, 膀胱镜下: what an operation is done by belongs to its name.
    private static int Guidance(string text, int start, int floor)
    {
        foreach (string word in (ReadOnlySpan<string>)["引导下", "辅助下", "监视下", "下"])
        {
            if (start - word.Length >= floor && text.AsSpan(start - word.Length, word.Length).SequenceEqual(word)) return start - word.Length;
        }

        return start;
    }

    private static bool EndsAsOperation(string text, int end) => text[end - 1] == '术';

    private static int Left(string text, List<FactDraft> drafts, ref int i, int start, int end, FactCategory category, TextSpan block, SpanSet taken)
    {
        for (bool again = true; again;)
        {
            again = false;
            bool named = i > 0 && (drafts[i - 1].Category == FactCategory.Body
                || (category == FactCategory.Procedure && EndsAsOperation(text, end) && drafts[i - 1].Category is FactCategory.Disease or FactCategory.Procedure or FactCategory.Test or FactCategory.Symptom));
            int before = category == FactCategory.Procedure && EndsAsOperation(text, end) ? Guidance(text, start, block.Start) : start;
            if (named && drafts[i - 1].Span.End == before && drafts[i - 1].Span.Length > 1)
            {
                start = drafts[i - 1].Span.Start;
                drafts.RemoveAt(--i);
                again = true;
            }

            foreach (string word in category == FactCategory.Disease ? Vocabulary.DiseaseOpenings : Vocabulary.Sides)
            {
                int at = start - word.Length;
                if (at < block.Start || (i > 0 && drafts[i - 1].Span.End > at) || taken.Touches(at, start) || !text.AsSpan(at, word.Length).SequenceEqual(word)) continue;
                start = at;
                again = true;
                break;
            }
        }

        return start;
    }
}
