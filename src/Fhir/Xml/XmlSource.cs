using System.Text;
using System.Text.Unicode;
using System.Xml;

namespace Consortium.Fhir.Xml;

/// <summary>
/// The XML input and the reader over it. Document types are refused, so no entity is ever expanded and nothing outside is ever
/// read. A narrative is taken from the text itself, so that it keeps the characters it was written with.
/// </summary>
internal sealed class XmlSource : IDisposable
{
    private static readonly XmlReaderSettings s_settings = new()
    {
        DtdProcessing = DtdProcessing.Prohibit,
        XmlResolver = null,
        IgnoreProcessingInstructions = true,
    };

    private readonly string? _text;
    private readonly List<int> _lines = [];

    private XmlSource(XmlReader reader, string? text) => (Reader, _text) = (reader, text);

    public XmlReader Reader { get; }

    /// <summary>Opens UTF-8, which FHIR asks for (FHIR R4 xml.html); other encodings are read where XML itself says which.</summary>
    public static XmlSource Open(ReadOnlyMemory<byte> xml)
    {
        ReadOnlySpan<byte> bytes = xml.Span;
        if (bytes.StartsWith("\uFEFF"u8)) bytes = bytes[3..];
        if (!IsUtf8(bytes)) return new XmlSource(XmlReader.Create(new MemoryStream(xml.ToArray(), writable: false), s_settings), null);
        string text = Encoding.UTF8.GetString(bytes);
        return new XmlSource(XmlReader.Create(new StringReader(text), s_settings), text);
    }

    /// <summary>The XHTML of the element that the reader is at, which it leaves behind.</summary>
    public string ReadXhtml()
    {
        int start = Offset();
        if (_text is null || Reader.Prefix.Length > 0 || Reader.GetAttribute("xmlns") is null || string.CompareOrdinal(_text, start, "<div", 0, 4) != 0)
        {
            return NarrativeXml.Unprefixed(Reader);
        }

        int depth = Reader.Depth, end = start;
        bool prefixes = false;
        if (!Reader.IsEmptyElement)
        {
            while (Reader.Read() && Reader.Depth > depth) prefixes |= Reader.NodeType == XmlNodeType.Element && Reader.Prefix.Length > 0;
            end = Offset();
        }

        // The text is well-formed by now, so the next '>' outside quotes ends the tag.
        for (char quote = '\0'; _text[end] != '>' || quote != '\0'; end++)
        {
            char at = _text[end];
            if (quote == at) quote = '\0';
            else if (quote == '\0' && at is '"' or '\'') quote = at;
        }

        string xhtml = _text[start..(end + 1)];
        if (prefixes) xhtml = Unprefixed(xhtml);
        Reader.Read();
        return xhtml;
    }

    public void Dispose() => Reader.Dispose();

    private string Unprefixed(string xhtml)
    {
        XmlNamespaceManager outer = new(Reader.NameTable);
        foreach ((string prefix, string name) in ((IXmlNamespaceResolver)Reader).GetNamespacesInScope(XmlNamespaceScope.ExcludeXml)) outer.AddNamespace(prefix, name);
        using XmlReader inner = XmlReader.Create(new StringReader(xhtml), s_settings, new XmlParserContext(Reader.NameTable, outer, null, XmlSpace.None));
        inner.MoveToContent();
        return NarrativeXml.Unprefixed(inner);
    }

    /// <summary>Where the tag that the reader is at begins in the text; the reader's place is that of the name in it.</summary>
    private int Offset()
    {
        if (_text is null) return 0;
        if (_lines.Count == 0)
        {
            // XML ends a line with CR LF, LF or CR (XML 1.0 2.11).
            _lines.Add(0);
            for (int i = 0; i < _text.Length; i++)
            {
                if (_text[i] == '\n' || (_text[i] == '\r' && (i + 1 == _text.Length || _text[i + 1] != '\n'))) _lines.Add(i + 1);
            }
        }

        IXmlLineInfo place = (IXmlLineInfo)Reader;
        int offset = _lines[place.LineNumber - 1] + place.LinePosition - 2;
        return Reader.NodeType == XmlNodeType.EndElement ? offset - 1 : offset;
    }

    private static bool IsUtf8(ReadOnlySpan<byte> xml)
    {
        if (!Utf8.IsValid(xml) || xml.Contains((byte)0)) return false;
        if (!xml.StartsWith("<?xml"u8)) return true;
        int end = xml.IndexOf("?>"u8);
        if (end < 0) return true;
        ReadOnlySpan<byte> declaration = xml[..end];
        return declaration.IndexOf("encoding"u8) < 0 || Encoding.ASCII.GetString(declaration).Contains("utf-8", StringComparison.OrdinalIgnoreCase);
    }
}
