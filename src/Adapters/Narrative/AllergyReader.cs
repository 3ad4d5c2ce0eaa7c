using System.Text.RegularExpressions;

namespace Consortium.Adapters.Narrative;

/// <summary>Reads allergies and their denials: Chinese ones itself, English ones by <see cref="EnglishAllergyReader"/>. A denial of all and an allergy in the same note are two readings and go to a person.</summary>
internal sealed partial class AllergyReader(NoteText note, FactDrafts drafts, NoteIssues issues)
{
    // Words for kinds of substance (a denial of 药物 denies all drugs), and substances that are certainly no drugs.
    private static readonly Dictionary<string, string?> Kinds = new(StringComparer.Ordinal)
    {
        ["药物"] = "medication", ["药"] = "medication", ["药品"] = "medication", ["食物"] = "food", [""] = null,
        ["海鲜"] = "food", ["虾"] = "food", ["蟹"] = "food", ["鱼虾"] = "food", ["虾蟹"] = "food", ["牛奶"] = "food", ["鸡蛋"] = "food", ["芒果"] = "food", ["花生"] = "food",
        ["花粉"] = "environment", ["尘螨"] = "environment", ["螨虫"] = "environment", ["粉尘"] = "environment",
    };

    private static readonly string[] WholeKinds = ["", "药物", "药", "药品", "食物"];

    private readonly EnglishAllergyReader _english = new(note, drafts, issues);

    /// <summary>The allergies of the note.</summary>
    public IReadOnlyList<AllergyFact> Read(IReadOnlyList<NoteSection> sections)
    {
        List<AllergyFact> facts = [];
        foreach (NoteSection section in sections)
        {
            if (section.Heading.Kind is "family-history" or "signature") continue;
            if (ListItems.IsEnglish(note, section.Body))
            {
                facts.AddRange(section.Kind == "allergies" ? _english.OfSection(section) : _english.OfText(section.Body));
                continue;
            }

            int before = facts.Count;
            foreach (Match match in Mention().EnumerateAll(note.Folded, section.Body.Start, section.Body.End)) facts.AddRange(OfMention(match));
            if (section.Heading.Kind == "allergies" && facts.Count == before) facts.AddRange(OfSection(section));
        }

        RefuseTwoReadings(facts);
        return Distinct(facts);
    }

    private IEnumerable<AllergyFact> OfMention(Match match)
    {
        Group run = match.Groups["s"];
        Match lead = Leading().Match(note.Folded, run.Index, run.Length);
        string words = note.Folded[(run.Index + lead.Length)..(run.Index + run.Length)];
        var span = new TextSpan(run.Index + lead.Length, match.Index + match.Length);
        Assertion assertion = Hypothesis().IsMatch(lead.Value) ? Assertion.Hypothetical : Assertion.Present;
        bool denied = Denial().IsMatch(lead.Value) || DeniedBefore(run.Index);
        if (assertion is Assertion.Hypothetical || Other().IsMatch(lead.Value)) yield break;
        var evidence = new TextSpan(denied ? run.Index : span.Start, span.End);
        foreach (string part in Separator().Split(words))
        {
            string substance = part.Trim();
            if (substance.Length > 20 || substance.StartsWith("其他", StringComparison.Ordinal) || substance.StartsWith("其它", StringComparison.Ordinal)) continue;
            bool whole = WholeKinds.Contains(substance, StringComparer.Ordinal);
            if (whole && !denied && substance.Length == 0) continue;
            yield return new AllergyFact(
                evidence, denied ? Assertion.Negated : Possibly().IsMatch(lead.Value) ? Assertion.Uncertain : Assertion.Present,
                whole ? "0.95" : "0.9", substance, Kinds.GetValueOrDefault(substance), null);
        }
    }

    // 否认高血压、糖尿病、青霉素过敏史: the denial stands before the run, in the same clause.
    private bool DeniedBefore(int at)
    {
        int start = at;
        while (start > 0 && at - start < 60 && note.Folded[start - 1] is not (',' or '。' or ';' or '\n' or '\r' or ':')) start--;
        return start < at && Denial().IsMatch(note.Folded.AsSpan(start, at - start));
    }

    // 过敏史：青霉素（皮疹）: what the section lists are the substances.
    private IEnumerable<AllergyFact> OfSection(NoteSection section)
    {
        TextSpan body = note.Trim(section.Body);
        int stop = note.Folded.AsSpan(body.Start, body.Length).IndexOfAny('\n', '。', '\r');
        if (stop >= 0) body = note.Trim(body with { End = body.Start + stop });
        string folded = note.Folded[body.Start..body.End];
        if (folded.Length == 0 || Unknown().IsMatch(folded)) yield break;
        if (None().IsMatch(folded))
        {
            yield return new AllergyFact(new TextSpan(section.Title.Start, body.End), Assertion.Negated, "0.95", "", null, null);
            yield break;
        }

        if (folded.Length > 60 || Denial().IsMatch(folded) || folded.Contains("阴性", StringComparison.Ordinal))
        {
            issues.Warning(body.Start, "incomplete", "what the section on allergies says is not read into facts and stays text.");
            yield break;
        }

        foreach (Match item in Item().EnumerateAll(note.Folded, body.Start, body.End))
        {
            string substance = item.Groups["s"].Value.Trim();
            if (substance.Length is 0 or > 20) continue;
            string? reaction = item.Groups["r"] is { Success: true } inside ? note[new TextSpan(inside.Index, inside.Index + inside.Length)].Trim() : null;
            var span = new TextSpan(item.Groups["s"].Index, item.Index + item.Length);
            yield return new AllergyFact(note.Trim(span), Assertion.Present, "0.9", substance, Kinds.GetValueOrDefault(substance), reaction);
        }
    }

    private void RefuseTwoReadings(List<AllergyFact> facts)
    {
        AllergyFact? denial = facts.Find(fact => fact.Assertion == Assertion.Negated && (fact.Substance.Length == 0 || fact.Kind == "medication"));
        AllergyFact? allergy = facts.Find(fact => fact.Assertion == Assertion.Present && fact.Kind is null or "medication");
        if (denial is null || allergy is null) return;
        issues.Error(allergy.Span.Start, "conflict", $"an allergy stands here, and at {note.Place(denial.Span.Start)} drug allergies are denied: which one holds cannot be told.");
    }

    private static List<AllergyFact> Distinct(List<AllergyFact> facts)
    {
        HashSet<(string, Assertion)> seen = [];
        return facts.FindAll(fact => seen.Add((fact.Substance, fact.Assertion)));
    }

    [GeneratedRegex(@"(?<s>[\u3400-\u9FFFA-Za-z0-9、\-/]{0,30})(?<!抗)过敏(?:史)?(?!性|反应|原|科|试验|症|体质|药|情况|史)", RegexOptions.CultureInvariant)]
    private static partial Regex Mention();

    // What stands before the substance in the same run of characters. 对乙酰氨基酚, 有机磷 and 无水酒精 begin with none of these words.
    [GeneratedRegex(@"\G(?:.*(?:否认|没有|未发现|无(?!水)|有(?!机)|对(?!乙酰)|曾|既往|患者|自述|诉|称|病史|已知|自幼))?(?:明确|明显|特殊)?的?", RegexOptions.CultureInvariant)]
    private static partial Regex Leading();

    [GeneratedRegex(@"否认|无|没有|未发现", RegexOptions.CultureInvariant)]
    private static partial Regex Denial();

    [GeneratedRegex("若|如(?!有)|一旦|警惕|防止|避免|以免|注意", RegexOptions.CultureInvariant)]
    private static partial Regex Hypothesis();

    [GeneratedRegex("可疑|疑似|可能", RegexOptions.CultureInvariant)]
    private static partial Regex Possibly();

    [GeneratedRegex("父|母|兄|弟|姐|妹|子女|儿子|女儿|家属|家族", RegexOptions.CultureInvariant)]
    private static partial Regex Other();

    [GeneratedRegex(@"、|/|及|和|与| ", RegexOptions.CultureInvariant)]
    private static partial Regex Separator();

    [GeneratedRegex(@"^(?:无|否认|没有|未发现|无特殊|暂无|否|均无|无殊|-)$", RegexOptions.CultureInvariant)]
    private static partial Regex None();

    [GeneratedRegex(@"^(?:不详|未知|未提供|不清楚|[-_/. ]+)$", RegexOptions.CultureInvariant)]
    private static partial Regex Unknown();

    [GeneratedRegex(@"(?<s>[^、,;()\n]{1,30})(?:\((?<r>[^()\n]{1,40})\))?", RegexOptions.CultureInvariant)]
    private static partial Regex Item();
}
