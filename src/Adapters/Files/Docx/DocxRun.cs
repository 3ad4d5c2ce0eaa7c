using System.Xml.Linq;

namespace Consortium.Adapters.Files.Docx;

/// <summary>How a run of characters is shown, as far as it decides what the text says.</summary>
/// <param name="Hidden">Hidden text (ECMA-376 17.3.2.41): nobody who reads the document sees it.</param>
/// <param name="Struck">Struck through: somebody has crossed it out.</param>
/// <param name="Baseline">Raised, lowered or on the line.</param>
/// <param name="SymbolFont">The symbol font of the characters; null for a font of letters.</param>
internal readonly record struct DocxRun(bool Hidden, bool Struck, Baseline Baseline, string? SymbolFont)
{
    /// <summary>Half points from which text that is moved up or down counts as raised or lowered (17.3.2.24).</summary>
    private const int Moved = 4;

    /// <summary>The run's own properties, its style's and its paragraph's style's, nearest first.</summary>
    public static DocxRun Of(IEnumerable<XElement> properties)
    {
        bool? hidden = null, struck = null, doubly = null;
        Baseline? baseline = null;
        string? font = null;
        foreach (XElement one in properties)
        {
            hidden ??= one.OnOff("vanish");
            struck ??= one.OnOff("strike");
            doubly ??= one.OnOff("dstrike");
            baseline ??= BaselineOf(one);
            font ??= one.Word("rFonts") is { } fonts ? fonts.AttributeValue("ascii") ?? fonts.AttributeValue("hAnsi") : null;
        }

        return new DocxRun(hidden ?? false, struck is true || doubly is true, baseline ?? Baseline.Normal, SymbolFonts.IsSymbolFont(font) ? font : null);
    }

    private static Baseline? BaselineOf(XElement properties) => properties.Word("vertAlign").Val() switch
    {
        "superscript" => Baseline.Raised,
        "subscript" => Baseline.Lowered,
        "baseline" => Baseline.Normal,
        _ => properties.Word("position").Number() switch
        {
            >= Moved => Baseline.Raised,
            <= -Moved => Baseline.Lowered,
            _ => null,
        },
    };
}
