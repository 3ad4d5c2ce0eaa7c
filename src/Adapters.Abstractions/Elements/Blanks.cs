using System.Diagnostics.CodeAnalysis;

namespace Consortium.Adapters.Elements;

/// <summary>
/// White space as <see cref="char.IsWhiteSpace(char)"/> has it, asked where nearly every text begins and ends with a visible character.
/// </summary>
internal static class Blanks
{
    /// <summary>As <see cref="string.IsNullOrWhiteSpace"/>.</summary>
    public static bool IsBlank([NotNullWhen(false)] string? text) => text is null || text.Length == 0 || (!IsVisible(text[0]) && string.IsNullOrWhiteSpace(text));

    /// <summary>As <see cref="string.Trim()"/>; null for null.</summary>
    [return: NotNullIfNotNull(nameof(text))]
    public static string? Trim(string? text) => text is null || (text.Length > 0 && IsVisible(text[0]) && IsVisible(text[^1])) ? text : text.Trim();

    /// <summary>True for what is certainly no white space: the visible characters of ASCII, and everything beyond the ideographic space (the last blank of Unicode).</summary>
    public static bool IsVisible(char c) => c is (> ' ' and < '\x7F') or > '\u3000';
}
