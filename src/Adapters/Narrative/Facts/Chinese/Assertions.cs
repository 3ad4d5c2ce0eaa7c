using Consortium.Adapters.Narrative.Lexicon;

namespace Consortium.Adapters.Narrative.Facts.Chinese;

/// <summary>
/// Decides how each fact is asserted: by the section, by cues before it (否认, 考虑, 如, 拟, 其母) as far as they reach, and by cues behind it (阴性, (-), ?, 待排).
/// Of several the stronger wins: what is denied is denied also in a family history; what is planned is planned also where it is doubtful.
/// </summary>
internal static class Assertions
{
    private static readonly string[] Anew = ChineseWords.Of("anew");
    private static readonly string[] Bearers = ChineseWords.Of("bearer");
    private static readonly string[] Histories = ChineseWords.Of("history");
    private static readonly string[] Joints = ChineseWords.Of("joint");

    /// <summary>Sets the assertion of facts, which come by place.</summary>
    public static void Decide(FoldedText text, TextSpan block, List<NoteHeading> headings, List<LexiconHit> hits, List<FactDraft> facts)
    {
        List<Cue> cues = CueReading.Find(text.Folded, hits, facts, block);
        int heading = -1;
        int first = 0;
        while (first < facts.Count)
        {
            // The facts of one sentence, in one section.
            while (heading + 1 < headings.Count && headings[heading + 1].Span.Start <= facts[first].Span.Start) heading++;
            TextSpan sentence = Sentence(text.Folded, block, facts[first].Span.Start, heading + 1 < headings.Count ? headings[heading + 1].Span.Start : block.End);
            int last = first;
            while (last + 1 < facts.Count && facts[last + 1].Span.Start < sentence.End) last++;
            SectionKind kind = heading < 0 ? SectionKind.Other : headings[heading].Kind;
            InSentence(text.Folded, sentence, kind, cues, facts, first, last);
            first = last + 1;
        }
    }

    private static TextSpan Sentence(string text, TextSpan block, int at, int limit)
    {
        int start = at;
        while (start > block.Start && text[start - 1] is not ('。' or '\n' or ';')) start--;
        int end = at;
        while (end < limit && text[end] is not ('。' or '\n' or ';')) end++;
        return new TextSpan(start, Math.Max(end, at + 1));
    }

    private static void InSentence(string text, TextSpan sentence, SectionKind kind, List<Cue> cues, List<FactDraft> facts, int first, int last)
    {
        for (int i = first; i <= last; i++)
        {
            FactDraft fact = facts[i];
            Assertion assertion = kind switch
            {
                SectionKind.Past when fact.Category is FactCategory.Disease or FactCategory.Procedure or FactCategory.Treatment => Assertion.Historical,
                SectionKind.Family when fact.Category is FactCategory.Disease or FactCategory.Symptom or FactCategory.Procedure or FactCategory.Treatment => Assertion.Other,
                SectionKind.Advice when fact.Category is FactCategory.Test or FactCategory.Procedure or FactCategory.Treatment => Assertion.Hypothetical,
                _ => Assertion.Present,
            };
            foreach (Cue cue in CueReading.In(cues, sentence))
            {
                if (cue.Assertion == Assertion.Present || !Takes(cue, fact, kind) || !Reaches(text, cue, cues, facts, i)) continue;
                if (Rank(cue.Assertion) > Rank(assertion)) assertion = cue.Assertion;
            }

            facts[i] = fact with { Assertion = assertion };
        }
    }

    // Sites are never denied or doubted, values are neither: it is what is found there.
    private static bool Takes(Cue cue, in FactDraft fact, SectionKind kind) => fact.Category switch
    {
        FactCategory.Body => false,
        FactCategory.Lab or FactCategory.Vital => (cue.Assertion == Assertion.Hypothetical && cue.Reach == CueReach.Condition) || (cue.Assertion == Assertion.Historical && fact.Category == FactCategory.Vital),
        FactCategory.Disease => true,
        FactCategory.Symptom => cue.Assertion is not Assertion.Historical,
        FactCategory.Drug => cue.Assertion is not (Assertion.Historical or Assertion.Uncertain or Assertion.Other),
        FactCategory.Test => cue.Assertion is Assertion.Hypothetical || (cue.Assertion == Assertion.Negated && cue.Takes is CueTakes.Any or CueTakes.Care),
        _ => cue.Assertion is not Assertion.Uncertain,
    } && cue.Takes switch
    {
        CueTakes.Finding => fact.Category is FactCategory.Disease or FactCategory.Symptom,
        CueTakes.Care => fact.Category is not (FactCategory.Disease or FactCategory.Symptom),
        CueTakes.Given => fact.Category is FactCategory.Drug or FactCategory.Treatment,
        _ => true,
    } && (cue.Reach != CueReach.Control || kind is SectionKind.Orders or SectionKind.Advice);

    private static bool Reaches(string text, Cue cue, List<Cue> cues, List<FactDraft> facts, int index)
    {
        TextSpan fact = facts[index].Span;
        if (cue.IsForward) return cue.End <= fact.Start && Forward(text, cue, cues, fact);
        return cue.Start >= fact.End && Backward(text, cue, facts, index);
    }

    private static bool Forward(string text, Cue cue, List<Cue> cues, TextSpan fact)
    {
        ReadOnlySpan<char> between = text.AsSpan(cue.End, fact.Start - cue.End);
        switch (cue.Reach)
        {
            case CueReach.Condition or CueReach.Plan or CueReach.Control or CueReach.Past:
                return true;
            case CueReach.Adjacent:
                return between.Length == 0;
            case CueReach.Denial:
                if (StatesAnew(between) || (between.Contains(',') && HasDuration(text, fact.End))) return false;
                break; // 否认 goes on over commas, to the next cue
            case CueReach.Person when between.IndexOf(',') is >= 0 and var comma && ChineseWords.At(Bearers, between[(comma + 1)..]) > 0 && !between[(comma + 1)..].Contains(','):
                break; // 母亲健在,患高血压
            default:
                if (between.Contains(',') || (between.Contains('(') && !between.Contains(')'))) return false;
                break;
        }

        // A cue in between takes over; a terminator ends. 否认家族糖尿病史, 否认既往肝炎: a person and a time take nothing over but in a clause of their own.
        foreach (Cue other in cues)
        {
            if (other.Start < cue.End) continue;
            if (other.Start >= fact.Start) break;
            if (!other.IsForward || cue.Reach == CueReach.Person || other.Reach == CueReach.Adjacent) continue;
            if (other.Start == cue.End && other.Assertion == Assertion.Present) continue; // 不能排除合并肺炎
            if (other.Reach is not (CueReach.Person or CueReach.Past) || text.AsSpan(cue.End, other.Start - cue.End).Contains(',')) return false;
        }

        return true;
    }

    // 否认糖尿病史,10年前行阑尾切除术: a clause with a time or a deed of its own is no longer what is denied.
    private static bool StatesAnew(ReadOnlySpan<char> between)
    {
        int comma = between.LastIndexOf(',');
        return comma >= 0 && ChineseWords.AnyIn(Anew, between[(comma + 1)..]);
    }

    // 否认冠心病史,糖尿病史5年: what has a duration is there.
    private static bool HasDuration(string text, int at)
    {
        int end = at;
        for (int link = 1; link > 0; end += link) link = ChineseWords.At(Histories, text.AsSpan(end));
        return end < text.Length && char.IsAsciiDigit(text[end]);
    }

    private static bool Backward(string text, Cue cue, List<FactDraft> facts, int index)
    {
        // Directly behind, or behind the last of a list: 压痛、反跳痛(-)
        for (int at = index; ; at++)
        {
            int end = facts[at].Span.End;
            ReadOnlySpan<char> gap = text.AsSpan(end, cue.Start - end);
            if (gap.IndexOfAny(",。;、:") < 0 && Clauses.WithoutLinks(gap).IsEmpty) return true;
            if (cue.Reach == CueReach.One || at + 1 >= facts.Count || facts[at + 1].Span.End > cue.Start) return false;
            ReadOnlySpan<char> joint = text.AsSpan(end, facts[at + 1].Span.Start - end);
            bool joined = joint.IsEmpty ? facts[at].Category == facts[at + 1].Category || facts[at].Category == FactCategory.Body || facts[at + 1].Category == FactCategory.Body : ChineseWords.At(Joints, joint) == joint.Length;
            if (!joined) return false;
        }
    }

    private static int Rank(Assertion assertion) => assertion switch
    {
        Assertion.Present => 0,
        Assertion.Historical => 1,
        Assertion.Other => 2,
        Assertion.Uncertain => 3,
        Assertion.Hypothetical => 4,
        _ => 5,
    };
}
