namespace Consortium.Adapters.Narrative.Facts.Chinese;

/// <summary>How far a cue reaches.</summary>
internal enum CueReach
{
    /// <summary>To the next comma or cue.</summary>
    Clause,

    /// <summary>否认: over commas, to the next cue or the end of the sentence.</summary>
    Denial,

    /// <summary>如, 若: to the end of the sentence.</summary>
    Condition,

    /// <summary>拟, 建议, 必要时: to the end of the sentence.</summary>
    Plan,

    /// <summary>警惕, 预防: diseases and findings to the next comma or cue.</summary>
    Warning,

    /// <summary>复查 in orders: to the end of the sentence.</summary>
    Control,

    /// <summary>既往: to the end of the sentence.</summary>
    Past,

    /// <summary>父亲, 其母: to the next comma.</summary>
    Person,
}

/// <summary>A word that decides an assertion.</summary>
/// <param name="Start">Where it begins.</param>
/// <param name="End">Where it ends.</param>
/// <param name="Assertion">What it makes of the facts that it reaches; <see cref="Narrative.Assertion.Present"/> for a word that only ends the reach of others.</param>
/// <param name="Reach">How far.</param>
internal readonly record struct Cue(int Start, int End, Assertion Assertion, CueReach Reach)
{
    /// <summary>True where it speaks of what follows.</summary>
    public bool IsForward { get; init; } = true;

    /// <summary>True where it speaks of what precedes.</summary>
    public bool IsBackward { get; init; }

    /// <summary>For a cue behind a fact: how many characters may stand in between.</summary>
    public int Gap { get; init; }

    /// <summary>For a cue behind a fact: true where it speaks of the whole list before it.</summary>
    public bool TakesLists { get; init; }

    /// <summary>未行, 拒绝: what is negated was not done.</summary>
    public bool IsRefusal { get; init; }
}
