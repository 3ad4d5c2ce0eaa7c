using Consortium.FhirFacade.Search.Query;
using Consortium.FhirFacade.Search.Text;
using Consortium.Storage;

namespace Consortium.FhirFacade.Search.Sql;

/// <summary>Full-text conditions as SQL: FTS5 in SQLite, <c>tsquery</c> over GIN in PostgreSQL, both over the same words.</summary>
internal sealed class TextSql(SqlParameters parameters, Dialect dialect)
{
    /// <summary>The condition on the resource whose number is <paramref name="key"/>.</summary>
    public string Holds(TextCondition condition, string key) => Holds(condition.Query, Rows(condition), key);

    /// <summary>The numbers of the resources for which the condition holds, as a subquery; for a query with <see cref="TextQuery.IsPositive"/>.</summary>
    public string Keys(TextCondition condition) => Keys(condition.Query, Rows(condition));

    private static string Rows(TextCondition condition) => condition.IsNarrative ? "(1)" : "(1, 2)";

    private string Holds(TextQuery query, string rows, string key)
    {
        switch (query)
        {
            case TextAll all:
                return "(" + string.Join(" AND ", all.Parts.Select(part => Holds(part, rows, key))) + ")";
            case TextAny any:
                return "(" + string.Join(" OR ", any.Parts.Select(part => Holds(part, rows, key))) + ")";
            case TextNot not:
                return $"NOT {Holds(not.Part, rows, key)}";
        }

        string s = parameters.Alias(), w = parameters.Alias();
        var phrase = (TextPhrase)query;
        return dialect == Dialect.Sqlite
            ? $"EXISTS (SELECT 1 FROM search_text {s} CROSS JOIN search_text_words {w} WHERE {s}.key = {key} AND {s}.parameter IN {rows} AND {w}.rowid = {s}.id AND {w}.words MATCH {parameters.Add(Fts5(phrase))})"
            : $"EXISTS (SELECT 1 FROM search_text {s} WHERE {s}.key = {key} AND {s}.parameter IN {rows} AND {s}.words @@ CAST({parameters.Add(TsQuery(phrase))} AS tsquery))";
    }

    private string Keys(TextQuery query, string rows)
    {
        switch (query)
        {
            case TextAny any:
                return string.Join(" UNION ", any.Parts.Select(part => Keys(part, rows)));
            case TextAll all:
                TextQuery first = all.Parts.First(part => part.IsPositive);
                string k = parameters.Alias();
                IEnumerable<string> others = all.Parts.Where(part => !ReferenceEquals(part, first)).Select(part => Holds(part, rows, $"{k}.key"));
                return $"SELECT {k}.key FROM ({Keys(first, rows)}) {k} WHERE {string.Join(" AND ", others)}";
        }

        string s = parameters.Alias(), w = parameters.Alias();
        var phrase = (TextPhrase)query;
        return dialect == Dialect.Sqlite
            ? $"SELECT {s}.key AS key FROM search_text_words {w} CROSS JOIN search_text {s} WHERE {w}.words MATCH {parameters.Add(Fts5(phrase))} AND {s}.id = {w}.rowid AND {s}.parameter IN {rows}"
            : $"SELECT {s}.key AS key FROM search_text {s} WHERE {s}.words @@ CAST({parameters.Add(TsQuery(phrase))} AS tsquery) AND {s}.parameter IN {rows}";
    }

    // Words have letters and digits only, so that neither language finds an operator in them.
    private static string Fts5(TextPhrase phrase) => $"\"{string.Join(' ', phrase.Words)}\"{(phrase.IsBeginning ? "*" : "")}";

    private static string TsQuery(TextPhrase phrase) => string.Join(" <-> ", phrase.Words.Select(word => $"'{word}'")) + (phrase.IsBeginning ? ":*" : "");
}
