using Consortium.Adapters.Elements;
using Consortium.Adapters.Chinese;
using Consortium.Adapters.Table.Sources;
using Consortium.Fhir;

namespace Consortium.Adapters.Table;

/// <summary>Makes an issue at the cell of a field.</summary>
internal delegate OutcomeIssue IssueAtField(TableField field, IssueSeverity severity, string code, string what);

/// <summary>One row of a laboratory table to one Observation, but for what the panel gives it.</summary>
/// <param name="cell">The cell of a field; null for nothing.</param>
/// <param name="issueAt">Makes an issue at it.</param>
/// <param name="mapping">The units and the kinds of specimen.</param>
/// <param name="report">Takes an issue.</param>
internal sealed class LaboratoryRow(Func<TableField, string?> cell, IssueAtField issueAt, TableMapping mapping, Action<OutcomeIssue> report)
{
    /// <summary>A row of a sheet.</summary>
    public LaboratoryRow(TableSheet sheet, TableRow row, TableMapping mapping, List<OutcomeIssue> issues)
        : this(field => sheet[row, field], (field, severity, code, what) => sheet.Issue(row, field, severity, code, what), mapping, issues.Add)
    {
    }

    /// <summary>What the row measures: the laboratory's own code where it has one, else the name.</summary>
    public string? Test => cell(TableField.TestCode) ?? cell(TableField.TestName);

    /// <summary>The Observation's code, value, interpretation and reference range.</summary>
    /// <param name="observation">The Observation.</param>
    /// <param name="source">The source system, whose test codes these are.</param>
    public void Fill(DraftObject observation, string source)
    {
        string? unit = cell(TableField.Unit);
        if (unit is not null && IsBlankUnit(unit)) unit = null;
        string? ucum = unit is null ? null : mapping.Units.Ucum(Folding.Fold(unit));
        ReferenceRange? range = cell(TableField.ReferenceRange) is { } written ? ReferenceRange.Read(written) : null;

        observation.Set("code", Code(source, ucum));
        string? interpretation = Value(observation, unit, ucum, range, out string? carried);
        if (cell(TableField.Flag) is { } flag) AddFlag(observation, flag, carried, interpretation);
        else if ((carried ?? interpretation) is { } code) observation.Append("interpretation", Interpretation(code, null));
        if (range is not null) observation.Append("referenceRange", range.ToFhir(unit, ucum));
    }

    private DraftObject? Code(string source, string? ucum)
    {
        string name = cell(TableField.TestName) ?? cell(TableField.TestCode) ?? "";
        string? local = cell(TableField.TestCode);
        string folded = Folding.Fold(name);
        LaboratoryTest? test = LaboratoryTests.BuiltIn.Find(folded);
        string? specimen = null;
        if (cell(TableField.SpecimenType) is { } type) specimen = mapping.Specimens.GetValueOrDefault(TableMapping.Word(type), "other");
        string? loinc = test?.CodeFor(folded, ucum, specimen);
        return Element.CodeableConcept(
            name,
            loinc is null ? null : Element.Coding(CodeSystems.Loinc, loinc, test!.Display),
            local is null ? null : Element.Coding(Site.IdentifierSystems.OfSource(source, "test"), local, name));
    }

    // Gives the interpretation that the result itself carries: an arrow behind the number (carried), or a word such as 阳性.
    private string? Value(DraftObject observation, string? unit, string? ucum, ReferenceRange? range, out string? carried)
    {
        carried = null;
        if (cell(TableField.Result) is not { } written)
        {
            observation.Set("dataAbsentReason", Element.CodeableConcept("http://terminology.hl7.org/CodeSystem/data-absent-reason", "unknown", "Unknown", null));
            report(issueAt(TableField.Result, IssueSeverity.Warning, "incomplete", "there is no result; the observation says so."));
            return null;
        }

        // With a unit or a reference range in numbers the row claims a number.
        bool claimsNumber = unit is not null || range is { IsNumeric: true };
        LaboratoryResult result = LaboratoryResult.Read(Folding.Fold(written));
        switch (result.Kind)
        {
            case ResultKind.Number:
                carried = result.Flag is null ? null : ResultWords.Flag(result.Flag);
                observation.Set("valueQuantity", Element.Quantity(result.Value, unit, ucum, result.Comparator));
                WarnOfUnit(unit, ucum);
                return null;
            case ResultKind.Range when !IsReversed(result):
                observation.Set("valueRange", Element.Range(Element.Quantity(result.Value, unit, ucum), Element.Quantity(result.High, unit, ucum)));
                WarnOfUnit(unit, ucum);
                return null;
            case ResultKind.Titre when unit is null:
                observation.Set("valueRatio", new DraftObject().Set("numerator", Element.Quantity(result.Value)).Set("denominator", Element.Quantity(result.High)));
                return null;
            case ResultKind.Word when !(claimsNumber && result.Value is "-" or "+"):
                if (result.Word!.Answer is null) observation["valueString"] = written;
                else observation.Set("valueCodeableConcept", Element.CodeableConcept(CodeSystems.Loinc, result.Word.Answer, result.Word.Display, written));
                return result.Word.Interpretation;
            default:
                if (claimsNumber)
                {
                    report(issueAt(TableField.Result, IssueSeverity.Error, "value",
                        "the row has a unit or a numeric reference range, and this is no number that has one reading. Wanted: digits with a decimal point, perhaps behind <, >, ≤ or ≥."));
                    return null;
                }

                observation["valueString"] = written;
                return null;
        }
    }

    private void WarnOfUnit(string? unit, string? ucum)
    {
        LaboratoryTest? test = LaboratoryTests.BuiltIn.Find(Folding.Fold(cell(TableField.TestName) ?? ""));
        if (unit is not null && ucum is null)
        {
            report(issueAt(TableField.Unit, IssueSeverity.Warning, "code-invalid", "the unit has no UCUM code in the table and stays text. Add it to `units` in the site's table.yaml."));
        }
        else if (unit is null && test is not { IsUnitless: true })
        {
            report(issueAt(TableField.Result, IssueSeverity.Warning, "incomplete", "the number has no unit; none is assumed."));
        }
    }

    private void AddFlag(DraftObject observation, string flag, string? carried, string? fromWord)
    {
        string? code = ResultWords.Flag(flag);
        observation.Append("interpretation", Interpretation(code, flag));
        if (code is null) report(issueAt(TableField.Flag, IssueSeverity.Warning, "code-invalid", "the flag is not in the table and stays text."));
        if (carried is not null && code is not null && carried != code)
        {
            report(issueAt(TableField.Flag, IssueSeverity.Error, "conflict", "the flag and the mark behind the result disagree."));
        }

        if (fromWord is not null && fromWord != code) observation.Append("interpretation", Interpretation(fromWord, null));
    }

    private static DraftObject? Interpretation(string? code, string? text) => Element.CodeableConcept(
        text, code is null ? null : Element.Coding(CodeSystems.ObservationInterpretation, code, ResultWords.Display(code)));

    private static bool IsBlankUnit(string unit) => Folding.Fold(unit).Trim() is "-" or "--" or "/" or "无";

    private static bool IsReversed(LaboratoryResult result) =>
        decimal.TryParse(result.Value, System.Globalization.CultureInfo.InvariantCulture, out decimal low)
        && decimal.TryParse(result.High, System.Globalization.CultureInfo.InvariantCulture, out decimal high) && low > high;
}
