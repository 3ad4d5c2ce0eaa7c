using System.Buffers;
using Consortium.Adapters.Narrative.Lexicon;

namespace Consortium.Adapters.Narrative.Facts.Chinese;

/// <summary>Words that decide where a Chinese fact begins and ends, and which terms are none. The conventions stand in <c>docs/narrative-annotation.md</c>.</summary>
internal static class Vocabulary
{
    /// <summary>Organs that a note may name with one character.</summary>
    public static readonly SearchValues<char> SingleOrgans = SearchValues.Create("心肺腹肝脾肾咽胆胰");

    /// <summary>Degrees and verbs in front of a finding; outside of it.</summary>
    public static readonly string[] Degrees = ChineseWords.Of("degree");

    /// <summary>Results of a sign behind it; outside of it.</summary>
    public static readonly string[] Results = ChineseWords.Of("result");

    /// <summary>Words of form, density, colour and kind in front of a finding that belong to it: 斑片状阴影, 类圆形无强化低密度灶, 白色泡沫痰. The longest first.</summary>
    public static readonly string[] FindingOpenings =
    ChineseWords.Of("finding-opening");

    /// <summary>What a finding is about where it is no site: the word stands with the finding (体积增大, 实质回声增强, 心影增大).</summary>
    public static readonly string[] Attributes = ChineseWords.Of("attribute");

    /// <summary>What may stand in front of a disease and belongs to its name.</summary>
    public static readonly string[] DiseaseOpenings =
    ChineseWords.Of("disease-opening");

    /// <summary>Ends of an examination's name behind its first word: 痰涂片 + 抗酸染色, SAS + 评分.</summary>
    public static readonly string[] TestTails = ChineseWords.Of("test-tail");

    /// <summary>What says when or where an examination was done; outside of its name.</summary>
    public static readonly string[] TestOpenings = ChineseWords.Of("test-opening");

    /// <summary>Sides in front of an operation or examination.</summary>
    public static readonly string[] Sides = ChineseWords.Of("side");

    /// <summary>Signs that are one word with no site: the site before them is a fact of its own. The longest first.</summary>
    public static readonly string[] Signs =
    ChineseWords.Of("sign");

    private static readonly string[] Forms =
    ChineseWords.Of("form");

    // Steps of an operation, and words of the record itself: terms of the lexicon that name no fact by themselves.
    private static readonly HashSet<string> Noise = ChineseWords.SetOf("noise");

    private static readonly string[] NoiseBehind = ChineseWords.Of("noise-behind");

    // Categories that the annotation conventions see otherwise than the lexicon.
    private static readonly string[] TreatmentEnds = ChineseWords.Of("treatment-end");

    // Signs that the lexicon has as diseases: findings by the conventions, where no list of diagnoses names them.
    private static readonly HashSet<string> SymptomNames = ChineseWords.SetOf("symptom-name");

    // Examinations of the body whose result is a sign.
    private static readonly HashSet<string> SignTests = ChineseWords.SetOf("sign-test");

    private static readonly string[] GivenInto = ChineseWords.Of("given-into");
    private static readonly string[] Spreads = ChineseWords.Of("spread");
    private static readonly string[] Signed = ChineseWords.Of("signed");
    private static readonly string[] SiteDegrees = ChineseWords.Of("site-degree");
    private static readonly string[] OneWords = ChineseWords.Of("one-word");
    private static readonly string[] NoSites = ChineseWords.Of("no-site");
    private static readonly string[] AssayEnds = ChineseWords.Of("assay-end");
    private static readonly string[] Anaesthesia = ChineseWords.Of("anaesthesia");
    private static readonly string[] Therapies = ChineseWords.Of("therapy");
    private static readonly string[] Unmeasured = ChineseWords.Of("unmeasured");

    /// <summary>True for a measurand whose value may be under nought: 剩余碱.</summary>
    public static bool IsSigned(string term) => ChineseWords.At(Signed, term) == term.Length;

    /// <summary>True for an examination that is a laboratory value where a result in words stands behind it.</summary>
    public static bool IsAssay(string term) => ChineseWords.Before(AssayEnds, term) > 0 && !SignTests.Contains(term);

    /// <summary>What a term is.</summary>
    public static FactCategory Category(in LexiconHit term)
    {
        string name = term.Entry.Term;
        if (ChineseWords.Before(Anaesthesia, name) > 0) return FactCategory.Procedure;
        if (term.Category == LexiconCategory.Disease && SymptomNames.Contains(name)) return FactCategory.Symptom;
        if (term.Category == LexiconCategory.Test && (name.EndsWith('征') || (name.EndsWith("试验", StringComparison.Ordinal) && SignTests.Contains(name)))) return FactCategory.Symptom;
        if (term.Category == LexiconCategory.Treatment && name is "心电监护" or "监护") return FactCategory.Test;
        if (term.Category == LexiconCategory.Procedure && ChineseWords.Before(TreatmentEnds, name) > 0) return FactCategory.Treatment;

        return term.Category switch
        {
            LexiconCategory.Disease => FactCategory.Disease,
            LexiconCategory.Symptom => FactCategory.Symptom,
            LexiconCategory.Body => FactCategory.Body,
            LexiconCategory.Test or LexiconCategory.Lab or LexiconCategory.Vital => FactCategory.Test,
            LexiconCategory.Treatment => FactCategory.Treatment,
            LexiconCategory.Drug => FactCategory.Drug,
            _ => FactCategory.Procedure,
        };
    }

    /// <summary>True for a term that names no fact where it stands.</summary>
    public static bool IsNoise(string text, in LexiconHit term, TextSpan block)
    {
        if (Noise.Contains(term.Entry.Term) || (term.Category == LexiconCategory.Body && term.Length == 1)) return true;
        ReadOnlySpan<char> behind = text.AsSpan(term.End, Math.Min(block.End - term.End, 6));
        if (ChineseWords.At(NoiseBehind, behind) > 0 && !behind.StartsWith("号角")) return true;
        // CT26030417 is a number of the archive, CT值 a density.
        if (term.Category == LexiconCategory.Test && behind.Length > 0 && char.IsAsciiLetter(text[term.End - 1]) && (char.IsAsciiDigit(behind[0]) || behind[0] == '值' || (behind.Length > 1 && behind[0] == '-' && char.IsAsciiDigit(behind[1])))) return true;
        // 皮下注射, 宫体注射: where the drug goes, and no finding.
        if (term.Category == LexiconCategory.Body && ChineseWords.At(GivenInto, behind) > 0) return true;
        // 多饮水 is advice.
        if (term.Entry.Term == "多饮" && behind.Length > 0 && behind[0] is '水' or '温' or '开') return true;
        // 肠鸣音4次/分 is normal, and 肠鸣 in it no complaint.
        if (term.Entry.Term == "肠鸣" && behind.StartsWith("音")) return true;
        // 前房轴深2CT: a corneal thickness.
        if (term.Entry.Term == "CT" && term.Start > block.Start && char.IsAsciiDigit(text[term.Start - 1])) return true;
        // AML1-ETO is a gene.
        if (term.Category == LexiconCategory.Disease && char.IsAsciiLetterUpper(text[term.End - 1]) && behind.Length > 2 && char.IsAsciiDigit(behind[0]) && behind[1] == '-' && char.IsAsciiLetterUpper(behind[2])) return true;
        if (term.Entry.Term == "转移") return !IsSpread(text, term, behind, block);
        return term.Entry.Term == "出血" && IsAmount(behind);
    }

    // 未见转移, 考虑转移。: the spread of a tumour; 疼痛转移至右下腹 is a movement.
    private static bool IsSpread(string text, in LexiconHit term, ReadOnlySpan<char> behind, TextSpan block) =>
        (behind.IsEmpty || behind[0] is ',' or '。' or ';' or '、' or '\n' or '?' or ')' or ' ' || behind.StartsWith("可能") || behind.StartsWith("待") || behind.StartsWith("征象"))
        && ChineseWords.AnyIn(Spreads, Clauses.Before(text, term.Start, block));

    // 术中出血约60ml is a volume, no sign.
    private static bool IsAmount(ReadOnlySpan<char> behind)
    {
        int at = 0;
        while (at < behind.Length && behind[at] is ':' or ' ' or '约' or '量' or '共' or '仅' or '少') at++;
        return at < behind.Length && char.IsAsciiDigit(behind[at]);
    }

    /// <summary>True where 治疗 is a part of the therapy's name: 康复治疗, 免疫治疗; 抗感染治疗 is 抗感染.</summary>
    public static bool KeepsTherapy(ReadOnlySpan<char> name) => ChineseWords.At(Therapies, name) == name.Length;

    /// <summary>True for an amount that is neither a laboratory value nor a vital sign by the conventions.</summary>
    public static bool IsUnmeasured(string term) =>
        ChineseWords.AnyIn(Unmeasured, term);

    /// <summary>Signs that are split from their site also where the lexicon calls the whole a disease.</summary>
    public static readonly string[] DiseaseSigns = ChineseWords.Of("disease-sign");

    /// <summary>Parts of an organ that stand behind its name and belong to the site.</summary>
    public static readonly string[] SiteTails = ChineseWords.Of("site-tail");

    /// <summary>True for a name that ends like a sign and is one word with its site: 支气管扩张.</summary>
    public static bool IsOneWord(ReadOnlySpan<char> term) => ChineseWords.At(OneWords, term) == term.Length;

    /// <summary>Words behind a finding that belong to it: 弥漫性渗出 + 影.</summary>
    public static readonly string[] FindingTails = ChineseWords.Of("finding-tail");

    /// <summary>Cuts and wounds behind a site; outside of it.</summary>
    public static readonly string[] Wounds = ChineseWords.Of("wound");

    /// <summary>The end of a site without the degree behind it: 扁桃体Ⅱ°, 咽部慢性.</summary>
    public static int WithoutDegree(string text, int start, int end)
    {
        ReadOnlySpan<char> site = text.AsSpan(start, end - start);
        int degree = ChineseWords.Before(SiteDegrees, site);
        if (degree > 0 && degree < site.Length) return end - degree;
        int at = site.Length;
        if (at > 2 && site[at - 1] is '°' or '度') at--;
        int sign = at;
        while (at > 1 && site[at - 1] is 'Ⅰ' or 'Ⅱ' or 'Ⅲ' or 'Ⅳ' or 'I' or 'V' or '-') at--;
        return at < sign ? start + at : end;
    }

    /// <summary>True where words are a site alone: no form or density of a finding, and no word for how somebody is (面色苍白).</summary>
    public static bool IsSite(ReadOnlySpan<char> words) =>
        words.Length > 0 && !words.EndsWith("性") && !words.EndsWith("样") && !words.EndsWith("发") && !words.EndsWith("血") && !(words.Length == 1 && !SingleOrgans.Contains(words[0]))
        && ChineseWords.Before(FindingOpenings, words) == 0 && ChineseWords.Before(NoSites, words) == 0;

    /// <summary>The end of the dose form that stands directly behind a drug's name; the name's end where none does.</summary>
    public static int FormEnd(string text, int end, int limit)
    {
        foreach (string form in Forms)
        {
            if (text.AsSpan(end, limit - end).StartsWith(form) && !(form == "片" && end > 0 && char.IsAsciiDigit(text[end - 1]))) return end + form.Length;
        }

        return end;
    }
}
