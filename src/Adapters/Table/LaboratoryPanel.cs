using Consortium.Adapters.Elements;
using Consortium.Adapters.Chinese;
using Consortium.Adapters.Site;
using Consortium.Adapters.Table.Sources;
using Consortium.Fhir;

namespace Consortium.Adapters.Table;

/// <summary>The rows of one sample: a DiagnosticReport with its Observations, Specimen and Patient. One bad row rejects the whole panel, and no other.</summary>
internal sealed class LaboratoryPanel
{
    private readonly TableSheet _sheet;
    private readonly List<TableRow> _rows = [];

    public LaboratoryPanel(TableSheet sheet, string key, string? sampleNumber)
    {
        _sheet = sheet;
        Key = key;
        SampleNumber = sampleNumber;
    }

    /// <summary>What identifies the panel in its source.</summary>
    public string Key { get; }

    /// <summary>The sample's number; null where it has none.</summary>
    public string? SampleNumber { get; }

    /// <summary>What went wrong, and what was noticed.</summary>
    public List<OutcomeIssue> Issues { get; } = [];

    /// <summary>The rows in order.</summary>
    public IReadOnlyList<TableRow> Rows => _rows;

    /// <summary>The patient; null before <see cref="Gather"/>.</summary>
    public PanelPatient? Patient { get; private set; }

    /// <summary>Adds a row; a malformed one spoils the panel.</summary>
    public void Add(TableRow row)
    {
        _rows.Add(row);
        if (row.Fault is not null)
        {
            Issues.Add(_sheet.Grid.Issue(IssueSeverity.Error, "structure", row.Line, $"{row.Fault}."));
        }
        else if (row.Cells.Length != _sheet.Columns)
        {
            Issues.Add(_sheet.Grid.Issue(
                IssueSeverity.Error, "structure", row.Line,
                $"the row has {row.Cells.Length} cells and the header {_sheet.Columns}: which cell belongs to which column cannot be told."));
        }
        else
        {
            Issues.AddRange(_sheet.Faults(row));
        }
    }

    /// <summary>Gathers the patient from the rows, unless the rows themselves are broken.</summary>
    public void Gather(TableMapping mapping)
    {
        if (Issues.Count == 0) Patient = PanelPatient.Gather(_sheet, _rows, mapping, Issues);
    }

    /// <summary>The result.</summary>
    public ConversionResult Convert(int index, RawRecord record, ConversionContext context, TableMapping mapping, Func<IReadOnlyList<ResourceDraft>, DraftObject> provenance)
    {
        string controlId = SampleNumber ?? _sheet.Grid.Place(_rows[0].Line);
        if (Patient is null || HasErrors) return ConversionResult.Rejected(index, controlId, Issues);

        ResourceDraft patient = Patient.ToFhir(record, context);
        string? collected = Date(TableField.CollectedAt, context, out _);
        string? reported = Date(TableField.ReportedAt, context, out string? issued);
        string status = _sheet.Has(TableField.ReportedAt) ? reported is null ? "preliminary" : "final" : "unknown";
        ResourceDraft? specimen = Specimen(record, context, patient, collected);

        List<ResourceDraft> observations = [];
        Dictionary<string, TableRow> tests = new(StringComparer.Ordinal);
        foreach (TableRow row in _rows)
        {
            var laboratoryRow = new LaboratoryRow(_sheet, row, mapping, Issues);
            if (laboratoryRow.Test is not { } test)
            {
                Issues.Add(_sheet.Issue(row, TableField.TestName, IssueSeverity.Error, "required", "the row does not say which test it is."));
                continue;
            }

            if (!tests.TryAdd(test, row))
            {
                Issues.Add(_sheet.Issue(row, TableField.TestName, IssueSeverity.Error, "conflict", $"line {tests[test].Line} has the same test of the same sample: which result holds cannot be told."));
                continue;
            }

            DraftObject observation = JsonBuilding.Resource("Observation", context.Ids.For(record.Source, "Observation", $"{Key}|{test}"))
                .Set("status", status)
                .Append("category", Element.CodeableConcept(CodeSystems.ObservationCategory, "laboratory", "Laboratory", null));
            laboratoryRow.Fill(observation, record.Source);
            observation.Set("subject", Element.Reference(patient))
                .Set("effectiveDateTime", collected)
                .Set("issued", issued)
                .SetAll("performer", [Performer(TableField.Performer)])
                .Set("specimen", specimen is null ? null : Element.Reference(specimen));
            observations.Add(new ResourceDraft(observation));
        }

        if (HasErrors) return ConversionResult.Rejected(index, controlId, Issues);
        List<ResourceDraft> drafts = [patient];
        if (specimen is not null) drafts.Add(specimen);
        drafts.AddRange(observations);
        drafts.Add(Report(record, context, patient, specimen, observations, status, collected, issued));
        drafts.Add(new ResourceDraft(provenance(drafts)));
        return new ConversionResult { Index = index, ControlId = controlId, Resources = drafts, Issues = Issues };
    }

    private bool HasErrors => Issues.Any(issue => issue.Severity is IssueSeverity.Error or IssueSeverity.Fatal);

    private ResourceDraft Report(
        RawRecord record, ConversionContext context, ResourceDraft patient, ResourceDraft? specimen,
        IReadOnlyList<ResourceDraft> observations, string status, string? collected, string? issued) =>
        new(JsonBuilding.Resource("DiagnosticReport", context.Ids.For(record.Source, "DiagnosticReport", Key))
            .SetAll("identifier", [Element.Identifier(IdentifierSystems.OfSource(record.Source, "laboratory-report"), SampleNumber)])
            .Set("status", status)
            .Append("category", Element.CodeableConcept("http://terminology.hl7.org/CodeSystem/v2-0074", "LAB", "Laboratory", null))
            .Set("code", Element.CodeableConcept(First(TableField.Panel) ?? "检验报告", Element.Coding(CodeSystems.Loinc, "11502-2", "Laboratory report")))
            .Set("subject", Element.Reference(patient))
            .Set("encounter", Element.LogicalReference(
                Element.Identifier(IdentifierSystems.OfSource(record.Source, "visit"), Patient![TableField.AdmissionNumber]), First(TableField.Department), "Encounter"))
            .Set("effectiveDateTime", collected)
            .Set("issued", issued)
            .SetAll("performer", [Performer(TableField.Performer)])
            .SetAll("resultsInterpreter", [Performer(TableField.Verifier)])
            .SetAll("specimen", [specimen is null ? null : Element.Reference(specimen)])
            .SetAll("result", observations.Select(observation => Element.Reference(observation))));

    private ResourceDraft? Specimen(RawRecord record, ConversionContext context, ResourceDraft patient, string? collected) => SampleNumber is null
        ? null
        : new ResourceDraft(JsonBuilding.Resource("Specimen", context.Ids.For(record.Source, "Specimen", Key))
            .SetAll("identifier", [Element.Identifier(IdentifierSystems.OfSource(record.Source, "specimen"), SampleNumber)])
            .Set("type", Element.CodeableConcept(First(TableField.SpecimenType)))
            .Set("subject", Element.Reference(patient))
            .Set("collection", new DraftObject().Set("collectedDateTime", collected)));

    private string? First(TableField field) => _rows.Select(row => _sheet[row, field]).FirstOrDefault(value => value is not null);

    private DraftObject? Performer(TableField field) => Element.LogicalReference(null, First(field), "Practitioner");

    // The panel's rows repeat its times; where they differ (tests finished at different times) the latest report time is the panel's.
    private string? Date(TableField field, ConversionContext context, out string? instant)
    {
        (ChineseDate Date, TableRow Row)? latest = null;
        instant = null;
        foreach (TableRow row in _rows)
        {
            if (_sheet[row, field] is not { } written) continue;
            if (ChineseDate.Parse(Folding.Fold(written)) is not { } date)
            {
                Issues.Add(_sheet.Issue(row, field, IssueSeverity.Error, "value", PanelPatient.DateWanted));
                continue;
            }

            if (latest is { } before && before.Date != date && field == TableField.CollectedAt)
            {
                Issues.Add(_sheet.Issue(row, field, IssueSeverity.Error, "conflict", $"the rows of one sample disagree: line {before.Row.Line} says another time."));
            }

            if (latest is null || (date.Date, date.Time ?? default).CompareTo((latest.Value.Date.Date, latest.Value.Date.Time ?? default)) > 0) latest = (date, row);
        }

        if (latest is not { } found) return null;
        instant = found.Date.ToInstant(context.TimeZone);
        if (found.Date.ToFhir(context.TimeZone) is { } text) return text;
        Issues.Add(_sheet.Issue(found.Row, field, IssueSeverity.Error, "value", $"this time does not exist in the zone {context.TimeZone.Id}."));
        return null;
    }
}
