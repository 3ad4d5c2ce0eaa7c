namespace Consortium.Adapters.Narrative.Facts.English;

/// <summary>Chooses among the terms that overlap, and decides what a term is that is several things (lithium is a drug and a laboratory value).</summary>
internal static class EnglishMentions
{
    public static void Find(EnglishReading reading)
    {
        for (int i = 0; i < reading.Tokens.Count;)
        {
            if (LetterLists.At(reading, i) is var letters && letters > i)
            {
                for (; i < letters; i += 2) reading.Mentions.Add(new Mention { First = i, End = i + 1, Category = FactCategory.Symptom, Confidence = 0.9 });
                i = letters;
                continue;
            }
            if (VitalRows.Add(reading, i) is var behind && behind > i)
            {
                i = behind;
                continue;
            }
            TermHit hit = reading.FactAt(i);
            TermHit cue = reading.CueAt(i);
            if (reading.Sections.IsHeading(i) || (cue.Length > hit.Length && cue.Length > 1 && !Overtaken(reading, cue) && hit.Length > 0))
            {
                i += reading.Sections.IsHeading(i) ? 1 : cue.Length;
                continue;
            }
            if (cue.Length > 1 && hit.Length == 0)
            {
                i = SkipInside(reading, i, cue);
                continue;
            }
            if (hit.Length == 0 || Overtaken(reading, hit))
            {
                if (hit.Length == 0 && cue.Length == 0 && ByEnding(reading, i) is { } guessed) reading.Mentions.Add(guessed);
                i++;
                continue;
            }
            if (Choose(reading, hit) is { } mention)
            {
                reading.Mentions.Add(mention);
                i = Math.Max(mention.End, i + 1);
            }
            else
            {
                i++;
            }
        }
    }

    // A whole word, not a part of a name (Dr. Theroma) or a glued code: a capital counts only where a line or a sentence begins.
    private static Mention? ByEnding(EnglishReading reading, int token)
    {
        EnglishToken word = reading.Tokens[token];
        if (word.Kind != EnglishTokenKind.Word || word.Joined || (token + 1 < reading.Tokens.Count && reading.Tokens[token + 1] is { Joined: true, IsWordOrDigits: true })) return null;
        bool opens = token == 0 || word.NewLine || !reading.Together(token - 1, token) || reading.Tokens[token - 1].Kind != EnglishTokenKind.Word;
        if (char.IsUpper(word.First) && !opens) return null;
        return WordEndings.Of(reading.Written(token, token + 1)) is { } category ? new Mention { First = token, End = token + 1, Category = category, Confidence = 0.6 } : null;
    }

    // A fact that lies wholly inside a cue (no known drug allergies) is none; one that reaches beyond it is.
    private static int SkipInside(EnglishReading reading, int at, TermHit cue)
    {
        for (int i = at + 1; i < cue.End; i++)
        {
            if (reading.FactAt(i).End > cue.End) return i;
        }
        return cue.End;
    }

    // A longer term begins inside this one: that one is meant.
    private static bool Overtaken(EnglishReading reading, TermHit hit)
    {
        for (int i = hit.First + 1; i < hit.End; i++)
        {
            TermHit other = reading.FactAt(i);
            if (other.End > hit.End && other.Length > hit.Length) return true;
        }
        return false;
    }

    private static Mention? Choose(EnglishReading reading, TermHit hit)
    {
        if (EnglishMeasurements.At(reading, hit) is { } measured)
        {
            EnglishMeasurements.TakeSpecimen(reading, measured);
            return measured;
        }
        if (Graded(reading, hit) is { } value) return value;
        int before = EnglishMeasurements.ValueBefore(reading, hit);
        if (before >= 0 && (reading.Mentions.Count == 0 || reading.Mentions[^1].End <= before))
        {
            return new Mention { First = before, End = hit.End, NameFirst = hit.First, NameEnd = hit.End, Category = FactCategory.Lab, Term = hit.Of(TermKinds.Lab), Confidence = 0.9 };
        }
        if (!hit.Is(TermKinds.Facts)) return null;
        if (SiteCutOff(reading, hit) is { } site) return site;
        if (IsPartOfAName(reading, hit)) return null;
        TermKinds kind = Decide(reading, hit);
        if (kind == TermKinds.None || IsGeneric(reading, hit, kind)) return null;
        (int first, int end) = Trimmed(reading, hit, kind);
        if (kind == TermKinds.Body) end = ThroughVertebrae(reading, hit);
        int alternatives = System.Numerics.BitOperations.PopCount((uint)(hit.Kinds & TermKinds.Facts));
        return new Mention
        {
            First = first,
            End = end,
            Category = CategoryOf(Settled(reading, hit, kind)),
            Term = hit.Of(kind),
            Confidence = alternatives > 1 ? 0.75 : hit.Length > 1 ? 0.95 : 0.9,
        };
    }

    // "Elevated PSA 11.4 ng/mL": the lexicon has it as a finding, the value makes it a measurement.
    private static Mention? Graded(EnglishReading reading, TermHit hit)
    {
        if (hit.Length < 2 || hit.Is(TermKinds.Lab | TermKinds.Vital) || !reading.Has(hit.First, WordRole.Link | WordRole.Trend)) return null;
        TermHit name = reading.FactBetween(hit.First + 1, hit.End, TermKinds.Lab);
        return name.Length > 0 && EnglishMeasurements.At(reading, name) is { } measured && reading.Written(measured.NameEnd, measured.End).ContainsAnyInRange('0', '9') ? measured : null;
    }

    // "RLQ tenderness", "substernal chest pain": the lexicon has it whole, the site is a fact of its own. "Penicillin allergy" is about the drug.
    private static Mention? SiteCutOff(EnglishReading reading, TermHit hit)
    {
        if (hit.Length < 2) return null;
        if (hit.Is(TermKinds.Disease) && (reading.Is(hit.End - 1, "allergy") || reading.Is(hit.End - 1, "allergies")))
        {
            TermHit drug = reading.FactBetween(hit.First, hit.End - 1, TermKinds.Drug);
            return drug.Length == 0 ? null : new Mention { First = drug.First, End = drug.End, Category = FactCategory.Drug, Term = drug.Of(TermKinds.Drug) };
        }
        if (!hit.Is(TermKinds.Symptom) || !reading.Has(hit.First, WordRole.Locus)) return null;
        for (int cut = hit.First + 1; cut < hit.End; cut++)
        {
            TermHit rest = reading.FactAt(cut);
            if (rest.End != hit.End || !rest.Is(TermKinds.Symptom | TermKinds.Disease)) continue;
            int named = hit.First;
            while (named < cut - 1 && reading.FactBetween(named, cut, TermKinds.Body).Length == 0 && reading.Has(named, WordRole.Side | WordRole.Region)) named++;
            TermHit site = reading.FactBetween(named, cut, TermKinds.Body);
            if (site.Length > 0) return new Mention { First = hit.First, End = cut, Category = FactCategory.Body, Term = site.Of(TermKinds.Body), Confidence = 0.9 };
        }
        return null;
    }

    // The tail of a name in capitals (BI-RADS), an electrocardiogram's lead (aVF).
    private static bool IsPartOfAName(EnglishReading reading, TermHit hit)
    {
        if (hit.Length != 1) return false;
        ReadOnlySpan<char> written = reading.Written(hit.First, hit.End);
        if (written.Length == 3 && written[0] == 'a' && written[1] == 'V') return true;
        // HD#3, HD 4: a day of the stay.
        if (written is "HD" && (reading.Is(hit.End, '#') || (hit.End < reading.Tokens.Count && reading.Tokens[hit.End] is { Kind: EnglishTokenKind.Digits, NewLine: false }))) return true;
        return hit.First > 1 && reading.Tokens[hit.First].Joined && reading.Is(hit.First - 1, '-') && reading.Tokens[hit.First - 1].Joined && reading.Tokens[hit.First - 2].Kind == EnglishTokenKind.Word
            && !written.ContainsAnyInRange('a', 'z') && !reading.Written(hit.First - 2, hit.First - 1).ContainsAnyInRange('a', 'z');
    }

    // L3/4, T12-L1: a level between two vertebrae.
    private static int ThroughVertebrae(EnglishReading reading, TermHit hit)
    {
        int sign = hit.End;
        if (reading.Tokens[hit.End - 1].Kind != EnglishTokenKind.Digits || hit.Length != 2 || !(reading.Is(sign, '/') || reading.Is(sign, '-')) || !reading.Tokens[sign].Joined) return hit.End;
        int next = sign + 1;
        if (next < reading.Tokens.Count && reading.Tokens[next] is { Kind: EnglishTokenKind.Word, Joined: true, First: 'C' or 'T' or 'L' or 'S' } letter && letter.End - letter.Start == 1) next++;
        return next < reading.Tokens.Count && reading.Tokens[next] is { Kind: EnglishTokenKind.Digits, Joined: true } ? next + 1 : hit.End;
    }

    // "labs", "surgery", "symptoms" name no single fact.
    private static bool IsGeneric(EnglishReading reading, TermHit hit, TermKinds kind)
    {
        if (kind == TermKinds.Body && reading.Has(hit.End, WordRole.Attribute) && reading.Together(hit.First, hit.End)) return true;
        if (kind == TermKinds.Body && hit.Length == 1 && reading.Has(hit.First, WordRole.Generic)) return true;
        // "18 mcg Capsule", "250-50 mcg/dose Disk": a dose form.
        if (kind == TermKinds.Body && hit.Length == 1 && hit.First > 0 && reading.Units[hit.First].Is(TermKinds.Form) && (reading.Sections.Of(hit.First) == SectionKind.Medications || IsAmount(reading, hit.First - 1))) return true;
        if (kind == TermKinds.Body) return hit.Length == 1 && reading.Is(hit.First, "back") && IsAdverb(reading, hit.First);
        if (kind == TermKinds.Drug) return false;

        // "Infectious Diseases consult", "PE clinic", "transplant service": who was asked, not what was found.
        if (kind is TermKinds.Disease or TermKinds.Symptom or TermKinds.Procedure or TermKinds.Treatment && reading.Has(hit.End, WordRole.Service) && reading.Together(hit.First, hit.End)) return true;
        if (kind == TermKinds.Procedure && IsDeviceAlone(reading, hit)) return true;
        if ((kind & TermKinds.Lab) != 0 && hit.Length == 1 && reading.Has(hit.First, WordRole.ValueOnly)) return true;
        for (int i = hit.First; i < hit.End; i++)
        {
            if (!reading.Has(i, WordRole.Generic)) return false;
        }
        return true;
    }

    // "PICC line clean", "drain output 40": the thing is there; "PICC line placed", "s/p stent" is an intervention.
    private static bool IsDeviceAlone(EnglishReading reading, TermHit hit)
    {
        if (!reading.Has(hit.End - 1, WordRole.Device)) return false;
        // What is denied, avoided or thought of is the intervention, not the thing.
        int before = hit.First - 1;
        if (reading.Is(before, "no") || reading.Is(before, "avoid") || reading.Is(before, "consider") || reading.Is(before, "for") || reading.Is(before, "needs") || reading.Is(before, "requires") || reading.Is(hit.End, "if")) return false;
        for (int i = hit.First - 4; i < hit.End + 4; i++)
        {
            if (i < 0 || !reading.Together(hit.First, i)) continue;
            if (reading.Has(i, WordRole.Done) || reading.Has(i, WordRole.Act)) return false;
            if (i < hit.First && (reading.Is(i, "post") || (reading.Is(i, "p") && reading.Is(i - 1, '/')))) return false;
        }
        return true;
    }

    private static bool IsAmount(EnglishReading reading, int token) =>
        reading.Tokens[token].Kind == EnglishTokenKind.Digits || reading.Is(token, "mg") || reading.Is(token, "mcg") || reading.Is(token, "g") || reading.Is(token, "dose") || reading.Is(token, "unit") || reading.Is(token, "units") || reading.Is(token, "ml") || reading.Is(token, '%');

    // "come back", "back to baseline", "read back"
    private static bool IsAdverb(EnglishReading reading, int token) =>
        reading.Is(token + 1, "to") || reading.Is(token + 1, "in") || reading.Is(token + 1, "at") || reading.Is(token + 1, "on") || reading.Is(token + 1, "for") || reading.Is(token + 1, "if")
        || reading.Is(token - 1, "come") || reading.Is(token - 1, "came") || reading.Is(token - 1, "go") || reading.Is(token - 1, "went") || reading.Is(token - 1, "read") || reading.Is(token - 1, "call")
        || reading.Is(token - 1, "bring") || reading.Is(token - 1, "get") || reading.Is(token - 1, "now") || reading.Is(token - 1, "cut") || reading.Is(token - 1, "hold");

    // The form stays outside of a drug's name (heparin drip), the repetition outside of an examination's.
    private static (int First, int End) Trimmed(EnglishReading reading, TermHit hit, TermKinds kind)
    {
        int first = hit.First, end = hit.End;
        if (kind == TermKinds.Drug)
        {
            // "IV vancomycin", "SQ heparin": the route is outside.
            if (end - first > 1 && reading.Units[first] is { Length: 1 } route && route.Is(TermKinds.Route) && reading.FactBetween(first + 1, end, TermKinds.Drug).Length > 0) first++;
            while (end - first > 1 && reading.Has(end - 1, WordRole.Vehicle) && reading.FactBetween(first, end - 1, TermKinds.Drug).Length > 0) end--;
        }
        // "Severe pain", "1+ edema", "prior stroke": the lexicon has it whole; degree, size and time are no part of the finding.
        if (kind is TermKinds.Symptom or TermKinds.Disease)
        {
            WordRole outside = kind == TermKinds.Symptom ? WordRole.Outside : WordRole.Past;
            while (end - first > 1)
            {
                int cut = reading.Is(first + 1, '+') ? first + 2 : first + 1;
                if ((cut == first + 1 && !reading.Has(first, outside)) || reading.FactBetween(first, first + 2, TermKinds.Body).Length > 0 || reading.Is(cut, "vessel") || cut >= end || reading.FactBetween(cut, end, kind).Length == 0) break;
                first = cut;
            }
        }
        if (kind == TermKinds.Test && end - first > 1 && (reading.Is(first, "repeat") || reading.Is(first, "portable"))) first++;
        return (first, end);
    }

    private static TermKinds Settled(EnglishReading reading, TermHit hit, TermKinds kind)
    {
        int head = hit.End - 1;
        if (kind == TermKinds.Disease && (reading.Has(head, WordRole.Sign) || (hit.Length == 1 && reading.Has(head, WordRole.SoloSign)))) return TermKinds.Symptom;
        if (kind == TermKinds.Symptom && reading.Has(head, WordRole.Diagnosis)) return TermKinds.Disease;
        if (kind is TermKinds.Procedure or TermKinds.Drug && reading.Has(head, WordRole.Therapy)) return TermKinds.Treatment;
        return kind;
    }

    private static TermKinds Decide(EnglishReading reading, TermHit hit)
    {
        TermKinds kinds = hit.Kinds & TermKinds.Facts;
        if ((kinds & TermKinds.Drug) != 0)
        {
            if (kinds == TermKinds.Drug) return TermKinds.Drug;
            if ((kinds & (TermKinds.Lab | TermKinds.Test)) != 0) return IsTestedFor(reading, hit) ? kinds & TermKinds.Lab : TermKinds.Drug;
            return TermKinds.Drug;
        }
        // "no LAD" are lymph nodes, "stent to LAD" is the artery.
        if ((kinds & (TermKinds.Symptom | TermKinds.Body)) == (TermKinds.Symptom | TermKinds.Body) && reading.Is(hit.First, "LAD"))
        {
            int before = hit.First - 1;
            bool nodes = reading.Is(before, "no") || reading.Is(before, "without") || reading.Is(before, "cervical") || reading.Is(before, "axillary") || reading.Is(before, "supraclavicular") || reading.Is(before, "inguinal") || reading.Is(before, "anterior");
            return nodes ? TermKinds.Symptom : TermKinds.Body;
        }
        ReadOnlySpan<TermKinds> order = [TermKinds.Symptom, TermKinds.Disease, TermKinds.Treatment, TermKinds.Test, TermKinds.Procedure, TermKinds.Body];
        foreach (TermKinds kind in order)
        {
            if ((kinds & kind) != 0) return kind;
        }
        // The name of a laboratory measurement alone is an examination; a vital sign's name alone says nothing.
        if ((kinds & TermKinds.Lab) == 0) return TermKinds.None;
        return hit.Length == 1 && reading.Tokens[hit.First].End - reading.Tokens[hit.First].Start == 1 ? TermKinds.None : TermKinds.Lab;
    }

    // "check magnesium", "vancomycin trough", "lithium level": the drug is looked for in the blood.
    private static bool IsTestedFor(EnglishReading reading, TermHit hit) =>
        reading.Is(hit.End, "level") || reading.Is(hit.End, "levels") || reading.Is(hit.First - 1, "serum") || reading.Is(hit.First - 1, "check") || reading.Is(hit.First - 1, "recheck")
        || reading.Is(hit.First - 1, "repeat");

    public static FactCategory CategoryOf(TermKinds kind) => kind switch
    {
        TermKinds.Disease => FactCategory.Disease,
        TermKinds.Symptom => FactCategory.Symptom,
        TermKinds.Body => FactCategory.Body,
        TermKinds.Test or TermKinds.Lab => FactCategory.Test,
        TermKinds.Treatment => FactCategory.Treatment,
        TermKinds.Drug => FactCategory.Drug,
        TermKinds.Procedure => FactCategory.Procedure,
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "The kind is no category of facts."),
    };
}
