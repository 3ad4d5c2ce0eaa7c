using System.Buffers;
using System.Xml;

namespace Consortium.Adapters.Cda.Xml;

/// <summary>Reads a document into a tree: no DTD, no external entities, bounded in bytes, depth, attributes and nodes (<see cref="CdaLimits"/>).</summary>
internal static class CdaReader
{
    /// <summary>The namespace of CDA.</summary>
    public const string Hl7 = "urn:hl7-org:v3";

    private const string Sdtc = "urn:hl7-org:sdtc";
    private const string Instance = "http://www.w3.org/2001/XMLSchema-instance";

    private static readonly XmlReaderSettings Settings = new()
    {
        DtdProcessing = DtdProcessing.Prohibit,
        XmlResolver = null,
        IgnoreComments = true,
        IgnoreProcessingInstructions = true,
        MaxCharactersInDocument = CdaLimits.Bytes,
        MaxCharactersFromEntities = 1,
    };

    private static readonly SearchValues<string> s_doctype = SearchValues.Create(["<!DOCTYPE"], StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether the record begins as a CDA document does: 100 with its root and namespace, 0 otherwise.</summary>
    public static int Detect(ReadOnlySpan<byte> bytes)
    {
        string start = CdaCharset.Peek(bytes);
        int root = start.IndexOf("ClinicalDocument", StringComparison.Ordinal);
        if (root < 1 || !start.TrimStart().StartsWith('<')) return 0;
        return start[root - 1] is '<' or ':' && start.Contains(Hl7, StringComparison.Ordinal) ? 100 : 0;
    }

    /// <summary>The root of a document.</summary>
    /// <exception cref="CdaFormatException">It is no XML, no whole CDA document, or beyond the limits.</exception>
    public static CdaNode Read(ReadOnlyMemory<byte> bytes, string? sourceCharset)
    {
        if (bytes.Length > CdaLimits.Bytes) throw new CdaFormatException("too-long", $"the document has more than {CdaLimits.Bytes} bytes. Split it, or send its attachments by themselves.");
        using var decoded = CdaCharset.Decode(bytes.Span, sourceCharset);
        ReadOnlyMemory<char> text = decoded.Text.TrimStart();
        RefuseDtd(text.Span);
        using var reader = XmlReader.Create(new CharactersReader(text), Settings);
        try
        {
            return ReadRoot(reader);
        }
        catch (XmlException e)
        {
            // The reader's own words may quote the document.
            throw new CdaFormatException("structure", "this is no well-formed XML: was it damaged or cut off?", e.LineNumber, e.LinePosition);
        }
    }

    private static void RefuseDtd(ReadOnlySpan<char> text)
    {
        int dtd = text.IndexOfAny(s_doctype);
        if (dtd < 0) return;
        int root = text.IndexOf("ClinicalDocument", StringComparison.Ordinal);
        if (root >= 0 && root < dtd) return;
        throw new CdaFormatException("security", "the document has a DTD (<!DOCTYPE), which can name files and grow without bound; CDA has none. Send it without.", text[..dtd].Count('\n') + 1);
    }

    private static CdaNode ReadRoot(XmlReader reader)
    {
        var position = (IXmlLineInfo)reader;
        CdaNode? root = null, at = null;
        int depth = 0, nodes = 0, narrative = 0;
        while (reader.Read())
        {
            switch (reader.NodeType)
            {
                case XmlNodeType.Element:
                    if (root is null) RefuseFragment(reader, position);
                    var node = new CdaNode(Name(reader), at, position.LineNumber, position.LinePosition);
                    if (reader.HasAttributes) ReadAttributes(reader, node);
                    at?.Append(node);
                    root ??= node;
                    if (++nodes > CdaLimits.Nodes) throw Beyond($"more than {CdaLimits.Nodes} elements", position);
                    reader.MoveToElement();
                    if (reader.IsEmptyElement) break;
                    if (++depth > CdaLimits.Depth) throw Beyond($"elements nested deeper than {CdaLimits.Depth} levels", position);
                    at = node;
                    if (narrative > 0 || node is { Name: "text", Parent.Name: "section" }) narrative++;
                    break;
                case XmlNodeType.EndElement:
                    at = at!.Parent;
                    depth--;
                    if (narrative > 0) narrative--;
                    break;
                case XmlNodeType.Text or XmlNodeType.CDATA:
                    at?.Append(new CdaNode(CdaNode.TextName, at, position.LineNumber, position.LinePosition) { Characters = reader.Value });
                    break;
                case XmlNodeType.Whitespace or XmlNodeType.SignificantWhitespace when narrative > 0 && at!.Name is not ("table" or "thead" or "tbody" or "tfoot" or "tr" or "list"):
                    at!.Append(new CdaNode(CdaNode.TextName, at, position.LineNumber, position.LinePosition) { Characters = " " });
                    break;
            }
        }

        return root ?? throw new CdaFormatException("structure", "there is no element in it.", 1, 1);
    }

    private static void RefuseFragment(XmlReader reader, IXmlLineInfo position)
    {
        if (reader.LocalName != "ClinicalDocument")
        {
            throw new CdaFormatException(
                "structure",
                reader.NamespaceURI == Hl7 || reader.LocalName is "section" or "entry" or "component" or "observation" or "act" or "organizer" or "procedure" or "encounter" or "substanceAdministration" or "supply"
                    ? "this is a piece of a CDA document (its root is no ClinicalDocument): whose it is cannot be known. Send the whole document."
                    : "the root is no ClinicalDocument of CDA R2.",
                position.LineNumber,
                position.LinePosition);
        }

        if (reader.NamespaceURI != Hl7)
        {
            throw new CdaFormatException("structure", "the root is a ClinicalDocument, but not of the namespace urn:hl7-org:v3. Send CDA R2.", position.LineNumber, position.LinePosition);
        }
    }

    private static string Name(XmlReader reader) => reader.NamespaceURI switch
    {
        Hl7 => reader.LocalName,
        Sdtc => $"sdtc:{reader.LocalName}",
        _ => $"other:{reader.LocalName}",
    };

    private static void ReadAttributes(XmlReader reader, CdaNode node)
    {
        if (reader.AttributeCount > CdaLimits.Attributes) throw Beyond($"more than {CdaLimits.Attributes} attributes in one element", (IXmlLineInfo)reader);
        var attributes = new (string, string)[reader.AttributeCount];
        int count = 0;
        while (reader.MoveToNextAttribute())
        {
            // Declarations of namespaces are of a namespace of their own, and so left out.
            string space = reader.NamespaceURI;
            string name = space.Length == 0 ? reader.LocalName : space switch
            {
                Instance => reader.LocalName == "type" ? "xsi:type" : "",
                Sdtc => $"sdtc:{reader.LocalName}",
                _ => "",
            };
            if (name.Length > 0) attributes[count++] = (name, reader.Value);
        }

        node.SetAttributes(count == attributes.Length ? attributes : attributes[..count]);
    }

    private static CdaFormatException Beyond(string what, IXmlLineInfo position) =>
        new("too-costly", $"the document has {what}, which no clinical document needs. It is kept and not read.", position.LineNumber, position.LinePosition);
}
