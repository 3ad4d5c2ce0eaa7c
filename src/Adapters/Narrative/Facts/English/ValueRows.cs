namespace Consortium.Adapters.Narrative.Facts.English;

/// <summary>
/// Values in the order of a drawing that physicians know by heart (a "fishbone"): <c>138|102|18/4.1|24|1.0&lt;112</c> for the seven of a chemistry panel,
/// <c>7.8&gt;12.4/37.2&lt;245</c> for a blood count. The row is the value of the examination before it; which number is which stays with the reader.
/// </summary>
internal static class ValueRows
{
    private const int Fewest = 4;

    /// <summary>The index behind the row that begins at a token; the token itself where none begins there.</summary>
    public static int End(EnglishReading reading, int token)
    {
        int end = MeasuredValue.Number(reading, token, out _);
        if (end == token) return token;
        int values = 1;
        int bars = 0;
        while (end < reading.Tokens.Count && !reading.Tokens[end].NewLine && IsSeparator(reading, end))
        {
            int next = MeasuredValue.Number(reading, end + 1, out _);
            if (next <= end + 1 || reading.Tokens[end + 1].NewLine) break;
            if (!reading.Is(end, '/')) bars++;
            else if (!reading.Tokens[end].Joined) bars++;
            end = next;
            values++;
        }

        // Days and fractions have strokes alone: a row has a bar, a bracket, or its strokes apart.
        return values >= Fewest && bars > 0 ? end : token;
    }

    private static bool IsSeparator(EnglishReading reading, int token) =>
        reading.Is(token, '|') || reading.Is(token, '/') || reading.Is(token, '<') || reading.Is(token, '>') || reading.Is(token, '\\');
}
