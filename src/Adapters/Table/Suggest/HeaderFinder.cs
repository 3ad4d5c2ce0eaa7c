using Consortium.Adapters.Table.Sources;

namespace Consortium.Adapters.Table.Suggest;

/// <summary>Finds the header of a table that no map knows: the widest row of words near the top, above rows as wide.</summary>
internal static class HeaderFinder
{
    /// <summary>The row of the header; -1 where none looks like one.</summary>
    public static int Find(TableGrid grid, Func<string, object?> known)
    {
        int best = -1;
        double most = 0;
        for (int i = 0; i < Math.Min(grid.Rows.Count, TableLines.HeaderWithin); i++)
        {
            string[] cells = [.. grid.Rows[i].Cells.Where(cell => !string.IsNullOrWhiteSpace(cell))];
            if (cells.Distinct(StringComparer.Ordinal).Count() is var different && (different < 2 || different * 4 < cells.Length * 3)) continue;
            int words = cells.Count(cell => !cell.Any(char.IsDigit) || known(cell) is not null);
            int like = grid.Rows.Skip(i + 1).Take(50).Count(row => row.Cells.Count(cell => !string.IsNullOrWhiteSpace(cell)) * 2 >= cells.Length);
            double score = (cells.Count(cell => known(cell) is not null) * 3) + words - (cells.Length - words) + Math.Min(like, 3);
            if (score > most) (best, most) = (i, score);
        }

        return best;
    }

    /// <summary>The tables of a record that no map need know: where no header names are known, the delimiter that cuts most lines alike.</summary>
    public static IReadOnlyList<TableGrid> Grids(ReadOnlyMemory<byte> bytes, Func<string, object?> known, out Fhir.OutcomeIssue? issue)
    {
        IReadOnlyList<TableGrid> grids = TableSource.Read(bytes, TableFormat.Found, known, null, out issue);
        if (issue is not null || grids.Count != 1 || grids[0].IsSheet || Recognised(grids[0], known) >= 2) return grids;
        TableGrid best = grids[0];
        double most = 0;
        foreach (char delimiter in (ReadOnlySpan<char>)[',', '\t', ';', '|'])
        {
            TableGrid grid = TableSource.Read(bytes, new TableFormat { Delimiter = delimiter }, known, null, out _)[0];
            var widths = grid.Rows.GroupBy(row => row.Cells.Length).Where(group => group.Key > 1).OrderByDescending(group => group.Count()).FirstOrDefault();
            double score = widths is null ? 0 : (double)widths.Count() / grid.Rows.Count * Math.Min(widths.Key, 10);
            if (score > most) (best, most) = (grid, score);
        }

        return [best];
    }

    private static int Recognised(TableGrid grid, Func<string, object?> known) =>
        grid.Rows.Take(TableLines.HeaderWithin).Select(row => row.Cells.Count(cell => known(cell) is not null)).DefaultIfEmpty(0).Max();
}
