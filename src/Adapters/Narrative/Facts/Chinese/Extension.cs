namespace Consortium.Adapters.Narrative.Facts.Chinese;

/// <summary>What belongs to a disease's name on its right: grades, stages, brackets with them, 术后, 急性加重.</summary>
internal static class Extension
{
    private static readonly string[] Tails =
    ChineseWords.Of("disease-tail");

    private const string Numerals = "0123456789ⅠⅡⅢⅣⅤIV一二三四五";

    /// <summary>The end of the disease that ends at a place, with what belongs to it behind.</summary>
    public static int Right(string text, int end, int limit)
    {
        for (bool again = true; again;)
        {
            again = false;
            foreach (string tail in Tails)
            {
                if (text.AsSpan(end, limit - end).StartsWith(tail))
                {
                    end += tail.Length;
                    again = true;
                    break;
                }
            }

            int grade = Grade(text, end, limit);
            if (grade > end)
            {
                end = grade;
                again = true;
            }

            int bracket = Bracket(text, end, limit);
            if (bracket > end)
            {
                end = bracket;
                again = true;
            }
        }

        return end;
    }

    /// <summary>The start of the grades that end at a place: 3级, ⅢB期, 2型.</summary>
    public static int Grades(string text, int start, int end)
    {
        int at = end;
        if (at > start && text[at - 1] is '级' or '期' or '型' or '度')
        {
            at--;
            int numeral = at;
            while (at > start && (Numerals.Contains(text[at - 1], StringComparison.Ordinal) || text[at - 1] is >= 'A' and <= 'D' or >= 'a' and <= 'd' or '-')) at--;
            return at < numeral ? at : end;
        }

        return end;
    }

    private static int Grade(string text, int at, int limit)
    {
        int start = at;
        int digits = at;
        while (digits < limit && digits - at < 4 && (Numerals.Contains(text[digits], StringComparison.Ordinal) || (digits > at && text[digits] is >= 'A' and <= 'D' or >= 'a' and <= 'd' or '-'))) digits++;
        return digits > at && digits < limit && text[digits] is '级' or '期' or '型' or '度' ? digits + 1 : start;
    }

    // (高危), (CKD3期), (右侧脑桥), (LA-B级), (cT3bN1M0 ⅢB期): short, without a sentence, an assertion or a date in it.
    private static int Bracket(string text, int at, int limit)
    {
        if (at >= limit || text[at] != '(') return at;
        int close = text.AsSpan(at, Math.Min(limit - at, 24)).IndexOf(')');
        if (close < 2) return at;
        ReadOnlySpan<char> inside = text.AsSpan(at + 1, close - 1);
        if (inside.IndexOfAny(",;?+") >= 0 || inside.IndexOfAny("。、:") >= 0 || inside is "-" or "待查" or "待排") return at;
        bool graded = inside.EndsWith("级") || inside.EndsWith("期") || inside.EndsWith("型") || inside.EndsWith("度") || inside.EndsWith("危") || inside.EndsWith("组") || inside.EndsWith("侧") || inside.EndsWith("性")
            || inside[0] is 'T' or 'c' or 'p' or 'L' or 'C' && inside.IndexOfAnyInRange('0', '9') >= 0;
        return graded ? at + close + 1 : at;
    }
}
