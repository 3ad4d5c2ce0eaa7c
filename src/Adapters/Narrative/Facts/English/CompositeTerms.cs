using System.Collections.Frozen;
using Consortium.Adapters.Narrative.Lexicon;

namespace Consortium.Adapters.Narrative.Facts.English;

/// <summary>
/// Rows of a lexicon that say two things of which each is a term by itself: <c>nausea and vomiting</c>, <c>ESRD on hemodialysis</c>, <c>rales at the bases</c>,
/// <c>colonoscopy with polypectomy</c>. Both are facts of their own (docs/narrative-annotation.md), so such a row is left out of the search.
/// </summary>
internal sealed class CompositeTerms
{
    private static readonly string[] ListSeparators = [", or ", ", and ", " and ", " or ", ", ", "/"];
    private static readonly string[] Places = [" at the ", " at ", " in the ", " in his ", " in her ", " in ", " over the ", " over ", " on the ", " on ", " of the ", " of "];
    private static readonly string[] Therapies = [" on ", " s/p ", " status post "];
    private static readonly string[] Both = [" and "];
    private static readonly string[] Parts = [" with ", " w/ "];

    private readonly FrozenDictionary<LexiconCategory, FrozenSet<string>> _terms;

    public CompositeTerms(IReadOnlyCollection<LexiconEntry> entries) =>
        _terms = entries.GroupBy(entry => entry.Category).ToFrozenDictionary(group => group.Key, group => group.Select(entry => entry.Term).ToFrozenSet(StringComparer.OrdinalIgnoreCase));

    /// <summary>True where the row is composed of terms.</summary>
    public bool IsComposite(LexiconEntry entry) => entry.Category switch
    {
        LexiconCategory.Symptom => IsList(entry.Term) || Parted(entry.Term, Places, [LexiconCategory.Symptom], [LexiconCategory.Body]),
        LexiconCategory.Disease => Parted(entry.Term, Therapies, [LexiconCategory.Disease], [LexiconCategory.Treatment, LexiconCategory.Procedure, LexiconCategory.Disease, LexiconCategory.Drug]),
        LexiconCategory.Procedure => Parted(entry.Term, Parts, [LexiconCategory.Procedure, LexiconCategory.Test], [LexiconCategory.Procedure]),

        // Carboplatin and paclitaxel are two drugs; a fixed combination is named by its display with a stroke.
        LexiconCategory.Drug => entry.Display?.Contains('/', StringComparison.Ordinal) != true && Parted(entry.Term, Both, [LexiconCategory.Drug], [LexiconCategory.Drug]),
        _ => false,
    };

    private bool IsList(string term)
    {
        if (!term.AsSpan().ContainsAny(" ,/")) return false;
        string[] parts = term.Split(ListSeparators, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return parts.Length > 1 && Array.TrueForAll(parts, part => part.Length <= 2 || Is(LexiconCategory.Symptom, part));
    }

    private bool Parted(string term, string[] connectors, LexiconCategory[] left, LexiconCategory[] right)
    {
        foreach (string connector in connectors)
        {
            int at = term.IndexOf(connector, StringComparison.OrdinalIgnoreCase);
            if (at <= 0) continue;
            string before = term[..at], behind = term[(at + connector.Length)..];
            return Array.Exists(left, category => Is(category, before)) && Array.Exists(right, category => Is(category, behind));
        }

        return false;
    }

    private bool Is(LexiconCategory category, string term) => _terms.TryGetValue(category, out FrozenSet<string>? terms) && (terms.Contains(term) || terms.Contains(term.TrimEnd('s')));
}
