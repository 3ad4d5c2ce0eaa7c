using Consortium.Storage;

namespace Consortium.FhirFacade.Store;

/// <summary>
/// The tables of the search index and of the views as they are since decision 0236. SQLite clusters them by the resource; PostgreSQL, which has no such tables, keeps its own.
/// The index of quantities by their value has those that stand by themselves: those of composites are looked up by their resource. Both are emptied: the program fills the index when it starts (<see cref="SearchIndex"/>), and the views from their marks.
/// </summary>
internal static class ClusteredIndex
{
    // The names of versions have the collation of those of resources: with another one no index serves where the two are joined, and each read went through all versions.
    private const string Postgres = """
        ALTER TABLE resource_version ALTER COLUMN type TYPE TEXT COLLATE "C", ALTER COLUMN id TYPE TEXT COLLATE "C";
        TRUNCATE search_token, search_string, search_reference, search_date, search_quantity, search_text, search_position;
        TRUNCATE view_token, view_string, view_reference, view_date, view_quantity, view_mark;
        DROP INDEX search_quantity_low;
        CREATE INDEX search_quantity_low ON search_quantity (parameter, low, high, key) WHERE grp = 0;
        DROP INDEX search_quantity_canonical;
        CREATE INDEX search_quantity_canonical ON search_quantity (parameter, canonical_code, canonical_low, canonical_high, key) WHERE grp = 0;
        DROP INDEX view_quantity_low;
        CREATE INDEX view_quantity_low ON view_quantity (parameter, low, high, key, views) WHERE grp = 0;
        DROP INDEX view_quantity_canonical;
        CREATE INDEX view_quantity_canonical ON view_quantity (parameter, canonical_code, canonical_low, canonical_high, key, views) WHERE grp = 0;
        """;

    private const string Fill = """

        DELETE FROM view_mark;
        UPDATE search_state SET catalog = 0, position = 0;
        """;

    /// <summary>The script for an engine.</summary>
    public static string For(Dialect dialect) => (dialect == Dialect.Sqlite ? Tables("search", "", "") + Tables("view", "views BIGINT NOT NULL,", ", views") : Postgres) + Fill;

    // Rows that may be long are told apart by n, so that the other tree has a small number in the place of the text.
    private static string Tables(string index, string column, string bits) => $"""
        DROP TABLE {index}_token;
        CREATE TABLE {index}_token (
            key BIGINT NOT NULL,
            parameter BIGINT NOT NULL,
            grp BIGINT NOT NULL,
            system TEXT NOT NULL,
            code TEXT NOT NULL,
            {column}
            PRIMARY KEY (key, parameter, code, system, grp)) WITHOUT ROWID;
        CREATE INDEX {index}_token_code ON {index}_token (parameter, code, key, system, grp{bits});
        DROP TABLE {index}_string;
        CREATE TABLE {index}_string (
            key BIGINT NOT NULL,
            parameter BIGINT NOT NULL,
            n BIGINT NOT NULL,
            grp BIGINT NOT NULL,
            folded TEXT NOT NULL,
            exact TEXT NOT NULL,
            {column}
            PRIMARY KEY (key, parameter, n)) WITHOUT ROWID;
        CREATE INDEX {index}_string_folded ON {index}_string (parameter, folded, key{bits});
        DROP TABLE {index}_reference;
        CREATE TABLE {index}_reference (
            key BIGINT NOT NULL,
            parameter BIGINT NOT NULL,
            grp BIGINT NOT NULL,
            target_type TEXT NOT NULL,
            target_id TEXT NOT NULL,
            {column}
            PRIMARY KEY (key, parameter, target_id, target_type, grp)) WITHOUT ROWID;
        CREATE INDEX {index}_reference_target ON {index}_reference (parameter, target_id, key, target_type, grp{bits});
        DROP TABLE {index}_date;
        CREATE TABLE {index}_date (
            key BIGINT NOT NULL,
            parameter BIGINT NOT NULL,
            grp BIGINT NOT NULL,
            span BIGINT NOT NULL,
            low BIGINT NOT NULL,
            high BIGINT NOT NULL,
            {column}
            PRIMARY KEY (key, parameter, low, high, grp)) WITHOUT ROWID;
        CREATE INDEX {index}_date_low ON {index}_date (parameter, span, low, high, key{bits});
        DROP TABLE {index}_quantity;
        CREATE TABLE {index}_quantity (
            key BIGINT NOT NULL,
            parameter BIGINT NOT NULL,
            n BIGINT NOT NULL,
            grp BIGINT NOT NULL,
            low DOUBLE PRECISION NOT NULL,
            high DOUBLE PRECISION NOT NULL,
            system TEXT NOT NULL,
            code TEXT NOT NULL,
            unit TEXT NOT NULL,
            canonical_low DOUBLE PRECISION NOT NULL,
            canonical_high DOUBLE PRECISION NOT NULL,
            canonical_code TEXT NOT NULL,
            {column}
            PRIMARY KEY (key, parameter, n)) WITHOUT ROWID;
        CREATE INDEX {index}_quantity_low ON {index}_quantity (parameter, low, high, key{bits}) WHERE grp = 0;
        CREATE INDEX {index}_quantity_canonical ON {index}_quantity (parameter, canonical_code, canonical_low, canonical_high, key{bits}) WHERE grp = 0;

        """;
}
