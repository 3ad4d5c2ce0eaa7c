using System.Text;
using System.Xml;
using Consortium.Fhir;

namespace Consortium.FhirFacade.Rest;

/// <summary>How an answer is written.</summary>
/// <param name="IsXml">XML; else JSON.</param>
/// <param name="ContentType">The <c>Content-Type</c>.</param>
internal sealed record ResponseForm(bool IsXml, string ContentType)
{
    public static readonly ResponseForm Json = new(false, Negotiation.FhirJson);

    public static readonly ResponseForm Xml = new(true, Negotiation.FhirXml);

    /// <summary><c>_pretty</c>: for a person to read.</summary>
    public bool Pretty { get; init; }

    /// <summary>A resource in JSON in this form.</summary>
    /// <exception cref="FhirException">406: it has no form in XML.</exception>
    public byte[] Write(byte[] json)
    {
        if (!IsXml) return Pretty ? Negotiation.Indent(json) : json;
        try
        {
            byte[] xml = FhirDocument.Parse(json).ToXml();
            return Pretty ? Indent(xml) : xml;
        }
        catch (FhirFormatException refused)
        {
            // The place is that in the answer, which the client does not have; the reason never holds a value.
            throw new FhirException(406, "not-supported", $"The answer cannot be written in XML: {refused.Message} Ask for application/fhir+json.");
        }
    }

    // Every byte of a narrative counts, white space too: it is copied as it is.
    private static byte[] Indent(byte[] xml)
    {
        var output = new MemoryStream(xml.Length * 2);
        using (var reader = XmlReader.Create(new MemoryStream(xml), new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit }))
        using (var writer = XmlWriter.Create(output, new XmlWriterSettings { Indent = true, Encoding = new UTF8Encoding(false), NewLineChars = "\n" }))
        {
            reader.Read();
            while (!reader.EOF)
            {
                if (reader.NodeType == XmlNodeType.Element && reader.NamespaceURI == "http://www.w3.org/1999/xhtml")
                {
                    writer.WriteRaw(reader.ReadOuterXml());
                }
                else if (reader.NodeType == XmlNodeType.Element)
                {
                    writer.WriteStartElement(reader.LocalName, reader.NamespaceURI);
                    bool empty = reader.IsEmptyElement;
                    while (reader.MoveToNextAttribute())
                    {
                        if (reader.Prefix.Length == 0 && reader.LocalName != "xmlns") writer.WriteAttributeString(reader.LocalName, reader.Value);
                    }

                    if (empty) writer.WriteEndElement();
                    reader.Read();
                }
                else
                {
                    if (reader.NodeType == XmlNodeType.EndElement) writer.WriteEndElement();
                    reader.Read();
                }
            }
        }

        return output.ToArray();
    }
}
