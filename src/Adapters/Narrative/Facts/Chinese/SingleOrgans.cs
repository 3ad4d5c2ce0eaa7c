namespace Consortium.Adapters.Narrative.Facts.Chinese;

/// <summary>Organs of one character (腹平软, 肝、脾肋下未及, 咽充血): a body site only where a physical examination names them at the beginning of a clause.</summary>
internal static class SingleOrgans
{
    private static readonly string[] Follow =
    ChineseWords.Of("organ-follow");

    public static void Add(string text, TextSpan block, SpanSet taken, List<FactDraft> drafts)
    {
        var near = new SpanSet(block);
        foreach (FactDraft draft in drafts) near.Add(draft.Span);
        for (int at = block.Start; at < block.End; at++)
        {
            if (!Vocabulary.SingleOrgans.Contains(text[at]) || taken.Touches(at, at + 1) || near.Touches(at, at + 1)) continue;
            char before = at == block.Start ? '\n' : text[at - 1];
            bool opens = before is ' ' or ',' or '。' or ';' or ':' or '、' or '\n' || (Vocabulary.SingleOrgans.Contains(before) && near.Touches(at - 1, at));
            if (!opens) continue;
            int run = at + 1;
            while (run < block.End && run - at < 4 && Vocabulary.SingleOrgans.Contains(text[run])) run++;
            if (!Follows(text, run, block, near)) continue;
            for (; at < run; at++)
            {
                var span = new TextSpan(at, at + 1);
                near.Add(span);
                drafts.Add(new FactDraft(span, FactCategory.Body, Assertion.Present, 0.75));
            }
        }
    }

    private static bool Follows(string text, int at, TextSpan block, SpanSet near)
    {
        if (at >= block.End) return false;
        if (near.Touches(at, at + 1)) return true;
        foreach (string word in Follow)
        {
            if (text.AsSpan(at, block.End - at).StartsWith(word)) return true;
        }

        return text[at] == '、' && at + 1 < block.End && Vocabulary.SingleOrgans.Contains(text[at + 1]);
    }
}
