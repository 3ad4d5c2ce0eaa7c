using Consortium.Adapters.Chinese;
using Consortium.Adapters.Table.Sources;
using Consortium.Fhir;

namespace Consortium.Adapters.Table;

/// <summary>The panels of a laboratory's export: which rows belong together, and whose number stands with two names.</summary>
internal static class LaboratoryExport
{
    /// <summary>The panels in the order of the table, each with its patient gathered.</summary>
    public static List<LaboratoryPanel> Read(TableSheet sheet, TableMapping mapping)
    {
        List<LaboratoryPanel> panels = Panels(sheet);
        foreach (LaboratoryPanel panel in panels) panel.Gather(mapping);
        RejectOneNumberOfTwoNames(sheet, panels);
        if (sheet.Unmapped.Count > 0 && panels.Count > 0)
        {
            panels[0].Issues.Add(new OutcomeIssue(
                IssueSeverity.Information, "not-supported", $"Mapped to nothing by {mapping.Name} {mapping.Version}: the columns {string.Join(", ", sheet.Unmapped)}."));
        }

        return panels;
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
