namespace Consortium.Adapters.Narrative.Facts.English;

/// <summary>
/// Decides how each fact is asserted from the cues of its sentence, after W. Chapman's NegEx (J. Biomed. Inform. 34, 2001) and H. Harkema's ConText (J. Biomed. Inform. 42, 2009):
/// a cue reaches forward or back until a word ends it. What the section says (past history, family) holds where no cue says otherwise.
/// </summary>
internal static class EnglishAssertions
{
    public static void Assert(EnglishReading reading)
    {
        List<Mention> mentions = reading.Mentions;
        var said = new Said[mentions.Count];
        for (int i = 0; i < mentions.Count; i++) said[i] = Glued(reading, mentions[i]);
        int next = 0;
        for (int token = 0; token < reading.Tokens.Count;)
        {
            while (next < mentions.Count && mentions[next].First < token) next++;
            TermHit cue = reading.CueAt(token);
            if (cue.Length == 0 || reading.Sections.IsHeading(token) || Covered(mentions, next, token, cue))
            {
                token++;
                continue;
            }
            Apply(reading, cue, said);
            token = cue.End;
        }
        for (int i = 0; i < mentions.Count; i++) mentions[i].Assertion = Settle(reading, mentions[i], said[i]);
    }

    // A cue inside a finding's own term is part of its name.
    private static bool Covered(List<Mention> mentions, int next, int token, TermHit cue)
    {
        for (int i = Math.Max(0, next - 1); i < mentions.Count && mentions[i].First < cue.End; i++)
        {
            if (mentions[i].First <= token && mentions[i].End > token) return true;
        }
        return false;
    }

    private static void Apply(EnglishReading reading, TermHit hit, Said[] said)
    {
        EnglishTerm? term = hit.Of(TermKinds.PseudoNegation) ?? hit.Of(TermKinds.Cues);
        if (term is null) return;
        (CueReach reach, TermKinds kind) = reading.Lexicon.Cues.Of(term);
        foreach (EnglishTerm other in hit.Terms)
        {
            // A row of the table overrides the lexicon's.
            (CueReach reachOther, TermKinds kindOther) = reading.Lexicon.Cues.Of(other);
            if ((other.Kind & TermKinds.Cues) != 0 && (reachOther != CueReach.Forward || kindOther != other.Kind)) (reach, kind) = (reachOther, kindOther);
        }
        if (reach == CueReach.Off || kind is TermKinds.PseudoNegation or TermKinds.Terminator) return;
        Said what = kind switch
        {
            TermKinds.Negation => Said.Negated,
            TermKinds.Uncertain => Said.Uncertain,
            TermKinds.Historical => Said.Historical,
            TermKinds.Hypothetical => Said.Hypothetical,
            TermKinds.OtherPerson => Said.Other,
            _ => Said.Nothing,
        };
        if (what == Said.Nothing || (what == Said.Negated && ReadsAsPseudo(reading, hit))) return;
        if (what == Said.Other)
        {
            if (CueScope.IsBearer(reading, hit)) CueScope.Sentence(reading, hit, what, said);
            return;
        }
        if (what == Said.Historical && (CueScope.IsDuration(reading, hit) || (reading.Is(hit.End, ':') && reading.Tokens[hit.First].NewLine))) return;
        if (reach == CueReach.Around)
        {
            CueScope.Back(reading, hit, what, said);
            CueScope.Near(reading, hit, what, said);
            return;
        }
        if (what == Said.Negated && CueScope.IsAnswer(reading, hit))
        {
            CueScope.Answered(reading, hit, what, said);
            return;
        }
        // "Negative Murphy sign" opens a statement; anywhere else "negative" is said of what stands before it.
        if (reach == CueReach.Back && what == Said.Negated && reading.Is(hit.First, "negative") && (hit.First == 0 || !reading.Together(hit.First - 1, hit.First)))
        {
            CueScope.List(reading, hit, what, said);
            return;
        }
        if (reach == CueReach.Ahead)
        {
            if (!CueScope.Near(reading, hit, what, said)) CueScope.Back(reading, hit, what, said);
            return;
        }
        bool back = reach == CueReach.Back || (reach == CueReach.Both && CueScope.NearerBehind(reading, hit));
        if (back) CueScope.Back(reading, hit, what, said);
        else if (reach == CueReach.Near) CueScope.Near(reading, hit, what, said);
        else if (what == Said.Negated) CueScope.List(reading, hit, what, said);
        else CueScope.Clause(reading, hit, what, said);
    }

    // "There is no increase in the effusion": the words that only look like a negation begin inside a cue.
    private static bool ReadsAsPseudo(EnglishReading reading, TermHit cue)
    {
        for (int i = cue.First + 1; i < cue.End; i++)
        {
            TermHit other = reading.CueAt(i);
            if (other.End > cue.End && other.Is(TermKinds.PseudoNegation)) return true;
        }
        return false;
    }

    // Signs that stand directly at the finding: -fever, ?stroke, fever (-).
    private static Said Glued(EnglishReading reading, Mention mention)
    {
        int before = mention.First - 1;
        Said said = Said.Nothing;
        if (before >= 0 && reading.Tokens[mention.First].Joined)
        {
            if (reading.Is(before, '?')) said |= Said.Uncertain;
            bool finding = mention.Category is FactCategory.Symptom or FactCategory.Disease;
            // A hyphen that opens a line is a bullet, unless the line goes on with signs: "-fever, -chills, +cough".
            if (finding && reading.Is(before, '-') && !reading.Tokens[before].Joined && (!reading.Tokens[before].NewLine || HasSign(reading, mention.End))) said |= Said.Negated;
        }
        if (reading.Is(before, ')') && reading.Is(before - 1, '-') && reading.Is(before - 2, '(')) said |= Said.Negated;
        if (!mention.IsMeasurement && reading.Is(mention.End, '(') && reading.Is(mention.End + 1, '-') && reading.Is(mention.End + 2, ')')) said |= Said.Negated;
        if (reading.Is(mention.End, '?') && reading.Tokens[mention.End].Joined && mention.Category is FactCategory.Disease or FactCategory.Symptom && reading.Is(mention.End, '?')) said |= Said.Uncertain;
        return said;
    }

    private static bool HasSign(EnglishReading reading, int from)
    {
        for (int i = from; i + 1 < reading.Tokens.Count && !reading.Tokens[i].NewLine; i++)
        {
            if ((reading.Is(i, '-') || reading.Is(i, '+')) && !reading.Tokens[i].Joined && reading.Tokens[i + 1] is { Joined: true, Kind: EnglishTokenKind.Word }) return true;
        }
        return false;
    }

    private static Assertion Settle(EnglishReading reading, Mention mention, Said said)
    {
        SectionKind section = reading.Sections.Of(mention.First);
        bool therapy = mention.Category is FactCategory.Drug or FactCategory.Procedure or FactCategory.Treatment or FactCategory.Test;
        if (mention.IsMeasurement) return (said & Said.Hypothetical) != 0 && mention.Category == FactCategory.Lab ? Assertion.Hypothetical : Assertion.Present;
        if (mention.Category == FactCategory.Body) return Assertion.Present;
        if (section == SectionKind.Allergies && (said & Said.Other) == 0) return (said & Said.Negated) != 0 ? Assertion.Negated : Assertion.Present;
        if ((said & Said.Hypothetical) != 0) return Assertion.Hypothetical;
        if ((said & Said.Negated) != 0 && (said & Said.Uncertain) == 0) return Assertion.Negated;
        if ((said & Said.Other) != 0 || section == SectionKind.Family) return Assertion.Other;
        if ((said & Said.Uncertain) != 0) return therapy ? (said & Said.Consider) != 0 ? Assertion.Hypothetical : Assertion.Present : Assertion.Uncertain;
        if (section == SectionKind.Differential && mention.Category is FactCategory.Disease or FactCategory.Symptom && section == SectionKind.Differential) return Assertion.Uncertain;
        if (section == SectionKind.Instructions && mention.Category is FactCategory.Symptom) return Assertion.Hypothetical;
        if ((said & Said.Historical) != 0 || (section == SectionKind.Past && mention.Category is not (FactCategory.Test or FactCategory.Drug))) return Assertion.Historical;
        return Assertion.Present;
    }
}
