using System.IO.Compression;
using System.Xml;

namespace Consortium.Adapters.Table.Sources;

/// <summary>The workbook is larger than what is unpacked.</summary>
internal sealed class WorkbookTooLargeException : Exception;

/// <summary>What a cell without a value holds.</summary>
internal enum SheetFault
{
    /// <summary>An error such as #N/A.</summary>
    Error,

    /// <summary>A formula that nobody has calculated.</summary>
    NoResult,
}

/// <summary>
/// The cells of an XLSX that hold something and give no value: errors and formulas without result (ECMA-376 part 1, 18.3.1.4). The reader of cells gives
/// both as if the cell were empty, and an absent value is another thing than one that got lost.
/// </summary>
internal sealed class WorkbookParts
{
    /// <summary>A workbook that unpacks to more bytes than these is refused: an archive of few bytes can be made to fill any memory.</summary>
    public const long MostBytes = 1024L * 1024 * 1024;

    private const int MostFaults = 10_000;

    private static readonly XmlReaderSettings Strict = new() { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null, IgnoreComments = true };
    private static readonly IReadOnlyDictionary<(int, int), SheetFault> None = new Dictionary<(int, int), SheetFault>();

    private readonly Dictionary<string, IReadOnlyDictionary<(int Row, int Column), SheetFault>> _bySheet = new(StringComparer.Ordinal);

    /// <summary>The faults of a sheet, by row and column from 0.</summary>
    public IReadOnlyDictionary<(int Row, int Column), SheetFault> Sheet(string name) => _bySheet.GetValueOrDefault(name, None);

    /// <summary>Reads them; an XLS gives none.</summary>
    /// <exception cref="WorkbookTooLargeException">It unpacks to too many bytes.</exception>
    public static WorkbookParts Read(ReadOnlyMemory<byte> bytes)
    {
        var parts = new WorkbookParts();
        if (!bytes.Span.StartsWith("PK"u8)) return parts;
        using var archive = new ZipArchive(new MemoryStream(bytes.ToArray(), writable: false), ZipArchiveMode.Read);
        if (archive.Entries.Sum(entry => entry.Length) > MostBytes) throw new WorkbookTooLargeException();
        Dictionary<string, string> targets = [];
        foreach (XmlReader relation in Elements(archive, "xl/_rels/workbook.xml.rels", "Relationship"))
        {
            if (relation.GetAttribute("Id") is { } id && relation.GetAttribute("Target") is { } target) targets[id] = target.StartsWith('/') ? target[1..] : "xl/" + target;
        }

        foreach (XmlReader sheet in Elements(archive, "xl/workbook.xml", "sheet"))
        {
            string? id = sheet.GetAttribute("id", "http://schemas.openxmlformats.org/officeDocument/2006/relationships")
                ?? sheet.GetAttribute("id", "http://purl.oclc.org/ooxml/officeDocument/relationships");
            if (sheet.GetAttribute("name") is { } name && id is not null && targets.TryGetValue(id, out string? part)) parts._bySheet[name] = Faults(archive, part);
        }

        return parts;
    }

    private static Dictionary<(int, int), SheetFault> Faults(ZipArchive archive, string part)
    {
        var faults = new Dictionary<(int, int), SheetFault>();
        (int Row, int Column)? cell = null;
        bool error = false, formula = false, value = false;
        if (archive.GetEntry(part) is not { } entry) return faults;
        using Stream stream = entry.Open();
        using XmlReader xml = XmlReader.Create(stream, Strict);
        while (xml.Read() && faults.Count < MostFaults)
        {
            if (xml.NodeType == XmlNodeType.Element && xml.LocalName == "c")
            {
                cell = Position(xml.GetAttribute("r"));
                error = xml.GetAttribute("t") == "e";
                formula = value = false;
                if (xml.IsEmptyElement) cell = null;
            }
            else if (xml.NodeType == XmlNodeType.Element && xml.LocalName == "f")
            {
                formula = true;
            }
            else if (xml.NodeType == XmlNodeType.Element && xml.LocalName is "v" or "is" && !xml.IsEmptyElement)
            {
                value = true;
            }
            else if (xml.NodeType == XmlNodeType.EndElement && xml.LocalName == "c" && cell is { } at)
            {
                if (error) faults[at] = SheetFault.Error;
                else if (formula && !value) faults[at] = SheetFault.NoResult;
            }
        }

        return faults;
    }

    private static IEnumerable<XmlReader> Elements(ZipArchive archive, string part, string name)
    {
        if (archive.GetEntry(part) is not { } entry) yield break;
        using Stream stream = entry.Open();
        using XmlReader xml = XmlReader.Create(stream, Strict);
        while (xml.Read())
        {
            if (xml.NodeType == XmlNodeType.Element && xml.LocalName == name) yield return xml;
        }
    }

    private static (int Row, int Column)? Position(string? name)
    {
        if (name is null) return null;
        int column = 0, at = 0;
        while (at < name.Length && char.IsAsciiLetterUpper(name[at])) column = (column * 26) + (name[at++] - 'A' + 1);
        return at is > 0 and < 4 && int.TryParse(name.AsSpan(at), System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out int row)
            ? (row - 1, column - 1)
            : null;
    }
}
