namespace Consortium.Adapters.Narrative.Facts.English;

/// <summary>
/// Vital signs without their names, behind <c>VS:</c> or <c>Vitals</c>: <c>98.6 72 18 120/80 95% RA</c>. Each value is told by its form and its place:
/// the pressure by its stroke, the saturation by its sign or its place at the end, the temperature by its range; of pulse and breaths the pulse comes first.
/// A row that can be read otherwise stays text.
/// </summary>
internal static class VitalRows
{
    private const string Temperature = "temperature", Pulse = "heart rate", Breaths = "respiratory rate", Pressure = "blood pressure", Saturation = "oxygen saturation";

    /// <summary>Adds the signs of the row that begins at a token and returns the index behind it; the token itself where none begins there.</summary>
    public static int Add(EnglishReading reading, int token)
    {
        if (reading.Tokens[token].Kind != EnglishTokenKind.Digits || !Opens(reading, token)) return token;
        List<(int First, int End, double Value, bool Fraction, bool Percent)> row = [];
        int at = token;
        while (at < reading.Tokens.Count && row.Count < 6 && (at == token || !reading.Tokens[at].NewLine))
        {
            int end = MeasuredValue.Number(reading, at, out double value);
            if (end == at) break;
            bool fraction = reading.Is(end, '/') && reading.Tokens[end].Joined && MeasuredValue.Number(reading, end + 1, out _) > end + 1;
            if (fraction) end = MeasuredValue.Number(reading, end + 1, out _);
            bool percent = reading.Is(end, '%');
            if (percent) end++;
            if (end < reading.Tokens.Count && reading.Tokens[end] is { Joined: true, IsWordOrDigits: true } && !reading.Is(end, "RA") && !reading.Is(end, "F") && !reading.Is(end, "C")) break; // 2L: no sign any more
            if (reading.Is(end, "F") || reading.Is(end, "C")) end++;
            row.Add((at, end, value, fraction, percent));
            at = end;
            while (reading.Is(at, ',') || reading.Is(at, ';') || reading.Is(at, '-')) at++;
        }

        if (Signs(row) is not { } signs) return token;
        for (int i = 0; i < row.Count; i++)
        {
            reading.Mentions.Add(new Mention { First = row[i].First, End = row[i].End, Category = FactCategory.Vital, Term = reading.Lexicon.Named(signs[i]), Confidence = 0.75 });
        }

        return row[^1].End;
    }

    // VS: 98.6 72 ...; Vitals 98.6 72 ...; PE: VS 98.6
    private static bool Opens(EnglishReading reading, int token)
    {
        int at = token - 1;
        while (reading.Is(at, ':') || reading.Is(at, '-')) at--;
        return at >= 0 && !reading.Tokens[token].NewLine && (reading.Is(at, "vs") || reading.Is(at, "vitals") || reading.Is(at, "vss") || (reading.Is(at, "signs") && reading.Is(at - 1, "vital")));
    }

    private static string[]? Signs(List<(int First, int End, double Value, bool Fraction, bool Percent)> row)
    {
        if (row.Count < 4) return null;
        string[] signs = new string[row.Count];
        bool warm = false, pressed = false;
        List<int> plain = [];
        for (int i = 0; i < row.Count; i++)
        {
            (_, _, double value, bool fraction, bool percent) = row[i];
            string? sign = fraction ? (pressed || value is not (>= 40 and <= 300) ? null : Pressure)
                : percent ? (value is >= 40 and <= 100 ? Saturation : null)
                : i == 0 && value is (>= 34 and <= 43) or (>= 93 and <= 108) ? Temperature
                : "";
            if (sign is null) return null;
            warm |= sign == Temperature;
            pressed |= sign == Pressure;
            if (sign.Length == 0) plain.Add(i);
            signs[i] = sign;
        }

        if (!pressed || !warm || plain.Count is < 2 or > 3) return null;
        double pulse = row[plain[0]].Value, breaths = row[plain[1]].Value;
        if (pulse is not (>= 25 and <= 250) || breaths is not (>= 6 and <= 60) || breaths >= pulse) return null;
        signs[plain[0]] = Pulse;
        signs[plain[1]] = Breaths;
        if (plain.Count == 2) return signs;
        if (plain[2] != row.Count - 1 || row[plain[2]].Value is not (>= 60 and <= 100)) return null;
        signs[plain[2]] = Saturation;
        return signs;
    }
}
