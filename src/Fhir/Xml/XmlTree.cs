using System.Xml;

namespace Consortium.Fhir.Xml;

/// <summary>An XML element of a FHIR resource with its place; a narrative keeps its XHTML whole.</summary>
internal sealed class XmlTree
{
    /// <summary>An element becomes at most an array and an object of JSON, whose reader allows <see cref="Json.JsonTreeReader.MaxDepth"/>.</summary>
    private const int MaxDepth = (Json.JsonTreeReader.MaxDepth / 2) - 4;

    private const string FhirNamespace = "http://hl7.org/fhir";

    private XmlTree(string name, int line, int column) => (Name, Line, Column) = (name, line, column);

    public string Name { get; }

    public int Line { get; }

    public int Column { get; }

    public string? Id { get; private set; }

    public string? Url { get; private set; }

    public string? Value { get; private set; }

    /// <summary>The XHTML of a narrative's div.</summary>
    public string? Xhtml { get; private set; }

    /// <summary>The element before it that the definition has after it; null where the order is right.</summary>
    public string? Follows { get; set; }

    public List<XmlTree> Children { get; } = [];

    /// <summary>
    /// Reads one resource (FHIR R4 xml.html). Document types are refused, so no entity is ever expanded and nothing outside is
    /// ever read.
    /// </summary>
    public static XmlTree Read(ReadOnlyMemory<byte> xml)
    {
        using XmlSource source = XmlSource.Open(xml);
        XmlReader reader = source.Reader;
        try
        {
            reader.MoveToContent();
            XmlTree root = ReadElement(source, 0);
            while (reader.Read())
            {
                if (reader.NodeType == XmlNodeType.Element) throw Refuse(reader, "There is more than one root element.");
            }

            return root;
        }
        catch (XmlException broken)
        {
            // The reader's message may quote the input, which may be patient data.
            throw new FhirFormatException("The input is not well-formed XML, or it has a document type, which FHIR forbids.", Math.Max(1, broken.LineNumber), Math.Max(1, broken.LinePosition));
        }
    }

    private static XmlTree ReadElement(XmlSource source, int depth)
    {
        XmlReader reader = source.Reader;
        IXmlLineInfo place = (IXmlLineInfo)reader;
        if (depth > MaxDepth) throw Refuse(reader, $"Elements are nested deeper than {MaxDepth} levels.");
        XmlTree element = new(reader.LocalName, place.LineNumber, Math.Max(1, place.LinePosition - 1));
        if (reader.NamespaceURI == NarrativeXml.Namespace && reader.LocalName == "div")
        {
            element.Xhtml = source.ReadXhtml();
            return element;
        }

        if (reader.NamespaceURI != FhirNamespace) throw Refuse(reader, $"An element is not in the namespace {FhirNamespace}.");
        bool empty = reader.IsEmptyElement;
        element.ReadAttributes(reader);
        if (empty)
        {
            reader.Read();
            return element;
        }

        reader.Read();
        while (reader.NodeType != XmlNodeType.EndElement)
        {
            switch (reader.NodeType)
            {
                case XmlNodeType.Element:
                    element.Children.Add(ReadElement(source, depth + 1));
                    break;
                case XmlNodeType.Text or XmlNodeType.CDATA:
                    throw Refuse(reader, "FHIR elements have no text; a value stands in the attribute value.");
                default:
                    reader.Read();
                    break;
            }
        }

        reader.Read();
        return element;
    }

    private void ReadAttributes(XmlReader reader)
    {
        while (reader.MoveToNextAttribute())
        {
            if (reader.NamespaceURI is "http://www.w3.org/2000/xmlns/" or "http://www.w3.org/2001/XMLSchema-instance") continue;
            switch (reader.NamespaceURI.Length == 0 ? reader.LocalName : string.Empty)
            {
                case "id": Id = reader.Value; break;
                case "url": Url = reader.Value; break;
                case "value": Value = reader.Value; break;
                default: throw Refuse(reader, "An attribute is none of id, url and value.");
            }
        }

        reader.MoveToElement();
    }

    private static FhirFormatException Refuse(XmlReader reader, string message) =>
        new(message, Math.Max(1, ((IXmlLineInfo)reader).LineNumber), Math.Max(1, ((IXmlLineInfo)reader).LinePosition));
}
