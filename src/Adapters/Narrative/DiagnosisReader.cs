using System.Text.RegularExpressions;
using Consortium.Adapters.Chinese;
using Consortium.Adapters.Narrative.Facts;
using Consortium.Adapters.Narrative.Lexicon;

namespace Consortium.Adapters.Narrative;

/// <summary>
/// Reads lists of diagnoses (numbered, inline or by line) in both languages. An item is one diagnosis, in its own words;
/// a code is given only where the whole item, without what doubts it and what stands in brackets, is a disease that the lexicon knows.
/// </summary>
internal sealed partial class DiagnosisReader(NoteText note, FactDrafts drafts)
{
    private const int LongestEnglish = 160;

    private static readonly System.Buffers.SearchValues<char> DiseaseLetters = System.Buffers.SearchValues.Create("病症炎癌瘤伤折石疝征肿综衰梗塞栓瘘畸缺损障碍染后孕产胎");

    /// <summary>The diagnoses of a list.</summary>
    public IEnumerable<DiagnosisFact> List(NoteSection section, DiagnosisRole role)
    {
        bool english = ListItems.IsEnglish(note, section.Body);
        TextSpan body = english ? ListItems.First(note, section.Body) : section.Body;
        int rank = 0;
        foreach (TextSpan item in english ? ListItems.Of(note, body) : Items(body))
        {
            // 手术：…, 出院时：…, 【…】 behind a list: a heading that the table does not know ends it.
            if (!english && IsForeign(item)) yield break;

            // 处理 甘露醇250ml, 予…治疗, Dispo home. epipen, prednisone: what begins with a drug or a value is no diagnosis, and the list is over.
            if (drafts.In(item).FirstOrDefault(draft => draft.Category is not (FactCategory.Body or FactCategory.Test)) is { Span.Length: > 0, Category: FactCategory.Drug or FactCategory.Treatment or FactCategory.Lab or FactCategory.Vital })
            {
                if (!english) yield break;
                continue;
            }

            if (!english && !NamesDisease(item)) continue;

            // English lists have sentences between: only what names a disease or a finding is an item.
            if (english && (item.Length > LongestEnglish || !drafts.In(item).Any(draft => draft.Category is FactCategory.Disease or FactCategory.Symptom or FactCategory.Procedure))) continue;
            foreach (TextSpan part in SplitKnown(item))
            {
                if (Read(part, role, rank + 1) is not { } fact) continue;
                rank++;
                yield return fact;
            }
        }
    }

    private bool IsForeign(TextSpan item)
    {
        if (note.Folded[item.Start] == '[') return true;
        int colon = note.Folded.AsSpan(item.Start, item.Length).IndexOf(':');
        return colon > 0 && !drafts.In(item with { End = item.Start + colon }).Any(draft => draft.Category is FactCategory.Disease or FactCategory.Symptom)
            && !note.Folded.AsSpan(item.Start, colon).Contains("诊断", StringComparison.Ordinal);
    }

    // What no lexicon knows may still be a diagnosis, in its own words; what gives drugs, values or orders is none.
    private bool NamesDisease(TextSpan item)
    {
        bool other = false;
        foreach (FactDraft draft in drafts.In(item))
        {
            if (draft.Category is FactCategory.Disease or FactCategory.Symptom or FactCategory.Procedure) return true;
            other |= draft.Category is not FactCategory.Body;
        }

        string words = note.Folded[item.Start..item.End];
        return !other && words.AsSpan().ContainsAny(DiseaseLetters) && !words.Contains('史', StringComparison.Ordinal);
    }

    private DiagnosisFact? Read(TextSpan item, DiagnosisRole role, int rank)
    {
        string folded = note.Folded[item.Start..item.End];
        if (NoDiagnosis().IsMatch(folded)) return null;
        Assertion assertion = Doubt().IsMatch(folded) || NotExcluded().IsMatch(folded) ? Assertion.Uncertain : Denial().IsMatch(folded) ? Assertion.Negated : Assertion.Present;
        LexiconEntry? entry = assertion == Assertion.Negated ? null : Entry(item);
        return new DiagnosisFact(item, assertion, assertion == Assertion.Present ? "0.95" : "0.9", role, rank, entry?.Display) { Code = entry?.Code, Entry = entry };
    }

    // 高血压病3级(很高危): what stands in brackets qualifies the diagnosis and does not change its category, unless it doubts or denies it.
    private LexiconEntry? Entry(TextSpan item)
    {
        TextSpan core = item;
        Match before = DoubtBefore().Match(note.Folded, core.Start, core.Length);
        if (before.Success) core = note.Trim(core with { Start = core.Start + before.Length });
        for (Match behind = Behind().Match(note.Folded, core.Start, core.Length); behind.Success && behind.Index > core.Start; behind = Behind().Match(note.Folded, core.Start, core.Length))
        {
            core = note.Trim(core with { End = behind.Index });
        }

        foreach (FactDraft draft in drafts.In(item))
        {
            if (draft.Category is FactCategory.Disease or FactCategory.Symptom && draft.KeepsCode && draft.Span.Start == core.Start && (draft.Span.End == core.End || draft.Span.End == item.End)
                && draft.Entry is { System: "icd-10", Code: not null } entry) return entry;
        }

        return null;
    }

    private List<TextSpan> Items(TextSpan body)
    {
        List<TextSpan> items = [];
        string text = note.Folded;
        int start = body.Start;
        void Close(int end)
        {
            TextSpan item = note.Trim(new TextSpan(start, end));
            while (item.Length > 0 && text[item.End - 1] is '。' or ';' or ',' or '.' or '、') item = note.Trim(item with { End = item.End - 1 });
            if (item.Length > 0) items.Add(item);
        }

        for (int i = body.Start; i < body.End; i++)
        {
            if (text[i] is '\n' or '\r' or ';' or '。')
            {
                Close(i);
                start = i + 1;
            }
            else if (i == start || text[i - 1] is ' ' or ',' or '。' || char.IsAsciiDigit(text[i]))
            {
                Match number = Numbering().Match(text, i, body.End - i);
                if (!number.Success || (i > start && !FollowsABreak(text, i, start))) continue;
                Close(i);
                start = i + number.Length;
                i = start - 1;
            }
        }

        Close(body.End);
        return items;
    }

    // A number inside a line opens an item only behind a space or a mark (… 心脏病 2.高血压), so that 2.5 and T2. stay what they are.
    private static bool FollowsABreak(string text, int at, int start) => at == start || text[at - 1] is ' ' or ',' or '。' or '、' || text[at - 1] > '\u2E7F';

    // 高血压、2型糖尿病 is two diagnoses where the lexicon knows both; 胃、十二指肠溃疡 is one.
    private List<TextSpan> SplitKnown(TextSpan item)
    {
        string folded = note.Folded[item.Start..item.End];
        if (folded.Length > 200 || !folded.AsSpan().ContainsAny('、', ',')) return [item];
        List<TextSpan> parts = [];
        int start = item.Start;
        for (int i = item.Start; i <= item.End; i++)
        {
            if (i < item.End && note.Folded[i] is not ('、' or ',')) continue;
            TextSpan part = note.Trim(new TextSpan(start, i));
            if (!drafts.In(part).Any(draft => draft.Category == FactCategory.Disease && draft.Span == part)) return [item];
            parts.Add(part);
            start = i + 1;
        }

        return parts;
    }

    [GeneratedRegex(@"\G *(?:\(?(?:[1-9][0-9]?|[一二三四五六七八九十])\)[.、]? *|[1-9][0-9]?(?:[.、](?![0-9])|[.、](?=[12]型)) *|[①-⑳] *|[一二三四五六七八九十]、 *)", RegexOptions.CultureInvariant)]
    private static partial Regex Numbering();

    [GeneratedRegex(@"^(?:同上|同前|同入院诊断|同出院诊断|同术前诊断|同术前|无|略|详见.*|[-_/.。 ]*|same|same as above|as above|see above|none|n/?a|deferred)$", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex NoDiagnosis();

    [GeneratedRegex(@"\((?:待查|待排|待排除|可疑|疑似|可能|\?)\)|待查|待排除|待排|\?|可能|考虑|^可疑|疑似|^疑|^拟诊|疑诊|\b(?:possible|possibly|probable|probably|likely|presumed|suspected|suspicious for|suspect|questionable|rule out|r/o|concern for|vs\.?|versus|cannot be excluded|working diagnosis)(?![a-z])", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex Doubt();

    [GeneratedRegex("不能排除|不能除外|不除外|未除外|未排除|待除外", RegexOptions.CultureInvariant)]
    private static partial Regex NotExcluded();

    [GeneratedRegex(@"^(?:无(?![力尿精症脉排痛名创汗牙乳菌毛脾晶虹])|否认|未见|排除|除外|已排除)|(?:已排除|已除外|排除|除外)$|^(?:no|not|without|negative for|no evidence of) |\b(?:ruled out|excluded)$", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex Denial();

    [GeneratedRegex(@"\G(?:考虑|可疑|疑似|疑诊|疑|拟诊|\? ?|(?:possible|probable|likely|presumed|suspected|suspect|rule out|r/o|questionable) )", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex DoubtBefore();

    // What doubts or qualifies a diagnosis behind it.
    [GeneratedRegex(@"(?: ?\([^()]*\)| ?\[[^\[\]]*\]|待查|待排除|待排|可能性大|可能| ?\?)$", RegexOptions.CultureInvariant)]
    private static partial Regex Behind();
}
