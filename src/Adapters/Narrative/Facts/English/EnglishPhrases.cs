using System.Buffers;

namespace Consortium.Adapters.Narrative.Facts.English;

/// <summary>
/// Grows a term to the noun phrase that a coder would take: <c>acute</c> and <c>left</c> before a diagnosis, <c>of the sacrum</c> behind it, a site before an operation.
/// Degree and time stay outside of symptoms; articles and cues stay outside of all.
/// </summary>
internal static class EnglishPhrases
{
    private static readonly string[] CauseEndings =
        ["related", "induced", "associated", "acquired", "mediated", "dependent", "resistant", "sensitive", "negative", "positive", "grade", "risk", "stage", "term", "onset", "borne", "limiting"];

    private static readonly SearchValues<char> Roman = SearchValues.Create("IVXABCivxabc");

    public static void Grow(EnglishReading reading)
    {
        List<Mention> mentions = reading.Mentions;
        for (int i = 0; i < mentions.Count; i++) GrowLeft(reading, mentions, i);
        for (int i = 0; i + 1 < mentions.Count; i++)
        {
            if (Joins(reading, mentions[i], mentions[i + 1]))
            {
                Merge(mentions, i, mentions[i + 1].Category);
                GrowLeft(reading, mentions, i);
                i = Math.Max(-1, i - 2);
            }
            else if (JoinsBehind(reading, mentions[i], mentions[i + 1]))
            {
                Merge(mentions, i, mentions[i].Category);
                i = Math.Max(-1, i - 2);
            }
        }
        foreach (Mention mention in mentions) GrowRight(reading, mention);
        for (int i = mentions.Count - 1; i > 0; i--)
        {
            // The contrast of "CT with IV contrast" is part of the examination.
            if (mentions[i].First < mentions[i - 1].End) mentions.RemoveAt(i);
        }
    }

    private static void GrowLeft(EnglishReading reading, List<Mention> mentions, int index)
    {
        Mention mention = mentions[index];
        WordRole roles = mention.Category switch
        {
            FactCategory.Disease => WordRole.Side | WordRole.Region | WordRole.Course | WordRole.Severity,
            FactCategory.Body => WordRole.Side | WordRole.Region,
            FactCategory.Procedure => WordRole.Side | WordRole.Approach,
            FactCategory.Symptom => WordRole.Quality,
            _ => WordRole.None,
        };
        if (roles == WordRole.None || mention.IsMeasurement) return;
        int floor = index > 0 ? mentions[index - 1].End : 0;
        int first = mention.First;
        while (first > floor)
        {
            int before = first - 1;
            if (!reading.Together(before, first) || reading.Sections.IsHeading(before) || reading.Tokens[first].NewLine) break;
            bool hyphen = reading.Is(before, '-') && reading.Tokens[before].Joined && reading.Tokens[first].Joined;
            if (hyphen && before - 1 >= floor && Belongs(reading, mention, before - 1, roles))
            {
                first = before - 1;
                continue;
            }
            if (mention.Category == FactCategory.Disease && OfCause(reading, before) is var cause && cause >= floor && cause < before)
            {
                first = cause;
                continue;
            }
            if (mention.Category == FactCategory.Disease && Graded(reading, before) is var grade && grade >= floor && grade < before)
            {
                first = grade;
                continue;
            }
            if (!Belongs(reading, mention, before, roles)) break;
            first = before;
        }
        if (first == mention.First) return;
        mention.First = first;
        mention.Extended |= mention.Category != FactCategory.Body;
    }

    // A word that belongs to the phrase: by its role, or an adjective by its ending before a diagnosis (petechial, submucosal).
    private static bool Belongs(EnglishReading reading, Mention mention, int token, WordRole roles)
    {
        EnglishToken word = reading.Tokens[token];
        if (word.Kind != EnglishTokenKind.Word || reading.CueAt(token).Length > 0) return false;
        int length = word.End - word.Start;
        // A single letter is a side only as a capital: "l" may be a list's letter.
        if (reading.Has(token, roles)) return length > 1 || char.IsUpper(word.First);
        if (mention.Category == FactCategory.Symptom) return !reading.Has(token, WordRole.Plain | WordRole.Degree | WordRole.Severity | WordRole.Locus | WordRole.Course) && char.IsLower(word.First) && IsAdjective(reading.Written(token, token + 1));
        if (mention.Category != FactCategory.Disease) return false;
        // "Mild mitral regurgitation" opens a diagnosis; "with mild mitral regurgitation" grades it.
        if (reading.Has(token, WordRole.Degree)) return char.IsUpper(word.First) && length > 3 && !AllCapitals(reading, token);
        return !reading.Has(token, WordRole.Plain) && IsAdjective(reading.Written(token, token + 1));
    }

    private static bool AllCapitals(EnglishReading reading, int token) => !reading.Written(token, token + 1).ContainsAnyInRange('a', 'z');

    private static bool IsAdjective(ReadOnlySpan<char> word) =>
        word.Length > 5 && (Ends(word, "al") || Ends(word, "ic") || Ends(word, "ous") || Ends(word, "ar") || Ends(word, "ary") || Ends(word, "oid") || Ends(word, "otic") || Ends(word, "genic"));

    private static bool Ends(ReadOnlySpan<char> word, string ending) => word.EndsWith(ending, StringComparison.OrdinalIgnoreCase);

    // The first token of "catheter-related", "immune-mediated", "gram-negative" whose last word is at a token; the token itself where it is no such word.
    private static int OfCause(EnglishReading reading, int token)
    {
        if (token < 2 || !reading.Is(token - 1, '-') || !reading.Tokens[token].Joined || !reading.Tokens[token - 1].Joined || reading.Tokens[token - 2].Kind != EnglishTokenKind.Word) return token;
        foreach (string ending in CauseEndings)
        {
            if (reading.Is(token, ending)) return token - 2;
        }

        return token;
    }

    // The first token of "stage 2", "Grade I", "type II" whose number is at a token; the token itself when there is none.
    private static int Graded(EnglishReading reading, int token)
    {
        int word = token;
        if (word > 0 && reading.Tokens[word].Joined && reading.Tokens[word].Kind == EnglishTokenKind.Word && reading.Tokens[word].End - reading.Tokens[word].Start == 1) word--;
        if (!IsGrade(reading, word, out _) || word < 1) return token;
        return reading.Is(word - 1, "stage") || reading.Is(word - 1, "grade") || reading.Is(word - 1, "type") || reading.Is(word - 1, "class") || reading.Is(word - 1, "category") ? word - 1 : token;
    }

    // A site directly before a diagnosis, an operation or an examination belongs to it.
    private static bool Joins(EnglishReading reading, Mention site, Mention head)
    {
        if (head.IsMeasurement || site.IsMeasurement || !reading.Together(site.First, head.First) || reading.Tokens[head.First].NewLine) return false;
        bool next = site.End == head.First && !reading.Tokens[head.First].Joined && reading.Tokens[head.First].Start - reading.Tokens[site.End - 1].End == 1;
        bool hyphen = site.End + 1 == head.First && reading.Is(site.End, '-') && reading.Tokens[site.End].Joined && reading.Tokens[head.First].Joined;
        if (Caused(reading, site, head)) return head.Category == FactCategory.Disease;
        if (!next && !hyphen) return false;
        return site.Category switch
        {
            FactCategory.Body => head.Category is FactCategory.Disease or FactCategory.Procedure or FactCategory.Test && !(head.Category == FactCategory.Disease && reading.Has(site.First, WordRole.Locus) && !reading.Has(site.First, WordRole.Side | WordRole.Region)),
            // Crohn's colitis, MSSA bacteraemia: a name before the word that says what kind of disease it is.
            FactCategory.Disease => (head.Category == FactCategory.Disease && IsKindOfDisease(reading, head)) || IsSerology(reading, head),
            FactCategory.Treatment or FactCategory.Drug => head.Category == FactCategory.Disease && IsKindOfDisease(reading, head) && site.Category == FactCategory.Treatment,
            FactCategory.Test => head.Category == FactCategory.Procedure || (head.Category == FactCategory.Test && hyphen),
            _ => false,
        };
    }

    // chemotherapy-induced neuropathy, catheter-related infection
    private static bool Caused(EnglishReading reading, Mention cause, Mention head)
    {
        int at = cause.End;
        if (!reading.Is(at, '-') || !reading.Tokens[at].Joined) return false;
        at++;
        if (!(reading.Is(at, "induced") || reading.Is(at, "related") || reading.Is(at, "associated") || reading.Is(at, "acquired") || reading.Is(at, "dependent"))) return false;
        return at + 1 == head.First || (at >= head.First && at < head.End);
    }

    private static bool IsKindOfDisease(EnglishReading reading, Mention head) =>
        head.End - head.First == 1 && reading.Tokens[head.First].End - reading.Tokens[head.First].Start >= 6 && char.IsLower(reading.Tokens[head.First].First);

    private static bool IsSerology(EnglishReading reading, Mention head) =>
        head.Category == FactCategory.Test && (reading.Is(head.End - 1, "serology") || reading.Is(head.End - 1, "serologies") || reading.Is(head.End - 1, "screen") || reading.Is(head.End - 1, "antigen")
            || reading.Is(head.End - 1, "antibody") || reading.Is(head.End - 1, "antibodies") || reading.Is(head.End - 1, "toxin") || reading.Is(head.End - 1, "titer") || reading.Is(head.End - 1, "titre") || reading.Is(head.End - 1, "workup") || reading.Is(head.End - 1, "pcr") || reading.Is(head.End - 1, "culture") || reading.Is(head.End - 1, "immunostain") || reading.Is(head.End - 1, "panel"));

    // Behind it: "of the left breast", "CT abdomen", "MRI of the brain".
    private static bool JoinsBehind(EnglishReading reading, Mention head, Mention site)
    {
        if (site.Category != FactCategory.Body || head.IsMeasurement || !reading.Together(head.First, site.First)) return false;
        int at = head.End;
        if (head.Category == FactCategory.Test && at == site.First) return IsImaging(reading, head);
        // "CT chest, abdomen and pelvis": one examination of several sites.
        if (head.Category == FactCategory.Test && at + 1 == site.First && head.Extended && IsImaging(reading, head)) return reading.Is(at, ',') || reading.Is(at, '/') || reading.Is(at, "and") || reading.Is(at, '&');
        bool fracture = head.Category == FactCategory.Disease && at == site.First && (reading.Is(head.End - 1, "fracture") || reading.Is(head.End - 1, "fractures") || reading.Is(head.End - 1, "fx"));
        if (fracture) return true;
        if (head.Category is not (FactCategory.Disease or FactCategory.Test or FactCategory.Procedure) || !reading.Is(at, "of")) return false;
        if (head.Category == FactCategory.Test && !IsImaging(reading, head)) return false;
        at++;
        if (reading.Is(at, "the") || reading.Is(at, "his") || reading.Is(at, "her")) at++;
        return at == site.First;
    }

    private static bool IsImaging(EnglishReading reading, Mention test)
    {
        for (int i = test.First; i < test.End; i++)
        {
            if (reading.Is(i, "ct") || reading.Is(i, "mri") || reading.Is(i, "mra") || reading.Is(i, "cta") || reading.Is(i, "xr") || reading.Is(i, "ultrasound") || reading.Is(i, "us")
                || reading.Is(i, "scan") || reading.Is(i, "tomography") || reading.Is(i, "ray") || reading.Is(i, "film") || reading.Is(i, "radiograph") || reading.Is(i, "imaging") || reading.Is(i, "angiogram"))
            {
                return true;
            }
        }
        return false;
    }

    private static void Merge(List<Mention> mentions, int index, FactCategory category)
    {
        Mention left = mentions[index];
        Mention right = mentions[index + 1];
        Mention head = category == left.Category && left.Category != FactCategory.Body ? left : right;
        head.First = left.First;
        head.End = right.End;
        head.Extended = true;
        head.Confidence = Math.Min(head.Confidence, 0.85);
        mentions[index] = head;
        mentions.RemoveAt(index + 1);
    }

    // "grade 2", "stage IIIB", "type 2" behind a diagnosis; "with contrast" behind an examination.
    private static void GrowRight(EnglishReading reading, Mention mention)
    {
        int end = mention.End;
        if (mention.Category == FactCategory.Disease)
        {
            end = mention.End = Crossed(reading, mention);
            int at = reading.Is(end, ',') ? end + 1 : end;

            // "hyperlipidemia, type 2 diabetes": the type belongs to what follows.
            bool another = at > end && reading.FactAt(at).Length > 1;
            if (!another && at + 1 < reading.Tokens.Count && reading.Together(end - 1, at + 1) && (reading.Is(at, "stage") || reading.Is(at, "grade") || reading.Is(at, "type") || reading.Is(at, "class")) && IsGrade(reading, at + 1, out int behind))
            {
                mention.End = behind;
                mention.Extended = true;
            }
        }
        else if (mention.Category == FactCategory.Procedure && reading.Has(end, WordRole.Act) && reading.Together(end - 1, end))
        {
            mention.End++;
            mention.Extended = true;
        }
        else if (mention.Category == FactCategory.Test && (reading.Is(end, "scan") || reading.Is(end, "series")) && reading.Together(end - 1, end))
        {
            mention.End++;
        }
        else if (mention.Category == FactCategory.Body && reading.Is(end, "disease") && reading.Together(end - 1, end))
        {
            mention.End++;
            mention.Category = FactCategory.Disease;
            mention.Extended = true;
        }
        else if (mention.Category == FactCategory.Test && end + 1 < reading.Tokens.Count && (reading.Is(end, "with") || reading.Is(end, "without") || reading.Is(end, "w")))
        {
            int at = end + 1;
            if (reading.Is(end, "w") && reading.Is(at, '/')) at += reading.Is(at + 1, "o") ? 2 : 1;
            if (reading.Is(end + 1, "and") && reading.Is(end + 2, "without")) at = end + 3;
            if (reading.Is(at, "iv") || reading.Is(at, "intravenous")) at++;
            if (reading.Is(at, "contrast")) mention.End = at + 1;
        }
    }

    // "Uncontrolled diabetes mellitus", "COPD exacerbation": a term that begins inside of this one and goes on, and the word for its getting worse.
    private static int Crossed(EnglishReading reading, Mention mention)
    {
        int end = mention.End;
        for (int i = mention.First + 1; i < mention.End; i++)
        {
            TermHit other = reading.FactAt(i);
            if (other.End > end && other.Is(TermKinds.Disease) && reading.Written(mention.First, other.End).IndexOfAny(",;:/") < 0) end = other.End;
        }

        while (end < reading.Tokens.Count && !reading.Tokens[end].NewLine && (reading.Is(end, "exacerbation") || reading.Is(end, "exacerbations") || reading.Is(end, "flare") || reading.Is(end, "mellitus")) && reading.Together(end - 1, end)) end++;
        return end;
    }

    private static bool IsGrade(EnglishReading reading, int token, out int end)
    {
        end = token + 1;
        EnglishToken at = reading.Tokens[token];
        bool roman = at.Kind == EnglishTokenKind.Word && !reading.Written(token, end).ContainsAnyExcept(Roman);
        if (at.Kind != EnglishTokenKind.Digits && !roman) return false;
        if (end < reading.Tokens.Count && reading.Tokens[end] is { Joined: true, Kind: EnglishTokenKind.Word } letter && letter.End - letter.Start == 1) end++;
        return true;
    }
}
