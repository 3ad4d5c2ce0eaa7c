using Consortium.Adapters.Table.Language.Compile;
using Consortium.Adapters.Table.Sources;
using Consortium.Fhir;

namespace Consortium.Adapters.Table.Language.Run;

/// <summary>A table whose header a map knows: its cells by the columns of the map.</summary>
internal sealed class MatchedTable
{
    private readonly int[] _columnAt;

    private MatchedTable(TableGrid grid, TableMapPlan map, int headerAt, int[] columnAt)
    {
        Grid = grid;
        Map = map;
        Header = grid.Rows[headerAt].Cells;
        _columnAt = columnAt;
        Rows = [.. grid.Rows.Skip(headerAt + 1)];
    }

    /// <summary>The table as read.</summary>
    public TableGrid Grid { get; }

    /// <summary>The map.</summary>
    public TableMapPlan Map { get; }

    /// <summary>The header as it stands.</summary>
    public string[] Header { get; }

    /// <summary>The rows below the header.</summary>
    public IReadOnlyList<TableRow> Rows { get; private set; }

    /// <summary>How many columns of the map the table has.</summary>
    public int Matched => _columnAt.Count(column => column >= 0);

    /// <summary>The table under a map; null where no row near its top is a header with the map's required columns.</summary>
    /// <param name="grid">The table.</param>
    /// <param name="map">The map.</param>
    /// <param name="issue">What is wrong with a header that would do.</param>
    public static MatchedTable? Find(TableGrid grid, TableMapPlan map, out OutcomeIssue? issue)
    {
        issue = null;
        MatchedTable? best = null;
        for (int i = 0; i < Math.Min(grid.Rows.Count, TableLines.HeaderWithin); i++)
        {
            string[] cells = grid.Rows[i].Cells;
            int[] columnAt = [.. Enumerable.Repeat(-1, map.Columns.Count)];
            OutcomeIssue? twice = null;
            for (int c = 0; c < cells.Length; c++)
            {
                if (map.ColumnOf(cells[c]) is not { } column) continue;
                if (columnAt[column] < 0) columnAt[column] = c;
                else twice ??= grid.Issue(IssueSeverity.Fatal, "structure", grid.Rows[i].Line, $"the columns {cells[columnAt[column]].Trim()} and {cells[c].Trim()} both mean {map.Columns[column]} in the map {map.Name}. Take one of the names out of it.");
            }

            if (!Array.TrueForAll(map.Required, column => columnAt[column] >= 0)) continue;
            int matched = columnAt.Count(column => column >= 0);
            if (matched < Math.Min(2, map.Columns.Count) || (best is not null && best.Matched >= matched)) continue;
            best = new MatchedTable(grid, map, i, columnAt);
            issue = twice;
        }

        best?.FillDown();
        return best;
    }

    /// <summary>A cell, trimmed; null where the table has no such column or the cell is blank.</summary>
    public string? Cell(TableRow row, int column)
    {
        int at = _columnAt[column];
        if (at < 0 || at >= row.Cells.Length) return null;
        string cell = row.Cells[at].Trim(' ', '\t', '\u3000', '\u00A0', '\r', '\n');
        return cell.Length == 0 ? null : cell;
    }

    /// <summary>True where the table has such a column.</summary>
    public bool Has(int column) => _columnAt[column] >= 0;

    /// <summary>The place of a cell.</summary>
    public string Place(TableRow row, int column) => Has(column) ? Grid.Place(row.Line, _columnAt[column], Header[_columnAt[column]]) : Grid.Place(row.Line);

    /// <summary>An issue at a cell, without what stands there.</summary>
    public OutcomeIssue Issue(IssueSeverity severity, string code, TableRow row, int column, string what) => Has(column)
        ? Grid.Issue(severity, code, row.Line, _columnAt[column], Header[_columnAt[column]], what)
        : Grid.Issue(severity, code, row.Line, what);

    /// <summary>What of a row cannot be read: the row itself, or cells of mapped columns.</summary>
    public IEnumerable<OutcomeIssue> Faults(TableRow row)
    {
        if (IsBroken(row, out string? why)) return [Grid.Issue(IssueSeverity.Error, "structure", row.Line, why!)];
        return row.CellFaults.Concat(Map.Reading.ShownNumbers ? [] : row.Rounded)
            .Where(fault => Array.IndexOf(_columnAt, fault.Column) >= 0)
            .Select(fault => Grid.Issue(IssueSeverity.Error, "value", row.Line, fault.Column, Header[fault.Column], fault.Reason));
    }

    /// <summary>True where it cannot be told which cell of the row belongs to which column.</summary>
    public bool IsBroken(TableRow row, out string? why)
    {
        why = row.Fault is not null ? row.Fault + "."
            : row.Cells.Length != Header.Length ? $"the row has {row.Cells.Length} cells and the header {Header.Length}: which cell belongs to which column cannot be told."
            : null;
        return why is not null;
    }

    /// <summary>The columns that hold something and that the map says nothing of.</summary>
    public IEnumerable<string> Unmapped => Header.Where((name, i) => Array.IndexOf(_columnAt, i) < 0 && Rows.Any(row => i < row.Cells.Length && !string.IsNullOrWhiteSpace(row.Cells[i])))
        .Select((name, i) => string.IsNullOrWhiteSpace(name) ? "(without name)" : name.Trim());

    // A map may say that a blank cell means what stands above it, as in lists that print a name once.
    private void FillDown()
    {
        if (Map.FillDown.Length == 0) return;
        var rows = new List<TableRow>();
        string[]? above = null;
        foreach (TableRow row in Rows)
        {
            string[] cells = [.. row.Cells];
            foreach (int column in Map.FillDown)
            {
                int at = _columnAt[column];
                if (at >= 0 && above is not null && at < cells.Length && at < above.Length && string.IsNullOrWhiteSpace(cells[at])) cells[at] = above[at];
            }

            rows.Add(row with { Cells = cells });
            if (!IsBroken(row, out _)) above = cells;
        }

        Rows = rows;
    }
}
