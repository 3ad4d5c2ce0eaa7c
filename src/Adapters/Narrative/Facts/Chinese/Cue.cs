namespace Consortium.Adapters.Narrative.Facts.Chinese;

/// <summary>How far a cue reaches.</summary>
internal enum CueReach
{
    /// <summary>To the next comma or cue; before it, over a list.</summary>
    Clause,

    /// <summary>Before it, the nearest fact alone: ?.</summary>
    One,

    /// <summary>The sign that stands directly behind it: 不发热.</summary>
    Adjacent,

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
/// <param name="Takes">Which facts.</param>
/// <param name="IsForward">True where it speaks of what follows, false where of what precedes.</param>
internal readonly record struct Cue(int Start, int End, Assertion Assertion, CueReach Reach, CueTakes Takes, bool IsForward);
