using System.Globalization;
using System.Text;
using Consortium.Fhir;
using ExcelDataReader;
using ExcelDataReader.Exceptions;

namespace Consortium.Adapters.Table.Sources;

/// <summary>
/// Reads the visible sheets of a workbook (XLSX, XLS) as their cells show them. Dates come as <c>2024-03-05 08:05</c> whatever their format shows, since a cell
/// of a date has one reading; numbers as shown (<see cref="NumberFormat"/>); one cell merged over several rows stands in each of them.
/// </summary>
internal static class Workbook
{
    /// <summary>Why a number cannot be read.</summary>
    internal const string TooManyDigits = "the cell holds a number of more than 15 digits, of which a spreadsheet has cut the last ones. Format the column as text and fill it again.";

    private const string Error = "the cell holds an error of a formula. Correct it in the spreadsheet.";
    private const string NoResult = "the cell holds a formula without its result. Open the workbook, calculate and save it.";

    /// <summary>Why a rounded number is refused.</summary>
    internal const string Rounded = "the cell holds more digits than it shows; which of the two is meant must not be guessed. Show all digits, or say `numbers: shown` or `numbers: stored` in the table's map.";

    static Workbook() => Encoding.RegisterProvider(CodePagesEncodingProvider.Instance); // the code pages of old workbooks

    /// <summary>True where the bytes begin as a ZIP archive or an OLE2 compound file.</summary>
    public static bool IsContainer(ReadOnlySpan<byte> bytes) => IsZip(bytes) || IsCompound(bytes);

    /// <summary>True where the container holds a workbook and no text document.</summary>
    public static bool IsWorkbook(ReadOnlySpan<byte> bytes)
    {
        if (IsZip(bytes)) return bytes.IndexOf("xl/workbook.xml"u8) >= 0 || bytes.IndexOf("xl/worksheets/"u8) >= 0;
        return IsCompound(bytes) && (bytes.IndexOf(Encoding.Unicode.GetBytes("Workbook\0")) >= 0 || bytes.IndexOf(Encoding.Unicode.GetBytes("Book\0")) >= 0);
    }

    /// <summary>The sheets of a workbook; or none and the reason.</summary>
    /// <param name="bytes">The file.</param>
    /// <param name="stored">True where numbers are wanted as stored, not as shown.</param>
    /// <param name="issue">Why it cannot be read.</param>
    public static IReadOnlyList<TableGrid> Read(ReadOnlyMemory<byte> bytes, bool stored, out OutcomeIssue? issue)
    {
        issue = null;
        try
        {
            WorkbookParts parts = WorkbookParts.Read(bytes);
            using var stream = new MemoryStream(bytes.ToArray(), writable: false);
            using IExcelDataReader reader = ExcelReaderFactory.CreateReader(stream);
            var grids = new List<TableGrid>();
            do
            {
                if (!string.Equals(reader.VisibleState, "visible", StringComparison.OrdinalIgnoreCase)) continue;
                if (Sheet(reader, parts.Sheet(reader.Name), stored) is { Rows.Count: > 0 } grid) grids.Add(grid);
            }
            while (reader.NextResult());
            return grids;
        }
        catch (InvalidPasswordException)
        {
            issue = Unreadable("the workbook is protected by a password. Save it without one.");
        }
        catch (WorkbookTooLargeException)
        {
            issue = Unreadable($"the workbook unpacks to more than {WorkbookParts.MostBytes / (1024 * 1024)} MiB. Split it.");
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // A damaged workbook fails in as many ways as it has parts; none of them may take the adapter along, and their messages may hold cells.
            issue = Unreadable("the workbook is damaged or in a form that cannot be read. Open it in a spreadsheet program and save it again as XLSX.");
        }

        return [];
    }

    private static TableGrid Sheet(IExcelDataReader reader, IReadOnlyDictionary<(int Row, int Column), SheetFault> faults, bool stored)
    {
        var rows = new List<(string[] Cells, List<CellFault> Faults, List<CellFault> Rounded)>();
        while (reader.Read())
        {
            var cells = new string[reader.FieldCount];
            var faulty = new List<CellFault>();
            var rounded = new List<CellFault>();
            for (int i = 0; i < cells.Length; i++)
            {
                cells[i] = Text(reader, i, stored, out string? fault, out bool isRounded);
                if (cells[i].Length == 0 && faults.TryGetValue((rows.Count, i), out SheetFault known)) fault = known == SheetFault.Error ? Error : NoResult;
                if (fault is not null) faulty.Add(new CellFault(i, fault));
                if (isRounded) rounded.Add(new CellFault(i, Rounded));
            }

            rows.Add((cells, faulty, rounded));
        }

        foreach (CellRange merged in reader.MergeCells ?? []) FillDown(rows, merged);
        IEnumerable<TableRow> made = rows.Select((row, i) => new TableRow(i + 1, row.Cells, null) { CellFaults = row.Faults, Rounded = row.Rounded });
        return new TableGrid(reader.Name, [.. made.Where(row => !row.IsBlank)]);
    }

    // One cell over several rows says the same of each of them. Across columns it says nothing of the others: a title is no value of each column.
    private static void FillDown(List<(string[] Cells, List<CellFault> Faults, List<CellFault> Rounded)> rows, CellRange merged)
    {
        if (merged.FromColumn != merged.ToColumn || merged.FromRow >= rows.Count || merged.FromColumn >= rows[merged.FromRow].Cells.Length) return;
        for (int i = merged.FromRow + 1; i <= merged.ToRow && i < rows.Count; i++)
        {
            rows[i].Cells[merged.FromColumn] = rows[merged.FromRow].Cells[merged.FromColumn];
            rows[i].Faults.AddRange(rows[merged.FromRow].Faults.Where(fault => fault.Column == merged.FromColumn));
            rows[i].Rounded.AddRange(rows[merged.FromRow].Rounded.Where(fault => fault.Column == merged.FromColumn));
        }
    }

    private static string Text(IExcelDataReader reader, int column, bool stored, out string? fault, out bool isRounded)
    {
        fault = null;
        isRounded = false;
        switch (reader.GetValue(column))
        {
            case null:
                return "";
            case string text:
                return text;
            case DateTime date:
                return Date(date, reader.GetNumberFormatString(column) ?? "");
            case TimeSpan time:
                return string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalHours:00}:{time.Minutes:00}:{time.Seconds:00}");
            case bool flag:
                return flag ? "TRUE" : "FALSE";
            case var number:
                double value = System.Convert.ToDouble(number, CultureInfo.InvariantCulture);
                if (NumberFormat.Show(value, reader.GetNumberFormatString(column)) is not { } shown)
                {
                    fault = TooManyDigits;
                    return "";
                }

                if (stored && shown.IsRounded) return NumberFormat.Stored(value)!;
                isRounded = shown.IsRounded;
                return shown.Text;
        }
    }

    // A format without a time hides one that the cell holds: midnight says nothing, another time is kept.
    private static string Date(DateTime date, string format)
    {
        DateTime second = new DateTime(((date.Ticks + (TimeSpan.TicksPerSecond / 2)) / TimeSpan.TicksPerSecond) * TimeSpan.TicksPerSecond, DateTimeKind.Unspecified);
        bool onlyTime = second.Year < 1900 || second.Date == new DateTime(1899, 12, 31);
        if (onlyTime) return second.ToString("HH:mm:ss", CultureInfo.InvariantCulture);
        bool showsTime = format.Contains('h', StringComparison.OrdinalIgnoreCase) || second.TimeOfDay != TimeSpan.Zero;
        string pattern = !showsTime ? "yyyy-MM-dd" : second.Second == 0 ? "yyyy-MM-dd HH:mm" : "yyyy-MM-dd HH:mm:ss";
        return second.ToString(pattern, CultureInfo.InvariantCulture);
    }

    private static OutcomeIssue Unreadable(string why) => new(IssueSeverity.Fatal, "structure", char.ToUpperInvariant(why[0]) + why[1..], "workbook");

    private static bool IsZip(ReadOnlySpan<byte> bytes) => bytes.StartsWith("PK\u0003\u0004"u8);

    private static bool IsCompound(ReadOnlySpan<byte> bytes) => bytes.StartsWith<byte>([0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1]);
}
