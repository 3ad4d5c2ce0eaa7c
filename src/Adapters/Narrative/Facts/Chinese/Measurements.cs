using Consortium.Adapters.Narrative.Lexicon;

namespace Consortium.Adapters.Narrative.Facts.Chinese;

/// <summary>Laboratory values and vital signs: a name of the lexicon with its value behind it. A name without a value is a test.</summary>
internal static class Measurements
{
    private const int LongestAlias = 14;

    private static readonly string[] Concentrations = ChineseWords.Of("concentration");
    private static readonly string[] Borders = ChineseWords.Of("name-border");
    private static readonly string[] Stains = ChineseWords.Of("immunohistochemistry");

    /// <summary>Adds them; hits come by start, the longest first.</summary>
    public static void Find(FoldedText text, TextSpan block, List<LexiconHit> hits, SpanSet taken, List<FactDraft> found)
    {
        string folded = text.Folded;
        var units = new int[block.Length + 1];
        foreach (LexiconHit hit in hits)
        {
            if (hit.Category == LexiconCategory.Unit) units[hit.Start - block.Start] = Math.Max(units[hit.Start - block.Start], hit.End);
        }

        int UnitEnd(int at) => at >= block.End || units[at - block.Start] == 0 ? -1 : units[at - block.Start];

        int lineEnd = block.Start - 1;
        for (int i = 0; i < hits.Count; i++)
        {
            LexiconHit hit = hits[i];
            bool examination = hit.Category == LexiconCategory.Test && Vocabulary.IsAssay(hit.Entry.Term);
            if (!(hit.Category is LexiconCategory.Lab or LexiconCategory.Vital || examination) || Vocabulary.IsUnmeasured(hit.Entry.Term) || taken.Touches(hit.Start, hit.End)) continue;
            if (hit.Start > lineEnd) lineEnd = NoteHeadings.LineEnd(folded, hit.Start, block.End);
            if (!StandsFree(folded, hit) || Covered(folded, hits, i) || InStain(folded, hit.Start, block)) continue;
            (int start, int ends) = Bare(folded, hit);
            int name = ends == hit.End ? Alias(folded, hit.End, lineEnd) : ends;
            bool numeric = hit.Category == LexiconCategory.Vital || hit.Length == 1;
            bool signed = Vocabulary.IsSigned(hit.Entry.Term);
            int end = MeasuredValue.End(folded, name, lineEnd, UnitEnd, numeric, signed);
            if (end < 0 && name > hit.End) end = MeasuredValue.End(folded, name = hit.End, lineEnd, UnitEnd, numeric, signed);
            // 尿妊娠试验阳性 is a result; a number behind the name of an examination may be anything.
            if (end > 0 && examination && char.IsAsciiDigit(folded[end - 1])) continue;
            if (end > 0 && IsCellLetter(hit, folded) && !folded.AsSpan(name, end - name).Contains('%') && !folded.AsSpan(name, end - name).Contains("0.", StringComparison.Ordinal)) continue;
            if (end < 0 || (hit.Category == LexiconCategory.Lab && IsDose(folded.AsSpan(name, end - name), hit.Entry.Term))) continue;
            // PaO256mmHg: without a unit the number could be a part of the name.
            if (char.IsAsciiDigit(folded[hit.End - 1]) && char.IsAsciiDigit(folded[hit.End]) && char.IsAsciiDigit(folded[end - 1])) continue;
            // TBIL/DBIL 35.6/12.3: two values have the names of both.
            if (start > block.Start && folded[start - 1] == '/' && folded.AsSpan(name, end - name).Contains('/')) start = FirstOfTwo(folded, start - 1, block.Start, taken);
            var span = new TextSpan(start, end);
            taken.Add(span);
            // P 1.2mmol/L is phosphate, P 0.5ng/ml progesterone.
            bool vital = hit.Category == LexiconCategory.Vital && !(hit.Length == 1 && ChineseWords.AnyIn(Concentrations, folded.AsSpan(name, end - name)));
            found.Add(new FactDraft(span, vital ? FactCategory.Vital : FactCategory.Lab, Assertion.Present, hit.Length == 1 ? 0.85 : 0.95)
            {
                Entry = hit.Entry,
                KeepsCode = start == hit.Start && vital == (hit.Category == LexiconCategory.Vital),
                Name = new TextSpan(start, name),
            });
        }

        UnnamedTests.Find(folded, block, taken, found);
    }

    // Back over the first name: letters, or characters up to a word of the sentence (查谷丙/谷草转氨酶).
    private static int FirstOfTwo(string text, int stroke, int floor, SpanSet taken)
    {
        bool han = stroke > floor && Scripts.IsHan(text[stroke - 1]);
        int start = stroke;
        while (start > floor && (han ? Scripts.IsHan(text[start - 1]) : char.IsAsciiLetterOrDigit(text[start - 1]) || text[start - 1] == '-') && !taken.Touches(start - 1, start)) start--;
        for (int at = start + 1; han && at < stroke; at++)
        {
            if (ChineseWords.Before(Borders, text.AsSpan(start, at - start)) > 0) start = at;
        }

        return start < stroke ? start : stroke + 1;
    }

    // N 84.2%, L:0.10: of one letter is meant a kind of white cell only with a share.
    private static bool IsCellLetter(in LexiconHit hit, string text) => hit.Length == 1 && text[hit.Start] is 'N' or 'L' or 'M' or 'E' or 'B';

    // ER(-), P63(+): what is stained in a tissue is no laboratory value.
    private static bool InStain(string text, int at, TextSpan block)
    {
        int start = at;
        while (start > block.Start && text[start - 1] is not ('。' or '\n')) start--;
        return ChineseWords.AnyIn(Stains, text.AsSpan(start, at - start));
    }

    // 高血压15年: a name inside the name of a disease is none. Of T, P and R the vital sign is meant.
    private static bool Covered(string text, List<LexiconHit> hits, int index)
    {
        LexiconHit hit = hits[index];
        for (int i = index; i >= 0 && hits[i].Start > hit.Start - 12; i--)
        {
            if (hits[i].End >= hit.End && hits[i].Length > hit.Length && hits[i].Category is LexiconCategory.Disease or LexiconCategory.Symptom or LexiconCategory.Procedure or LexiconCategory.Drug or LexiconCategory.Treatment) return true;
        }

        for (int i = index - 1; i >= 0 && hits[i].Start == hit.Start; i--)
        {
            if (hits[i].Length > hit.Length && hits[i].Category is LexiconCategory.Disease or LexiconCategory.Symptom or LexiconCategory.Procedure) return true;
        }

        if (hit.Category != LexiconCategory.Lab || hit.Length > 1) return false;
        if (text[hit.Start] is 'T' or 'P' or 'R') return true;
        for (int i = index + 1; i < hits.Count && hits[i].Start == hit.Start; i++)
        {
            if (hits[i].Category == LexiconCategory.Vital && hits[i].End == hit.End) return true;
        }

        return false;
    }

    // 体温最高, 最高血压: the name is 体温, 血压.
    private static (int Start, int End) Bare(string text, in LexiconHit hit)
    {
        ReadOnlySpan<char> name = text.AsSpan(hit.Start, hit.Length);
        if (name.Length > 3 && (name.StartsWith("最高") || name.StartsWith("最低"))) return (hit.Start + 2, hit.End);
        if (name.Length > 3 && (name.EndsWith("最高") || name.EndsWith("最低"))) return (hit.Start, hit.End - 2);
        return (hit.Start, hit.End);
    }

    // 红细胞2U was given, 头孢呋辛钠1.5g too: a bare amount is a dose, a laboratory value is one per volume (or of a day's urine).
    private static bool IsDose(ReadOnlySpan<char> value, string name)
    {
        if (name.Contains('定', StringComparison.Ordinal) || name.Contains('2', StringComparison.Ordinal) || value.Contains('/')) return false;
        int digit = value.LastIndexOfAnyInRange('0', '9');
        if (digit < 0) return false;
        ReadOnlySpan<char> unit = value[(digit + 1)..].Trim();
        return unit is "U" or "u" or "g" or "mg" or "ml" or "mL" or "ML" or "单位" or "万U" or "μg" or "ug" or "kg" or "IU" or "袋";
    }

    // P of "SIRP", R of "3R": one letter is a name only where no letter or digit touches it on the left.
    private static bool StandsFree(string text, in LexiconHit hit) => hit.Length == 1 && Scripts.IsHan(text[hit.Start])
        ? hit.Start == 0 || !Scripts.IsHan(text[hit.Start - 1]) || text[hit.Start - 1] is '血' or '尿' or '查'
        : StandsFreeOfLetters(text, hit);

    private static bool StandsFreeOfLetters(string text, in LexiconHit hit) =>
        hit.Start == 0 || !char.IsAsciiLetter(text[hit.Start]) || !(char.IsAsciiLetterOrDigit(text[hit.Start - 1]) || text[hit.Start - 1] is '-' or '/') || text[hit.Start - 1] is '/' && hit.Length > 1
        || (char.IsAsciiDigit(text[hit.Start - 1]) && hit.Length > 2);

    // 白细胞(WBC), 红细胞(镜检): the other name in brackets belongs to the name.
    private static int Alias(string text, int at, int lineEnd)
    {
        if (at >= lineEnd || text[at] != '(') return at;
        int close = text.AsSpan(at, Math.Min(lineEnd - at, LongestAlias)).IndexOf(')');
        if (close < 2) return at;
        foreach (char c in text.AsSpan(at + 1, close - 1))
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('-' or '%' or '#' or '/' or '+' or ':') && !Scripts.IsHan(c)) return at;
        }

        ReadOnlySpan<char> inside = text.AsSpan(at + 1, close - 1);
        return inside is "+" or "-" or "++" or "+++" or "阳性" or "阴性" ? at : at + close + 1;
    }
}
