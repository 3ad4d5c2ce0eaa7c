using Consortium.Adapters.Narrative.Lexicon;

namespace Consortium.Adapters.Narrative.Facts;

/// <summary>What a fact is about.</summary>
public enum FactCategory
{
    /// <summary>A disease or diagnosis.</summary>
    Disease,

    /// <summary>A complaint, sign or finding.</summary>
    Symptom,

    /// <summary>A body site.</summary>
    Body,

    /// <summary>An examination.</summary>
    Test,

    /// <summary>A therapy other than one drug or an operation.</summary>
    Treatment,

    /// <summary>A drug.</summary>
    Drug,

    /// <summary>An operation or intervention.</summary>
    Procedure,

    /// <summary>A laboratory result: name and value.</summary>
    Lab,

    /// <summary>A vital sign or body measure: name and value.</summary>
    Vital,
}

/// <summary>A fact that a text states, with the place of its evidence. Offsets count Unicode code points of the decoded text, ends are exclusive.</summary>
/// <param name="Start">Where the evidence begins.</param>
/// <param name="End">Where it ends.</param>
/// <param name="Text">The evidence, as it is written.</param>
/// <param name="Category">What it is about.</param>
/// <param name="Assertion">How it is asserted.</param>
/// <param name="Confidence">From 0 to 1.</param>
public sealed record Fact(int Start, int End, string Text, FactCategory Category, Assertion Assertion, double Confidence)
{
    /// <summary>The code, where the lexicon's term settles one.</summary>
    public string? Code { get; init; }

    /// <summary>For <c>lab</c> and <c>vital</c>: where the test's name alone stands.</summary>
    public (int Start, int End)? Name { get; init; }

    /// <summary>The row of the lexicon that it was found by; null where a rule found it.</summary>
    public LexiconEntry? Entry { get; init; }
}

/// <summary>A fact as the rules of a language give it: offsets in UTF-16 code units.</summary>
internal readonly record struct FactDraft(TextSpan Span, FactCategory Category, Assertion Assertion, double Confidence)
{
    public LexiconEntry? Entry { get; init; }

    public TextSpan? Name { get; init; }

    /// <summary>False where the span was extended so far that the term's code no longer says what it means.</summary>
    public bool KeepsCode { get; init; } = true;
}
