using Consortium.Adapters.Chinese;
using Consortium.Adapters.Site;
using Consortium.Adapters.Elements;
using Consortium.Adapters.Hl7V2.Language.Run;
using Consortium.Adapters.Table.Language.Load;
using Consortium.Adapters.Table.Language.Run;
using Consortium.Adapters.Table.Sources;
using Consortium.Fhir;

namespace Consortium.Adapters.Table;

/// <summary>
/// Reads tables: CSV, TSV and fixed-width text in UTF-8, UTF-16 or GB18030, XLSX and XLS, by maps that say which columns make which resources. A laboratory's
/// export gives one result a sample: a DiagnosticReport with its Observations, Specimen and Patient.
/// </summary>
internal sealed class TableAdapter(TableMapSource maps) : IRecordAdapter, IExplainingAdapter
{
    // A sheet of fewer columns or rows is a note beside the tables, not a table.
    private const int LeastColumns = 3;
    private const int LeastRows = 2;

    private static readonly AdapterDescription Description = new("table", "1", AdapterDescription.House)
    {
        Formats = ["tables as CSV, TSV or fixed-width text in UTF-8, UTF-16 or GB18030; XLSX; XLS"],
    };

    /// <summary>An adapter of the built-in maps and a mapping of laboratory exports.</summary>
    internal TableAdapter(TableMapping laboratory)
        : this(new TableMapSource(new TableMaps(new TableMapSource().Current.Maps, laboratory)))
    {
    }

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
        TableMaps current = maps.Current;
        if (current.Maps.Maps.Any(map => map.IsForFile(record.FileName))) return 95;
        object? ColumnOf(string header) => current.Maps.Known(header) ?? (current.Laboratory.FieldOf(header) is not null ? TableMapping.Word(header) : null);
        (_, int recognised) = DelimitedText.Detect(text, ColumnOf);
        if (recognised < 3 && FixedWidth.Detect(text, ColumnOf, out int aligned) is not null) recognised = aligned;
        if (recognised >= 3) return 90;
        string? extension = Path.GetExtension(record.FileName)?.ToLowerInvariant();
        return extension is ".csv" or ".tsv" && text.AsSpan().ContainsAny(',', '\t', ';') ? 20 : 0;
    }

    /// <inheritdoc/>
    public IEnumerable<ConversionResult> Convert(RawRecord record, ConversionContext context) => Convert(record, context, null);

    /// <inheritdoc/>
    public IEnumerable<RecordExplanation> Explain(RawRecord record, ConversionContext context)
    {
        var explanations = new List<RecordExplanation>();
        Convert(record, context, explanations);
        return explanations;
    }

    private List<ConversionResult> Convert(RawRecord record, ConversionContext context, List<RecordExplanation>? explanations)
    {
        TableMaps current = maps.Current;
        IReadOnlyList<ChosenTable> tables = ChosenTable.In(record, context, current, out OutcomeIssue? issue);
        if (issue is not null) return [ConversionResult.Rejected(0, null, issue)];
        if (tables.Count == 0) return [ConversionResult.Rejected(0, null, new OutcomeIssue(IssueSeverity.Fatal, "required", "No visible sheet of the workbook holds anything.", "workbook"))];
        List<ConversionResult> results = [];
        bool any = tables.Any(table => !table.IsUnknown);
        foreach (ChosenTable table in tables)
        {
            // Beside a table, a sheet of a few words is none; another table is, and must not be passed over in silence.
            if (any && table.IsUnknown && !LooksLikeTable(table.Grid)) continue;
            if (table.Issue is not null) results.Add(ConversionResult.Rejected(results.Count, null, table.Issue));
            else if (table.Matched is { } matched) results.AddRange(Mapped(matched, record, context, results.Count, explanations));
            else results.AddRange(Laboratory(table.Grid, current.Laboratory, record, context, results.Count));
        }

        return results;
    }

    private IReadOnlyList<ConversionResult> Mapped(MatchedTable table, RawRecord record, ConversionContext context, int first, List<RecordExplanation>? explanations)
    {
        if (table.Rows.Count == 0) return [Empty(table.Grid, first)];
        var conversion = new TableConversion(table, record, context);
        IReadOnlyList<ConversionResult> results = conversion.Convert(
            first, (drafts, index) => ProvenanceFactory.Create(record, this, table.Map.Name, table.Map.Version, context, drafts, index), explanations is not null);
        if (explanations is not null)
        {
            foreach ((GroupRun run, int i) in conversion.Groups.Select((run, i) => (run, i)))
            {
                explanations.Add(new RecordExplanation(first + i, Explanations.Elements(TableConversion.Drafts(run), run.Trace!), [.. Unused(table, run)]));
            }
        }

        return results;
    }

    // The columns with data that no rule of the map looks at: their places in the first row that has some.
    private static IEnumerable<string> Unused(MatchedTable table, GroupRun run)
    {
        for (int column = 0; column < table.Map.Columns.Count; column++)
        {
            if (table.Map.Used.Contains(column)) continue;
            foreach (TableRow row in run.Rows.Where(row => table.Cell(row, column) is not null).Take(1)) yield return table.Place(row, column);
        }
    }

    /// <summary>True where the text is neither a message nor markup nor JSON.</summary>
    internal static bool IsPlainText(string text)
    {
        ReadOnlySpan<char> start = text.AsSpan().TrimStart();
        if (start.IsEmpty || start[0] is '{' or '<') return false;
        if (start.StartsWith("MSH|") || start.StartsWith("FHS|") || start.StartsWith("BHS|") || start[0] == '\u000B') return false;
        return start[0] != '[' || !start[1..].TrimStart().StartsWith("{", StringComparison.Ordinal) ? start.IndexOfAnyInRange('\0', '\u0008') < 0 : false;
    }

    private IReadOnlyList<ConversionResult> Laboratory(TableGrid grid, TableMapping mapping, RawRecord record, ConversionContext context, int first)
    {
        if (TableSheet.Find(grid, mapping, out OutcomeIssue? issue) is not { } sheet) return [ConversionResult.Rejected(first, null, issue!)];
        if (sheet.Rows.Count == 0) return [Empty(grid, first)];
        return [.. LaboratoryExport.Read(sheet, mapping).Select((panel, i) => panel.Convert(
            first + i, record, context, mapping, drafts => ProvenanceFactory.Create(record, this, mapping.Name, mapping.Version, context, drafts, first + i)))];
    }

    private static ConversionResult Empty(TableGrid grid, int index) =>
        ConversionResult.Rejected(index, null, grid.Issue(IssueSeverity.Error, "required", grid.Rows[0].Line, "the table has a header and no rows."));

    private static bool LooksLikeTable(TableGrid grid) =>
        grid.Rows.Count(row => row.Cells.Count(cell => !string.IsNullOrWhiteSpace(cell)) >= LeastColumns) >= LeastRows;
}
