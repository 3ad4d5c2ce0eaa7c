namespace Consortium.Adapters.Files;

/// <summary>Where characters stand on their line.</summary>
internal enum Baseline
{
    Normal,

    /// <summary>Raised: exponents.</summary>
    Raised,

    /// <summary>Lowered: SpO₂.</summary>
    Lowered,
}

/// <summary>Characters that stand above or below the line, as Unicode has them.</summary>
internal static class Baselines
{
    private const string Plain = "0123456789+-=()ni";
    private const string Above = "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿⁱ";
    private const string Below = "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎";

    /// <summary>
    /// The text with its digits and signs raised; what has no raised form stays as it is. Lowered digits after letters are written on the line,
    /// as everybody types them (SpO2, vitamin B12); after a digit they would change a number, so there they are lowered.
    /// </summary>
    /// <param name="baseline">Where the text stands.</param>
    /// <param name="text">The text.</param>
    /// <param name="before">The character before it; NUL for none.</param>
    public static string Apply(this Baseline baseline, string text, char before)
    {
        if (baseline == Baseline.Normal || (baseline == Baseline.Lowered && !char.IsAsciiDigit(before))) return text;
        string raised = baseline == Baseline.Raised ? Above : Below;
        return string.Create(text.Length, (text, raised), static (target, from) =>
        {
            for (int i = 0; i < target.Length; i++)
            {
                char c = from.text[i] is '\u2212' or '\u2013' or '\uFF0D' ? '-' : from.text[i];
                int at = Plain.IndexOf(c, StringComparison.Ordinal);
                target[i] = at >= 0 && at < from.raised.Length ? from.raised[at] : from.text[i];
            }
        });
    }
}
