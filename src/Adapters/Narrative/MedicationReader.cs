using System.Text.RegularExpressions;
using Consortium.Adapters.Narrative.Facts;

namespace Consortium.Adapters.Narrative;

/// <summary>Reads lists of medication in both languages into items, and what stands behind a drug in running text; each is read by <see cref="PrescriptionLine"/>.</summary>
internal sealed partial class MedicationReader(NoteText note, FactDrafts drafts, NoteIssues issues)
{
    private const int LongestLine = 500;

    // How far behind a drug in running text its dose may stand.
    private const int Reach = 90;

    /// <summary>The drugs of a list.</summary>
    /// <param name="section">The section that is a list.</param>
    /// <param name="isPrescribed">True for what is prescribed, false for what the patient takes.</param>
    public IEnumerable<DrugFact> List(NoteSection section, bool isPrescribed)
    {
        bool english = ListItems.IsEnglish(note, section.Body);
        TextSpan body = english ? ListItems.First(note, section.Body) : section.Body;
        foreach (TextSpan item in Split(english ? ListItems.Of(note, body) : Items(body)))
        {
            if (item.Length > LongestLine)
            {
                issues.Warning(item.Start, "too-long", "what stands here is too long for one line of medication and stays text.");
                continue;
            }

            if (Nothing().IsMatch(note.Folded.AsSpan(item.Start, item.Length))) continue;
            if (DrugIn(item) is { } named && StoppedDrugs.IsUnderHeading(note.Folded, named.Span.Start))
            {
                yield return Mention(named with { Assertion = Assertion.Present }, isPrescribed: false) with { IsStopped = true };
                continue;
            }

            if (DrugIn(item) is null && drafts.In(item).Any(draft => draft.Category is FactCategory.Lab or FactCategory.Vital))
            {
                issues.Information(item.Start, "informational", "a line of values inside a list of medication stays text.");
                continue;
            }

            if (english && drafts.In(item).FirstOrDefault(draft => draft.Category == FactCategory.Drug) is { Assertion: Assertion.Negated or Assertion.Hypothetical or Assertion.Other, Category: FactCategory.Drug })
            {
                issues.Information(item.Start, "informational", "a line of the medication list that denies, plans or doubts a drug stays text.");
                continue;
            }

            if (new PrescriptionLine(note, item, issues, DrugIn(item)).Read() is { } drug) yield return Known(drug, item) with { IsPrescribed = isPrescribed, IsCurrent = !isPrescribed };
        }
    }

    /// <summary>A drug in running text, with the dose that stands behind it in its clause where that has one reading.</summary>
    public DrugFact Mention(in FactDraft draft, bool isPrescribed)
    {
        string text = note.Folded;
        int end = draft.Span.End, limit = Math.Min(text.Length, draft.Span.Start + Reach);
        int next = drafts.FirstAt(draft.Span.End);
        if (next < drafts.All.Count && drafts.All[next].Category is FactCategory.Drug or FactCategory.Treatment or FactCategory.Procedure) limit = Math.Min(limit, drafts.All[next].Span.Start);
        while (end < limit && !EndsClause(text, end)) end++;
        TextSpan item = note.Trim(new TextSpan(draft.Span.Start, end));
        while (item.End > draft.Span.End && text[item.End - 1] is '+' or '、' or '(' or '/' or '-') item = note.Trim(item with { End = item.End - 1 });
        var bare = new DrugFact(draft.Span, draft.Assertion, Confidence(draft.Confidence), draft.Span, draft.Span)
        {
            Entry = draft.Entry,
            Code = draft.KeepsCode && draft.Entry?.System == "atc" ? draft.Entry.Code : null,
            IsPrescribed = isPrescribed,
            Instruction = new TextSpan(draft.Span.End, draft.Span.End),
        };
        if (item.End <= draft.Span.End || !SaysHow(text.AsSpan(draft.Span.End, item.End - draft.Span.End))) return bare;
        DrugFact? read = new PrescriptionLine(note, item, issues, draft, inText: true).Read();
        if (read is null || read.Name.Start != draft.Span.Start || (read.Dose is null && read.Frequency is null && read.Route is null)) return bare;
        return read with { Assertion = draft.Assertion, Entry = bare.Entry, Code = bare.Code, IsPrescribed = isPrescribed, Product = new TextSpan(draft.Span.Start, Math.Max(draft.Span.End, read.Product.End)) };
    }

    // A number, or how often and by which route in words (moxifloxacin QID).
    private static bool SaysHow(ReadOnlySpan<char> behind) => behind.ContainsAnyInRange('0', '9') || (behind.Length < 24 && PrescriptionWords.Find(behind.ToString().ToLowerInvariant()).Exists(word => word.Value.Category is "frequency" or "route"));

    private DrugFact Known(DrugFact drug, TextSpan item)
    {
        foreach (FactDraft draft in drafts.In(item))
        {
            if (draft.Category != FactCategory.Drug || draft.Span.Start < drug.Name.Start || draft.Span.End > drug.Product.End) continue;
            bool whole = draft.KeepsCode && draft.Span.Start == drug.Name.Start && draft.Span.End >= drug.Name.End;
            return drug with { Entry = draft.Entry, Code = whole && draft.Entry?.System == "atc" ? draft.Entry.Code : null };
        }

        return drug;
    }

    private FactDraft? DrugIn(TextSpan item)
    {
        foreach (FactDraft draft in drafts.In(item))
        {
            if (draft.Category == FactCategory.Drug) return draft;
        }

        return null;
    }

    // Several drugs in a line, with commas between: each begins where one was found.
    private List<TextSpan> Split(List<TextSpan> lines)
    {
        List<TextSpan> items = [];
        foreach (TextSpan line in lines)
        {
            int start = line.Start;
            foreach (FactDraft draft in drafts.In(line))
            {
                if (draft.Category != FactCategory.Drug || draft.Span.Start <= start) continue;
                int before = draft.Span.Start - 1;
                while (before > start && note.Folded[before] == ' ') before--;
                // "metoprolol 25 mg bid and atorvastatin 40 mg": another drug where the one before has its dose; "calcium and vitamin D" may be one preparation.
                if (before - 3 > start && note.Folded.AsSpan(before - 3, 4) is " and" && note.Folded.AsSpan(start, before - 3 - start).ContainsAnyInRange('0', '9'))
                {
                    before -= 4;
                    while (before > start && note.Folded[before] is ' ' or ',') before--;
                    before++;
                }
                else if (note.Folded[before] is not (',' or '.' or ';' or '、' or '。'))
                {
                    continue;
                }

                items.Add(note.Trim(new TextSpan(start, before)));
                start = draft.Span.Start;
            }

            items.Add(note.Trim(new TextSpan(start, line.End)));
        }

        return items;
    }

    private static bool EndsClause(string text, int at) =>
        text[at] is '。' or ';' or '\n' or '\r' or '、' or '+' || (text[at] == ',' && !(at + 1 < text.Length && char.IsAsciiDigit(text[at + 1]) && char.IsAsciiDigit(text[at - 1])))
        || (text[at] == '.' && at + 1 < text.Length && text[at + 1] is ' ' or '\n' or '\r');

    /// <summary>A confidence as it is written out.</summary>
    public static string Confidence(double value) => value.ToString("0.##", System.Globalization.CultureInfo.InvariantCulture);

    private List<TextSpan> Items(TextSpan body)
    {
        string text = note.Folded;
        List<TextSpan> items = [];
        int start = body.Start;
        void Close(int end)
        {
            TextSpan item = note.Trim(new TextSpan(start, end));
            while (item.Length > 0 && text[item.End - 1] is '。' or ';' or ',' or '、') item = note.Trim(item with { End = item.End - 1 });
            if (item.Length > 0) items.Add(item);
        }

        for (int i = body.Start; i < body.End; i++)
        {
            if (text[i] is '\n' or '\r')
            {
                // 用法：… on a line of its own goes on with the item above it.
                if (Continuation().IsMatch(text.AsSpan(i, body.End - i))) continue;
                Close(i);
                start = i + 1;
            }
            else if (text[i] is ';' or '。')
            {
                Close(i);
                start = i + 1;
            }
            else if (i == start || text[i - 1] == ' ')
            {
                Match number = Numbering().Match(text, i, body.End - i);
                if (!number.Success) continue;
                Close(i);
                start = i + number.Length;
                i = start - 1;
            }
        }

        Close(body.End);
        return items;
    }

    [GeneratedRegex(@"\G *(?:\([1-9][0-9]?\) *|[1-9][0-9]?(?:[.、)](?![0-9])|[.、](?=[0-9]+%)) *|[①-⑳] *|[一二三四五六七八九十]、 *)", RegexOptions.CultureInvariant)]
    private static partial Regex Numbering();

    [GeneratedRegex(@"^[\r\n]+ *(?:用法|服法|sig|Sig|SIG|S:|每次|口服|用量|剂量)", RegexOptions.CultureInvariant)]
    private static partial Regex Continuation();

    [GeneratedRegex(@"^(?:无|无带药|无出院带药|未带药|见医嘱|同前|none|nil|no medications|see (?:list|above|MAR)|[-_/. ]*)$", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex Nothing();
}
