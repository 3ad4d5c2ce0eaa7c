using System.Collections.Frozen;
using Consortium.Adapters.Chinese;

namespace Consortium.Adapters.Narrative.Facts.English;

/// <summary>
/// What a word is by its ending (<c>-itis</c>, <c>-ectomy</c>, <c>-mab</c>) when no lexicon has it: new drugs and rare diseases are formed by rule
/// (the stems of the WHO's international nonproprietary names, the Greek endings of diseases and operations).
/// </summary>
internal static class WordEndings
{
    private const int ShortestWord = 7;
    private const int LongestEnding = 12;
    private const int ShortestEnding = 3;

    private static readonly FrozenDictionary<string, FactCategory?> Endings = DataTable.BuiltIn("english-suffixes.tsv", 2).ToFrozenDictionary(
        row => row.Cells[0],
        row => row.Cells[1] == "none" ? (FactCategory?)null : Enum.TryParse(row.Cells[1], ignoreCase: true, out FactCategory category) ? category : throw row.Fault($"the category {row.Cells[1]} is unknown."));

    private static readonly FrozenDictionary<string, FactCategory?>.AlternateLookup<ReadOnlySpan<char>> Lookup = Endings.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>The category of a word; null when its ending says nothing.</summary>
    public static FactCategory? Of(ReadOnlySpan<char> word)
    {
        if (word.Length is < ShortestWord or > 40) return null;
        Span<char> lower = stackalloc char[40];
        ReadOnlySpan<char> folded = lower[..word.ToLowerInvariant(lower)];
        for (int length = Math.Min(LongestEnding, folded.Length); length >= ShortestEnding; length--)
        {
            if (Lookup.TryGetValue(folded[^length..], out FactCategory? category)) return category;
        }
        return null;
    }
}
