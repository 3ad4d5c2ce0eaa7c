using System.Collections.Frozen;

namespace Consortium.Adapters.Chinese;

/// <summary>A result in words.</summary>
/// <param name="Answer">LOINC answer code, or null.</param>
/// <param name="Display">Its name.</param>
/// <param name="Interpretation">The v3-ObservationInterpretation code that the word carries, or null.</param>
internal sealed record ResultWord(string? Answer, string? Display, string? Interpretation);

/// <summary>Results in words and abnormal flags (<c>result-words.tsv</c>, <c>flags.tsv</c>).</summary>
internal static class ResultWords
{
    private static readonly FrozenDictionary<string, ResultWord> Words = DataTable.BuiltIn("result-words.tsv", 4)
        .ToFrozenDictionary(row => Key(row.Cells[0]), row => new ResultWord(row[1], row[2], row[3]), StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, string> Flags = DataTable.BuiltIn("flags.tsv", 2)
        .ToFrozenDictionary(row => Key(row.Cells[0]), row => row.Cells[1], StringComparer.Ordinal);

    /// <summary>The display names of the interpretation codes in use.</summary>
    private static readonly FrozenDictionary<string, string> Displays = new Dictionary<string, string>
    {
        ["H"] = "High", ["L"] = "Low", ["HH"] = "Critical high", ["LL"] = "Critical low", ["N"] = "Normal", ["A"] = "Abnormal",
        ["POS"] = "Positive", ["NEG"] = "Negative", ["IND"] = "Indeterminate", ["RR"] = "Reactive", ["NR"] = "Non-reactive",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Every word, folded and in lower case.</summary>
    public static IEnumerable<string> All => Words.Keys;

    /// <summary>The result word, or null where the text is none.</summary>
    public static ResultWord? Find(string folded) => Words.GetValueOrDefault(Key(folded));

    /// <summary>The interpretation code of a flag, or null where the table does not know it.</summary>
    public static string? Flag(string folded) => Flags.GetValueOrDefault(Key(folded));

    /// <summary>The display of an interpretation code.</summary>
    public static string Display(string interpretation) => Displays[interpretation];

    private static string Key(string text) => Folding.Fold(text).Trim().ToLowerInvariant();
}
