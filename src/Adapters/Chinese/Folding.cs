using System.Buffers;

namespace Consortium.Adapters.Chinese;

/// <summary>
/// Folds the many ways in which Chinese systems write the same character (full-width and half-width forms, kinds of space, colon, dash, micro and times signs) to one.
/// One character in, one character out, so that an offset in the folded text is an offset in the original.
/// </summary>
internal static class Folding
{
    private static readonly SearchValues<char> Plain = SearchValues.Create(
        " \n!\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[]^_`abcdefghijklmnopqrstuvwxyz{|}~");

    /// <summary>The folded text, as long as the original.</summary>
    public static string Fold(string text) =>
        text.AsSpan().ContainsAnyExcept(Plain) ? string.Create(text.Length, text, static (target, source) =>
        {
            for (int i = 0; i < source.Length; i++) target[i] = Fold(source[i]);
        }) : text;

    /// <summary>One folded character.</summary>
    public static char Fold(char c) => c switch
    {
        // Full-width forms of ASCII, U+FF01 to U+FF5E.
        >= '！' and <= '～' => (char)(c - 0xFEE0),
        '\u3000' or '\u00A0' or '\u2002' or '\u2003' or '\u2009' or '\t' or '\f' or '\v' => ' ',
        '∶' or '﹕' or '︰' => ':',
        '【' or '〖' or '〔' => '[',
        '】' or '〗' or '〕' => ']',
        '–' or '—' or '−' or '‐' or '‑' or '─' or '﹣' => '-',
        '〜' or '∼' => '~',
        'µ' => 'μ',
        '✕' or '╳' or '✖' => '×',
        '﹤' or '〈' => '<',
        '﹥' or '〉' => '>',
        '≦' => '≤',
        '≧' => '≥',
        '⬆' or '⇧' or '⇑' => '↑',
        '⬇' or '⇩' or '⇓' => '↓',
        '°' or 'º' or '˚' => '°',
        '﹡' or '∗' => '*',
        _ => c,
    };
}
