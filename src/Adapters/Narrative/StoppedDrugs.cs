namespace Consortium.Adapters.Narrative;

/// <summary>
/// Tells where a text says that a drug was stopped: 停用 directly before its name, or 已停用 and "was stopped" directly behind it. A drug that is to be stopped,
/// may be, or was not, is none.
/// </summary>
internal static class StoppedDrugs
{
    private static readonly string[] Stops = ["停用", "停服", "停止服用", "停止使用", "停止口服", "停止应用", "stopped", "discontinued", "d/c'd", "dc'd"];

    // Before 停用 these say that it did not happen, or not yet.
    private static readonly string[] Doubts =
        ["未", "不", "勿", "建议", "拟", "可", "如", "若", "考虑", "需", "应", "天后", "周后", "月后", "暂", "再", "待", "术前", "嘱", "not ", "if ", "be ", "to be ", "never ", "should ", "will "];

    private static readonly string[] Links = [" ", "已", "均", "自行", "于", "was ", "were ", "has been ", "have been ", "(", "-"];

    /// <summary>True where the drug at a place was stopped.</summary>
    public static bool IsSaid(string text, TextSpan drug)
    {
        if (IsConditional(text, drug.Start)) return false;
        ReadOnlySpan<char> before = text.AsSpan(Math.Max(0, drug.Start - 24), Math.Min(24, drug.Start)).TrimEnd(' ').TrimEnd('"');
        foreach (string stop in Stops)
        {
            if (before.EndsWith(stop, StringComparison.OrdinalIgnoreCase) && !IsDoubted(before[..^stop.Length])) return true;
        }

        // 停头孢呋辛: one letter says it only where its clause begins with it.
        if (before.Length > 1 && before[^1] == '停' && before[^2] is ',' or ';' or '。' or '、' or '\n' or ' ' or ':') return true;
        if (IsUnderHeading(text, drug.Start)) return true;
        ReadOnlySpan<char> behind = text.AsSpan(drug.End, Math.Min(20, text.Length - drug.End));
        for (bool again = true; again;)
        {
            again = false;
            foreach (string link in Links)
            {
                if (!behind.StartsWith(link, StringComparison.OrdinalIgnoreCase)) continue;
                behind = behind[link.Length..];
                again = true;
            }
        }

        foreach (string stop in Stops)
        {
            if (behind.StartsWith(stop, StringComparison.OrdinalIgnoreCase)) return !IsDoubted(text.AsSpan(Math.Max(0, drug.Start - 12), Math.Min(12, drug.Start)));
        }

        return false;
    }

    /// <summary>True on a line that a heading of stopped drugs opens: <c>STOPPED: lactulose, rifaximin</c>, 停用药物：….</summary>
    public static bool IsUnderHeading(string text, int at)
    {
        int line = at == 0 ? 0 : text.LastIndexOf('\n', at - 1) + 1;
        ReadOnlySpan<char> head = text.AsSpan(line, at - line).TrimStart(" -*•#");
        int colon = head.IndexOf(':');
        if (colon < 0) return false;
        ReadOnlySpan<char> words = head[..colon].Trim();
        foreach (string heading in Headings)
        {
            if (words.Equals(heading, StringComparison.OrdinalIgnoreCase)) return true;
        }

        return false;
    }

    private static readonly string[] Headings =
        ["stopped", "discontinued", "stop", "stop taking", "stopped medications", "discontinued medications", "medications stopped", "medications discontinued", "meds stopped", "停用", "停用药物", "停药", "已停用", "已停药物", "停用药"];

    // What else makes a sentence conditional.
    private static readonly string[] Conditions = ["如", "若", "一旦", "if ", "when ", "unless "];

    private static bool IsConditional(string text, int at)
    {
        int start = at;
        while (start > 0 && text[start - 1] is not ('。' or ';' or '\n' or '.')) start--;
        foreach (string condition in Conditions)
        {
            if (text.AsSpan(start, at - start).Contains(condition, StringComparison.OrdinalIgnoreCase)) return true;
        }

        return false;
    }

    private static bool IsDoubted(ReadOnlySpan<char> before)
    {
        foreach (string doubt in Doubts)
        {
            if (before.TrimEnd(' ').EndsWith(doubt.AsSpan().TrimEnd(' '), StringComparison.OrdinalIgnoreCase)) return true;
        }

        return false;
    }
}
