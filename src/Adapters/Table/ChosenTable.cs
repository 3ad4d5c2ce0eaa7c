using Consortium.Adapters.Table.Language.Compile;
using Consortium.Adapters.Table.Language.Load;
using Consortium.Adapters.Table.Language.Run;
using Consortium.Adapters.Table.Sources;
using Consortium.Fhir;

namespace Consortium.Adapters.Table;

/// <summary>A table and the map that fits it best: the one that knows most of its columns; of equal ones a site's own before a built-in one.</summary>
/// <param name="Grid">The table.</param>
/// <param name="Matched">The table under a map of the mapping language; null for a laboratory's export, or where nothing fits.</param>
/// <param name="IsLaboratory">True where the laboratory mapping fits best.</param>
/// <param name="Issue">Why nothing fits; null where something does.</param>
internal sealed record ChosenTable(TableGrid Grid, MatchedTable? Matched, bool IsLaboratory, OutcomeIssue? Issue)
{
    /// <summary>True where no map knows the table.</summary>
    public bool IsUnknown => Matched is null && !IsLaboratory;

    /// <summary>The tables of a record, each with its map.</summary>
    /// <param name="record">The record.</param>
    /// <param name="context">The site's character set of the source.</param>
    /// <param name="maps">The maps in force.</param>
    /// <param name="issue">Why nothing can be read.</param>
    public static IReadOnlyList<ChosenTable> In(RawRecord record, ConversionContext context, TableMaps maps, out OutcomeIssue? issue)
    {
        TableMapPlan[] named = [.. maps.Maps.Maps.Where(map => map.IsForFile(record.FileName))];
        TableMapPlan[] candidates = named.Length > 0 ? named : [.. maps.Maps.Maps.Where(map => map.Reading.Files.Count == 0)];

        // A map that says how its file is written reads the file itself; it is the one where its header is found then.
        foreach (TableMapPlan map in candidates.Where(map => !ReferenceEquals(map.Reading.Format, TableFormat.Found)))
        {
            IReadOnlyList<TableGrid> own = TableSource.Read(record.Bytes, map.Reading.Format, header => map.ColumnOf(header), context.Charset, out OutcomeIssue? unreadable);
            if (unreadable is not null && named.Length == 0) continue;
            if (!own.Any(grid => MatchedTable.Find(grid, map, out _) is not null)) continue;
            issue = null;
            return [.. own.Select(grid => Choose(grid, [map], null))];
        }

        IReadOnlyList<TableGrid> grids = TableSource.Read(
            record.Bytes, TableFormat.Found, header => maps.Maps.Known(header) ?? (maps.Laboratory.FieldOf(header) is not null ? TableMapping.Word(header) : null), context.Charset, out issue);
        return [.. grids.Select(grid => Choose(grid, candidates, named.Length > 0 ? null : maps.Laboratory))];
    }

    private static ChosenTable Choose(TableGrid grid, IReadOnlyList<TableMapPlan> candidates, TableMapping? laboratory)
    {
        var fits = new List<(MatchedTable Table, OutcomeIssue? Issue)>();
        foreach (TableMapPlan map in candidates)
        {
            if (map.IsForSheet(grid.Sheet) && MatchedTable.Find(grid, map, out OutcomeIssue? fault) is { } table) fits.Add((table, fault));
        }

        int most = fits.Count == 0 ? 0 : fits.Max(fit => fit.Table.Matched);
        int recognised = laboratory is null ? 0 : TableSheet.Recognised(grid, laboratory);
        fits.RemoveAll(fit => fit.Table.Matched < most);
        if (fits.Exists(fit => fit.Table.Map.IsSites)) fits.RemoveAll(fit => !fit.Table.Map.IsSites);
        bool sites = fits.Exists(fit => fit.Table.Map.IsSites);
        bool usable = recognised >= 2 && TableSheet.Find(grid, laboratory!, out _) is not null;
        if (recognised >= 2 && (recognised > most || (recognised == most && usable && !sites))) return new ChosenTable(grid, null, true, null);
        if (fits.Count == 1) return fits[0].Issue is { } twice ? new ChosenTable(grid, null, false, twice) : new ChosenTable(grid, fits[0].Table, false, null);
        int line = grid.Rows.Count == 0 ? 1 : grid.Rows[0].Line;
        return new ChosenTable(grid, null, false, fits.Count == 0
            ? grid.Issue(
                IssueSeverity.Fatal, "structure", line,
                $"none of the first {TableLines.HeaderWithin} lines is a header that a map knows. `consortium mapping suggest FILE` drafts a map for the folder {TableMapFiles.SiteFolder} of the site folder; header names of a laboratory's export can be added to {TableMapping.SiteFile}.")
            : grid.Issue(
                IssueSeverity.Fatal, "structure", line,
                $"the maps {string.Join(" and ", fits.Select(fit => fit.Table.Map.Name))} fit equally well. Say in one of them with `required` or `read: {{files: …}}` what tells its tables apart."));
    }
}
