using Consortium.Adapters.Chinese;

namespace Consortium.Adapters.Narrative.Facts;

/// <summary>
/// A text in which facts are looked for: as it came, with the many ways of writing one character folded to one, and the same in lower case.
/// All three have the same length, so an offset in one is an offset in the others; <see cref="CodePoint"/> gives the offset that is written out.
/// </summary>
internal sealed class FoldedText
{
    private readonly int[]? _codePoints;

    /// <summary>Folds a text.</summary>
    public FoldedText(string text)
    {
        Original = text;
        Folded = Fold(text);
        Lower = string.Create(text.Length, Folded, static (target, source) =>
        {
            for (int i = 0; i < source.Length; i++) target[i] = Lowered(source[i]);
        });
        _codePoints = CodePoints(text);
    }

    /// <summary>The text as it came.</summary>
    public string Original { get; }

    /// <summary>Half-width, with one kind of space, quote, dash, colon, bracket and times sign; the case as it came.</summary>
    public string Folded { get; }

    /// <summary><see cref="Folded"/> in lower case.</summary>
    public string Lower { get; }

    /// <summary>Length in UTF-16 code units.</summary>
    public int Length => Original.Length;

    /// <summary>An offset counted in Unicode code points.</summary>
    public int CodePoint(int index) => _codePoints is null ? index : _codePoints[index];

    /// <summary>A text folded character by character, case kept.</summary>
    public static string Fold(string text) => string.Create(text.Length, text, static (target, source) =>
    {
        for (int i = 0; i < source.Length; i++) target[i] = Folded1(source[i]);
    });

    /// <summary>A text folded, in lower case: the form in which terms are compared.</summary>
    public static string FoldLower(string text) => string.Create(text.Length, text, static (target, source) =>
    {
        for (int i = 0; i < source.Length; i++) target[i] = Lowered(Folded1(source[i]));
    });

    private static char Folded1(char c)
    {
        if (c < 0x80) return c is '\t' or '\f' or '\v' ? ' ' : c;
        if (c is >= '\u4E00' and <= '\u9FFF') return c;
        return c switch
        {
            '\u2018' or '\u2019' or '\u02BC' => '\'',
            '\u201C' or '\u201D' => '"',
            '\u3000' => ' ',
            '\u2103' => '℃',
            _ => Folding.Fold(c),
        };
    }

    // One character for one: the length must not change, so the rare letters whose lower case is longer stay.
    private static char Lowered(char c) => c < 0x80 ? (c is >= 'A' and <= 'Z' ? (char)(c | 0x20) : c) : c >= '\u2E80' ? c : char.ToLowerInvariant(c);

    private static int[]? CodePoints(string text)
    {
        if (!text.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF')) return null;
        int[] points = new int[text.Length + 1];
        int count = 0;
        for (int i = 0; i < text.Length; i++)
        {
            points[i] = count;
            // A pair counts once, at its end; half a pair counts as one.
            if (!(char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))) count++;
        }

        points[^1] = count;
        return points;
    }
}
