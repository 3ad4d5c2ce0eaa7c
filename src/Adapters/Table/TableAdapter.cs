using Consortium.Adapters.Chinese;
using Consortium.Adapters.Site;
using Consortium.Adapters.Table.Sources;
using Consortium.Fhir;

namespace Consortium.Adapters.Table;

/// <summary>
/// Reads tables: CSV, TSV and fixed-width text in UTF-8, UTF-16 or GB18030, XLSX and XLS. A laboratory's export gives one result a sample: a DiagnosticReport
/// with its Observations, Specimen and Patient.
/// </summary>
internal sealed class TableAdapter(TableMapping mapping) : IRecordAdapter
{
    // A sheet of fewer columns or rows is a note beside the tables, not a table.
    private const int LeastColumns = 3;
    private const int LeastRows = 2;

    private static readonly AdapterDescription Description = new("table", "1", AdapterDescription.House)
    {
        Formats = ["tables as CSV, TSV or fixed-width text in UTF-8, UTF-16 or GB18030; XLSX; XLS"],
        ResourceTypes = ["DiagnosticReport", "Encounter", "Observation", "Patient", "Provenance", "Specimen"],
    };

    /// <inheritdoc/>
    public string Name => Description.Name;

    /// <inheritdoc/>
    public string Version => Description.Version;

    /// <inheritdoc/>
    public AdapterDescription Describe() => Description;

    /// <inheritdoc/>
    public int Detect(RawRecord record)
    {
        if (Workbook.IsContainer(record.Bytes.Span)) return Workbook.IsWorkbook(record.Bytes.Span) ? 90 : 0;
        if (RecordText.Peek(record.Bytes.Span) is not { } text || !IsPlainText(text)) return 0;
        (_, int recognised) = DelimitedText.Detect(text, ColumnOf);
        if (recognised < 3 && FixedWidth.Detect(text, ColumnOf, out int aligned) is not null) recognised = aligned;
        if (recognised >= 3) return 90;
        string? extension = Path.GetExtension(record.FileName)?.ToLowerInvariant();
        return extension is ".csv" or ".tsv" && text.AsSpan().ContainsAny(',', '\t', ';') ? 20 : 0;
    }

    /// <inheritdoc/>
    public IEnumerable<ConversionResult> Convert(RawRecord record, ConversionContext context)
    {
        IReadOnlyList<TableGrid> grids = TableSource.Read(record.Bytes, TableFormat.Found, ColumnOf, context.Charset, out OutcomeIssue? issue);
        if (issue is not null) return [ConversionResult.Rejected(0, null, issue)];
        if (grids.Count == 0) return [ConversionResult.Rejected(0, null, new OutcomeIssue(IssueSeverity.Fatal, "required", "No visible sheet of the workbook holds anything.", "workbook"))];
        List<ConversionResult> results = [];
        bool any = grids.Any(grid => TableSheet.Recognised(grid, mapping) >= LeastColumns);
        foreach (TableGrid grid in grids)
        {
            // Beside a table, a sheet of a few words is none; another table is, and must not be passed over in silence.
            if (any && TableSheet.Recognised(grid, mapping) < 2 && !LooksLikeTable(grid)) continue;
            results.AddRange(Convert(grid, record, context, results.Count));
        }

        return results;
    }

    /// <summary>True where the text is neither a message nor markup nor JSON.</summary>
    internal static bool IsPlainText(string text)
    {
        ReadOnlySpan<char> start = text.AsSpan().TrimStart();
        if (start.IsEmpty || start[0] is '{' or '<') return false;
        if (start.StartsWith("MSH|") || start.StartsWith("FHS|") || start.StartsWith("BHS|") || start[0] == '\u000B') return false;
        return start[0] != '[' || !start[1..].TrimStart().StartsWith("{", StringComparison.Ordinal) ? start.IndexOfAnyInRange('\0', '\u0008') < 0 : false;
    }

    private object? ColumnOf(string header) => mapping.FieldOf(header);

    private IReadOnlyList<ConversionResult> Convert(TableGrid grid, RawRecord record, ConversionContext context, int first)
    {
        if (TableSheet.Find(grid, mapping, out OutcomeIssue? issue) is not { } sheet) return [ConversionResult.Rejected(first, null, issue!)];
        if (sheet.Rows.Count == 0)
        {
            return [ConversionResult.Rejected(first, null, grid.Issue(IssueSeverity.Error, "required", 1, "the table has a header and no rows."))];
        }

        return [.. LaboratoryExport.Read(sheet, mapping).Select((panel, i) => panel.Convert(
            first + i, record, context, mapping, drafts => ProvenanceFactory.Create(record, this, mapping.Name, mapping.Version, context, drafts, first + i)))];
    }

    private static bool LooksLikeTable(TableGrid grid) =>
        grid.Rows.Count(row => row.Cells.Count(cell => !string.IsNullOrWhiteSpace(cell)) >= LeastColumns) >= LeastRows;
}
