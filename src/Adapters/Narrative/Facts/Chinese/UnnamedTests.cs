namespace Consortium.Adapters.Narrative.Facts.Chinese;

/// <summary>
/// Antibodies, antigens and nucleic acids that no lexicon has, with a result in words: 汉坦病毒IgM抗体阳性. The name is what stands between the result and the
/// sign or word of the sentence before it.
/// </summary>
/// <remarks>
/// Numbers are not read so: a number with a unit of the laboratory is as often the strength of a solution, and the name before it may begin anywhere.
/// </remarks>
internal static class UnnamedTests
{
    private const int ShortestName = 2;
    private const int LongestName = 16;
    private const double Confidence = 0.7;

    private static readonly string[] Assays = ChineseWords.Of("assay");
    private static readonly string[] Borders = ChineseWords.Of("name-border");
    private static readonly string[] Strangers = ChineseWords.Of("name-stranger");

    /// <summary>Adds them.</summary>
    public static void Find(string text, TextSpan block, SpanSet taken, List<FactDraft> found)
    {
        for (int at = block.Start; at < block.End; at++)
        {
            int assay = ChineseWords.At(Assays, text.AsSpan(at, block.End - at));
            if (assay == 0 || taken.Touches(at, at + assay)) continue;
            int name = at + assay;
            int end = MeasuredValue.End(text, name, NoteHeadings.LineEnd(text, at, block.End), static _ => -1, numeric: false);
            if (end < 0 || NameStart(text, block, name) is not { } start || start >= at || taken.Touches(start, end)) continue;
            var span = new TextSpan(start, end);
            taken.Add(span);
            found.Add(new FactDraft(span, FactCategory.Lab, Assertion.Present, Confidence) { Name = new TextSpan(start, name) });
        }
    }

    // Back to a sign, or to a word that is no part of a name; none where a word of the sentence stands in what is left.
    private static int? NameStart(string text, TextSpan block, int end)
    {
        int start = end;
        while (start > block.Start && IsNameCharacter(text[start - 1])) start--;
        for (int at = end - 1; at > start; at--)
        {
            if (ChineseWords.Before(Borders, text.AsSpan(start, at - start)) == 0) continue;
            start = at;
            break;
        }

        ReadOnlySpan<char> name = text.AsSpan(start, end - start);
        return name.Length is >= ShortestName and <= LongestName && !char.IsAsciiDigit(name[0]) && !ChineseWords.AnyIn(Strangers, name) ? start : null;
    }

    private static bool IsNameCharacter(char c) => Scripts.IsHan(c) || char.IsAsciiLetterOrDigit(c) || c is '-' or 'α' or 'β' or 'γ' or '(' or ')' or '\'';
}
