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
        if (!hit.Is(TermKinds.Lab | TermKinds.Vital | TermKinds.Drug | TermKinds.Test)) return null;
        bool vital = hit.Is(TermKinds.Vital);
        bool lab = hit.Is(TermKinds.Lab);
        if (!vital && !lab) return null;
        int value = Bridge(reading, hit.End, out bool linked);
        if (value < 0) return null;
        int end = MeasuredValue.Numeric(reading, value, out double number);
        if (end > value)
        {
            if (vital && VitalRanges.Allows(hit.Of(TermKinds.Vital)!, reading.Written(hit.First, hit.End), number, Fraction(reading, value, end))) return New(reading, hit, TermKinds.Vital, end);
            if (lab && CanBeLab(reading, hit, value, end, linked)) return New(reading, hit, TermKinds.Lab, end);
            return null;
        }
        if (!lab) return null;
        end = MeasuredValue.InWords(reading, value);
        return end > value ? New(reading, hit, TermKinds.Lab, end) : null;
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

    private static Mention New(EnglishReading reading, TermHit hit, TermKinds kind, int end) => new()
    {
        First = hit.First,
        End = end,
        HeadFirst = hit.First,
        NameFirst = hit.First,
        NameEnd = hit.End,
        Category = kind == TermKinds.Vital ? FactCategory.Vital : FactCategory.Lab,
        Term = hit.Of(kind),
        Confidence = 0.97,
    };

    // From the name to its value: a colon, an equals sign, spaces, up to four linking words (was, of, rose to), the test's bracket (HR).
    private static int Bridge(EnglishReading reading, int token, out bool linked)
    {
        linked = false;
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
                linked = true;
            }
            else if (i == token && (reading.Is(i, ':') || reading.Is(i, '=')) || (reading.Is(i, '-') && !at.Joined && i == token))
            {
                linked = true;
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

    private static bool Fraction(EnglishReading reading, int value, int end)
    {
        for (int i = value; i < end; i++)
        {
            if (reading.Is(i, '/') && reading.Tokens[i + 1].Kind == EnglishTokenKind.Digits) return true;
        }
        return false;
    }

    // "potassium 40 mEq PO" is a dose, "calcium 500 mg daily" too: a dose unit without a volume, or a route or frequency behind it.
    private static bool CanBeLab(EnglishReading reading, TermHit hit, int value, int end, bool linked)
    {
        if (end < reading.Tokens.Count && reading.Is(end, "days")) return false;
        if (!hit.Is(TermKinds.Drug)) return true;
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
