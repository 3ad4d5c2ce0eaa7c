namespace Consortium.Adapters.Narrative.Lexicon;

/// <summary>A row of a lexicon.</summary>
/// <param name="Term">The term as the file has it.</param>
/// <param name="Category">What it is.</param>
/// <param name="System">The code system's short name (<c>icd-10</c>, <c>loinc</c>, <c>atc</c>, <c>ucum</c>) or its URI; null where there is no code.</param>
/// <param name="Code">The code; null where the term alone does not settle one.</param>
/// <param name="Display">The name of what the term means; null where the file has none.</param>
public sealed record LexiconEntry(string Term, LexiconCategory Category, string? System, string? Code, string? Display)
{
    /// <summary>True where the site's own lexicon has the term.</summary>
    public bool IsSite { get; init; }

    /// <summary>The folded term in the case in which it must stand; null where the case does not matter.</summary>
    internal string? CasedTerm { get; init; }
}

/// <summary>A term found in a text; offsets in UTF-16 code units, end exclusive.</summary>
internal readonly record struct LexiconHit(int Start, int End, LexiconEntry Entry)
{
    public int Length => End - Start;

    public LexiconCategory Category => Entry.Category;
}
