using Consortium.Adapters.Narrative.Lexicon;

namespace Consortium.Adapters.Narrative.Facts.Chinese;

/// <summary>
/// Reads the names of operations that a verb introduces: what stands between 行, 施, 接受 and the last word of an operation (切除术) is one name, whatever the lexicon has
/// of it (行经尿道右侧输尿管镜下钬激光碎石取石术).
/// </summary>
internal static class OperationNames
{
    private const int LongestName = 32;

    private static readonly string[] Ends = ChineseWords.Of("operation-end");
    private static readonly string[] Verbs = ChineseWords.Of("operation-verb");
    private static readonly string[] NoVerbs = ChineseWords.Of("operation-no-verb");
    private static readonly string[] Openings = ChineseWords.Of("operation-opening");
    private static readonly string[] Strangers = ChineseWords.Of("operation-stranger");

    /// <summary>Adds the names of a block; hits come by start.</summary>
    public static void Find(string text, TextSpan block, List<LexiconHit> hits, SpanSet taken, List<FactDraft> found)
    {
        int next = 0;
        for (int at = text.IndexOf('术', block.Start, block.Length); at >= 0 && at < block.End; at = at + 1 < block.End ? text.IndexOf('术', at + 1, block.End - at - 1) : -1)
        {
            int end = at + 1;
            int known = ChineseWords.Before(Ends, text.AsSpan(block.Start, end - block.Start));
            if (known == 0 || taken.Touches(end - known, end)) continue;
            int start = Start(text, end, known, block);
            if (start < 0 || start > end - known || end - start > LongestName || taken.Touches(start, end)) continue;
            ReadOnlySpan<char> name = text.AsSpan(start, end - start);
            if (char.IsAsciiDigit(name[0]) || ChineseWords.AnyIn(Strangers, name)) continue;
            while (next < hits.Count && hits[next].Start < start) next++;
            bool exact = next < hits.Count && hits[next].Start == start && hits[next].End == end && hits[next].Category == LexiconCategory.Procedure;
            if (exact) continue; // the lexicon's own
            var span = new TextSpan(start, end);
            taken.Add(span);
            found.Add(new FactDraft(span, FactCategory.Procedure, Assertion.Present, 0.85));
        }
    }

    // Behind the last verb of the clause, or behind another operation that it names; -1 where no verb stands there.
    private static int Start(string text, int end, int known, TextSpan block)
    {
        int floor = Math.Max(block.Start, end - LongestName - 8);
        for (int at = end - known; at > floor; at--)
        {
            ReadOnlySpan<char> before = text.AsSpan(floor, at - floor);
            if (before[^1] is ',' or '。' or ';' or ':' or '、' or '+' or '\n' or ' ' or '"' or '?') return -1;
            if (ChineseWords.Before(Verbs, before) == 0 || ChineseWords.Before(NoVerbs, before) > 0) continue;
            int opening;
            while ((opening = ChineseWords.At(Openings, text.AsSpan(at, end - at))) > 0) at += opening;
            return at;
        }

        return -1;
    }
}
