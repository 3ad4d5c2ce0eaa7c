namespace Consortium.Adapters.Table.Language.Values;

/// <summary>A laboratory result of a table to an Observation: code, value, interpretation and reference range, by the rules of the built-in laboratory export.</summary>
internal static class LaboratoryCells
{
    /// <summary>The conversion, from the column of the test's name.</summary>
    public static FillFromCell Fill(CellParameters with)
    {
        int? Column(TableField field) => field switch
        {
            TableField.TestCode => with.Column("code"),
            TableField.Result => with.Column("result"),
            TableField.Unit => with.Column("unit"),
            TableField.ReferenceRange => with.Column("range"),
            TableField.Flag => with.Column("flag"),
            TableField.SpecimenType => with.Column("specimen"),
            _ => null,
        };
        return (target, in scope) =>
        {
            CellScope cells = scope;
            var row = new LaboratoryRow(
                field => field == TableField.TestName ? cells.Text : cells.Cell(Column(field)),
                (field, severity, code, what) => cells.Table.Issue(severity, code, cells.Row, Column(field) ?? with.Column("result") ?? 0, what),
                TableMapping.BuiltIn, cells.Run.Add);
            row.Fill(target, cells.Run.Source);
            return true;
        };
    }
}
