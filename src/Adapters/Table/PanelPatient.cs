using System.Globalization;
using Consortium.Adapters.Elements;
using Consortium.Adapters.Chinese;
using Consortium.Adapters.Site;
using Consortium.Adapters.Table.Sources;
using Consortium.Fhir;
using Consortium.Messaging;

namespace Consortium.Adapters.Table;

/// <summary>Whom a panel is about: what its rows say of the patient, checked against each other.</summary>
internal sealed class PanelPatient
{
    private static readonly TableField[] Identity =
        [TableField.IdentityCard, TableField.MedicalRecordNumber, TableField.AdmissionNumber, TableField.Name, TableField.Sex, TableField.BirthDate];

    private readonly Dictionary<TableField, (string Value, TableRow Row)> _values = [];

    /// <summary>The identity card, where there is a valid one.</summary>
    public ResidentIdentityCard? Card { get; private init; }

    /// <summary>FHIR gender, or null.</summary>
    public string? Gender { get; private set; }

    /// <summary>Birth date, from its column or the identity card.</summary>
    public DateOnly? BirthDate { get; private set; }

    /// <summary>The value of an identity field.</summary>
    public string? this[TableField field] => _values.TryGetValue(field, out (string Value, TableRow Row) found) ? found.Value : null;

    /// <summary>The row that an identity field's value stands in.</summary>
    public TableRow? RowOf(TableField field) => _values.TryGetValue(field, out (string Value, TableRow Row) found) ? found.Row : null;

    /// <summary>Gathers the patient from the panel's rows.</summary>
    public static PanelPatient Gather(TableSheet sheet, IReadOnlyList<TableRow> rows, TableMapping mapping, List<OutcomeIssue> issues)
    {
        Dictionary<TableField, (string Value, TableRow Row)> values = [];
        foreach (TableField field in Identity)
        {
            foreach (TableRow row in rows)
            {
                if (sheet[row, field] is not { } value) continue;
                if (values.TryAdd(field, (value, row)) || values[field].Value == value) continue;
                issues.Add(sheet.Issue(row, field, IssueSeverity.Error, "conflict", $"the rows of one sample disagree: line {values[field].Row.Line} says something else."));
            }
        }

        ResidentIdentityCard? card = null;
        if (values.TryGetValue(TableField.IdentityCard, out (string Value, TableRow Row) number))
        {
            card = ResidentIdentityCard.Parse(Folding.Fold(number.Value), out IdentityCardFault fault);
            if (card is null) issues.Add(sheet.Issue(number.Row, TableField.IdentityCard, IssueSeverity.Error, "value", ResidentIdentityCard.Explain(fault)));
        }

        var patient = new PanelPatient { Card = card };
        foreach ((TableField field, (string Value, TableRow Row) value) in values) patient._values[field] = value;
        patient.ReadSex(sheet, mapping, issues);
        patient.ReadBirthDate(sheet, issues);
        if (card is null && !values.ContainsKey(TableField.IdentityCard) && patient[TableField.MedicalRecordNumber] is null && patient[TableField.AdmissionNumber] is null)
        {
            issues.Add(sheet.Grid.Issue(
                IssueSeverity.Error, "required", rows[0].Line,
                "no record number, admission number or identity card number says whose result this is; a name alone does not."));
        }

        return patient;
    }

    /// <summary>The Patient: created where it is missing, since a laboratory's table has no authority over demographics.</summary>
    public ResourceDraft ToFhir(RawRecord record, ConversionContext context)
    {
        List<(string System, string Value, DraftObject? Type)> identifiers = [];
        if (this[TableField.MedicalRecordNumber] is { } mrn) identifiers.Add((context.IdentifierSystems.MedicalRecordOf(record.Source), mrn, Type("MR", "Medical record number")));
        if (Card is not null) identifiers.Add((IdentifierSystems.ChineseResidentId, Card.Number, Type("NNCHN", null)));
        if (identifiers.Count == 0) identifiers.Add((IdentifierSystems.OfSource(record.Source, "admission"), this[TableField.AdmissionNumber]!, null));

        DraftObject patient = JsonBuilding.Resource("Patient", PatientIdentity.LogicalId(context, identifiers[0].System, identifiers[0].Value))
            .SetAll("identifier", identifiers.Select(identifier => Element.Identifier(identifier.System, identifier.Value, identifier.Type)))
            .Append("name", Element.HumanName(this[TableField.Name]))
            .Set("gender", Gender)
            .Set("birthDate", BirthDate?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
        return new ResourceDraft(patient, ApplyMode.CreateIfAbsent);
    }

    private static DraftObject? Type(string code, string? display) => Element.CodeableConcept(CodeSystems.IdentifierType, code, display, null);

    private void ReadSex(TableSheet sheet, TableMapping mapping, List<OutcomeIssue> issues)
    {
        Gender = Card?.Gender;
        if (!_values.TryGetValue(TableField.Sex, out (string Value, TableRow Row) sex)) return;
        if (!mapping.Sexes.TryGetValue(TableMapping.Word(sex.Value), out string? gender))
        {
            issues.Add(sheet.Issue(sex.Row, TableField.Sex, IssueSeverity.Warning, "code-invalid", $"the word is not in the mapping {mapping.Name}; the patient's gender is left out. Add it to `sexes`."));
            return;
        }

        if (Card is not null && (gender is "male" or "female") && gender != Card.Gender)
        {
            issues.Add(sheet.Issue(sex.Row, TableField.Sex, IssueSeverity.Error, "conflict", "the sex column and the 17th digit of the identity card number disagree."));
        }

        if (Card is null) Gender = gender;
    }

    private void ReadBirthDate(TableSheet sheet, List<OutcomeIssue> issues)
    {
        BirthDate = Card?.BirthDate;
        if (!_values.TryGetValue(TableField.BirthDate, out (string Value, TableRow Row) birth)) return;
        if (ChineseDate.Parse(Folding.Fold(birth.Value)) is not { } date)
        {
            issues.Add(sheet.Issue(birth.Row, TableField.BirthDate, IssueSeverity.Error, "value", DateWanted));
            return;
        }

        if (Card is not null && Card.BirthDate != date.Date)
        {
            issues.Add(sheet.Issue(birth.Row, TableField.BirthDate, IssueSeverity.Error, "conflict", "the birth date column and digits 7 to 14 of the identity card number disagree."));
        }

        BirthDate = date.Date;
    }

    /// <summary>What a date column must hold.</summary>
    public const string DateWanted = "this is no date that has one reading. Wanted: year, month, day, as in 2026-11-22 08:30, 2026/11/22 or 2026年11月22日 8:30.";
}
