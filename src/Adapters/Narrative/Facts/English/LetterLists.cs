using System.Collections.Frozen;
using Consortium.Adapters.Chinese;

namespace Consortium.Adapters.Narrative.Facts.English;

/// <summary>Findings abbreviated as single letters between slashes (<c>no n/v</c>, <c>no m/r/g</c>), from <c>english-letters.tsv</c>: each letter is a finding.</summary>
internal static class LetterLists
{
    private const int LongestList = 11;

    private static readonly FrozenSet<string> Lists = DataTable.BuiltIn("english-letters.tsv", 2).Select(row => row.Cells[0]).ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> Lookup = Lists.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>The token behind the list of letters that begins at a token; the token itself when none does. A word may go on behind it (<c>n/v/diarrhea</c>).</summary>
    public static int At(EnglishReading reading, int token)
    {
        if (!IsLetter(reading, token) || (token > 0 && reading.Tokens[token].Joined && reading.Tokens[token - 1].First is not '+' and not '-' and not '(')) return token;
        int end = token + 1;
        while (end + 1 < reading.Tokens.Count && end - token < LongestList && reading.Is(end, '/') && reading.Tokens[end].Joined && IsLetter(reading, end + 1) && reading.Tokens[end + 1].Joined) end += 2;
        bool glued = end < reading.Tokens.Count && reading.Tokens[end] is { Joined: true, IsWordOrDigits: true };
        return end - token >= 3 && !glued && Lookup.Contains(reading.Written(token, end)) ? end : token;
    }

    private static bool IsLetter(EnglishReading reading, int token) => reading.Tokens[token] is { Kind: EnglishTokenKind.Word } word && word.End - word.Start == 1;
}
