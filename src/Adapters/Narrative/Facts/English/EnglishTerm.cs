using Consortium.Adapters.Narrative.Lexicon;

namespace Consortium.Adapters.Narrative.Facts.English;

/// <summary>What a term of the lexicon is: the categories of facts, then those of the rules.</summary>
[Flags]
internal enum TermKinds
{
    None = 0,
    Disease = 1,
    Symptom = 1 << 1,
    Body = 1 << 2,
    Test = 1 << 3,
    Treatment = 1 << 4,
    Drug = 1 << 5,
    Procedure = 1 << 6,
    Lab = 1 << 7,
    Vital = 1 << 8,
    Facts = (1 << 9) - 1,
    Unit = 1 << 9,
    Route = 1 << 10,
    Frequency = 1 << 11,
    Form = 1 << 12,
    Negation = 1 << 13,
    PseudoNegation = 1 << 14,
    Uncertain = 1 << 15,
    Historical = 1 << 16,
    Hypothetical = 1 << 17,
    OtherPerson = 1 << 18,
    Terminator = 1 << 19,
    Cues = Negation | PseudoNegation | Uncertain | Historical | Hypothetical | OtherPerson | Terminator,
    Section = 1 << 20,
    /// <summary>The name of a measurement in another case than its row has: a name only among other measurements.</summary>
    LooseName = 1 << 21,
}

/// <summary>One row of the lexicon as the English rules use it.</summary>
/// <param name="Entry">The row.</param>
/// <param name="Kind">Its category; exactly one flag.</param>
internal sealed record EnglishTerm(LexiconEntry Entry, TermKinds Kind)
{
    public EnglishTerm(LexiconEntry entry)
        : this(entry, KindOf(entry.Category))
    {
    }

    /// <summary>The term as the row has it.</summary>
    public string Text => Entry.Term;

    /// <summary>A term with a capital (AF, MS, US) matches only as written: in lower case it is a word or another thing.</summary>
    public bool CaseSensitive { get; } = Entry.Term.AsSpan().ContainsAnyInRange('A', 'Z');

    private static TermKinds KindOf(LexiconCategory category) => category switch
    {
        LexiconCategory.Disease => TermKinds.Disease,
        LexiconCategory.Symptom => TermKinds.Symptom,
        LexiconCategory.Body => TermKinds.Body,
        LexiconCategory.Test => TermKinds.Test,
        LexiconCategory.Treatment => TermKinds.Treatment,
        LexiconCategory.Drug => TermKinds.Drug,
        LexiconCategory.Procedure => TermKinds.Procedure,
        LexiconCategory.Lab => TermKinds.Lab,
        LexiconCategory.Vital => TermKinds.Vital,
        LexiconCategory.Unit => TermKinds.Unit,
        LexiconCategory.Route => TermKinds.Route,
        LexiconCategory.Frequency => TermKinds.Frequency,
        LexiconCategory.Form => TermKinds.Form,
        LexiconCategory.Negation => TermKinds.Negation,
        LexiconCategory.PseudoNegation => TermKinds.PseudoNegation,
        LexiconCategory.Uncertain => TermKinds.Uncertain,
        LexiconCategory.Historical => TermKinds.Historical,
        LexiconCategory.Hypothetical => TermKinds.Hypothetical,
        LexiconCategory.OtherPerson => TermKinds.OtherPerson,
        LexiconCategory.Terminator => TermKinds.Terminator,
        LexiconCategory.Section => TermKinds.Section,
        _ => TermKinds.None,
    };
}

/// <summary>Terms of the lexicon that stand on the same tokens.</summary>
/// <param name="First">Index of the first token.</param>
/// <param name="End">Index behind the last token.</param>
/// <param name="Kinds">All their kinds.</param>
/// <param name="Terms">The terms.</param>
internal readonly record struct TermHit(int First, int End, TermKinds Kinds, EnglishTerm[] Terms)
{
    public int Length => End - First;

    public bool Is(TermKinds kinds) => (Kinds & kinds) != 0;

    public EnglishTerm? Of(TermKinds kinds)
    {
        foreach (EnglishTerm term in Terms)
        {
            if ((term.Kind & kinds) != 0) return term;
        }
        return null;
    }
}
