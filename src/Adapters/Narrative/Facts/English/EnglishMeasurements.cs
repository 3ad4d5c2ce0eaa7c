namespace Consortium.Adapters.Narrative.Facts.English;

/// <summary>
/// Laboratory values and vital signs: a name of the lexicon with the value that belongs to it, in running text (<c>hemoglobin of 9.8 g/dL</c>),
/// in rows (<c>Na 138, K 4.1</c>) and in tables (columns of spaces or tabs). A name without a value is no measurement.
/// </summary>
internal static class EnglishMeasurements
{
    private const int LongestBridge = 4;

    /// <summary>The measurement whose name the hit is; null when it has no value.</summary>
    public static Mention? At(EnglishReading reading, TermHit hit)
    {
        if (hit.Is(TermKinds.LooseName) && !AmongMeasurements(reading, hit)) return null;
        // "Cl-101": the hyphen of the ion's name is the one before the value.
        if (hit.Length > 1 && reading.Is(hit.End - 1, '-') && reading.Tokens[hit.End - 1].Joined && hit.End < reading.Tokens.Count && reading.Tokens[hit.End] is { Joined: true, Kind: EnglishTokenKind.Digits }
            && reading.FactBetween(hit.First, hit.End - 1, TermKinds.Lab) is { Length: > 0 } shorter)
        {
            hit = shorter;
        }
        bool vital = hit.Of(TermKinds.Vital) is not null;
        bool lab = hit.Of(TermKinds.Lab) is not null;
        if (!vital && !lab) return OfGas(reading, hit) ?? OfSubstance(reading, hit);
        int value = Bridge(reading, hit.End);
        if (value < 0) return null;
        int end = MeasuredValue.Numeric(reading, value, out double number);
        if (end > value && (reading.Is(value - 1, "from") || reading.Is(value - 1, "between"))) end = MeasuredValue.Through(reading, end);
        if (end > value)
        {
            if (vital && VitalRanges.Allows(hit.Of(TermKinds.Vital)!, reading.Written(hit.First, hit.End), number, Fraction(reading, value, end)) && !(lab && reading.Is(end - 1, '%') && !IsSaturation(hit)))
            {
                // A single letter is no unit elsewhere; behind a height below three it is metres.
                if (number < 3 && hit.Of(TermKinds.Vital)!.Entry.Code == "8302-2" && reading.Is(end, "m")) end++;
                return New(hit, TermKinds.Vital, hit.End, end);
            }
            return lab && CanBeLab(reading, hit, value, end) ? New(hit, TermKinds.Lab, hit.End, end) : null;
        }
        if (!lab) return null;
        end = MeasuredValue.InWords(reading, value);
        return end > value ? New(hit, TermKinds.Lab, hit.End, end) : null;
    }

    /// <summary>Takes what belongs to the name before it: <c>serum IgG</c>, <c>pleural fluid WBC</c>, <c>adjusted calcium</c>.</summary>
    public static void TakeSpecimen(EnglishReading reading, Mention measured)
    {
        // In "BLOOD WBC-8.3" the specimen is a column of its own.
        if (measured.Category != FactCategory.Lab || (reading.Is(measured.NameEnd, '-') && reading.Tokens[measured.NameEnd].Joined)) return;
        int first = measured.First;
        while (first > 0 && reading.Has(first - 1, WordRole.Specimen) && reading.Together(first - 1, measured.First) && !reading.Sections.IsHeading(first - 1) && !reading.Tokens[first].NewLine) first--;
        if (first == measured.First) return;
        while (reading.Mentions.Count > 0 && reading.Mentions[^1].End > first)
        {
            if (reading.Mentions[^1].IsMeasurement || reading.Mentions[^1].First < first) return;
            reading.Mentions.RemoveAt(reading.Mentions.Count - 1);
        }
        measured.First = measured.NameFirst = first;
        measured.Extended = true;
    }

    // "ABG 7.35/48/60/26": pH, carbon dioxide, oxygen, bicarbonate in their order, one row of values under the examination's name.
    private static Mention? OfGas(EnglishReading reading, TermHit hit)
    {
        if (!hit.Is(TermKinds.Test)) return null;
        int value = Bridge(reading, hit.End);
        if (value < 0) return null;
        if (ValueRows.End(reading, value) is var row && row > value) return New(hit, TermKinds.Test, hit.End, row);
        int end = MeasuredValue.Number(reading, value, out double acidity);
        if (end <= value + 1 || acidity is not (>= 6.5 and <= 8)) return null; // 07/08/2026 is a day
        int parts = 1;
        while (reading.Is(end, '/') && MeasuredValue.Number(reading, end + 1, out _) is var next && next > end + 1)
        {
            end = next;
            parts++;
        }
        return parts >= 3 ? New(hit, TermKinds.Test, hit.End, end) : null;
    }

    // A drug's level (lithium 0.6 mmol/L, opiates negative) or an organism's assay (HSV-1 DNA not detected, influenza negative).
    private static Mention? OfSubstance(EnglishReading reading, TermHit hit)
    {
        if (!hit.Is(TermKinds.Drug | TermKinds.Disease | TermKinds.Test)) return null;
        int name = hit.End;
        while (name < reading.Tokens.Count && name - hit.End < 5 && !reading.Tokens[name].NewLine
            && (reading.Has(name, WordRole.Assay) || (reading.Tokens[name].Joined && (reading.Is(name, '-') || reading.Is(name, '/') || reading.Tokens[name].Kind == EnglishTokenKind.Digits))))
        {
            name++;
        }
        while (name > hit.End && !reading.Tokens[name - 1].IsWordOrDigits) name--;
        bool assay = name > hit.End && reading.Has(name - 1, WordRole.Assay);
        int value = Bridge(reading, assay ? name : hit.End);
        if (value < 0) return null;
        if (!assay) name = hit.End;
        if (hit.Is(TermKinds.Drug | TermKinds.Test))
        {
            int end = MeasuredValue.Numeric(reading, value, out _);
            if (end > value && IsConcentration(reading, value, end)) return New(hit, TermKinds.Drug, name, end);
        }
        bool direct = value == name;
        bool test = hit.Is(TermKinds.Test);
        if (!assay && ((test && reading.Has(hit.End - 1, WordRole.Examination)) || (!direct && !test) || (!test && hit.Length > 2))) return null;
        if (test && !assay && (!Plain(reading, value) || reading.Has(value - 1, WordRole.Link))) return null;
        int result = MeasuredValue.InWords(reading, value);
        return result > value && (assay || reading.Tokens[value].End - reading.Tokens[value].Start > 2) ? New(hit, TermKinds.Drug | TermKinds.Disease | TermKinds.Test, name, result) : null;
    }

    private static bool Plain(EnglishReading reading, int token) =>
        reading.Is(token, "negative") || reading.Is(token, "neg") || reading.Is(token, "positive") || reading.Is(token, "pos") || reading.Is(token, "reactive") || reading.Is(token, "nonreactive") || reading.Is(token, "detected");

    private static bool AmongMeasurements(EnglishReading reading, TermHit hit) =>
        reading.Is(hit.First - 1, ':')
        || (reading.Mentions.Count > 0 && reading.Mentions[^1] is { IsMeasurement: true } last && hit.First >= last.End && hit.First - last.End <= 4 && reading.Tokens[last.End - 1].End + 16 > reading.Tokens[hit.First].Start);

    private static bool IsSaturation(TermHit hit) => hit.Of(TermKinds.Vital)!.Entry.Code is null or "59408-5";

    private static bool IsConcentration(EnglishReading reading, int value, int end)
    {
        for (int i = value; i + 1 < end; i++)
        {
            // 100 unit/mL, 10 mg/mL: how strong a solution is, and no level in the blood.
            if (reading.Is(i, '/') && reading.Is(i + 1, "mL") && (reading.Is(i - 1, "unit") || reading.Is(i - 1, "units") || reading.Is(i - 1, "mg") || reading.Is(i - 1, "g") || reading.Is(i - 1, "gram") || reading.Is(i - 1, "meq"))) return false;
            if (reading.Is(i, '/') && (reading.Is(i + 1, "L") || reading.Is(i + 1, "mL") || reading.Is(i + 1, "dL"))) return !reading.Is(end, "at") && !reading.Is(end, "/");
        }
        return false;
    }

    /// <summary>A percentage before a cell's name (<c>88% PMNs</c>): the first token of the value, or -1.</summary>
    public static int ValueBefore(EnglishReading reading, TermHit hit)
    {
        int percent = hit.First - 1;
        if (percent < 1 || !hit.Is(TermKinds.Lab) || !reading.Is(percent, '%') || reading.Tokens[hit.First].NewLine) return -1;
        int first = percent - 1;
        if (first >= 2 && reading.Is(first - 1, '.')) first -= 2;
        return MeasuredValue.Number(reading, first, out _) == percent ? first : -1;
    }

    private static Mention New(TermHit hit, TermKinds kind, int name, int end) => new()
    {
        First = hit.First,
        End = end,
        NameFirst = hit.First,
        NameEnd = name,
        Extended = name != hit.End || (kind & (TermKinds.Lab | TermKinds.Vital)) == 0,
        Category = kind == TermKinds.Vital ? FactCategory.Vital : FactCategory.Lab,
        Term = hit.Of(kind),
        Confidence = 0.97,
    };

    // From the name to its value: a colon, an equals sign, spaces, up to four linking words (was, of, rose to), the test's bracket (HR).
    private static int Bridge(EnglishReading reading, int token)
    {
        int i = token;
        int words = 0;
        while (i < reading.Tokens.Count)
        {
            EnglishToken at = reading.Tokens[i];
            if (at.NewLine && i > 0 && !EnglishLexicon.Wraps(reading.Span, reading.Tokens, i)) return -1;
            if (at.Kind == EnglishTokenKind.Digits || MeasuredValue.IsComparator(reading, i) && !reading.Is(i, '=')) return i;
            if (reading.Has(i, WordRole.Link) && words < LongestBridge && !(words == 0 && at.Kind == EnglishTokenKind.Word && reading.Has(i, WordRole.Flag) && at.End - at.Start == 1))
            {
                words++;
            }
            else if (i == token && GluedValue(reading, i))
            {
                return i + 1; // WBC-12.3*
            }
            else if (reading.Is(i, '(') && reading.Is(i + 1, '!') && reading.Is(i + 2, ')'))
            {
                i += 2; // BP (!) 152/90: a record system's mark of an abnormal value
            }
            else if (i == token && (reading.Is(i, ':') || reading.Is(i, '=') || (reading.Is(i, '-') && !at.Joined)))
            {
                // the sign between name and value
            }
            else if (reading.Is(i, '.') && i + 1 < reading.Tokens.Count && reading.Tokens[i + 1] is { Joined: true, Kind: EnglishTokenKind.Digits } && !at.Joined)
            {
                return i;
            }
            else
            {
                return i; // perhaps a result in words
            }
            i++;
        }
        return -1;
    }

    // "WBC-12.3* RBC-4.5", "Nitrite-NEG": tables that are printed in one line. A single whole number may also belong to the name (CA-125, IL-6):
    // a decimal point, an asterisk, or a neighbour that is printed so tells a value.
    private static bool GluedValue(EnglishReading reading, int hyphen)
    {
        List<EnglishToken> tokens = reading.Tokens;
        int value = hyphen + 1;
        if (!reading.Is(hyphen, '-') || !tokens[hyphen].Joined || value >= tokens.Count || !tokens[value].Joined) return false;
        if (MeasuredValue.IsComparator(reading, value)) return true;
        if (tokens[value].Kind != EnglishTokenKind.Digits) return reading.Has(value, WordRole.Result) && !(value + 1 < tokens.Count && tokens[value + 1] is { Joined: true, IsWordOrDigits: true });
        int end = MeasuredValue.Number(reading, value, out _);
        if (end > value + 1 || reading.Is(end, '*')) return end >= tokens.Count || !tokens[end].Joined || !tokens[end].IsWordOrDigits;
        if (end < tokens.Count && tokens[end].Joined && !reading.Is(end, '*') && !reading.Is(end, ',') && !reading.Is(end, '.') && !reading.Is(end, '+')) return false;
        if (reading.Mentions.Count > 0 && reading.Mentions[^1] is { IsMeasurement: true } last && reading.Is(last.NameEnd, '-') && reading.Together(last.First, hyphen)) return true;
        for (int i = end; i < tokens.Count && i < end + 6 && !tokens[i].NewLine; i++)
        {
            if (reading.Is(i, '-') && tokens[i].Joined && i + 1 < tokens.Count && tokens[i + 1] is { Joined: true, Kind: EnglishTokenKind.Digits } && reading.FactAt(i - 1).Is(TermKinds.Lab | TermKinds.LooseName)) return true;
        }
        return false;
    }

    // "albumin 37.5 g given": a mass alone that is given, no concentration.
    private static bool IsGiven(EnglishReading reading, int value, int end)
    {
        bool mass = reading.Is(end - 1, "g") || reading.Is(end - 1, "gm") || reading.Is(end - 1, "gram") || reading.Is(end - 1, "grams") || reading.Is(end - 1, "meq");
        if (!mass || MeasuredValue.Number(reading, value, out _) != end - 1) return false;
        return reading.Is(end, "given") || reading.Is(end, "iv") || reading.Is(end, "x") || reading.Is(end, "q") || reading.Is(end, "daily") || reading.Is(end, "bid") || reading.Is(end, "po") || reading.Is(end, "infused");
    }

    private static bool Fraction(EnglishReading reading, int value, int end)
    {
        for (int i = value; i < end; i++)
        {
            if (reading.Is(i, '/') && reading.Tokens[i + 1].Kind == EnglishTokenKind.Digits) return true;
        }
        return false;
    }

    // "potassium 40 mEq PO" is a dose, "calcium 500 mg daily" too: a dose unit without a volume, or a route or frequency behind it.
    private static bool CanBeLab(EnglishReading reading, TermHit hit, int value, int end)
    {
        if (end < reading.Tokens.Count && reading.Is(end, "days")) return false;
        if (!hit.Is(TermKinds.Drug)) return !IsGiven(reading, value, end);
        if (reading.Sections.Of(hit.First) == SectionKind.Medications) return false;
        bool volume = false;
        for (int i = value; i < end; i++) volume |= reading.Is(i, '/') || reading.Is(i, '%');
        if (volume) return true;
        bool unit = MeasuredValue.Number(reading, value, out _) is var number && number < end;
        if (unit) return false;
        if (end < reading.Tokens.Count && reading.Together(end - 1, end) && reading.Units[end].Is(TermKinds.Route | TermKinds.Frequency | TermKinds.Form)) return false;
        return true;
    }
}
