using System.Net;
using System.Text;
using System.Xml;

namespace Consortium.Fhir.Xml;

/// <summary>
/// The XHTML of a narrative between its two places: a string in JSON, elements in XML (FHIR R4 narrative.html). Both ways it
/// keeps its characters: comments, quotes, references and white space stay as they were written.
/// </summary>
internal static class NarrativeXml
{
    public const string Namespace = "http://www.w3.org/1999/xhtml";

    private const int MaxDepth = 256;

    private static readonly XmlReaderSettings s_fragment = new()
    {
        ConformanceLevel = ConformanceLevel.Fragment,
        DtdProcessing = DtdProcessing.Prohibit,
        XmlResolver = null,
    };

    /// <summary>The XHTML as it can stand in an XML resource, or null where it is not one well-formed <c>div</c> of XHTML.</summary>
    public static string? FromJson(string xhtml)
    {
        string text = WithoutNamedEntities(xhtml);
        if (!text.StartsWith("<div", StringComparison.Ordinal) || text[^1] != '>') return null;
        try
        {
            using XmlReader reader = XmlReader.Create(new StringReader(text), s_fragment);
            if (!reader.Read() || reader.NodeType != XmlNodeType.Element || reader.NamespaceURI != Namespace || reader.LocalName != "div") return null;
            if (!reader.IsEmptyElement)
            {
                while (reader.Read() && reader.Depth > 0)
                {
                    if (reader.Depth > MaxDepth) return null;
                }
            }

            return reader.Read() ? null : text;
        }
        catch (XmlException)
        {
            return null;
        }
    }

    /// <summary>
    /// Writes XHTML whose names have prefixes, or whose namespace was declared further out, so that it stands by itself with
    /// XHTML as its default namespace, which is how JSON has it.
    /// </summary>
    public static string Unprefixed(XmlReader reader)
    {
        StringBuilder text = new();
        using (XmlWriter writer = XmlWriter.Create(text, new XmlWriterSettings { OmitXmlDeclaration = true, ConformanceLevel = ConformanceLevel.Fragment, NewLineHandling = NewLineHandling.None }))
        {
            int depth = reader.Depth;
            do
            {
                switch (reader.NodeType)
                {
                    case XmlNodeType.Element:
                        writer.WriteStartElement(reader.NamespaceURI == Namespace ? string.Empty : reader.Prefix, reader.LocalName, reader.NamespaceURI);
                        bool empty = reader.IsEmptyElement;
                        while (reader.MoveToNextAttribute())
                        {
                            if (reader.NamespaceURI != "http://www.w3.org/2000/xmlns/") writer.WriteAttributeString(reader.Prefix, reader.LocalName, reader.NamespaceURI, reader.Value);
                        }

                        reader.MoveToElement();
                        if (empty) writer.WriteEndElement();
                        break;
                    case XmlNodeType.EndElement: writer.WriteFullEndElement(); break;
                    case XmlNodeType.Comment: writer.WriteComment(reader.Value); break;
                    case XmlNodeType.Text or XmlNodeType.CDATA or XmlNodeType.Whitespace or XmlNodeType.SignificantWhitespace: writer.WriteString(reader.Value); break;
                }

                if (reader.Depth == depth && (reader.NodeType == XmlNodeType.EndElement || (reader.NodeType == XmlNodeType.Element && reader.IsEmptyElement))) break;
            }
            while (reader.Read());
        }

        reader.Read();
        return text.ToString();
    }

    /// <summary>XML without a document type knows five entities; HTML's others become the numbers of their characters.</summary>
    private static string WithoutNamedEntities(string xhtml)
    {
        int at = xhtml.IndexOf('&', StringComparison.Ordinal);
        if (at < 0) return xhtml;
        StringBuilder text = new(xhtml.Length);
        int copied = 0;
        for (; at >= 0; at = xhtml.IndexOf('&', at + 1))
        {
            int end = xhtml.IndexOf(';', at);
            if (end < 0) break;
            if (end - at is < 3 or > 10 || !char.IsAsciiLetter(xhtml[at + 1])) continue;
            string name = xhtml[at..(end + 1)];
            if (name is "&amp;" or "&lt;" or "&gt;" or "&quot;" or "&apos;") continue;
            string decoded = WebUtility.HtmlDecode(name);
            if (decoded.Length != 1) continue;
            text.Append(xhtml, copied, at - copied).Append("&#").Append((int)decoded[0]).Append(';');
            copied = end + 1;
        }

        return text.Append(xhtml, copied, xhtml.Length - copied).ToString();
    }
}
