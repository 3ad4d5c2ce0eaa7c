namespace Consortium.Adapters.Narrative.Facts.English;

/// <summary>How far a cue reaches. Every scope ends with its sentence.</summary>
internal static class CueScope
{
    // No list of denied findings in a note is longer; the bound keeps time linear on text without punctuation.
    private const int LongestScope = 120;

    // What may stand between a bare "not" and what it denies. Any other word is what is denied: "does not want treatment for her cancer".
    private const WordRole Denied = WordRole.Has | WordRole.Side | WordRole.Region | WordRole.Course | WordRole.Severity | WordRole.Degree | WordRole.Quality | WordRole.Approach | WordRole.Seen | WordRole.Plain;

    // Words between two findings of one list that are neither: "no fever, new rash, or recent travel-related cough".
    private const int LongestGap = 4;

    /// <summary>A negation: the first finding after it, and those that stand in one list with it.</summary>
    public static void List(EnglishReading reading, TermHit cue, Said what, Said[] said)
    {
        List<Mention> mentions = reading.Mentions;
        int i = FirstFrom(mentions, cue.First + 1);
        int from = cue.End;
        bool first = true;
        for (; i < mentions.Count; i++)
        {
            Mention mention = mentions[i];
            if (!reading.Together(cue.First, mention.First) || mention.First - cue.First > LongestScope) return;
            if (!Continues(reading, cue, from, mention.First, first)) return;
            if (mention.IsMeasurement && !first) return;
            if (!first && OpensClause(reading, from, mention)) return;
            said[i] |= what;
            from = mention.End;
            if (mention.Category != FactCategory.Body) first = false;
        }
    }

    // "no pneumothorax, effusion decreased", "no headache and her neck pain is worse": a verb of its own, and not one that says what was seen.
    private static bool OpensClause(EnglishReading reading, int from, Mention mention)
    {
        if (reading.Has(mention.End, WordRole.Trend) && !reading.Is(mention.End, "present")) return true;
        for (int i = from; i < mention.First; i++)
        {
            if (reading.Is(i, "or") || reading.Is(i, "nor")) return false;
        }
        int verb = mention.End;
        if (!reading.Together(mention.First, verb) || !(reading.Is(verb, "is") || reading.Is(verb, "are") || reading.Is(verb, "was") || reading.Is(verb, "were") || reading.Is(verb, "has") || reading.Is(verb, "have") || reading.Is(verb, "remains") || reading.Is(verb, "remain"))) return false;
        for (verb++; verb < mention.End + 4 && reading.Together(mention.First, verb); verb++)
        {
            if (reading.Has(verb, WordRole.Seen)) return false;
            if (!reading.Is(verb, "been") && !reading.Is(verb, "currently") && !reading.Is(verb, "clearly") && !reading.Is(verb, "again")) break;
        }
        return true;
    }

    /// <summary>True where the cue is the answer to what stands before it: <c>Chest pain: no</c>, <c>Seizures - denied</c>.</summary>
    public static bool IsAnswer(EnglishReading reading, TermHit cue)
    {
        if (!reading.Is(cue.First - 1, ':') && !(reading.Is(cue.First - 1, '-') && !reading.Tokens[cue.First].Joined)) return false;
        int end = cue.End;
        return !reading.Together(cue.First, end) || reading.Is(end, ',') || reading.Is(end, ';') || reading.Is(end, '.') || reading.Is(end, '/');
    }

    /// <summary>The finding that an answer is about, and those in one list with it.</summary>
    public static void Answered(EnglishReading reading, TermHit cue, Said what, Said[] said)
    {
        int to = cue.First - 1;
        for (int i = FirstFrom(reading.Mentions, cue.First) - 1; i >= 0 && reading.Together(cue.First, reading.Mentions[i].First); i--)
        {
            Mention mention = reading.Mentions[i];
            if (to == cue.First - 1 ? mention.End != to : !OnlyConjunction(reading, mention.End, to)) return;
            if (mention.IsMeasurement || mention.Category is FactCategory.Body or FactCategory.Test) return;
            said[i] |= what;
            to = mention.First;
        }
    }

    /// <summary>A condition, a history, a suspicion: its clause, to a terminator, another cue's clause, or a semicolon.</summary>
    public static void Clause(EnglishReading reading, TermHit cue, Said what, Said[] said)
    {
        List<Mention> mentions = reading.Mentions;
        if (what == Said.Uncertain && reading.Is(cue.First, "consider")) what |= Said.Consider;
        bool any = false;
        int from = cue.End;
        for (int i = FirstFrom(mentions, cue.First + 1); i < mentions.Count; i++)
        {
            if (!reading.Together(cue.First, mentions[i].First) || mentions[i].First - cue.First > LongestScope) break;
            if (Ends(reading, from, mentions[i].First, what, any)) break;
            said[i] |= what;
            any = true;
            from = mentions[i].End;
        }
        // "Intubation if stridor develops": what depends on the condition is as conditional.
        if (what == Said.Hypothetical && reading.Is(cue.First, "if")) Dependent(reading, cue, said);
    }

    /// <summary>The next finding only, when few words stand between.</summary>
    /// <returns>False where there is none.</returns>
    public static bool Near(EnglishReading reading, TermHit cue, Said what, Said[] said)
    {
        int i = FirstFrom(reading.Mentions, cue.End);
        while (i < reading.Mentions.Count && reading.Mentions[i].Category == FactCategory.Body) i++;
        if (i >= reading.Mentions.Count || !reading.Together(cue.First, reading.Mentions[i].First)) return false;
        if (reading.Mentions[i].First - cue.End > LongestGap) return false;
        for (int token = cue.End; token < reading.Mentions[i].First; token++)
        {
            if (reading.Is(token, ',') || reading.Is(token, ';') || reading.Is(token, ':')) return false;
        }
        said[i] |= what;
        // A list of one cue: "possible CHF or pneumonia".
        for (int next = i + 1; next < reading.Mentions.Count && reading.Mentions[next].First - reading.Mentions[next - 1].End <= 2 && reading.Together(cue.First, reading.Mentions[next].First); next++)
        {
            if (!OnlyConjunction(reading, reading.Mentions[next - 1].End, reading.Mentions[next].First)) break;
            said[next] |= what;
        }
        return true;
    }

    /// <summary>The finding before, and those in one list with it.</summary>
    public static void Back(EnglishReading reading, TermHit cue, Said what, Said[] said)
    {
        int i = FirstFrom(reading.Mentions, cue.First) - 1;
        int to = cue.First;
        bool first = true;
        for (; i >= 0; i--)
        {
            Mention mention = reading.Mentions[i];
            if (!reading.Together(cue.First, mention.First)) return;
            if (first ? to - mention.End > LongestGap || HasSeparator(reading, mention.End, to) : !OnlyConjunction(reading, mention.End, to)) return;
            // A negative test was done; one that is not indicated was not.
            if (mention.Category == FactCategory.Test && (reading.Is(cue.End - 1, "negative") || reading.Is(cue.End - 1, "neg"))) return;
            if (!mention.IsMeasurement && mention.Category != FactCategory.Body) said[i] |= what;
            to = mention.First;
            first = false;
        }
    }

    /// <summary>All findings after it in the sentence, up to where the patient is spoken of again: a relative's illnesses.</summary>
    public static void Sentence(EnglishReading reading, TermHit cue, Said what, Said[] said)
    {
        int from = cue.End;
        for (int i = FirstFrom(reading.Mentions, cue.End); i < reading.Mentions.Count && reading.Together(cue.First, reading.Mentions[i].First); i++)
        {
            for (; from < reading.Mentions[i].First; from++)
            {
                if ((reading.Is(from, "patient") || reading.Is(from, "pt")) && !reading.Is(from + 1, '\'')) return;
            }
            said[i] |= what;
        }
    }

    /// <summary>True where <c>history of</c> tells how long the present complaint lasts: a three-day history of cough.</summary>
    public static bool IsDuration(EnglishReading reading, TermHit cue)
    {
        int unit = cue.First - 1;
        return reading.Is(cue.End - 1, "of") && (reading.Is(unit, "day") || reading.Is(unit, "week") || reading.Is(unit, "month") || reading.Is(unit, "year") || reading.Is(unit, "hour")
            || reading.Is(unit, "days") || reading.Is(unit, "weeks") || reading.Is(unit, "months") || reading.Is(unit, "years") || reading.Is(unit, "hours") || reading.Is(unit, "d") || reading.Is(unit, "wk"));
    }

    /// <summary>True where a relative is the one who is ill: in the family history, or followed by has, with, died of.</summary>
    public static bool IsBearer(EnglishReading reading, TermHit cue)
    {
        if (reading.Sections.Of(cue.First) == SectionKind.Family) return true;
        if (reading.Is(cue.First, "family") || reading.Is(cue.First, "fh") || reading.Is(cue.First, "fhx") || reading.Is(cue.First, "strong") || reading.Is(cue.First, "positive")) return true;
        if (reading.Is(cue.End, ':') && reading.Tokens[cue.First].NewLine) return true;
        int source = cue.First - 1;
        if (reading.Is(source, "his") || reading.Is(source, "her") || reading.Is(source, "the")) source--;
        if (reading.Is(source, "per") || reading.Is(source, "by") || (reading.Is(source, "to") && reading.Is(source - 1, "according"))) return false;
        for (int i = cue.End; i < reading.Tokens.Count && i < cue.End + 3 && reading.Together(cue.First, i); i++)
        {
            if (reading.Has(i, WordRole.Reporter)) return false;
            if (reading.Has(i, WordRole.Bearer)) return true;
        }
        for (int i = cue.First; i < cue.End; i++)
        {
            if (reading.Has(i, WordRole.Bearer)) return true;
        }
        return false;
    }

    public static bool NearerBehind(EnglishReading reading, TermHit cue)
    {
        int after = FirstFrom(reading.Mentions, cue.End);
        int before = FirstFrom(reading.Mentions, cue.First) - 1;
        bool hasAfter = after < reading.Mentions.Count && reading.Together(cue.First, reading.Mentions[after].First);
        bool hasBefore = before >= 0 && reading.Together(cue.First, reading.Mentions[before].First) && !HasSeparator(reading, reading.Mentions[before].End, cue.First);
        if (!hasBefore) return false;
        return !hasAfter || cue.First - reading.Mentions[before].End < reading.Mentions[after].First - cue.End;
    }

    // Between a negation and a finding, or between two findings of its list, nothing stands but commas, conjunctions and adjectives.
    private static bool Continues(EnglishReading reading, TermHit cue, int from, int to, bool first)
    {
        int words = 0;
        bool comma = false;
        bool bare = cue.Length == 1 && reading.Is(cue.First, "not");
        for (int i = from; i < to; i++)
        {
            if (reading.Is(i, ';') || reading.Is(i, ':') || reading.Is(i, '+') || (reading.Is(i, '.') && !first)) return false;
            if (reading.Is(i, ',') || reading.Is(i, '/'))
            {
                if (first && words > 0) return false;
                comma = true;
                continue;
            }
            if (reading.Is(i, '(') || reading.Is(i, ')')) return first && reading.Is(i, '(');
            TermHit other = reading.CueAt(i);
            if (i > from || !first)
            {
                if (other.Is(TermKinds.Terminator | TermKinds.Negation) && !reading.Is(i, "or") && other.First >= cue.End && !other.Is(TermKinds.PseudoNegation) && !(first && other.Is(TermKinds.Terminator) && other.Length == 1 && reading.Has(i, WordRole.List))) return false;
            }
            if (reading.Has(i, WordRole.Verb) && (!first || reading.Is(i, "with"))) return false;
            if (reading.Has(i, WordRole.List)) continue;
            if (bare && first && reading.Tokens[i].Kind == EnglishTokenKind.Word && !reading.Has(i, Denied)) return false;
            if (reading.Tokens[i].Kind == EnglishTokenKind.Digits) return false;
            if (++words > (first ? LongestGap + 1 : comma ? 2 : LongestGap - 1)) return false;
        }
        return true;
    }

    private static bool Ends(EnglishReading reading, int from, int to, Said what, bool any)
    {
        int words = 0;
        for (int i = from; i < to; i++)
        {
            if (reading.Is(i, ';') || (reading.Is(i, ':') && any)) return true;
            if (what == Said.Historical && any && reading.Is(i, '.')) return true;
            TermHit other = reading.CueAt(i);
            if (other.Is(TermKinds.Terminator) && any && what != Said.Hypothetical) return true;
            if (other.Is(TermKinds.Terminator) && reading.Is(i, "but")) return true;
            if ((what & Said.Uncertain) != 0 && any && reading.Is(i, ',') && !OnlyConjunction(reading, i, to)) return true;
            if ((what & Said.Uncertain) != 0 && any && (reading.Has(i, WordRole.Verb) || other.Is(TermKinds.Negation))) return true;
            if (what == Said.Historical && any && reading.Has(i, WordRole.Verb) && !reading.Is(i, "with")) return true;
            if (reading.Tokens[i].IsWordOrDigits) words++;
        }
        return (what & Said.Uncertain) != 0 && words > 6;
    }

    private static void Dependent(EnglishReading reading, TermHit cue, Said[] said)
    {
        int i = FirstFrom(reading.Mentions, cue.First) - 1;
        if (i < 0 || !reading.Together(cue.First, reading.Mentions[i].First)) return;
        Mention mention = reading.Mentions[i];
        if (mention.Category is FactCategory.Procedure or FactCategory.Treatment && cue.First - mention.End <= 1) said[i] |= Said.Hypothetical;
    }

    private static bool OnlyConjunction(EnglishReading reading, int from, int to)
    {
        for (int i = from; i < to; i++)
        {
            if (!reading.Is(i, ',') && !reading.Is(i, '/') && !reading.Is(i, "or") && !reading.Is(i, "and") && !reading.Is(i, "vs") && !reading.Is(i, "versus") && !reading.Is(i, '.')) return false;
        }
        return true;
    }

    private static bool HasSeparator(EnglishReading reading, int from, int to)
    {
        for (int i = from; i < to; i++)
        {
            if (reading.Is(i, ',') || reading.Is(i, ';') || reading.Is(i, '(')) return true;
        }
        return false;
    }

    /// <summary>Index of the first mention that begins at a token or behind it.</summary>
    private static int FirstFrom(List<Mention> mentions, int token)
    {
        int low = 0, high = mentions.Count;
        while (low < high)
        {
            int mid = (low + high) / 2;
            if (mentions[mid].First < token) low = mid + 1;
            else high = mid;
        }
        return low;
    }
}
