using Consortium.Adapters.Table.Sources;
using Consortium.Fhir;

namespace Consortium.Adapters.Table.Language.Run;

/// <summary>The rows that belong together, in the order in which the first of each stands.</summary>
/// <param name="Rows">The rows.</param>
/// <param name="Issues">What spoils the group before it is mapped.</param>
internal sealed record RowGroup(List<TableRow> Rows, List<OutcomeIssue> Issues)
{
    /// <summary>Sorts the rows of a table into groups by the columns that its map names. A broken row spoils the group whose key stands where it should; where none does, itself alone.</summary>
    public static IReadOnlyList<RowGroup> Of(MatchedTable table)
    {
        var byKey = new Dictionary<string, RowGroup>(StringComparer.Ordinal);
        var groups = new List<RowGroup>();
        var broken = new List<TableRow>();
        foreach (TableRow row in table.Rows)
        {
            if (table.IsBroken(row, out _))
            {
                broken.Add(row);
                continue;
            }

            string? key = KeyOf(table, row, out int missing);
            List<OutcomeIssue> issues = [.. table.Faults(row)];
            if (key is null) issues.Add(table.Issue(IssueSeverity.Error, "required", row, missing, "the cell that says which rows belong together is blank."));
            Add(groups, byKey, key ?? $"row|{row.Line}", row, issues);
        }

        foreach (TableRow row in broken)
        {
            string? key = KeyOf(table, row, out _);
            if (key is null || table.Map.Group.Length == 0 || !byKey.ContainsKey(key)) key = $"row|{row.Line}";
            Add(groups, byKey, key, row, [.. table.Faults(row)]);
        }

        return groups;
    }

    private static void Add(List<RowGroup> groups, Dictionary<string, RowGroup> byKey, string key, TableRow row, List<OutcomeIssue> issues)
    {
        if (!byKey.TryGetValue(key, out RowGroup? group))
        {
            byKey.Add(key, group = new RowGroup([], []));
            groups.Add(group);
        }

        group.Rows.Add(row);
        group.Issues.AddRange(issues);
    }

    private static string? KeyOf(MatchedTable table, TableRow row, out int missing)
    {
        missing = -1;
        if (table.Map.Group.Length == 0) return $"row|{row.Line}";
        var parts = new List<string>();
        foreach (int column in table.Map.Group)
        {
            // A table without the column is joined by the others; a blank cell in a column that it has is a question.
            if (!table.Has(column)) continue;
            if (table.Cell(row, column) is not { } text)
            {
                missing = column;
                return null;
            }

            parts.Add($"{column}={text}");
        }

        return parts.Count == 0 ? $"row|{row.Line}" : string.Join('\u001F', parts);
    }
}
