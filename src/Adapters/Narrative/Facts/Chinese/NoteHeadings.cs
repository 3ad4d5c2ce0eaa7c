using Consortium.Adapters.Narrative.Lexicon;

namespace Consortium.Adapters.Narrative.Facts.Chinese;

/// <summary>What a section of a Chinese note says about the assertions and spans in it.</summary>
internal enum SectionKind
{
    Other,

    /// <summary>既往史, 过去史, 手术外伤史.</summary>
    Past,

    /// <summary>过敏史.</summary>
    Allergy,

    /// <summary>家族史.</summary>
    Family,

    /// <summary>诊断: a list of diagnoses.</summary>
    Diagnosis,

    /// <summary>影像诊断, 提示, 结论: a report's conclusion.</summary>
    Conclusion,

    /// <summary>出院医嘱, 注意事项, 随访: what is to come.</summary>
    Orders,

    /// <summary>建议 of a report.</summary>
    Advice,
}

/// <summary>A heading, and how far its section goes.</summary>
/// <param name="Span">The heading's words.</param>
/// <param name="Body">Its section.</param>
/// <param name="Kind">What the section is.</param>
internal readonly record struct NoteHeading(TextSpan Span, TextSpan Body, SectionKind Kind);

/// <summary>Finds the headings of a block.</summary>
internal static class NoteHeadings
{
    private const int LongestHeading = 16;

    /// <summary>The headings by place; hits come by start, the longest first.</summary>
    public static List<NoteHeading> Find(FoldedText text, TextSpan block, List<LexiconHit> hits)
    {
        List<TextSpan> spans = [];
        int next = 0;
        int end = block.Start;
        for (int line = block.Start; line < block.End; line = LineEnd(text.Folded, line, block.End) + 1)
        {
            int lineEnd = LineEnd(text.Folded, line, block.End);
            int first = SkipNumbering(text.Folded, line, lineEnd);
            if (LineHeading(text.Folded, first, lineEnd) is { } whole)
            {
                spans.Add(whole);
                end = whole.End;
            }

            // Further headings in the line: terms of the lexicon behind a full stop or a space, with a colon or a bracket behind them.
            for (; next < hits.Count && hits[next].Start < lineEnd; next++)
            {
                LexiconHit hit = hits[next];
                if (hit.Start < Math.Max(end, line) || hit.Category != LexiconCategory.Section || !StandsAlone(text.Folded, hit, line, lineEnd)) continue;
                spans.Add(new TextSpan(hit.Start, hit.End));
                end = hit.End;
            }
        }

        List<NoteHeading> headings = [];
        for (int i = 0; i < spans.Count; i++)
        {
            int to = i + 1 < spans.Count ? spans[i + 1].Start : block.End;
            headings.Add(new NoteHeading(spans[i], new TextSpan(spans[i].End, to), KindOf(Compact(text.Folded.AsSpan(spans[i].Start, spans[i].Length)))));
        }

        return headings;
    }

    /// <summary>The end of the line that holds a place: its line feed, or the end.</summary>
    public static int LineEnd(string text, int from, int end)
    {
        int at = text.AsSpan(from, end - from).IndexOf('\n');
        return at < 0 ? end : from + at;
    }

    /// <summary>Behind spaces and the number of a list item: 1. 2、 (3) ① 一、</summary>
    public static int SkipNumbering(string text, int from, int end)
    {
        int at = SkipSpaces(text, from, end);
        int start = at;
        bool open = at < end && text[at] == '(';
        if (open) at++;
        int digits = at;
        while (at < end && (char.IsAsciiDigit(text[at]) || (!char.IsAsciiDigit(text[digits]) && "一二三四五六七八九十".Contains(text[at], StringComparison.Ordinal)))) at++;
        bool numbered = at > digits && at - digits <= 2;
        if (at < end && text[at] is >= '①' and <= '⑳') return SkipSpaces(text, at + 1, end);
        if (!numbered || at >= end) return start;
        bool dotted = text[at] is '.' or '、' or ')' or '．' && !(at + 1 < end && char.IsAsciiDigit(text[at + 1]) && text[at] == '.');
        return dotted ? SkipSpaces(text, at + 1, end) : start;
    }

    private static int SkipSpaces(string text, int from, int end)
    {
        while (from < end && text[from] is ' ' or '\r') from++;
        return from;
    }

    // The words before a colon or in brackets at the beginning of a line, or the whole of a short line without punctuation.
    private static TextSpan? LineHeading(string text, int from, int lineEnd)
    {
        if (from >= lineEnd) return null;
        if (text[from] == '[')
        {
            int close = text.AsSpan(from, lineEnd - from).IndexOf(']');
            return close is > 1 and <= LongestHeading ? new TextSpan(from + 1, from + close) : null;
        }

        // 体 格 检 查: letters of a heading may stand apart.
        int trimmed = lineEnd;
        while (trimmed > from && text[trimmed - 1] is ' ' or '\r') trimmed--;
        int length = Math.Min(trimmed - from, LongestHeading);
        for (int i = 0; i < length; i++)
        {
            char c = text[from + i];
            if (c == ':')
            {
                string heading = Compact(text.AsSpan(from, i));
                return (heading.Length > 0 && KindOf(heading) != SectionKind.Other) || IsGeneric(heading) ? new TextSpan(from, from + i) : null;
            }

            if (!Scripts.IsHan(c) && c != ' ' && c != '/') return null;
        }

        return trimmed - from <= LongestHeading && IsTitle(Compact(text.AsSpan(from, trimmed - from))) ? new TextSpan(from, trimmed) : null;
    }

    private static string Compact(ReadOnlySpan<char> heading) => heading.ToString().Replace(" ", "", StringComparison.Ordinal);

    // Headings whose words could be taken for a test or a finding.
    private static bool IsGeneric(ReadOnlySpan<char> heading) =>
        heading is "查体" or "体检" or "辅检" or "化验" or "辅助检查" or "体格检查" or "专科检查" or "专科情况" or "实验室检查" or "检验项目" or "妇检" or "妇科检查"
            or "主诉" or "主 诉" or "现病史" or "个人史" or "婚育史" or "月经史" or "检查项目" or "影像号" or "超声号" or "病理号" or "检查号" or "对比剂" or "手术史";

    private static bool IsTitle(ReadOnlySpan<char> line) =>
        line.EndsWith("报告") || line.EndsWith("报告单") || line.EndsWith("报告书") || line.EndsWith("记录") || line.EndsWith("记录单") || line.EndsWith("小结") || line.EndsWith("病历")
        || line.EndsWith("门诊") || line.EndsWith("诊断") || line.EndsWith("医嘱") || line.EndsWith("既往史") || line.EndsWith("家族史") || line.EndsWith("体格检查") || line.EndsWith("辅助检查");

    private static bool StandsAlone(string text, in LexiconHit hit, int line, int lineEnd)
    {
        if (hit.Length < 2) return false;
        bool before = hit.Start == line || text[hit.Start - 1] is ' ' or '。' or ';' or '[' or '.' or '、' or '\r' || (char.IsAsciiDigit(text[hit.Start - 1]) && hit.Start - line < 4);
        bool after = hit.End < lineEnd && text[hit.End] is ':' or ']';
        return before && after;
    }

    private static SectionKind KindOf(ReadOnlySpan<char> heading)
    {
        if (heading.Contains("家族", StringComparison.Ordinal)) return SectionKind.Family;
        if (heading.Contains("过敏", StringComparison.Ordinal)) return SectionKind.Allergy;
        if (heading.Contains("既往", StringComparison.Ordinal) || heading.Contains("即往", StringComparison.Ordinal) || heading.Contains("过去史", StringComparison.Ordinal)) return SectionKind.Past;
        if (heading.Contains("鉴别", StringComparison.Ordinal) || heading.Contains("依据", StringComparison.Ordinal) || heading.Contains("计划", StringComparison.Ordinal)) return SectionKind.Other;
        if (heading.EndsWith("意见") || heading.Contains("影像", StringComparison.Ordinal) || heading.Contains("超声", StringComparison.Ordinal) || heading.EndsWith("提示") || heading.EndsWith("结论") || heading.EndsWith("印象")) return SectionKind.Conclusion;
        if (heading.Contains("病理诊断", StringComparison.Ordinal)) return SectionKind.Diagnosis;
        if (heading.EndsWith("诊断")) return SectionKind.Diagnosis;
        if (heading.EndsWith("建议")) return SectionKind.Advice;
        if (heading.Contains("医嘱", StringComparison.Ordinal) || heading.Contains("注意事项", StringComparison.Ordinal) || heading.Contains("随访", StringComparison.Ordinal) || heading is "嘱" or "出院指导" or "处理" or "处置" or "处理意见") return SectionKind.Orders;
        return SectionKind.Other;
    }
}
