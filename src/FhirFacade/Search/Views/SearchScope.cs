using Consortium.FhirFacade.Redaction;
using Consortium.FhirFacade.Search.Sql;
using Consortium.FhirFacade.Store;
using Consortium.Integrity;
using Consortium.Storage;

namespace Consortium.FhirFacade.Search.Views;

/// <summary>
/// What a search may look at: the index rows of one view, and the records about one patient or about all. It stands before the statement as common table expressions
/// under the names of the tables, so that for a restricted caller these names mean what its view shows: no part of the statement, nor one that somebody adds later, can
/// look at anything else (decision 0202).
/// </summary>
/// <param name="View">The caller's view.</param>
/// <param name="Subject">The only patient whose records the caller may see; null for all.</param>
internal sealed record SearchScope(ViewRole View, Tag128? Subject)
{
    /// <summary>The hospital's own: every row of every record, by the plain tables.</summary>
    public static SearchScope Everything { get; } = new(ViewRole.Hospital, null);

    /// <summary>True where the search reads the rows of a restricted view, which must be up to date first.</summary>
    public bool IsRestricted => View != ViewRole.Hospital;

    /// <summary>What stands before SELECT; empty where nothing is restricted.</summary>
    /// <param name="parameters">The values of the statement.</param>
    /// <param name="dialect">The engine.</param>
    public string Before(SqlParameters parameters, Dialect dialect)
    {
        List<string> tables = [];
        // SQLite takes its own name within a common table expression for a recursion; the schema says that the table is meant.
        string schema = dialect == Dialect.Sqlite ? "main." : "";
        if (Subject is { } subject)
        {
            tables.Add($"resource AS NOT MATERIALIZED (SELECT * FROM {schema}resource WHERE subject_tag = {parameters.Add(subject.ToArray())})");
        }

        if (IsRestricted)
        {
            string bit = ViewBits.Of(View).ToString(System.Globalization.CultureInfo.InvariantCulture);
            tables.Add($"contained AS NOT MATERIALIZED (SELECT * FROM {schema}contained WHERE 1 = 0)");
            tables.AddRange(StoreSchema.IndexTables.Select(table => ViewSchema.Beside(table) is { } shown
                ? $"{table} AS NOT MATERIALIZED (SELECT * FROM {shown} WHERE (views & {bit}) <> 0)"
                : $"{table} AS NOT MATERIALIZED (SELECT * FROM {schema}{table} WHERE 1 = 0)"));
        }

        return tables.Count == 0 ? "" : $"WITH {string.Join(", ", tables)} ";
    }
}
