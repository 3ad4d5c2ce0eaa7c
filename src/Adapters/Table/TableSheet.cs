using Consortium.Fhir;

namespace Consortium.Adapters.Table;

/// <summary>A table whose header has been found: cells by field.</summary>
internal sealed class TableSheet
{
    private const int HeaderWithin = 20;

    private readonly string[] _header;
    private readonly Dictionary<TableField, int> _columnOf;

    private TableSheet(string[] header, Dictionary<TableField, int> columnOf, IReadOnlyList<TableRow> rows)
    {
        _header = header;
        _columnOf = columnOf;
        Rows = rows;
    }

    /// <summary>The rows below the header.</summary>
    public IReadOnlyList<TableRow> Rows { get; }

    /// <summary>Number of columns of the header.</summary>
    public int Columns => _header.Length;

    /// <summary>Header names that the mapping does not know.</summary>
    public required IReadOnlyList<string> Unmapped { get; init; }

    /// <summary>The table; or null and the reason.</summary>
    public static TableSheet? Find(string text, TableMapping mapping, out OutcomeIssue? issue)
    {
        (char delimiter, int recognised) = TableReader.Detect(text, mapping);
        if (recognised < 2)
        {
            issue = new OutcomeIssue(
                IssueSeverity.Fatal, "structure",
                $"None of the first {HeaderWithin} lines is a header that the mapping {mapping.Name} knows. Add the table's header names to {TableMapping.SiteFile} in the site folder.",
                "line 1", 1);
            return null;
        }

        IReadOnlyList<TableRow> rows = TableReader.Read(text, delimiter);
        int best = -1, most = 0;
        for (int i = 0; i < Math.Min(rows.Count, HeaderWithin); i++)
        {
            int count = rows[i].Cells.Select(mapping.FieldOf).Where(field => field is not null).Distinct().Count();
            if (count > most) (best, most) = (i, count);
        }

        return Build(rows, best, mapping, out issue);
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
    public OutcomeIssue Issue(TableRow row, TableField field, IssueSeverity severity, string code, string what)
    {
        string column = _columnOf.TryGetValue(field, out int at) ? _header[at].Trim() : field.ToString();
        return new OutcomeIssue(severity, code, $"Line {row.Line}, column {column}: {what}", $"line {row.Line}, column {column}", row.Line);
    }

    private static TableSheet? Build(IReadOnlyList<TableRow> rows, int headerAt, TableMapping mapping, out OutcomeIssue? issue)
    {
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
            issue = new OutcomeIssue(
                IssueSeverity.Fatal, "structure",
                $"Line {line}: the columns {header[columnOf[field]].Trim()} and {header[i].Trim()} both mean {field}. Say in {TableMapping.SiteFile} in the site folder which one does.",
                $"line {line}", line);
            return null;
        }

        if (mapping.Required.FirstOrDefault(field => !columnOf.ContainsKey(field), (TableField)(-1)) is var missing && Enum.IsDefined(missing))
        {
            issue = new OutcomeIssue(
                IssueSeverity.Fatal, "required",
                $"Line {line}: the header has no column for {missing}. Add its name to {TableMapping.SiteFile} in the site folder.", $"line {line}", line);
            return null;
        }

        issue = null;
        return new TableSheet(header, columnOf, [.. rows.Skip(headerAt + 1)]) { Unmapped = unmapped };
    }
}
