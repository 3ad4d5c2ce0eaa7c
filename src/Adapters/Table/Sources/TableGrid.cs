using System.Globalization;
using Consortium.Fhir;

namespace Consortium.Adapters.Table.Sources;

/// <summary>What is wrong with one cell: it holds something, and what cannot be told.</summary>
/// <param name="Column">The column, from 0.</param>
/// <param name="Reason">What is wrong and the way out, without the value.</param>
internal sealed record CellFault(int Column, string Reason);

/// <summary>A record of a table.</summary>
/// <param name="Line">The line it starts on, or the row of a spreadsheet; from 1.</param>
/// <param name="Cells">Its cells as shown, quotes removed.</param>
/// <param name="Fault">What is wrong with the whole row, or null.</param>
internal sealed record TableRow(int Line, string[] Cells, string? Fault)
{
    /// <summary>Cells that cannot be read.</summary>
    public IReadOnlyList<CellFault> CellFaults { get; init; } = [];

    /// <summary>Cells that show fewer digits than they hold.</summary>
    public IReadOnlyList<CellFault> Rounded { get; init; } = [];

    /// <summary>True where nothing stands in the row.</summary>
    public bool IsBlank => CellFaults.Count == 0 && Array.TrueForAll(Cells, string.IsNullOrWhiteSpace);
}

/// <summary>A table as read from a file, before its header is found: rows of texts, and how a place in it is called.</summary>
/// <param name="Sheet">The name of the spreadsheet's sheet; null for a text.</param>
/// <param name="Rows">The rows, blank ones left out.</param>
internal sealed record TableGrid(string? Sheet, IReadOnlyList<TableRow> Rows)
{
    /// <summary>True where the table is a sheet of a workbook, whose places are called as in <c>Sheet!C5</c>.</summary>
    public bool IsSheet => Sheet is not null;

    /// <summary>A row's place: <c>line 4</c>, <c>sheet 检验 row 4</c>.</summary>
    public string Place(int line) => Sheet is null
        ? string.Create(CultureInfo.InvariantCulture, $"line {line}")
        : string.Create(CultureInfo.InvariantCulture, $"sheet {Sheet}, row {line}");

    /// <summary>A cell's place: <c>line 4, column 结果</c>, <c>检验!C4 (结果)</c>.</summary>
    public string Place(int line, int column, string? header) => Sheet is null
        ? $"{Place(line)}, column {(string.IsNullOrWhiteSpace(header) ? (column + 1).ToString(CultureInfo.InvariantCulture) : header.Trim())}"
        : $"{Sheet}!{CellName.Of(column, line)}{(string.IsNullOrWhiteSpace(header) ? "" : $" ({header.Trim()})")}";

    /// <summary>An issue at a row.</summary>
    public OutcomeIssue Issue(IssueSeverity severity, string code, int line, string what) =>
        new(severity, code, $"{Capital(Place(line))}: {what}", Place(line), line);

    /// <summary>An issue at a cell: it names the place, never what stands there.</summary>
    public OutcomeIssue Issue(IssueSeverity severity, string code, int line, int column, string? header, string what) =>
        new(severity, code, $"{Capital(Place(line, column, header))}: {what}", Place(line, column, header), line);

    private static string Capital(string place) => place.StartsWith("line ", StringComparison.Ordinal) || place.StartsWith("sheet ", StringComparison.Ordinal)
        ? char.ToUpperInvariant(place[0]) + place[1..] : place;
}

/// <summary>The name of a spreadsheet's cell in A1 style.</summary>
internal static class CellName
{
    /// <summary>The name: column 0 of row 1 is <c>A1</c>, column 26 is <c>AA</c>.</summary>
    public static string Of(int column, int row)
    {
        string letters = "";
        for (int at = column + 1; at > 0; at = (at - 1) / 26) letters = (char)('A' + ((at - 1) % 26)) + letters;
        return string.Create(CultureInfo.InvariantCulture, $"{letters}{row}");
    }
}
