using Consortium.Adapters.Chinese;
using Consortium.Adapters.Hl7V2.Language.Model;
using Consortium.Adapters.Site;
using Consortium.Adapters.Table.Language.Compile;
using Consortium.Adapters.Table.Language.Load;
using Consortium.Adapters.Table.Language.Model;
using Consortium.Adapters.Table.Sources;
using Consortium.Fhir;

namespace Consortium.Adapters.Table.Suggest;

/// <summary>A draft of a table map.</summary>
/// <param name="Yaml">The map; it loads and runs as it stands.</param>
/// <param name="Kind">The built-in map that it follows (<c>prescriptions</c>, <c>laboratory</c> …); null where the table is like none of them.</param>
/// <param name="Placed">How many columns of the file it uses.</param>
/// <param name="Columns">How many columns the file has.</param>
public sealed record SuggestedMap(string Yaml, string? Kind, int Placed, int Columns)
{
    private const int MostValues = 200;
    private const string Template = "laboratory.yaml";

    private static readonly Lazy<(IReadOnlyList<TableMapModel> Templates, TableMapLibrary Library)> s_templates = new(ReadTemplates);

    /// <summary>Drafts a map from the headers and values of a file. The draft holds headers and shapes of values, never a value.</summary>
    /// <param name="bytes">The file: any form that the <c>table</c> adapter reads.</param>
    /// <param name="fileName">Its name, of which the map's is made.</param>
    /// <param name="issue">Why the file cannot be read; null where it can.</param>
    /// <returns>The draft; null with <paramref name="issue"/>.</returns>
    public static SuggestedMap? From(ReadOnlyMemory<byte> bytes, string fileName, out OutcomeIssue? issue)
    {
        ArgumentNullException.ThrowIfNull(fileName);
        IReadOnlyList<TableGrid> grids = HeaderFinder.Grids(bytes, Known, out issue);
        if (issue is not null) return null;
        (TableGrid Grid, int Header)[] found = [.. grids.Select(grid => (grid, HeaderFinder.Find(grid, Known))).Where(pair => pair.Item2 >= 0)];
        if (found.Length == 0)
        {
            issue = new OutcomeIssue(IssueSeverity.Fatal, "structure", $"None of the first {TableLines.HeaderWithin} lines looks like a header: two different words or more, above rows as wide.", "line 1", 1);
            return null;
        }

        return found.Select(pair => Draft(pair.Grid, pair.Header, fileName)).OrderByDescending(draft => draft.Kind is not null).ThenByDescending(draft => draft.Placed).First();
    }

    private static SuggestedMap Draft(TableGrid grid, int headerAt, string fileName)
    {
        string[] header = grid.Rows[headerAt].Cells;
        List<string>[] values = [.. header.Select((_, i) => grid.Rows.Skip(headerAt + 1)
            .Where(row => row.Fault is null && i < row.Cells.Length && !string.IsNullOrWhiteSpace(row.Cells[i])).Take(MostValues).Select(row => row.Cells[i].Trim()).ToList())];
        (TableMapModel Template, List<ColumnMatch> Matches, double Score) best = s_templates.Value.Templates
            .Select(template =>
            {
                List<ColumnMatch> matches = Assign(header, values, template);
                int missing = template.Required.Count(required => !matches.Exists(match => match.Name == required.Value));
                return (template, matches, matches.Sum(match => match.Confidence) - (1.5 * missing));
            })
            .MaxBy(candidate => candidate.Item3);
        string name = MapName(fileName);
        int columns = header.Count(cell => !string.IsNullOrWhiteSpace(cell));
        if (best.Matches.Count < 2 || best.Score <= 0) return new SuggestedMap(new SuggestedYaml(name, grid, header, values).Skeleton(), null, 0, columns);
        string yaml = new SuggestedYaml(name, grid, header, values).Write(best.Template, best.Matches);
        Check(yaml, name);
        return new SuggestedMap(yaml, best.Template.Name, best.Matches.Count, columns);
    }

    // The surest pair first; each column of the file and of the template once.
    private static List<ColumnMatch> Assign(string[] header, List<string>[] values, TableMapModel template)
    {
        var all = new List<ColumnMatch>();
        for (int i = 0; i < header.Length; i++)
        {
            foreach (ColumnModel column in template.Columns)
            {
                if (ColumnMatches.Of(i, header[i], values[i], column) is { } match) all.Add(match);
            }
        }

        var taken = new List<ColumnMatch>();
        foreach (ColumnMatch match in all.OrderByDescending(match => match.Confidence).ThenBy(match => match.Column))
        {
            // Two headers of one name cannot both be the column, and which one is must not be guessed.
            bool twice = header.Count(cell => TableMapPlan.HeaderWord(cell) == TableMapPlan.HeaderWord(header[match.Column])) > 1;
            bool nameless = TableMapPlan.HeaderWord(header[match.Column]).Length == 0;
            if (!twice && !nameless && !taken.Exists(other => other.Column == match.Column || other.Name == match.Name)) taken.Add(match);
        }

        return [.. taken.OrderBy(match => match.Column)];
    }

    // What is printed must load; if it did not, the fault would be here and not the reader's.
    private static void Check(string yaml, string name)
    {
        var library = new TableMapLibrary();
        TableMapFiles.Read(new StringReader(yaml), name + ".yaml", library, isSites: true);
        s_templates.Value.Library.With(library).Compile("draft");
    }

    private static object? Known(string header)
    {
        string word = TableMapPlan.HeaderWord(header);
        return word.Length > 0 && s_templates.Value.Templates.Any(template => template.Columns.Any(column => column.Headers.Any(text => TableMapPlan.HeaderWord(text.Value) == word))) ? word : null;
    }

    private static string MapName(string fileName)
    {
        string bare = string.Concat(Path.GetFileNameWithoutExtension(fileName).ToLowerInvariant().Select(c => char.IsLetterOrDigit(c) ? c : '-')).Trim('-');
        return bare.Length == 0 || !char.IsLetter(bare[0]) ? "table-" + bare : bare;
    }

    private static (IReadOnlyList<TableMapModel> Templates, TableMapLibrary Library) ReadTemplates()
    {
        var library = new TableMapLibrary();
        using var reader = new StreamReader(DataTable.Open("table-templates/" + Template));
        TableMapFiles.Read(reader, Template, library, isSites: false);
        return ([.. TableMapFiles.BuiltIn.Maps.Values, .. library.Maps.Values], TableMapFiles.BuiltIn);
    }
}
