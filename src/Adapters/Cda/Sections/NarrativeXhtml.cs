using System.Text;
using Consortium.Adapters.Cda.Xml;
using Consortium.Adapters.Elements;

namespace Consortium.Adapters.Cda.Sections;

/// <summary>
/// The narrative block of a section (CDA R2 4.3.5) to the XHTML of FHIR's Narrative: only the elements and attributes that FHIR allows
/// (narrative.html#xhtml), so that nothing active can come through. The words are all kept.
/// </summary>
internal static class NarrativeXhtml
{
    private const string Open = "<div xmlns=\"http://www.w3.org/1999/xhtml\">";

    /// <summary>The Narrative; null where the block says nothing.</summary>
    public static DraftObject? Of(CdaNode? text, NarrativeIndex index)
    {
        if (text is null || (!text.HasWords && text.Child("renderMultiMedia") is null)) return null;
        var div = new StringBuilder(Open, 1024);
        Children(div, text, index);
        return new DraftObject().Set("status", "additional").Set("div", div.Append("</div>").ToString());
    }

    /// <summary>A Narrative of lines that were made from entries (FHIR: <c>generated</c>).</summary>
    public static DraftObject? Generated(IReadOnlyCollection<string> lines)
    {
        if (lines.Count == 0) return null;
        var div = new StringBuilder(Open + "<ul>", 512);
        foreach (string line in lines)
        {
            div.Append("<li>");
            Escape(div, line);
            div.Append("</li>");
        }

        return new DraftObject().Set("status", "generated").Set("div", div.Append("</ul></div>").ToString());
    }

    /// <summary>A Narrative of plain text, its lines kept.</summary>
    public static DraftObject Lines(string text)
    {
        var div = new StringBuilder(Open + "<p>", text.Length + 128);
        foreach (ReadOnlySpan<char> line in text.AsSpan().EnumerateLines())
        {
            Escape(div, line.ToString());
            div.Append("<br/>");
        }

        return new DraftObject().Set("status", "additional").Set("div", div.Append("</p></div>").ToString());
    }

    private static void Children(StringBuilder div, CdaNode node, NarrativeIndex index)
    {
        for (CdaNode? child = node.First; child is not null; child = child.Next)
        {
            if (child.IsText) Escape(div, child.Characters);
            else Write(div, child, index);
        }
    }

    private static void Write(StringBuilder div, CdaNode node, NarrativeIndex index)
    {
        switch (node.Name)
        {
            case "paragraph":
                Wrap(div, "p", "", node, index);
                break;
            case "list":
                List(div, node, index);
                break;
            case "content":
                Content(div, node, index);
                break;
            case "table" or "thead" or "tbody" or "tfoot" or "tr" or "colgroup" or "sub" or "sup":
                Wrap(div, node.Name, "", node, index);
                break;
            case "td" or "th":
                Wrap(div, node.Name, $"{Number(node, "colspan")}{Number(node, "rowspan")}", node, index);
                break;
            case "caption":
                Wrap(div, node.Parent!.Name == "table" ? "caption" : "b", "", node, index);
                break;
            case "br":
                div.Append("<br/>");
                break;
            case "linkHtml":
                Link(div, node, index);
                break;
            case "renderMultiMedia":
                div.Append("<span>");
                Children(div, node, index);
                div.Append("</span>");
                break;
            case "footnote" or "footnoteRef":
                Wrap(div, "span", "", node, index);
                break;
            case "col":
                break;
            default:
                Children(div, node, index);
                break;
        }
    }

    private static void Wrap(StringBuilder div, string element, string attributes, CdaNode node, NarrativeIndex index)
    {
        div.Append('<').Append(element).Append(attributes).Append('>');
        Children(div, node, index);
        div.Append("</").Append(element).Append('>');
    }

    private static void List(StringBuilder div, CdaNode list, NarrativeIndex index)
    {
        if (list.Child("caption") is { } caption) Wrap(div, "p", "", caption, index);
        string element = list["listType"] == "ordered" ? "ol" : "ul";
        div.Append('<').Append(element).Append('>');
        for (CdaNode? item = list.First; item is not null; item = item.Next)
        {
            if (item.Name == "caption") continue;
            if (item.Name == "item") Wrap(div, "li", "", item, index);
            else if (item.IsText) Escape(div, item.Characters);
            else Write(div, item, index);
        }

        div.Append("</").Append(element).Append('>');
    }

    private static void Content(StringBuilder div, CdaNode node, NarrativeIndex index)
    {
        // A deletion that is shown as text would be read as what holds.
        string style = node["styleCode"] ?? "";
        string element = node["revised"] == "delete" ? "s"
            : style.Contains("Bold", StringComparison.OrdinalIgnoreCase) ? "b"
            : style.Contains("Italics", StringComparison.OrdinalIgnoreCase) || style.Contains("Emphasis", StringComparison.OrdinalIgnoreCase) ? "i" : "span";
        string attributes = style.Contains("Underline", StringComparison.OrdinalIgnoreCase) ? " style=\"text-decoration: underline\"" : "";
        Wrap(div, element == "s" ? "span" : element, element == "s" ? " style=\"text-decoration: line-through\"" : attributes, node, index);
    }

    private static void Link(StringBuilder div, CdaNode node, NarrativeIndex index)
    {
        if (node["href"] is { } href && System.Uri.TryCreate(href, UriKind.Absolute, out Uri? uri) && uri.Scheme is "http" or "https" or "mailto")
        {
            div.Append("<a href=\"");
            Escape(div, uri.AbsoluteUri);
            div.Append("\">");
            Children(div, node, index);
            div.Append("</a>");
            return;
        }

        Wrap(div, "span", "", node, index);
    }

    private static string Number(CdaNode node, string attribute) =>
        node[attribute] is { Length: <= 4 } value && value.All(char.IsAsciiDigit) && value != "1" ? $" {attribute}=\"{value}\"" : "";

    private static void Escape(StringBuilder div, string text)
    {
        ReadOnlySpan<char> rest = text;
        while (rest.IndexOfAny("&<>\"") is >= 0 and var at)
        {
            div.Append(rest[..at]).Append(rest[at] switch { '&' => "&amp;", '<' => "&lt;", '>' => "&gt;", _ => "&quot;" });
            rest = rest[(at + 1)..];
        }

        div.Append(rest);
    }
}
