namespace Consortium.FhirFacade.Store;

/// <summary>
/// The tables of what the restricted views show, like those of the search index; filled by <see cref="Search.Views.ViewIndexer"/> from the marks of what was written
/// (decision 0202).
/// </summary>
internal static class ViewSchema
{
    /// <summary>The tables of what stands in the restricted views.</summary>
    public static IReadOnlyList<string> Tables { get; } = ["view_token", "view_string", "view_reference", "view_date", "view_quantity"];

    /// <summary>
    /// The table of what stands in the restricted views beside an index table: <c>search_token</c> gives <c>view_token</c>. Null where there is none: nobody from outside
    /// searches what stands there.
    /// </summary>
    public static string? Beside(string indexTable) =>
        indexTable.Replace("search_", "view_", StringComparison.Ordinal) is var table && Tables.Contains(table) ? table : null;

    /// <summary>The script that makes them. Everything that is stored already is marked, patients first.</summary>
    public const string Script = """
        CREATE TABLE view_token (
            key BIGINT NOT NULL,
            views BIGINT NOT NULL,
            parameter BIGINT NOT NULL,
            grp BIGINT NOT NULL,
            system {text} NOT NULL,
            code {text} NOT NULL);
        CREATE INDEX view_token_code ON view_token (parameter, code, key, system, grp, views);
        CREATE INDEX view_token_owner ON view_token (key, parameter);
        CREATE TABLE view_string (
            key BIGINT NOT NULL,
            views BIGINT NOT NULL,
            parameter BIGINT NOT NULL,
            grp BIGINT NOT NULL,
            folded {text} NOT NULL,
            exact TEXT NOT NULL);
        CREATE INDEX view_string_folded ON view_string (parameter, folded, key, views);
        CREATE INDEX view_string_owner ON view_string (key, parameter);
        CREATE TABLE view_reference (
            key BIGINT NOT NULL,
            views BIGINT NOT NULL,
            parameter BIGINT NOT NULL,
            grp BIGINT NOT NULL,
            target_type {text} NOT NULL,
            target_id {text} NOT NULL);
        CREATE INDEX view_reference_target ON view_reference (parameter, target_id, key, target_type, grp, views);
        CREATE INDEX view_reference_owner ON view_reference (key, parameter);
        CREATE TABLE view_date (
            key BIGINT NOT NULL,
            views BIGINT NOT NULL,
            parameter BIGINT NOT NULL,
            grp BIGINT NOT NULL,
            span BIGINT NOT NULL,
            low BIGINT NOT NULL,
            high BIGINT NOT NULL);
        CREATE INDEX view_date_low ON view_date (parameter, span, low, high, key, views);
        CREATE INDEX view_date_owner ON view_date (key, parameter);
        CREATE TABLE view_quantity (
            key BIGINT NOT NULL,
            views BIGINT NOT NULL,
            parameter BIGINT NOT NULL,
            grp BIGINT NOT NULL,
            low DOUBLE PRECISION NOT NULL,
            high DOUBLE PRECISION NOT NULL,
            system {text} NOT NULL,
            code {text} NOT NULL,
            unit {text} NOT NULL,
            canonical_low DOUBLE PRECISION NOT NULL,
            canonical_high DOUBLE PRECISION NOT NULL,
            canonical_code {text} NOT NULL);
        CREATE INDEX view_quantity_low ON view_quantity (parameter, low, high, key, views);
        CREATE INDEX view_quantity_canonical ON view_quantity (parameter, canonical_code, canonical_low, canonical_high, key, views);
        CREATE INDEX view_quantity_owner ON view_quantity (key, parameter);
        CREATE TABLE view_mark (
            seq {identity},
            type {text} NOT NULL,
            key BIGINT NOT NULL,
            since BIGINT);
        CREATE INDEX view_mark_type ON view_mark (type, seq);
        CREATE TABLE view_identity (
            key BIGINT NOT NULL PRIMARY KEY,
            digest {bytes} NOT NULL);
        INSERT INTO view_mark (type, key) SELECT type, key FROM resource WHERE version > 0 ORDER BY CASE WHEN type = 'Patient' THEN 0 ELSE 1 END, key;
        """;
}
