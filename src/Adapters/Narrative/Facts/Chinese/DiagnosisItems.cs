using System.Buffers;
using Consortium.Adapters.Narrative.Lexicon;

namespace Consortium.Adapters.Narrative.Facts.Chinese;

/// <summary>
/// Reads lists of diagnoses item by item: in 诊断 an item is one disease with all its words, whatever the lexicon has of it.
/// In the conclusion of a report only an item that ends like a disease is one; the others are sites and findings.
/// </summary>
internal static class DiagnosisItems
{
    private const int LongestItem = 45;

    private static readonly string[] Uncertain =
    ChineseWords.Of("diagnosis-doubt");

    private static readonly string[] Openings = ChineseWords.Of("diagnosis-opening");

    // Words of sentences: an item with one is no name of a disease.
    private static readonly string[] Sentences = ChineseWords.Of("sentence");

    private static readonly SearchValues<char> Counts = SearchValues.Create("0123456789/%.×cm个枚");

    private static readonly string[] Endings = ChineseWords.Of("disease-end");

    /// <summary>Adds the items of every list of diagnoses.</summary>
    public static void Find(FoldedText text, List<NoteHeading> headings, List<LexiconHit> hits, SpanSet taken, List<FactDraft> found)
    {
        foreach (NoteHeading heading in headings)
        {
            if (heading.Kind is not (SectionKind.Diagnosis or SectionKind.Conclusion)) continue;
            foreach (TextSpan item in Items(text.Folded, heading.Body, hits)) Add(text.Folded, item, heading.Kind, hits, taken, found);
        }
    }

    private static void Add(string text, TextSpan item, SectionKind kind, List<LexiconHit> hits, SpanSet taken, List<FactDraft> found)
    {
        item = Trimmed(text, item);
        if (item.Length is < 2 or > LongestItem || taken.Touches(item.Start, item.End)) return;
        ReadOnlySpan<char> words = text.AsSpan(item.Start, item.Length);
        foreach (string sentence in Sentences)
        {
            if (words.Contains(sentence, StringComparison.Ordinal)) return;
        }

        LexiconHit? head = null;
        int core = CoreEnd(text, item);
        for (int i = FirstAt(hits, item.Start); i < hits.Count && hits[i].Start < item.End; i++)
        {
            LexiconHit hit = hits[i];
            if (hit.End > item.End || hit.Category is not (LexiconCategory.Disease or LexiconCategory.Symptom)) continue;
            if (kind == SectionKind.Conclusion && (hit.Category != LexiconCategory.Disease || (hit.End != core && hit.End != item.End))) continue;
            if (head is not { } best || hit.Category < best.Category || (hit.Category == best.Category && hit.Length > best.Length)) head = hit;
        }

        bool ends = ChineseWords.Before(Endings, text.AsSpan(item.Start, core - item.Start)) > 0;
        if (head is null && !ends) return;
        bool exact = head is { } whole && whole.Length == item.Length;
        taken.Add(item);
        found.Add(new FactDraft(item, FactCategory.Disease, Assertion.Present, exact ? 0.95 : 0.85) { Entry = head?.Entry, KeepsCode = exact || head?.End == core });
    }

    // The items between numbers, line ends, semicolons, wide gaps, and commas outside brackets.
    private static List<TextSpan> Items(string text, TextSpan body, List<LexiconHit> hits)
    {
        List<TextSpan> items = [];
        int end = SectionEnd(text, body);
        int start = body.Start;
        int depth = 0;
        for (int at = body.Start; at <= end; at++)
        {
            char c = at < end ? text[at] : '\n';
            if (c == '(') depth++;
            if (c == ')') depth = Math.Max(0, depth - 1);
            bool wide = c == ' ' && at + 1 < end && (text[at + 1] == ' ' || Numbered(text, at + 1, end) || (depth == 0 && (BeginsDisease(hits, at + 1) || EndsDisease(hits, at))));
            bool comma = depth == 0 && c is ',' or '、' && !AfterNumber(text, at) && !(c == '、' && IsSite(text, new TextSpan(start, at), hits));
            if (!(c is '\n' or ';' or '。' or ':' or '?' || wide || comma)) continue;
            if (at > start) items.Add(new TextSpan(start, at));
            start = at + 1;
            if (c == '\n') depth = 0;
            if (c == '。' && !NextLineIsNumbered(text, at + 1, end)) break;
        }

        return items;
    }

    // 双侧上颌窦、筛窦炎: what stands before the comma is a site of the one that follows.
    private static bool IsSite(string text, TextSpan words, List<LexiconHit> hits)
    {
        if (words.Length < 2) return false;
        int start = Trimmed(text, words).Start;
        for (int side = 1; side > 0; start += side) side = ChineseWords.At(Vocabulary.Sides, text.AsSpan(start, words.End - start));
        for (int i = FirstAt(hits, start); i < hits.Count && hits[i].Start == start; i++)
        {
            if (hits[i].End == words.End && hits[i].Category == LexiconCategory.Body) return true;
        }

        return false;
    }

    // A full stop ends a list, unless each of its items has one.
    private static bool NextLineIsNumbered(string text, int at, int end)
    {
        while (at < end && text[at] is ' ' or '\r') at++;
        return at < end && text[at] == '\n' && NoteHeadings.SkipNumbering(text, at + 1, end) > at + 1 && Numbered(text, at + 1, end);
    }

    private static bool BeginsDisease(List<LexiconHit> hits, int at)
    {
        for (int i = FirstAt(hits, at); i < hits.Count && hits[i].Start == at; i++)
        {
            if (hits[i].Category == LexiconCategory.Disease && hits[i].Length > 1) return true;
        }

        return false;
    }

    private static bool EndsDisease(List<LexiconHit> hits, int at)
    {
        for (int i = FirstAt(hits, at) - 1; i >= 0 && hits[i].Start > at - LongestItem; i--)
        {
            if (hits[i].End == at && hits[i].Category == LexiconCategory.Disease && hits[i].Length > 1) return true;
        }

        return false;
    }

    // A list ends at an empty line, and where a line holds a signature or a date.
    private static int SectionEnd(string text, TextSpan body)
    {
        int at = text.AsSpan(body.Start, body.Length).IndexOf("\n\n");
        return at < 0 ? body.End : body.Start + at;
    }

    // "2. 糖尿病", and "2糖尿病" where the number is no type, grade or count.
    private static bool Numbered(string text, int at, int end)
    {
        if (text[at] == ' ') return false;
        if (NoteHeadings.SkipNumbering(text, at, end) != at) return true;
        int digits = at;
        while (digits < end && char.IsAsciiDigit(text[digits]) && digits - at < 2) digits++;
        return digits > at && digits < end && (text[digits] is '.' or '、' or ')' || (Scripts.IsHan(text[digits]) && text[digits] is not ('型' or '级' or '期' or '度' or '次' or '个' or '月' or '年' or '周' or '天' or '日' or '支')));
    }

    private static bool AfterNumber(string text, int at) => at > 0 && char.IsAsciiDigit(text[at - 1]) && (at < 2 || !Scripts.IsHan(text[at - 2]));

    private static TextSpan Trimmed(string text, TextSpan item)
    {
        int first = item.Start;
        while (first < item.End && text[first] is ' ' or ']' or ')' or '-' or '"') first++;
        int start = NoteHeadings.SkipNumbering(text, first, item.End);
        // "3 尿脓毒症": a number with a space only.
        if (start + 1 < item.End && char.IsAsciiDigit(text[start]) && text[start + 1] == ' ') start += 2;
        // "3.2型糖尿病": no diagnosis begins with a decimal number.
        else if (start + 2 < item.End && char.IsAsciiDigit(text[start]) && text[start + 1] is '.' or '、' or ')') start += 2;
        else if (start + 1 < item.End && char.IsAsciiDigit(text[start]) && Scripts.IsHan(text[start + 1]) && Numbered(text, start, item.End)) start++;
        int end = item.End;
        bool again = true;
        while (again)
        {
            again = false;
            while (end > start && text[end - 1] is ' ' or '\r' or '.' or '"' or '-') end--;
            while (start < end && text[start] is ' ' or '"' or '-' or ')' or ']' or '#') start++;
            foreach (string word in Uncertain)
            {
                if (end - start <= word.Length || !text.AsSpan(start, end - start).EndsWith(word)) continue;
                end -= word.Length;
                again = true;
            }

            foreach (string word in Openings)
            {
                if (end - start <= word.Length || !text.AsSpan(start, end - start).StartsWith(word)) continue;
                start += word.Length;
                again = true;
            }
        }

        return new TextSpan(start, WithoutDoubtfulBracket(text, start, end));
    }

    // 左声带新生物(喉癌待排): what is only considered is no part of the name.
    private static int WithoutDoubtfulBracket(string text, int start, int end)
    {
        int open = text.AsSpan(start, end - start).IndexOf('(');
        if (open < 2) return end;
        ReadOnlySpan<char> inside = text.AsSpan(start + open, end - start - open);
        foreach (string word in Uncertain)
        {
            if (inside.Contains(word, StringComparison.Ordinal)) return start + open;
        }

        // (轻度), (已纠正), (3/18): how it went and how much of it is no part of the name either.
        ReadOnlySpan<char> words = inside[1..].TrimEnd(')');
        if (ChineseWords.At(Vocabulary.Degrees, words) == words.Length || words.StartsWith("已") || !words.ContainsAnyExcept(Counts)) return start + open;
        return inside.Contains(')') ? end : start + open;
    }

    // Where the disease's name ends: before brackets, grades and 术后.
    private static int CoreEnd(string text, TextSpan item)
    {
        int end = item.End;
        if (text[end - 1] == ')')
        {
            int open = text.AsSpan(item.Start, item.Length).LastIndexOf('(');
            if (open > 0) end = item.Start + open;
        }

        int grade = Extension.Grades(text, item.Start, end);
        return grade > item.Start ? grade : end;
    }

    private static int FirstAt(List<LexiconHit> hits, int start)
    {
        int low = 0, high = hits.Count;
        while (low < high)
        {
            int middle = (low + high) >> 1;
            if (hits[middle].Start < start) low = middle + 1;
            else high = middle;
        }

        return low;
    }
}
