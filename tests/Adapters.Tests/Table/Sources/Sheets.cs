using System.Globalization;
using System.IO.Compression;
using System.Security;
using System.Text;

namespace Consortium.Adapters.Tests.Table.Sources;

/// <summary>A cell that a test writes into a workbook.</summary>
/// <param name="Value">The text, or the number's digits as XLSX stores them.</param>
/// <param name="Format">The number format; null for a text.</param>
/// <param name="Raw">The element inside the cell where the test wants another one than a value.</param>
/// <param name="Type">The cell's type attribute where the test wants another one.</param>
internal sealed record SheetCell(string Value, string? Format = null, string? Raw = null, string? Type = null)
{
    public static implicit operator SheetCell(string text) => new(text);

    /// <summary>A number under a format.</summary>
    public static SheetCell Number(string digits, string format = "General") => new(digits, format);

    /// <summary>A date under a format.</summary>
    public static SheetCell Date(DateTime date, string format) => new(date.ToOADate().ToString("R", CultureInfo.InvariantCulture), format);
}

/// <summary>Writes workbooks as the standard describes them (ECMA-376 part 1), without the library that reads them.</summary>
internal static class Sheets
{
    /// <summary>An XLSX of one sheet.</summary>
    public static byte[] Xlsx(params SheetCell[][] rows) => Xlsx([("检验", rows, "visible", [])]);

    /// <summary>An XLSX of several sheets, each with its state and its merged ranges.</summary>
    public static byte[] Xlsx(IReadOnlyList<(string Name, SheetCell[][] Rows, string State, string[] Merged)> sheets)
    {
        var formats = new List<string>();
        using var stream = new MemoryStream();
        using (var archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            Add(archive, "[Content_Types].xml", "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"><Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/><Default Extension=\"xml\" ContentType=\"application/xml\"/><Override PartName=\"/xl/workbook.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml\"/></Types>");
            Add(archive, "_rels/.rels", "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"><Relationship Id=\"r1\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>");
            var listed = new StringBuilder();
            var relations = new StringBuilder();
            for (int i = 0; i < sheets.Count; i++)
            {
                listed.Append(CultureInfo.InvariantCulture, $"<sheet name=\"{SecurityElement.Escape(sheets[i].Name)}\" sheetId=\"{i + 1}\" state=\"{sheets[i].State}\" r:id=\"s{i}\"/>");
                relations.Append(CultureInfo.InvariantCulture, $"<Relationship Id=\"s{i}\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet\" Target=\"worksheets/sheet{i}.xml\"/>");
                Add(archive, $"xl/worksheets/sheet{i}.xml", Sheet(sheets[i].Rows, sheets[i].Merged, formats));
            }

            Add(archive, "xl/workbook.xml", $"<workbook xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\" xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"><sheets>{listed}</sheets></workbook>");
            Add(archive, "xl/_rels/workbook.xml.rels", $"<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">{relations}<Relationship Id=\"st\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles\" Target=\"styles.xml\"/></Relationships>");
            Add(archive, "xl/styles.xml", Styles(formats));
        }

        return stream.ToArray();
    }

    private static string Sheet(SheetCell[][] rows, string[] merged, List<string> formats)
    {
        var xml = new StringBuilder("<worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><sheetData>");
        for (int r = 0; r < rows.Length; r++)
        {
            if (rows[r].Length == 0) continue; // a row without cells is not written: its number is missing
            xml.Append(CultureInfo.InvariantCulture, $"<row r=\"{r + 1}\">");
            for (int c = 0; c < rows[r].Length; c++)
            {
                SheetCell cell = rows[r][c];
                if (cell is { Value.Length: 0, Raw: null }) continue;
                string at = $"{(char)('A' + c)}{(r + 1).ToString(CultureInfo.InvariantCulture)}";
                if (cell.Raw is not null)
                {
                    xml.Append(CultureInfo.InvariantCulture, $"<c r=\"{at}\"{(cell.Type is null ? "" : $" t=\"{cell.Type}\"")}>{cell.Raw}</c>");
                }
                else if (cell.Format is null)
                {
                    xml.Append(CultureInfo.InvariantCulture, $"<c r=\"{at}\" t=\"inlineStr\"><is><t xml:space=\"preserve\">{SecurityElement.Escape(cell.Value)}</t></is></c>");
                }
                else
                {
                    if (!formats.Contains(cell.Format)) formats.Add(cell.Format);
                    xml.Append(CultureInfo.InvariantCulture, $"<c r=\"{at}\" s=\"{formats.IndexOf(cell.Format) + 1}\"><v>{cell.Value}</v></c>");
                }
            }

            xml.Append("</row>");
        }

        xml.Append("</sheetData>");
        if (merged.Length > 0) xml.Append(CultureInfo.InvariantCulture, $"<mergeCells count=\"{merged.Length}\">{string.Concat(merged.Select(range => $"<mergeCell ref=\"{range}\"/>"))}</mergeCells>");
        return xml.Append("</worksheet>").ToString();
    }

    private static string Styles(List<string> formats)
    {
        string own = string.Concat(formats.Select((format, i) => $"<numFmt numFmtId=\"{(200 + i).ToString(CultureInfo.InvariantCulture)}\" formatCode=\"{SecurityElement.Escape(format)}\"/>"));
        string styles = string.Concat(formats.Select((_, i) => $"<xf numFmtId=\"{(200 + i).ToString(CultureInfo.InvariantCulture)}\" applyNumberFormat=\"1\"/>"));
        return $"<styleSheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><numFmts>{own}</numFmts><cellXfs><xf numFmtId=\"0\"/>{styles}</cellXfs></styleSheet>";
    }

    private static void Add(ZipArchive archive, string name, string content)
    {
        using Stream entry = archive.CreateEntry(name).Open();
        entry.Write(Encoding.UTF8.GetBytes(content));
    }
}
