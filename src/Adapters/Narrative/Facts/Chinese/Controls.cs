using Consortium.Adapters.Narrative.Lexicon;

namespace Consortium.Adapters.Narrative.Facts.Chinese;

/// <summary>Tells the control that is to come (2周后复查血常规) from the one that was done (10月复查CT示, 术后第2天复查KUB:).</summary>
internal static class Controls
{
    private static readonly string[] Done = ChineseWords.Of("control-done");
    private static readonly string[] To = ChineseWords.Of("control-to");

    /// <summary>True where 复查 has its time before it and no result behind it.</summary>
    public static bool IsPlanned(string text, in LexiconHit hit, TextSpan block)
    {
        ReadOnlySpan<char> before = text.AsSpan(block.Start, hit.Start - block.Start);
        before = before[..^ChineseWords.Before(To, before)];
        if (!HasSpan(before) || ChineseWords.Before(Done, before) > 0) return false;
        ReadOnlySpan<char> behind = text.AsSpan(hit.End, block.End - hit.End);
        int end = behind.IndexOfAny(",。;\n");
        return !ChineseWords.AnyIn(Done, end < 0 ? behind : behind[..end]);
    }

    // 2周, 3个月后, 术后42天, 1月, 明日; a date is none.
    private static bool HasSpan(ReadOnlySpan<char> before)
    {
        if (before.EndsWith("明日") || before.EndsWith("明晨") || before.EndsWith("明天") || before.EndsWith("下周") || before.EndsWith("下月")) return true;
        bool after = before.EndsWith('后');
        if (after) before = before[..^1];
        if (before.Length == 0 || before[^1] is not ('天' or '周' or '月' or '日' or '年' or '时')) return after;
        int at = before.Length - 1;
        while (at > 0 && (char.IsAsciiDigit(before[at - 1]) || "一二两三四五六七八九十半个小-~".Contains(before[at - 1], StringComparison.Ordinal))) at--;
        if (at == before.Length - 1) return false;
        // 2023年10月, 3月5日: a date; 1月复查 alone is in a month.
        return after || at == 0 || before[at - 1] is not ('年' or '月' or '第');
    }
}
