namespace Consortium.Adapters.Narrative.Facts.Chinese;

/// <summary>The clauses of a text, and the words that link a fact to the cue behind it without saying anything: 诊断, 征象, 均, 可, 等症状.</summary>
internal static class Clauses
{
    private static readonly string[] Links = ChineseWords.Of("link");
    private static readonly string[] Tails = ChineseWords.Of("tail");

    /// <summary>True for a character at which a clause ends.</summary>
    public static bool IsEnd(char c) => c is ',' or '。' or ';' or '\n' or '\r' or ':' or '!';

    /// <summary>How long the rest of a clause is.</summary>
    public static int Length(ReadOnlySpan<char> behind)
    {
        int end = behind.IndexOfAny(",。;\n:");
        return end < 0 ? behind.Length : end;
    }

    /// <summary>The clause up to a place.</summary>
    public static ReadOnlySpan<char> Before(string text, int at, TextSpan block)
    {
        int start = at;
        while (start > block.Start && !IsEnd(text[start - 1])) start--;
        return text.AsSpan(start, at - start);
    }

    /// <summary>True where a finding stands behind a place in the same clause, and no list goes on there (咳嗽消失、发热).</summary>
    public static bool HasFinding(string text, int at, List<FactDraft> facts, int next, TextSpan block)
    {
        if (at < block.End && text[at] is '、' or ')') return false;
        int end = at + Length(text.AsSpan(at, block.End - at));
        for (; next < facts.Count && facts[next].Span.Start < end; next++)
        {
            if (facts[next].Category is not (FactCategory.Body or FactCategory.Lab or FactCategory.Vital)) return true;
        }

        return false;
    }

    /// <summary>True where nothing but words that say nothing, and times, stands behind a place in its clause: 未见明确征象, 停用1周.</summary>
    public static bool EndsWithLinks(string text, int at, TextSpan block)
    {
        while (at < block.End)
        {
            char c = text[at];
            if (IsEnd(c) || c is '、' or ')' or ' ' or '"' or '?') return true;
            int link = ChineseWords.At(Tails, text.AsSpan(at, block.End - at));
            if (link > 0) at += link;
            else if (char.IsAsciiDigit(c) || c is '-' or '.' or '~') at++;
            else return false;
        }

        return true;
    }

    /// <summary>What is left between a fact and a cue behind it once the words that link them are taken away.</summary>
    public static ReadOnlySpan<char> WithoutLinks(ReadOnlySpan<char> gap)
    {
        for (int link = 1; link > 0 && gap.Length > 0;)
        {
            link = gap[^1] is ' ' or '"' or ')' ? 1 : ChineseWords.Before(Links, gap);
            gap = gap[..^link];
        }

        return gap;
    }
}
