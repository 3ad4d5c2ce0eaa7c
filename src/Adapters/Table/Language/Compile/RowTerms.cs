using Consortium.Adapters.Hl7V2.Language.Conditions;
using Consortium.Adapters.Hl7V2.Language.Model;

namespace Consortium.Adapters.Table.Language.Compile;

/// <summary>A column as a place of a condition.</summary>
/// <param name="Number">Its number in the map.</param>
internal sealed record ColumnPlace(int Number);

/// <summary>The condition language over the rows of a table: its places are the columns of the map. A cell has one value, so what counts or orders is refused.</summary>
internal sealed class RowTerms(Func<string, Func<string, Exception>, int> column) : IConditionTerms<ColumnPlace, RowTest>
{
    public string Example => "sex";

    public ColumnPlace Place(string text, Func<string, Exception> fault) => new(column(text, fault));

    public RowTest Valued(ColumnPlace place) => (table, row) => table.Cell(row, place.Number) is not null;

    public RowTest OneOf(ColumnPlace place, IReadOnlyList<string> texts)
    {
        // As header names are compared: full width and case say nothing in a table that people fill in.
        HashSet<string> words = [.. texts.Select(TableMapping.Word)];
        return (table, row) => table.Cell(row, place.Number) is { } text && words.Contains(TableMapping.Word(text));
    }

    public RowTest Same(ColumnPlace left, ColumnPlace right) =>
        (table, row) => table.Cell(row, left.Number) is { } text && string.Equals(text, table.Cell(row, right.Number), StringComparison.Ordinal);

    public RowTest Length(ColumnPlace place, Func<int, bool> compare) => (table, row) => compare(table.Cell(row, place.Number)?.Length ?? 0);

    public RowTest Count(ColumnPlace place, Func<int, bool> compare, MapText text) => throw text.Fault("a cell does not repeat: COUNT says nothing of a table.");

    public RowTest First(ColumnPlace place, MapText text) => throw text.Fault("FIRST is said of segments; the rows of a group have no order that means something.");

    public RowTest Occurrence(ColumnPlace place, Func<int, bool> compare, MapText text) => throw text.Fault("OCCURRENCE is said of segments; the rows of a group have no order that means something.");

    public RowTest Not(RowTest inner) => (table, row) => !inner(table, row);

    public RowTest Several(IReadOnlyList<RowTest> parts, bool all) =>
        all ? (table, row) => parts.All(part => part(table, row)) : (table, row) => parts.Any(part => part(table, row));
}
