using Consortium.Adapters.Narrative.Facts;
using Consortium.Adapters.Narrative.Lexicon;

namespace Consortium.Adapters.Narrative;

/// <summary>
/// Makes facts of what was found in running text: diseases, symptoms, therapies, drugs, and what relatives have. A fact that is a condition or a plan stays text.
/// The same finding said again is one fact with several places.
/// </summary>
internal sealed class FindingReader(NoteText note, FactDrafts drafts, NoteIssues issues, NoteKind kind, TextSpan? title, Func<string, DateOnly?> dayFor)
{
    // 双肺呼吸音低: how far a site may stand from what is found there.
    private const int SiteReach = 2;

    private readonly RelativeTimes _times = new(note);
    private readonly Relatives _relatives = new(note);
    private readonly Dictionary<(FactCategory, string, Assertion), int> _said = [];
    private readonly List<NarrativeFact> _facts = [];

    /// <summary>The facts that no other reader took.</summary>
    /// <param name="sections">The note's sections, with one for the words before the first heading.</param>
    /// <param name="listed">The diagnoses of lists: what is said again of them in the text is no fact of its own.</param>
    public List<NarrativeFact> Read(IReadOnlyList<NoteSection> sections, IReadOnlyList<DiagnosisFact> listed)
    {
        var medication = new MedicationReader(note, drafts, issues);
        int at = 0;
        for (int i = 0; i < drafts.All.Count; i++)
        {
            FactDraft draft = drafts.All[i];
            while (at + 1 < sections.Count && sections[at + 1].Title.Start <= draft.Span.Start) at++;
            if (drafts.IsTaken(i) || draft.Category is FactCategory.Body or FactCategory.Test or FactCategory.Lab or FactCategory.Vital) continue;
            // 入院记录（感染性疾病科）: a title states nothing.
            if (title is { } words && words.Overlaps(draft.Span)) continue;
            string section = sections.Count == 0 ? "" : sections[at].Kind;
            if (section is "title" or "signature" or "allergies" or "technique") continue;
            if (draft.Category == FactCategory.Drug)
            {
                if (IsStopped(draft, section)) Add(draft, medication.Mention(draft with { Assertion = Assertion.Present }, isPrescribed: false) with { IsStopped = true });
                else if (Taken(draft, section)) Add(draft, medication.Mention(draft, IsPrescription(section)));
                continue;
            }

            if (Fact(i, draft, section, listed) is { } fact) Add(draft, fact);
        }

        return _facts;
    }

    private NarrativeFact? Fact(int index, in FactDraft draft, string section, IReadOnlyList<DiagnosisFact> listed)
    {
        string confidence = MedicationReader.Confidence(draft.Confidence);
        LexiconEntry? entry = draft.Entry;
        string? code = draft.KeepsCode && entry?.System == "icd-10" ? entry.Code : null;
        switch (draft.Category)
        {
            case FactCategory.Disease or FactCategory.Symptom when draft.Assertion == Assertion.Other:
                if (draft.Category == FactCategory.Symptom && section != "family-history") return null;
                (string relation, TextSpan? word) = _relatives.Near(draft.Span);
                return new FamilyFact(draft.Span, confidence, relation, word is { } relative ? note[relative] : null) { Entry = entry, Code = code };
            case FactCategory.Disease:
                DiagnosisRole role = section switch
                {
                    "assessment" or "diagnosis" or "problem-list" or "admission-diagnosis" => DiagnosisRole.Listed,
                    "discharge-diagnosis" => DiagnosisRole.Discharge,
                    "preoperative-diagnosis" => DiagnosisRole.Preoperative,
                    "postoperative-diagnosis" => DiagnosisRole.Postoperative,
                    "conclusion" => kind.Loinc == "11526-1" ? DiagnosisRole.Listed : DiagnosisRole.Conclusion,
                    "differential" => DiagnosisRole.Differential,
                    _ => DiagnosisRole.Mention,
                };
                return new DiagnosisFact(draft.Span, draft.Assertion, confidence, role, 0, code is null ? null : entry!.Display)
                {
                    Entry = entry, Code = code, Since = Since(draft, section), Site = Site(index), IsListedToo = SaidInList(draft, code, listed),
                };
            case FactCategory.Symptom:
                return new FindingFact(draft.Span, draft.Assertion, confidence) { Entry = entry, Code = code, Since = Since(draft, section), Site = Site(index) };
            case FactCategory.Procedure or FactCategory.Treatment:
                // What stands in a plan is to come; anaesthesia and therapies of the orders are no deeds yet.
                if (section is "plan" or "discharge-instructions" or "planned-procedures" or "clinical-information" or "assessment") return null;
                return new ProcedureFact(draft.Span, draft.Category == FactCategory.Procedure ? "procedure" : "treatment", draft.Assertion, confidence) { Entry = entry, Site = Site(index) };
            default:
                return null;
        }
    }

    // A laboratory report names drugs of a susceptibility test; a denied, stopped or planned drug is not taken; beside an allergy the drug is what is not tolerated.
    private bool Taken(in FactDraft draft, string section)
    {
        if (draft.Assertion is not (Assertion.Present or Assertion.Historical) || kind.Name is "laboratory" or "imaging" || section is "family-history" or "differential") return false;
        int start = draft.Span.Start, end = draft.Span.End;
        while (start > 0 && draft.Span.Start - start < 40 && !EndsClause(start - 1)) start--;
        while (end < note.Folded.Length && end - draft.Span.End < 24 && !EndsClause(end) && note.Folded[end] != '+') end++;
        ReadOnlySpan<char> clause = note.Folded.AsSpan(start, end - start), behind = note.Folded.AsSpan(draft.Span.End, end - draft.Span.End);
        foreach (string word in NotTaken)
        {
            if (clause.Contains(word, StringComparison.OrdinalIgnoreCase)) return false;
        }

        // Memantine if he accepts, augmentin when tolerating: not taken yet.
        if (Later(behind, " if ") || Later(behind, " when ") || Later(behind, " once tolerat")) return false;
        return !behind.TrimStart().StartsWith("level", StringComparison.OrdinalIgnoreCase);
    }

    private static bool Later(ReadOnlySpan<char> behind, string word)
    {
        int at = behind.IndexOf(word, StringComparison.OrdinalIgnoreCase);
        return at >= 0 && behind[(at + word.Length)..] is var rest && !rest.StartsWith("needed", StringComparison.OrdinalIgnoreCase) && !rest.StartsWith("required", StringComparison.OrdinalIgnoreCase);
    }

    // 已停用二甲双胍, "metformin was stopped": taken before, and not any more (FHIR R4 MedicationStatement.status stopped).
    private bool IsStopped(in FactDraft draft, string section) =>
        draft.Assertion is Assertion.Present or Assertion.Historical or Assertion.Negated && kind.Name is not ("laboratory" or "imaging") && section is not ("family-history" or "differential" or "plan" or "discharge-instructions")
        && StoppedDrugs.IsSaid(note.Folded, draft.Span);

    private static readonly string[] NotTaken =
    [
        "过敏", "皮试", "停用", "停服", "禁用", "忌用", "慎用", "避免", "勿用", "不用", "耐药", "敏感", "药敏", "建议", "可予", "拟予", "备用", "必要时加", "未用", "未服", "未予", "拒绝", "不耐受", "中毒", "浓度", "接种不详", "接种史不详",
        "allerg", "stop", "hold", "held", "discontinue", "avoid", "declin", "refus", "consider", "resistan", "suscept", "sensitiv", "intoleran", "level of", "overdose", "toxicity", "off ", "contraindicat", "wean",
    ];

    private bool EndsClause(int at) => note.Folded[at] is '。' or ';' or '\n' or '\r' or ',' || (note.Folded[at] == '.' && at + 1 < note.Folded.Length && note.Folded[at + 1] is ' ' or '\n' or '\r');

    private bool IsPrescription(string section) => kind.EncounterClass is "AMB" or "EMER" && section is "plan" or "discharge-instructions" or "assessment";

    private bool SaidInList(in FactDraft draft, string? code, IReadOnlyList<DiagnosisFact> listed)
    {
        string text = note.Folded[draft.Span.Start..draft.Span.End];
        foreach (DiagnosisFact fact in listed)
        {
            if (fact.Assertion == Assertion.Negated) continue;
            // Also what is denied of the past and found now: the list is what the physician signed.
            if ((code is not null && fact.Code == code) || note.Folded.AsSpan(fact.Span.Start, fact.Span.Length).Contains(text, StringComparison.OrdinalIgnoreCase)) return true;
        }

        return false;
    }

    private NoteTime? Since(in FactDraft draft, string section) =>
        draft.Assertion is Assertion.Present or Assertion.Historical or Assertion.Uncertain && section is not ("family-history" or "discharge-condition") ? _times.Since(draft.Span, dayFor(section)) : null;

    // The site directly before a finding (双肺 呼吸音低), or behind it with a small word (crackles at both bases).
    private TextSpan? Site(int index)
    {
        TextSpan span = drafts.All[index].Span;
        if (index > 0 && drafts.All[index - 1] is { Category: FactCategory.Body } before && before.Span.End <= span.Start && span.Start - before.Span.End <= SiteReach
            && note.Folded.AsSpan(before.Span.End, span.Start - before.Span.End).IndexOfAny(",。;\n:") < 0) return before.Span;
        if (index + 1 < drafts.All.Count && drafts.All[index + 1] is { Category: FactCategory.Body } after && after.Span.Start >= span.End && after.Span.Start - span.End <= 12)
        {
            string between = note.Folded[span.End..after.Span.Start].Trim();
            if (between is "in" or "of" or "at" or "in the" or "of the" or "at the" or "over" or "over the" or "to the" or "on the" or "on") return after.Span;
        }

        return null;
    }

    // 发热 said five times is one fact with five places; a site makes it another one.
    private void Add(in FactDraft draft, NarrativeFact fact)
    {
        string words = note.Folded[draft.Span.Start..draft.Span.End].ToLowerInvariant();
        if (fact.Site is { } site) words = note.Folded[site.Start..site.End] + "|" + words;
        if (fact is DrugFact { Dose: not null } or DrugFact { Frequency: not null } or DrugFact { IsStopped: true } or FamilyFact) words = $"{words}@{draft.Span.Start}";
        (FactCategory, string, Assertion) key = (draft.Category, words, fact.Assertion);
        if (!_said.TryGetValue(key, out int first))
        {
            _said.Add(key, _facts.Count);
            _facts.Add(fact);
            return;
        }

        NarrativeFact known = _facts[first];
        _facts[first] = known with { Also = [.. known.Also, fact.Span], Since = known.Since ?? fact.Since };
    }
}
