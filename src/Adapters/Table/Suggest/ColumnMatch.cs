using Consortium.Adapters.Chinese;
using Consortium.Adapters.Table.Language.Compile;
using Consortium.Adapters.Table.Language.Model;

namespace Consortium.Adapters.Table.Suggest;

/// <summary>A column of a file and the column of a template that it may be.</summary>
/// <param name="Column">The column of the file, from 0.</param>
/// <param name="Name">The column of the template.</param>
/// <param name="Confidence">From 0 to 1.</param>
/// <param name="Why">Why, in words without values.</param>
internal sealed record ColumnMatch(int Column, string Name, double Confidence, string Why);

/// <summary>Says how well a column of a file is a column of a template: by its header, exactly or nearly, and by what its values look like.</summary>
internal static class ColumnMatches
{
    /// <summary>From here on a match is worth writing down.</summary>
    public const double Least = 0.5;

    private const double Exact = 0.95, Bare = 0.9, Loose = 0.8, Near = 0.7, Part = 0.6, ByValues = 0.55;

    private static readonly Dictionary<string, (string Shape, bool IsTelling)> Shapes = DataTable.BuiltIn("column-shapes.tsv", 3)
        .ToDictionary(row => row.Cells[0], row => (row.Cells[1], row[2] == "yes"), StringComparer.Ordinal);

    private static readonly Dictionary<string, string[]> Words = DataTable.BuiltIn("header-words.tsv", 2)
        .ToDictionary(row => row.Cells[0], row => row.Cells[1].Split('|').Select(TableMapPlan.HeaderWord).ToArray(), StringComparer.Ordinal);

    /// <summary>The match of a column of a file with a column of a template; null where it is none.</summary>
    /// <param name="number">The column of the file.</param>
    /// <param name="header">Its header.</param>
    /// <param name="values">Some of its values.</param>
    /// <param name="column">The column of the template.</param>
    public static ColumnMatch? Of(int number, string header, IReadOnlyList<string> values, ColumnModel column)
    {
        (double confidence, string why) = ByHeader(header, column);
        if (Shapes.TryGetValue(column.Name.Value, out (string Shape, bool IsTelling) expected) && values.Count > 0)
        {
            double share = ValueShape.Share(expected.Shape, values);
            if (confidence > 0 && share >= 0.8) (confidence, why) = (Math.Min(0.99, confidence + 0.04), $"{why}; the values look like {expected.Shape}");
            else if (confidence > 0 && share < 0.2) (confidence, why) = (confidence - 0.35, $"{why}; but the values do not look like {expected.Shape}");
            else if (confidence == 0 && expected.IsTelling && share >= 0.9 && values.Count >= 2) (confidence, why) = (ByValues, $"the header says nothing known; the values look like {expected.Shape}");
        }

        return confidence < Least ? null : new ColumnMatch(number, column.Name.Value, confidence, why);
    }

    private static (double Confidence, string Why) ByHeader(string header, ColumnModel column)
    {
        string word = TableMapPlan.HeaderWord(header), bare = TableMapPlan.HeaderWord(WithoutBrackets(header));
        string[] known = [.. column.Headers.Select(text => TableMapPlan.HeaderWord(text.Value)), TableMapPlan.HeaderWord(column.Name.Value)];
        if (word.Length == 0) return (0, "");
        if (known.Contains(word)) return (Exact, "a known header name");
        if (known.Contains(bare)) return (Bare, "a known header name but for brackets or signs");
        string[] loose = Words.GetValueOrDefault(column.Name.Value, []);
        if (loose.Contains(word) || loose.Contains(bare)) return (Loose, "a usual short or loose name");
        if (known.Any(other => IsNear(bare, other))) return (Near, "nearly a known header name");
        double part = known.Concat(loose).Where(other => IsPart(bare, other)).Select(other => Part + (0.15 * Math.Min(bare.Length, other.Length) / Math.Max(bare.Length, other.Length))).DefaultIfEmpty(0).Max();
        return part > 0 ? (part, "part of a known header name") : (0, "");
    }

    // 体重(kg), 姓名*, [结果]: what stands in brackets and signs at the ends say nothing of which column it is.
    private static string WithoutBrackets(string header)
    {
        string folded = Folding.Fold(header).Trim();
        int open = folded.IndexOfAny(['(', '[', '{']);
        if (open > 0) folded = folded[..open];
        return folded.Trim(' ', '*', ':', '#', '[', ']', '(', ')', '?');
    }

    // One slip of a letter in a word of Latin letters; Chinese words are too short for it.
    private static bool IsNear(string a, string b)
    {
        if (a.Length < 5 || b.Length < 5 || Math.Abs(a.Length - b.Length) > 1 || !a.All(char.IsAscii)) return false;
        int i = 0;
        while (i < a.Length && i < b.Length && a[i] == b[i]) i++;
        return a[Math.Min(a.Length, i + (a.Length >= b.Length ? 1 : 0))..] == b[Math.Min(b.Length, i + (b.Length >= a.Length ? 1 : 0))..];
    }

    private static bool IsPart(string a, string b)
    {
        (string small, string large) = a.Length <= b.Length ? (a, b) : (b, a);
        bool longEnough = small.Any(c => c > 0x7F) ? small.Length >= 2 : small.Length >= 4;
        return longEnough && small.Length * 3 >= large.Length && large.Contains(small, StringComparison.Ordinal);
    }
}
