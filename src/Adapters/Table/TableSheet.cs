using Consortium.Adapters.Table.Sources;
using Consortium.Fhir;

namespace Consortium.Adapters.Table;

/// <summary>A table whose header has been found: cells by field.</summary>
internal sealed class TableSheet
{
    private readonly string[] _header;
    private readonly Dictionary<TableField, int> _columnOf;

    private TableSheet(TableGrid grid, string[] header, Dictionary<TableField, int> columnOf, IReadOnlyList<TableRow> rows)
    {
        Grid = grid;
        _header = header;
        _columnOf = columnOf;
        Rows = rows;
    }

    /// <summary>The table that it is.</summary>
    public TableGrid Grid { get; }

    /// <summary>The rows below the header.</summary>
    public IReadOnlyList<TableRow> Rows { get; }

    /// <summary>Number of columns of the header.</summary>
    public int Columns => _header.Length;

    /// <summary>Header names that the mapping does not know.</summary>
    public required IReadOnlyList<string> Unmapped { get; init; }

    /// <summary>How many columns of the best header row the mapping knows.</summary>
    public static int Recognised(TableGrid grid, TableMapping mapping) => Best(grid, mapping).Count;

    /// <summary>The table; or null and the reason.</summary>
    public static TableSheet? Find(TableGrid grid, TableMapping mapping, out OutcomeIssue? issue)
    {
        (int at, int count) = Best(grid, mapping);
        if (count < 2)
        {
            issue = grid.Issue(
                IssueSeverity.Fatal, "structure", grid.Rows.Count == 0 ? 1 : grid.Rows[0].Line,
                $"none of the first {TableLines.HeaderWithin} lines is a header that the mapping {mapping.Name} knows. Add the table's header names to {TableMapping.SiteFile} in the site folder.");
            return null;
        }

        return Build(grid, at, mapping, out issue);
    }

    private static (int At, int Count) Best(TableGrid grid, TableMapping mapping)
    {
        int best = -1, most = 0;
        for (int i = 0; i < Math.Min(grid.Rows.Count, TableLines.HeaderWithin); i++)
        {
            int count = grid.Rows[i].Cells.Select(mapping.FieldOf).Where(field => field is not null).Distinct().Count();
            if (count > most) (best, most) = (i, count);
        }

        return (best, most);
    }

    /// <summary>The cell of a field, trimmed; null where the table has no such column or the cell is blank.</summary>
    public string? this[TableRow row, TableField field]
    {
        get
        {
            if (!_columnOf.TryGetValue(field, out int column) || column >= row.Cells.Length) return null;
            string cell = row.Cells[column].Trim(' ', '\t', '\u3000', '\u00A0', '\r', '\n');
            return cell.Length == 0 ? null : cell;
        }
    }

    /// <summary>True where the table has such a column.</summary>
    public bool Has(TableField field) => _columnOf.ContainsKey(field);

    /// <summary>An issue at a cell: it names line and column, never what stands there.</summary>
    public OutcomeIssue Issue(TableRow row, TableField field, IssueSeverity severity, string code, string what) => _columnOf.TryGetValue(field, out int at)
        ? Grid.Issue(severity, code, row.Line, at, _header[at], what)
        : Grid.Issue(severity, code, row.Line, what);

    /// <summary>What of a row's mapped cells cannot be read.</summary>
    public IEnumerable<OutcomeIssue> Faults(TableRow row) => row.CellFaults.Concat(row.Rounded)
        .Where(fault => _columnOf.ContainsValue(fault.Column))
        .Select(fault => Grid.Issue(IssueSeverity.Error, "value", row.Line, fault.Column, _header[fault.Column], fault.Reason));

    private static TableSheet? Build(TableGrid grid, int headerAt, TableMapping mapping, out OutcomeIssue? issue)
    {
        IReadOnlyList<TableRow> rows = grid.Rows;
        string[] header = rows[headerAt].Cells;
        int line = rows[headerAt].Line;
        Dictionary<TableField, int> columnOf = [];
        List<string> unmapped = [];
        for (int i = 0; i < header.Length; i++)
        {
            if (mapping.FieldOf(header[i]) is not { } field)
            {
                if (!string.IsNullOrWhiteSpace(header[i])) unmapped.Add(header[i].Trim());
                continue;
            }

            if (columnOf.TryAdd(field, i)) continue;
            issue = grid.Issue(
                IssueSeverity.Fatal, "structure", line,
                $"the columns {header[columnOf[field]].Trim()} and {header[i].Trim()} both mean {field}. Say in {TableMapping.SiteFile} in the site folder which one does.");
            return null;
        }

        if (mapping.Required.FirstOrDefault(field => !columnOf.ContainsKey(field), (TableField)(-1)) is var missing && Enum.IsDefined(missing))
        {
            issue = grid.Issue(
                IssueSeverity.Fatal, "required", line, $"the header has no column for {missing}. Add its name to {TableMapping.SiteFile} in the site folder.");
            return null;
        }

        issue = null;
        return new TableSheet(grid, header, columnOf, [.. rows.Skip(headerAt + 1)]) { Unmapped = unmapped };
    }
}
