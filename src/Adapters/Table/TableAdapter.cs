using Consortium.Adapters.Chinese;
using Consortium.Adapters.Site;
using Consortium.Fhir;

namespace Consortium.Adapters.Table;

/// <summary>
/// Reads a laboratory's table export (CSV, TSV; UTF-8, UTF-16 or GB18030). Each sample becomes one result: a DiagnosticReport with its Observations, Specimen and Patient.
/// </summary>
internal sealed class TableAdapter(TableMapping mapping) : IRecordAdapter
{
    private static readonly AdapterDescription Description = new("table", "1", AdapterDescription.House)
    {
        Formats = ["laboratory tables as CSV or TSV, in UTF-8, UTF-16 or GB18030"],
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
        if (RecordText.Peek(record.Bytes.Span) is not { } text || !IsPlainText(text)) return 0;
        (_, int recognised) = TableReader.Detect(text, mapping);
        if (recognised >= 3) return 90;
        string? extension = Path.GetExtension(record.FileName)?.ToLowerInvariant();
        return extension is ".csv" or ".tsv" && text.AsSpan().ContainsAny(',', '\t', ';') ? 20 : 0;
    }

    /// <inheritdoc/>
    public IEnumerable<ConversionResult> Convert(RawRecord record, ConversionContext context)
    {
        if (RecordText.Decode(record.Bytes.Span, out OutcomeIssue? issue) is not { } text) return [ConversionResult.Rejected(0, null, issue!)];
        if (text.Text.AsSpan().IndexOfAnyInRange('\0', '\u0008') is >= 0 and var at)
        {
            (int line, int column, int _) = text.Place(at);
            return [ConversionResult.Rejected(0, null, new OutcomeIssue(
                IssueSeverity.Fatal, "structure", $"Line {line} has a control character at byte {column}: this is no text table.", $"line {line}", line, column))];
        }

        if (TableSheet.Find(text.Text, mapping, out issue) is not { } sheet) return [ConversionResult.Rejected(0, null, issue!)];
        if (sheet.Rows.Count == 0)
        {
            return [ConversionResult.Rejected(0, null, new OutcomeIssue(IssueSeverity.Error, "required", "The table has a header and no rows.", "line 1", 1))];
        }

        List<LaboratoryPanel> panels = Panels(sheet);
        foreach (LaboratoryPanel panel in panels) panel.Gather(mapping);
        RejectOneNumberOfTwoNames(sheet, panels);
        if (sheet.Unmapped.Count > 0)
        {
            panels[0].Issues.Add(new OutcomeIssue(
                IssueSeverity.Information, "not-supported", $"Mapped to nothing by {mapping.Name} {mapping.Version}: the columns {string.Join(", ", sheet.Unmapped)}."));
        }

        return [.. panels.Select((panel, index) => panel.Convert(
            index, record, context, mapping, drafts => ProvenanceFactory.Create(record, this, mapping.Name, mapping.Version, context, drafts, index)))];
    }

    /// <summary>True where the text is neither a message nor markup nor JSON.</summary>
    internal static bool IsPlainText(string text)
    {
        ReadOnlySpan<char> start = text.AsSpan().TrimStart();
        if (start.IsEmpty || start[0] is '{' or '<') return false;
        if (start.StartsWith("MSH|") || start.StartsWith("FHS|") || start.StartsWith("BHS|") || start[0] == '\u000B') return false;
        return start[0] != '[' || !start[1..].TrimStart().StartsWith("{", StringComparison.Ordinal) ? start.IndexOfAnyInRange('\0', '\u0008') < 0 : false;
    }

    // A panel is what has one bar code; else one sample number of one day (laboratories count from 1 each morning); else one patient and report time.
    private static List<LaboratoryPanel> Panels(TableSheet sheet)
    {
        Dictionary<string, LaboratoryPanel> byKey = new(StringComparer.Ordinal);
        List<LaboratoryPanel> panels = [];
        List<TableRow> broken = [];
        foreach (TableRow row in sheet.Rows)
        {
            if (row.Fault is not null || row.Cells.Length != sheet.Columns)
            {
                broken.Add(row);
                continue;
            }

            (string key, string? number) = KeyOf(sheet, row);
            if (!byKey.TryGetValue(key, out LaboratoryPanel? panel))
            {
                byKey[key] = panel = new LaboratoryPanel(sheet, key, number);
                panels.Add(panel);
            }

            panel.Add(row);
        }

        // A broken row spoils the panel whose number stands where it should; where none does, it is rejected by itself.
        foreach (TableRow row in broken)
        {
            string? number = sheet[row, TableField.Barcode] ?? sheet[row, TableField.Sample];
            List<LaboratoryPanel> owners = number is null ? [] : panels.FindAll(panel => panel.SampleNumber == number);
            if (owners.Count == 0)
            {
                var alone = new LaboratoryPanel(sheet, $"line|{row.Line}", null);
                panels.Add(alone);
                owners.Add(alone);
            }

            foreach (LaboratoryPanel owner in owners) owner.Add(row);
        }

        return panels;
    }

    private static (string Key, string? Number) KeyOf(TableSheet sheet, TableRow row)
    {
        if (sheet[row, TableField.Barcode] is { } barcode) return ($"barcode|{barcode}", barcode);
        if (sheet[row, TableField.Sample] is { } sample) return ($"sample|{sample}|{Day(sheet, row)}", sample);
        string patient = sheet[row, TableField.MedicalRecordNumber] ?? sheet[row, TableField.IdentityCard] ?? sheet[row, TableField.AdmissionNumber] ?? sheet[row, TableField.Name] ?? "";
        string time = sheet[row, TableField.ReportedAt] ?? sheet[row, TableField.CollectedAt] ?? "";
        return ($"patient|{patient}|{time}", null);
    }

    private static string Day(TableSheet sheet, TableRow row)
    {
        string? written = sheet[row, TableField.CollectedAt] ?? sheet[row, TableField.ReportedAt];
        if (written is null) return "";
        return ChineseDate.Parse(Folding.Fold(written)) is { } date ? date.Date.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture) : "";
    }

    // One number with two names is two people or a typing error: neither may be merged into the other.
    private static void RejectOneNumberOfTwoNames(TableSheet sheet, List<LaboratoryPanel> panels)
    {
        foreach (TableField field in (ReadOnlySpan<TableField>)[TableField.IdentityCard, TableField.MedicalRecordNumber, TableField.AdmissionNumber])
        {
            foreach (IGrouping<string, LaboratoryPanel> same in panels.Where(panel => panel.Patient?[field] is not null).GroupBy(panel => panel.Patient![field]!, StringComparer.Ordinal))
            {
                LaboratoryPanel[] named = [.. same.Where(panel => panel.Patient![TableField.Name] is not null)];
                if (named.Select(panel => panel.Patient![TableField.Name]).Distinct(StringComparer.Ordinal).Count() < 2) continue;
                string lines = string.Join(", ", named.Select(panel => panel.Rows[0].Line));
                foreach (LaboratoryPanel panel in named)
                {
                    panel.Issues.Add(sheet.Issue(
                        panel.Patient!.RowOf(field)!, field, IssueSeverity.Error, "conflict", $"one number stands with different names in the samples that begin on lines {lines}."));
                }
            }
        }
    }
}
