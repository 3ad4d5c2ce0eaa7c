using Consortium.Adapters.Narrative.Lexicon;

namespace Consortium.Adapters.Narrative.Facts.Chinese;

/// <summary>
/// Names of laboratory tests and vital signs without a value. They are examinations where the clause asks for them (复查血红蛋白, 监测血压及CK, PSA结果待回报)
/// or says how they are (血压控制尚可); elsewhere they are heads of columns, cells on a smear, genes.
/// </summary>
internal static class AskedNames
{
    private static readonly string[] Askings =
        ChineseWords.Of("asking");

    private static readonly string[] Behind =
        ChineseWords.Of("asked-behind");

    /// <summary>True where a name without a value is an examination.</summary>
    public static bool IsAsked(string text, in LexiconHit name, TextSpan block)
    {
        if (name.Length < 2 || Vocabulary.IsUnmeasured(name.Entry.Term) || (name.Start > block.Start && char.IsAsciiLetterOrDigit(text[name.Start - 1]))) return false;
        ReadOnlySpan<char> after = text.AsSpan(name.End, Math.Min(block.End - name.End, 4));
        foreach (string word in Behind)
        {
            if (after.StartsWith(word)) return true;
        }

        int clause = name.Start;
        while (clause > block.Start && text[clause - 1] is not (',' or '。' or ';' or ':' or '\n')) clause--;
        ReadOnlySpan<char> before = text.AsSpan(clause, name.Start - clause);
        foreach (string word in Askings)
        {
            if (before.Contains(word, StringComparison.Ordinal)) return true;
        }

        return false;
    }
}
