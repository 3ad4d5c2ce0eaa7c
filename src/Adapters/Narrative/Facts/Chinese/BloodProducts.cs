using System.Text.RegularExpressions;

namespace Consortium.Adapters.Narrative.Facts.Chinese;

/// <summary>
/// Blood products that are given: 红细胞2U, 血浆400ml, 血小板1治疗量. Their names are those of laboratory tests; the amount tells them apart, for no laboratory counts in units and bags.
/// </summary>
internal static partial class BloodProducts
{
    /// <summary>Adds them, before the measurements take their names.</summary>
    public static void Find(string text, TextSpan block, SpanSet taken, List<FactDraft> found)
    {
        foreach (ValueMatch match in Product().EnumerateMatches(text.AsSpan(block.Start, block.Length)))
        {
            var span = new TextSpan(block.Start + match.Index, block.Start + match.Index + match.Length);
            if (taken.Touches(span.Start, span.End)) continue;
            taken.Add(span);
            found.Add(new FactDraft(span, FactCategory.Drug, Assertion.Present, 0.85));
        }
    }

    [GeneratedRegex("(?:(?:悬浮|洗涤|浓缩|去白|少白|滤白|辐照|新鲜|普通|冰冻|单采|机采)*(?:红细胞悬液|红细胞|血小板悬液|血小板|血浆|全血)|冷沉淀)(?= ?[0-9]+(?:\\.[0-9]+)? ?(?:[Uu]|单位|ml|mL|ML|毫升|个?治疗量|袋|人份)(?![/A-Za-z]))", RegexOptions.CultureInvariant)]
    private static partial Regex Product();
}
