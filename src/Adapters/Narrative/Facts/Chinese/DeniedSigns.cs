using System.Text.RegularExpressions;

namespace Consortium.Adapters.Narrative.Facts.Chinese;

/// <summary>
/// Signs that no lexicon has, where the text says what they are: denied behind a site in the same clause (双肾盂无分离, 室带未见侵犯), and the wound of an operation
/// that opens a clause about how it is (切口敷料干燥). The confidence is low, and there is no code.
/// </summary>
internal static partial class DeniedSigns
{
    // Keeps the time linear on text without punctuation.
    private const int LongestClause = 60;

    /// <summary>Adds them to the drafts of a block.</summary>
    public static void Add(string text, TextSpan block, SpanSet taken, List<FactDraft> drafts)
    {
        SpanSet near = new(block), sites = new(block);
        foreach (FactDraft draft in drafts)
        {
            near.Add(draft.Span);
            if (draft.Category == FactCategory.Body) sites.Add(draft.Span);
        }

        foreach (Match match in Denied().EnumerateAll(text, block.Start, block.End))
        {
            Group sign = match.Groups["sign"];
            if (taken.Touches(sign.Index, sign.Index + sign.Length) || near.Touches(sign.Index, sign.Index + sign.Length) || NoSign().IsMatch(sign.ValueSpan)) continue;
            if (!HasSite(text, match.Index, block, sites)) continue;
            drafts.Add(new FactDraft(new TextSpan(sign.Index, sign.Index + sign.Length), FactCategory.Symptom, Assertion.Present, 0.6));
        }

        foreach (Match match in Wound().EnumerateAll(text, block.Start, block.End))
        {
            Group wound = match.Groups["wound"];
            if (taken.Touches(wound.Index, wound.Index + wound.Length) || near.Touches(wound.Index, wound.Index + wound.Length)) continue;
            drafts.Add(new FactDraft(new TextSpan(wound.Index, wound.Index + wound.Length), FactCategory.Body, Assertion.Present, 0.75));
        }
    }

    // A site in the clause, before the denial.
    private static bool HasSite(string text, int at, TextSpan block, SpanSet sites)
    {
        int clause = at;
        while (clause > block.Start && at - clause < LongestClause && text[clause - 1] is not (',' or '。' or ';' or '\n')) clause--;
        return sites.Touches(clause, at);
    }

    [GeneratedRegex("(?:未见|未及|未闻及|未触及|未扪及|无)(?:明显|明确)?(?<sign>[\u4E00-\u9FFF]{2,4})(?=[,。;、\\n])", RegexOptions.CultureInvariant)]
    private static partial Regex Denied();

    // 未见异常, 无变化, 无法行走, 未及时: no signs.
    [GeneratedRegex("^[法需论意菌关效名人从期创用权故诉一任时格半其]|[史]$|异常|特殊|好转|变化|过敏|生长|禁忌|用药|改善|进展|缓解|诱因|规律|影响|需要|要求|家属|结石|明显|受限|复发|手术|反应|意义|必要|关系|增|减|升|降|加重|吸烟|饮酒|嗜好|接触|遗传|传染", RegexOptions.CultureInvariant)]
    private static partial Regex NoSign();

    [GeneratedRegex("(?<=[,。;、:\\n诉如])(?:手术)?(?<wound>切口|伤口)(?=[愈敷无轻疼红渗干对清肿可少稍拆甲周])", RegexOptions.CultureInvariant)]
    private static partial Regex Wound();
}
