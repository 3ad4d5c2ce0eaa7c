using Consortium.Adapters.Elements;
using Consortium.Adapters.Table.Language.Run;
using Consortium.Adapters.Table.Sources;
using Consortium.Fhir;

namespace Consortium.Adapters.Table.Language.Values;

/// <summary>A cell on its way to FHIR, with the row around it.</summary>
internal readonly struct CellScope(MatchedTable table, TableRow row, int column, GroupRun run)
{
    public MatchedTable Table { get; } = table;

    public TableRow Row { get; } = row;

    public GroupRun Run { get; } = run;

    /// <summary>The cell, trimmed and not empty.</summary>
    public string Text => Table.Cell(Row, column) ?? "";

    /// <summary>Another cell of the same row; null where it is blank.</summary>
    public string? Cell(int? other) => other is { } at ? Table.Cell(Row, at) : null;

    /// <summary>The group must be looked at by a person.</summary>
    public DraftValue? Error(string code, string what, int? at = null)
    {
        Run.Add(Table.Issue(IssueSeverity.Error, code, Row, at ?? column, what));
        return null;
    }

    /// <summary>Converted, but with less than there might be.</summary>
    public void Warn(string code, string what, int? at = null) => Run.Add(Table.Issue(IssueSeverity.Warning, code, Row, at ?? column, what));
}

/// <summary>Converts a cell to JSON; null for nothing.</summary>
internal delegate DraftNode? ConvertCell(in CellScope scope);

/// <summary>Writes what a cell says into a target; false for nothing.</summary>
internal delegate bool FillFromCell(DraftObject target, in CellScope scope);

/// <summary>A conversion that a row of a map uses.</summary>
/// <param name="Result">The FHIR type that it makes; of a filling one the resource that it fills.</param>
/// <param name="Convert">The conversion; null for one that fills.</param>
internal sealed record CellConversion(string Result, ConvertCell? Convert)
{
    /// <summary>Fills several elements of the target.</summary>
    public FillFromCell? Fill { get; init; }

    /// <summary>The other columns that it looks at.</summary>
    public IReadOnlyList<int> Also { get; init; } = [];

    /// <summary>Orders values by the date that they are; null where they are no dates.</summary>
    public Func<string, string?>? DateKey { get; init; }
}
