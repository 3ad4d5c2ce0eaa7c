namespace Consortium.Adapters.Narrative.Facts.English;

/// <summary>A fact while the rules work on it; places are indexes of tokens, ends exclusive.</summary>
internal sealed class Mention
{
    public required int First { get; set; }

    public required int End { get; set; }

    public required FactCategory Category { get; set; }

    /// <summary>The term of the lexicon; null when only a rule found it.</summary>
    public EnglishTerm? Term { get; set; }

    /// <summary>For a measurement: the first token of its name, else -1.</summary>
    public int NameFirst { get; set; } = -1;

    public int NameEnd { get; set; } = -1;

    /// <summary>The phrase is longer than the term, so the term's code may not be its code.</summary>
    public bool Extended { get; set; }

    public Assertion Assertion { get; set; } = Assertion.Present;

    public double Confidence { get; set; } = 0.95;

    public bool IsMeasurement => NameFirst >= 0;
}
