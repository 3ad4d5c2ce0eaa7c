namespace Consortium.Adapters.Narrative.Facts.English;

/// <summary>
/// Grows a term to the noun phrase that a coder would take: <c>acute</c> and <c>left</c> before a diagnosis, <c>of the sacrum</c> behind it, a site before an operation.
/// Degree and time stay outside of symptoms; articles and cues stay outside of all.
/// </summary>
internal static class EnglishPhrases
{
    public static void Grow(EnglishReading reading)
    {
        List<Mention> mentions = reading.Mentions;
        for (int i = 0; i < mentions.Count; i++) GrowLeft(reading, mentions, i);
        for (int i = 0; i + 1 < mentions.Count; i++)
        {
            if (Joins(reading, mentions[i], mentions[i + 1]))
            {
                Merge(mentions, i, mentions[i + 1].Category);
                i = Math.Max(-1, i - 2);
            }
            else if (JoinsBehind(reading, mentions[i], mentions[i + 1]))
            {
                Merge(mentions, i, mentions[i].Category);
                i = Math.Max(-1, i - 2);
            }
        }
        foreach (Mention mention in mentions) GrowRight(reading, mention);
    }

    private static void GrowLeft(EnglishReading reading, List<Mention> mentions, int index)
    {
        Mention mention = mentions[index];
        WordRole roles = mention.Category switch
        {
            FactCategory.Disease => WordRole.Side | WordRole.Region | WordRole.Course | WordRole.Severity,
            FactCategory.Body => WordRole.Side | WordRole.Region,
            FactCategory.Procedure => WordRole.Side | WordRole.Approach,
            _ => WordRole.None,
        };
        if (roles == WordRole.None || mention.IsMeasurement) return;
        int floor = index > 0 ? mentions[index - 1].End : 0;
        int first = mention.First;
        while (first > floor)
        {
            int before = first - 1;
            if (!reading.Together(before, first) || reading.Sections.IsHeading(before)) break;
            if (reading.Is(before, '-') && reading.Tokens[before].Joined && reading.Tokens[first].Joined && before > floor && reading.Has(before - 1, roles))
            {
                first = before - 1;
                continue;
            }
            if (!reading.Has(before, roles) || reading.CueAt(before).Length > 0) break;
            // A single letter is a side only as a capital or before a site: "l" may be a list's letter.
            if (reading.Tokens[before].End - reading.Tokens[before].Start == 1 && !char.IsUpper(reading.Tokens[before].First)) break;
            first = before;
        }
        if (first == mention.First) return;
        mention.First = first;
        mention.Extended |= mention.Category != FactCategory.Body;
    }

    // A site directly before a diagnosis, an operation or an examination belongs to it.
    private static bool Joins(EnglishReading reading, Mention site, Mention head)
    {
        if (site.Category != FactCategory.Body || head.Category is not (FactCategory.Disease or FactCategory.Procedure or FactCategory.Test) || head.IsMeasurement) return false;
        if (site.End == head.First) return reading.Together(site.First, head.First);
        return site.End + 1 == head.First && reading.Is(site.End, '-') && reading.Tokens[site.End].Joined;
    }

    // Behind it: "of the left breast", "CT abdomen", "MRI of the brain".
    private static bool JoinsBehind(EnglishReading reading, Mention head, Mention site)
    {
        if (site.Category != FactCategory.Body || head.IsMeasurement || !reading.Together(head.First, site.First)) return false;
        int at = head.End;
        if (head.Category == FactCategory.Test && at == site.First) return IsImaging(reading, head);
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
        head.HeadFirst = left.HeadFirst;
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
            int at = reading.Is(end, ',') ? end + 1 : end;
            if (at + 1 < reading.Tokens.Count && reading.Together(end - 1, at + 1) && (reading.Is(at, "stage") || reading.Is(at, "grade") || reading.Is(at, "type") || reading.Is(at, "class")) && IsGrade(reading, at + 1, out int behind))
            {
                mention.End = behind;
                mention.Extended = true;
            }
        }
        else if (mention.Category == FactCategory.Test && end + 1 < reading.Tokens.Count && (reading.Is(end, "with") || reading.Is(end, "without") || reading.Is(end, "w")))
        {
            int at = end + 1;
            if (reading.Is(end + 1, "and") && reading.Is(end + 2, "without")) at = end + 3;
            if (reading.Is(at, "iv") || reading.Is(at, "intravenous")) at++;
            if (reading.Is(at, "contrast")) mention.End = at + 1;
        }
    }

    private static bool IsGrade(EnglishReading reading, int token, out int end)
    {
        end = token + 1;
        EnglishToken at = reading.Tokens[token];
        bool roman = at.Kind == EnglishTokenKind.Word && !reading.Written(token, end).ContainsAnyExcept("IVXABCivxabc");
        if (at.Kind != EnglishTokenKind.Digits && !roman) return false;
        if (end < reading.Tokens.Count && reading.Tokens[end] is { Joined: true, Kind: EnglishTokenKind.Word } letter && letter.End - letter.Start == 1) end++;
        return true;
    }
}
