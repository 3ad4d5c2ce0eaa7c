namespace Consortium.Adapters.Hl7V2.Language.Model;

/// <summary>Which known name a misspelt one was meant to be.</summary>
internal static class Nearest
{
    /// <summary><c>; did you mean birthDate?</c>, or nothing where no name is near.</summary>
    public static string Hint(string name, params IEnumerable<string> known) => Of(name, known) is { } near ? $"; did you mean {near}?" : "";

    /// <inheritdoc cref="Hint(string, IEnumerable{string})"/>
    public static string Hint(string name, ReadOnlySpan<string> known) => Hint(name, known.ToArray().AsEnumerable());

    private static string? Of(string name, IEnumerable<string> known)
    {
        string? best = null;
        int least = Math.Max(2, name.Length / 3) + 1;
        foreach (string candidate in known)
        {
            int distance = string.Equals(candidate, name, StringComparison.OrdinalIgnoreCase) ? 0 : Distance(name, candidate);
            if (distance >= least) continue;
            least = distance;
            best = candidate;
        }

        return best;
    }

    // Levenshtein's distance; the names are short.
    private static int Distance(string a, string b)
    {
        int[] row = [.. Enumerable.Range(0, b.Length + 1)];
        for (int i = 1; i <= a.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                int above = row[j];
                int change = char.ToLowerInvariant(a[i - 1]) == char.ToLowerInvariant(b[j - 1]) ? 0 : 1;
                row[j] = Math.Min(Math.Min(row[j] + 1, row[j - 1] + 1), diagonal + change);
                diagonal = above;
            }
        }

        return row[b.Length];
    }
}
