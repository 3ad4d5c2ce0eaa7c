using System.Buffers;

namespace Consortium.Adapters.Narrative.Facts.Chinese;

/// <summary>Reads the unit behind a number: one of the lexicon, also after spaces, or letters with a stroke that no lexicon has.</summary>
internal static class MeasuredUnit
{
    // Columns stand further apart than words, but a unit further away belongs to another row.
    private const int WidestGap = 12;

    private static readonly SearchValues<char> Joints = SearchValues.Create("/·.*•");

    /// <summary>The end of the unit of the lexicon, with what goes on behind it (μg/g), where it is one: not the L of "36.2 L% 58.0", not 15年. Else -1.</summary>
    /// <param name="text">The folded text.</param>
    /// <param name="at">The number's end.</param>
    /// <param name="after">Behind the spaces that follow it.</param>
    /// <param name="limit">The end of the line.</param>
    /// <param name="end">The end of the lexicon's unit that begins there, or -1.</param>
    public static int Known(string text, int at, int after, int limit, int end)
    {
        if (end < 0 || after - at > WidestGap || text[after] is '年' or '月' or '天' or '岁' or '周' or '日' or '次' && text.AsSpan(after, end - after) is not ("次/分" or "次/min" or "次/分钟")) return -1;
        end = Compound(text, end, limit);
        if (end < limit && ((char.IsAsciiLetter(text[end - 1]) && char.IsAsciiLetter(text[end])) || text[end] == '%')) return -1;
        if (end - after == 1 && char.IsAsciiLetter(text[after]) && (after > at || text[after] is 'P' or 'T' or 'R' or 'N' or 'K' or 'H')) return text[after] is 's' or 'g' or 'U' ? end : -1;
        return end;
    }

    /// <summary>The end of a unit that no lexicon has: letters and signs that stand directly behind the number. -1 where there is none.</summary>
    public static int Other(string text, int at, int limit)
    {
        int end = at;
        bool letters = false;
        while (end < limit && (char.IsAsciiLetterOrDigit(text[end]) || text[end] is '/' or '%' or 'μ' or '℃' or '^' or '·' or '‰'))
        {
            letters |= !char.IsAsciiDigit(text[end]);
            end++;
        }

        return letters && end > at && (char.IsAsciiLetter(text[at]) || text[at] is 'μ' or '%' or '℃' or '/' or '‰') ? Compound(text, end, limit) : -1;
    }

    /// <summary>The end of a unit per something that stands directly behind a power of ten: ×10^9 /L. -1 where there is none.</summary>
    public static int Per(string text, int at, int limit) =>
        at + 1 < limit && text[at] == '/' && (char.IsAsciiLetter(text[at + 1]) || text[at + 1] == 'μ') ? Other(text, at, limit) : -1;

    // /min, ·1.73m2, /(min·1.73m2)
    private static int Compound(string text, int end, int limit)
    {
        while (end + 1 < limit && Joints.Contains(text[end]))
        {
            int next = end + 1;
            if (text[next] == '(')
            {
                int close = text.AsSpan(next, Math.Min(limit - next, 16)).IndexOf(')');
                if (close < 2 || !char.IsAsciiLetter(text[next + 1])) return end;
                end = next + close + 1;
                continue;
            }

            if (!(char.IsAsciiLetterOrDigit(text[next]) || text[next] == 'μ') || (text[end] is not '/' && !text.AsSpan(next, limit - next).StartsWith("1.73") && !char.IsAsciiLetter(text[next]))) return end;
            if (text[end] is '.' && !char.IsAsciiLetter(text[end - 1])) return end;
            while (next < limit && (char.IsAsciiLetterOrDigit(text[next]) || text[next] is 'μ' or '²' || (text[next] == '.' && next + 1 < limit && char.IsAsciiDigit(text[next - 1]) && char.IsAsciiDigit(text[next + 1])))) next++;
            end = next;
        }

        return end;
    }
}
