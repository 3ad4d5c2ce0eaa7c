using System.IO.Compression;
using System.Text;

namespace Consortium.Adapters.Tests.Files;

/// <summary>DOCX files as tests need them: each part is what the test says.</summary>
internal sealed class DocxFile
{
    public const string Word = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";
    private const string Office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

    private readonly Dictionary<string, string> _parts = new(StringComparer.Ordinal);
    private readonly StringBuilder _relations = new();

    public DocxFile(string body, string mainType = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml")
    {
        _parts["[Content_Types].xml"] = $"""<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" ContentType="{mainType}"/></Types>""";
        _parts["_rels/.rels"] = $"""<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="{Office}/officeDocument" Target="word/document.xml"/></Relationships>""";
        _parts["word/document.xml"] = Document(body);
    }

    /// <summary>A paragraph of plain text.</summary>
    public static string Paragraph(string text, string properties = "") => $"<w:p>{properties}{Run(text)}</w:p>";

    /// <summary>A run with these properties.</summary>
    public static string Run(string text, string properties = "") =>
        $"""<w:r>{(properties.Length == 0 ? "" : $"<w:rPr>{properties}</w:rPr>")}<w:t xml:space="preserve">{text}</w:t></w:r>""";

    /// <summary>A table of rows of cells; each cell is block content.</summary>
    public static string TableOf(params string[][] rows) =>
        $"<w:tbl>{string.Concat(rows.Select(row => $"<w:tr>{string.Concat(row.Select(cell => $"<w:tc>{cell}</w:tc>"))}</w:tr>"))}</w:tbl>";

    /// <summary>A table of cells of plain text.</summary>
    public static string TextTable(params string[][] rows) => TableOf([.. rows.Select(row => row.Select(cell => Paragraph(cell)).ToArray())]);

    /// <summary>A part that the document refers to.</summary>
    public DocxFile With(string kind, string id, string content)
    {
        string part = $"{kind}-{id}.xml";
        _parts["word/" + part] = content;
        _relations.Append(System.Globalization.CultureInfo.InvariantCulture, $"""<Relationship Id="{id}" Type="{Office}/{kind}" Target="{part}"/>""");
        return this;
    }

    /// <summary>A part of WordprocessingML that the document refers to.</summary>
    public DocxFile WithWord(string kind, string id, string root, string content) =>
        With(kind, id, $"""<w:{root} xmlns:w="{Word}" xmlns:r="{Office}">{content}</w:{root}>""");

    /// <summary>A raw part.</summary>
    public DocxFile Raw(string name, string content)
    {
        _parts[name] = content;
        return this;
    }

    public byte[] Bytes()
    {
        _parts["word/_rels/document.xml.rels"] = $"""<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{_relations}</Relationships>""";
        using var buffer = new MemoryStream();
        using (var zip = new ZipArchive(buffer, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach ((string name, string content) in _parts)
            {
                using Stream entry = zip.CreateEntry(name).Open();
                entry.Write(Encoding.UTF8.GetBytes(content));
            }
        }

        return buffer.ToArray();
    }

    public static string Document(string body) => $"""
        <?xml version="1.0" encoding="UTF-8" standalone="yes"?>
        <w:document xmlns:w="{Word}" xmlns:r="{Office}" xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" xmlns:v="urn:schemas-microsoft-com:vml" xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml"><w:body>{body}</w:body></w:document>
        """;
}
