using Consortium.Adapters.Chinese;

namespace Consortium.Adapters.Narrative.Facts.Chinese;

/// <summary>The words by which the rules of Chinese text go, from <c>chinese-words.tsv</c>, by their role.</summary>
internal static class ChineseWords
{
    private const string File = "chinese-words.tsv";

    private static readonly Dictionary<string, string[]> Roles = Load();

    /// <summary>The words of a role, the longest first, of one length as the file has them.</summary>
    public static string[] Of(string role) => Roles.TryGetValue(role, out string[]? words) ? words : throw new FormatException($"{File}: no row has the role {role}.");

    /// <summary>The words of a role as a set.</summary>
    public static HashSet<string> SetOf(string role) => new(Of(role), StringComparer.Ordinal);

    /// <summary>The length of the longest of words that stands at a place; 0 where none does. Words come longest first.</summary>
    public static int At(string[] words, ReadOnlySpan<char> text)
    {
        foreach (string word in words)
        {
            if (text.StartsWith(word, StringComparison.Ordinal)) return word.Length;
        }

        return 0;
    }

    /// <summary>The length of the longest of words that a text ends with; 0 where it ends with none.</summary>
    public static int Before(string[] words, ReadOnlySpan<char> text)
    {
        foreach (string word in words)
        {
            if (text.EndsWith(word, StringComparison.Ordinal)) return word.Length;
        }

        return 0;
    }

    /// <summary>True where one of the words stands somewhere in a text.</summary>
    public static bool AnyIn(string[] words, ReadOnlySpan<char> text)
    {
        foreach (string word in words)
        {
            if (text.Contains(word, StringComparison.Ordinal)) return true;
        }

        return false;
    }

    private static Dictionary<string, string[]> Load()
    {
        Dictionary<string, List<string>> roles = new(StringComparer.Ordinal);
        foreach (DataRow row in DataTable.BuiltIn(File, 2))
        {
            string word = FoldedText.Fold(row.Cells[1]);
            if (!roles.TryGetValue(row.Cells[0], out List<string>? words)) roles.Add(row.Cells[0], words = []);
            if (words.Contains(word)) throw row.Fault($"the word {word} stands in {row.Cells[0]} twice.");
            words.Add(word);
        }

        return roles.ToDictionary(role => role.Key, role => role.Value.OrderByDescending(word => word.Length).ToArray(), StringComparer.Ordinal);
    }
}
