using System.Collections.Frozen;
using System.Globalization;
using Consortium.Adapters.Chinese;

namespace Consortium.Adapters.Files;

/// <summary>
/// What the characters of symbol fonts are: their codes are positions in the font, and what they show (μ, ≤, a ticked box) is known for the font alone.
/// </summary>
internal static class SymbolFonts
{
    /// <summary>Stands for a symbol that is not known; no text has it by itself, and nothing reads it as a unit or a sign.</summary>
    public const char Unknown = '\uFFFC';

    private static readonly FrozenDictionary<(string Font, int Code), string> Known = Read();

    /// <summary>True for a font whose characters are pictures by position.</summary>
    public static bool IsSymbolFont(string? font) => font is not null && Name(font) is "symbol" or "wingdings" or "wingdings2" or "wingdings3" or "webdings";

    /// <summary>What a character of the font shows; <see cref="Unknown"/> where that is not known.</summary>
    /// <param name="font">The font's name.</param>
    /// <param name="code">The code, with or without the F000 that Word adds ([MS-DOC] sprmCSymbol, ECMA-376 17.3.3.30).</param>
    public static string Show(string? font, int code)
    {
        int position = code & 0xFF;
        if (position == 0x20) return " ";
        return font is not null && Known.TryGetValue((Name(font), position), out string? shown) ? shown : Unknown.ToString();
    }

    private static string Name(string font) => font.Replace(" ", "", StringComparison.Ordinal).ToLowerInvariant();

    private static FrozenDictionary<(string, int), string> Read() => DataTable.BuiltIn("symbol-fonts.tsv", 3)
        .ToFrozenDictionary(row => (row[0]!, int.Parse(row[1]!, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture)), row => row[2]!);
}
