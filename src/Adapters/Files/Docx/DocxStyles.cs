using System.Xml.Linq;

namespace Consortium.Adapters.Files.Docx;

/// <summary>What styles say that matters for the text: hidden, struck, raised, numbered (ECMA-376 17.7).</summary>
internal sealed class DocxStyles
{
    private const int MostAncestors = 50;

    private readonly Dictionary<string, XElement> _styles = new(StringComparer.Ordinal);
    private readonly string? _paragraphDefault;

    /// <summary>The styles of <c>styles.xml</c>; null for a document without it.</summary>
    public DocxStyles(XElement? styles)
    {
        foreach (XElement style in styles.Words("style"))
        {
            if (style.AttributeValue("styleId") is not { } id) continue;
            _styles.TryAdd(id, style);
            if (style.AttributeValue("type") == "paragraph" && style.AttributeValue("default") is "1" or "true" or "on") _paragraphDefault ??= id;
        }
    }

    /// <summary>The run properties that hold for a run: its own, those of its style, those of its paragraph's style; nearest first.</summary>
    public IEnumerable<XElement> RunProperties(XElement? own, XElement? paragraph)
    {
        if (own is not null) yield return own;
        foreach (XElement style in Ancestry(own.Word("rStyle").Val()).Concat(Ancestry(ParagraphStyle(paragraph))))
        {
            if (style.Word("rPr") is { } properties) yield return properties;
        }
    }

    /// <summary>The numbering that holds for a paragraph: its own, or that of its style; null for none.</summary>
    public (int Number, int? Level, string? Style)? Numbering(XElement? paragraph)
    {
        if (Read(paragraph) is { } own) return (own.Number ?? FromStyle()?.Number ?? 0, own.Level, null);
        return FromStyle();

        (int Number, int? Level, string? Style)? FromStyle()
        {
            foreach (XElement style in Ancestry(ParagraphStyle(paragraph)))
            {
                if (Read(style.Word("pPr")) is { Number: { } number } found) return (number, found.Level, style.AttributeValue("styleId"));
            }

            return null;
        }
    }

    private static (int? Number, int? Level)? Read(XElement? properties) =>
        properties.Word("numPr") is { } numbering ? (numbering.Word("numId").Number(), numbering.Word("ilvl").Number()) : null;

    private string? ParagraphStyle(XElement? paragraph) => paragraph.Word("pStyle").Val() ?? _paragraphDefault;

    private IEnumerable<XElement> Ancestry(string? id)
    {
        for (int i = 0; i < MostAncestors && id is not null && _styles.TryGetValue(id, out XElement? style); i++)
        {
            yield return style;
            id = style.Word("basedOn").Val();
        }
    }
}
