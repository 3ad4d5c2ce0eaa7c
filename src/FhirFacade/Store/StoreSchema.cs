using Consortium.FhirFacade.Erasure;
using Consortium.Storage;

namespace Consortium.FhirFacade.Store;

/// <summary>
/// The store's tables, the same in both engines. Scripts are only ever appended (<c>Database.MigrateAsync</c>).
/// Times are milliseconds since 1970, UTC. The receipt stands in its own table because it comes later than the version,
/// and a row of bytes is dear to rewrite.
/// </summary>
internal static class StoreSchema
{
    public const string Component = "facade";

    /// <summary>The tables of the search index; each has the number of the resource in <c>key</c>.</summary>
    public static IReadOnlyList<string> IndexTables { get; } = ["search_token", "search_string", "search_reference", "search_date", "search_quantity", "search_text", "search_position"];

    /// <summary>Those of the values of parameters.</summary>
    public static IEnumerable<string> ValueTables => IndexTables.Where(table => table is not ("search_text" or "search_position"));

    public static IReadOnlyList<string> Scripts { get; } =
    [
        """
        CREATE TABLE resource (
            type TEXT NOT NULL,
            id TEXT NOT NULL,
            version BIGINT NOT NULL,
            deleted BIGINT NOT NULL,
            updated_at BIGINT NOT NULL,
            subject_tag {bytes} NOT NULL,
            source TEXT,
            intake_sequence BIGINT,
            PRIMARY KEY (type, id));
        CREATE INDEX resource_updated ON resource (type, updated_at, id);
        CREATE TABLE resource_version (
            seq {identity},
            type TEXT NOT NULL,
            id TEXT NOT NULL,
            version BIGINT NOT NULL,
            deleted BIGINT NOT NULL,
            body {bytes} NOT NULL,
            secret {bytes} NOT NULL,
            suite BIGINT NOT NULL,
            commitment {bytes} NOT NULL,
            leaves BIGINT NOT NULL,
            record_id {bytes} NOT NULL,
            subject_tag {bytes} NOT NULL,
            kind BIGINT NOT NULL,
            recorded_at BIGINT NOT NULL,
            source TEXT,
            intake_sequence BIGINT);
        CREATE UNIQUE INDEX resource_version_key ON resource_version (type, id, version);
        CREATE UNIQUE INDEX resource_version_record ON resource_version (record_id);
        CREATE INDEX resource_version_log ON resource_version (type, seq);
        CREATE TABLE search_token (
            type TEXT NOT NULL,
            id TEXT NOT NULL,
            parameter TEXT NOT NULL,
            system TEXT NOT NULL,
            value TEXT NOT NULL);
        CREATE INDEX search_token_value ON search_token (value, type, parameter, system, id);
        CREATE INDEX search_token_owner ON search_token (type, id);
        CREATE TABLE search_reference (
            type TEXT NOT NULL,
            id TEXT NOT NULL,
            path TEXT NOT NULL,
            target_type TEXT NOT NULL,
            target_id TEXT NOT NULL);
        CREATE INDEX search_reference_target ON search_reference (target_id, type, target_type, path, id);
        CREATE INDEX search_reference_owner ON search_reference (type, id);
        CREATE TABLE intake_mark (
            type TEXT NOT NULL,
            id TEXT NOT NULL,
            source TEXT NOT NULL,
            intake_sequence BIGINT NOT NULL,
            PRIMARY KEY (type, id, source));
        CREATE TABLE anchored_batch (
            first_sequence BIGINT PRIMARY KEY,
            entry_count BIGINT NOT NULL,
            chain_id BIGINT NOT NULL,
            contract TEXT NOT NULL,
            root {bytes} NOT NULL,
            head {bytes} NOT NULL,
            transaction_hash {bytes} NOT NULL,
            block_number BIGINT NOT NULL,
            block_hash {bytes} NOT NULL,
            block_timestamp BIGINT NOT NULL);
        CREATE TABLE receipt (
            record_id {bytes} NOT NULL PRIMARY KEY,
            sequence BIGINT NOT NULL,
            first_sequence BIGINT NOT NULL,
            inclusion_path {bytes} NOT NULL);
        """,
        // Every search parameter in a table for its kind of value, by the number of the resource; filled by SearchIndex when the program starts.
        """
        CREATE TABLE resource_numbered (
            key {identity},
            type {text} NOT NULL,
            id {text} NOT NULL,
            version BIGINT NOT NULL,
            deleted BIGINT NOT NULL,
            updated_at BIGINT NOT NULL,
            subject_tag {bytes} NOT NULL,
            source TEXT,
            intake_sequence BIGINT,
            UNIQUE (type, id));
        INSERT INTO resource_numbered (type, id, version, deleted, updated_at, subject_tag, source, intake_sequence)
            SELECT type, id, version, deleted, updated_at, subject_tag, source, intake_sequence FROM resource ORDER BY type, id;
        DROP TABLE resource;
        ALTER TABLE resource_numbered RENAME TO resource;
        CREATE INDEX resource_updated ON resource (type, updated_at, key);
        CREATE INDEX resource_type ON resource (type, key);
        CREATE INDEX resource_subject ON resource (subject_tag, type, key);
        DROP TABLE search_token;
        DROP TABLE search_reference;
        CREATE TABLE search_token (
            key BIGINT NOT NULL,
            parameter BIGINT NOT NULL,
            grp BIGINT NOT NULL,
            system {text} NOT NULL,
            code {text} NOT NULL);
        CREATE INDEX search_token_code ON search_token (parameter, code, key, system, grp);
        CREATE INDEX search_token_owner ON search_token (key, parameter);
        CREATE TABLE search_string (
            key BIGINT NOT NULL,
            parameter BIGINT NOT NULL,
            grp BIGINT NOT NULL,
            folded {text} NOT NULL,
            exact TEXT NOT NULL);
        CREATE INDEX search_string_folded ON search_string (parameter, folded, key);
        CREATE INDEX search_string_owner ON search_string (key, parameter);
        CREATE TABLE search_reference (
            key BIGINT NOT NULL,
            parameter BIGINT NOT NULL,
            grp BIGINT NOT NULL,
            target_type {text} NOT NULL,
            target_id {text} NOT NULL);
        CREATE INDEX search_reference_target ON search_reference (parameter, target_id, key, target_type, grp);
        CREATE INDEX search_reference_owner ON search_reference (key, parameter);
        CREATE TABLE search_date (
            key BIGINT NOT NULL,
            parameter BIGINT NOT NULL,
            grp BIGINT NOT NULL,
            low BIGINT NOT NULL,
            high BIGINT NOT NULL);
        CREATE INDEX search_date_low ON search_date (parameter, low, high, key);
        CREATE INDEX search_date_owner ON search_date (key, parameter);
        CREATE TABLE search_quantity (
            key BIGINT NOT NULL,
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
        CREATE INDEX search_quantity_low ON search_quantity (parameter, low, high, key);
        CREATE INDEX search_quantity_canonical ON search_quantity (parameter, canonical_code, canonical_low, canonical_high, key);
        CREATE INDEX search_quantity_owner ON search_quantity (key, parameter);
        CREATE TABLE search_state (
            catalog BIGINT NOT NULL,
            position BIGINT NOT NULL);
        INSERT INTO search_state (catalog, position) VALUES (0, 0);
        """,
        // Bulk exports: what was asked for, and up to which version.
        """
        CREATE TABLE export_job (
            id TEXT NOT NULL PRIMARY KEY,
            owner TEXT NOT NULL,
            request TEXT NOT NULL,
            scope BIGINT NOT NULL,
            group_id TEXT,
            types TEXT NOT NULL,
            since BIGINT,
            sequence BIGINT NOT NULL,
            created_at BIGINT NOT NULL);
        """,
        // Dates know how long they are (DateSpan), and words can be searched for; both filled by SearchIndex when the program starts.
        """
        DROP TABLE search_date;
        CREATE TABLE search_date (
            key BIGINT NOT NULL,
            parameter BIGINT NOT NULL,
            grp BIGINT NOT NULL,
            span BIGINT NOT NULL,
            low BIGINT NOT NULL,
            high BIGINT NOT NULL);
        CREATE INDEX search_date_low ON search_date (parameter, span, low, high, key);
        CREATE INDEX search_date_owner ON search_date (key, parameter);
        {search_text}
        """,
        // Search parameters of the site's own (CustomRegistry).
        """
        CREATE TABLE search_parameter (
            number BIGINT NOT NULL PRIMARY KEY,
            id TEXT NOT NULL,
            version BIGINT NOT NULL,
            url TEXT NOT NULL,
            code TEXT NOT NULL,
            meaning TEXT NOT NULL,
            kinds TEXT NOT NULL,
            state BIGINT NOT NULL,
            at_type {text} NOT NULL,
            position BIGINT NOT NULL,
            done BIGINT NOT NULL,
            total BIGINT);
        CREATE INDEX search_parameter_resource ON search_parameter (id, state);
        ALTER TABLE search_state ADD COLUMN generation BIGINT NOT NULL DEFAULT 0;
        """,
        // Subscriptions: their channels, what waits to be sent to them, and a stamp that changes with the channels.
        """
        CREATE TABLE subscription_channel (
            id {text} NOT NULL PRIMARY KEY,
            type {text} NOT NULL,
            criteria TEXT NOT NULL,
            endpoint TEXT NOT NULL,
            payload TEXT,
            headers {bytes} NOT NULL,
            ends_at BIGINT,
            state BIGINT NOT NULL,
            failures BIGINT NOT NULL,
            not_before BIGINT NOT NULL);
        CREATE TABLE subscription_notice (
            seq {identity},
            subscription {text} NOT NULL,
            type {text} NOT NULL,
            id {text} NOT NULL,
            version BIGINT NOT NULL,
            queued_at BIGINT NOT NULL,
            attempts BIGINT NOT NULL,
            not_before BIGINT NOT NULL,
            leased_until BIGINT NOT NULL,
            failing_since BIGINT);
        CREATE INDEX subscription_notice_order ON subscription_notice (subscription, type, id, seq);
        CREATE INDEX subscription_notice_due ON subscription_notice (not_before, attempts, seq);
        CREATE TABLE subscription_stamp (stamp BIGINT NOT NULL);
        INSERT INTO subscription_stamp (stamp) VALUES (0);
        """,
        // Requests that are answered later. Exports of what searches find and of listed patients, as they were at the kick-off; those of before say less, and are given up.
        """
        CREATE TABLE later_request (
            id TEXT NOT NULL PRIMARY KEY,
            owner TEXT NOT NULL,
            kind BIGINT NOT NULL,
            state BIGINT NOT NULL,
            writes BIGINT NOT NULL,
            runner TEXT NOT NULL,
            leased_until BIGINT NOT NULL,
            created_at BIGINT NOT NULL,
            request {bytes},
            answer {bytes});
        DELETE FROM export_job;
        ALTER TABLE export_job ADD COLUMN elements TEXT;
        ALTER TABLE export_job ADD COLUMN filtered TEXT NOT NULL DEFAULT '';
        ALTER TABLE export_job ADD COLUMN listed BIGINT NOT NULL DEFAULT 0;
        ALTER TABLE export_job ADD COLUMN problems TEXT NOT NULL DEFAULT '';
        CREATE TABLE export_match (
            job TEXT NOT NULL,
            key BIGINT NOT NULL,
            PRIMARY KEY (job, key));
        CREATE TABLE export_patient (
            job TEXT NOT NULL,
            id {text} NOT NULL,
            PRIMARY KEY (job, id));
        """,
        ViewSchema.Script,
        // The places of Locations, for near; filled by SearchIndex when the program starts.
        """
        CREATE TABLE search_position (
            key BIGINT NOT NULL,
            parameter BIGINT NOT NULL,
            grp BIGINT NOT NULL,
            latitude DOUBLE PRECISION NOT NULL,
            longitude DOUBLE PRECISION NOT NULL,
            x DOUBLE PRECISION NOT NULL,
            y DOUBLE PRECISION NOT NULL,
            z DOUBLE PRECISION NOT NULL);
        CREATE INDEX search_position_latitude ON search_position (latitude, key);
        CREATE INDEX search_position_owner ON search_position (key, parameter);
        """,
        ErasureTables.Script,
        // Contained resources: in the index under numbers of their own, below zero (ContainedKeys); filled by SearchIndex when the program starts.
        """
        CREATE TABLE contained (
            key BIGINT NOT NULL PRIMARY KEY,
            container BIGINT NOT NULL,
            type {text} NOT NULL,
            id {text} NOT NULL);
        CREATE INDEX contained_container ON contained (container);
        CREATE INDEX contained_type ON contained (type, key);
        """,
        "{clustered_index}",
    ];

    // The engines' own full-text indexes, over words that we have made ourselves (WordSplitter). SQLite's keeps no copy of the words.
    private const string SqliteText = """
        CREATE TABLE search_text (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            key BIGINT NOT NULL,
            parameter BIGINT NOT NULL,
            grp BIGINT NOT NULL);
        CREATE INDEX search_text_owner ON search_text (key, parameter);
        CREATE VIRTUAL TABLE search_text_words USING fts5(words, content='', contentless_delete=1, tokenize='ascii');
        CREATE TRIGGER search_text_gone AFTER DELETE ON search_text BEGIN DELETE FROM search_text_words WHERE rowid = old.id; END;
        """;

    private const string PostgresText = """
        CREATE TABLE search_text (
            key BIGINT NOT NULL,
            parameter BIGINT NOT NULL,
            grp BIGINT NOT NULL,
            words TSVECTOR NOT NULL);
        CREATE INDEX search_text_owner ON search_text (key, parameter);
        CREATE INDEX search_text_words ON search_text USING gin (words);
        """;

    /// <summary>The scripts as an engine runs them.</summary>
    public static IReadOnlyList<string> For(Dialect dialect) =>
        [.. Scripts.Select(script => script.Replace("{search_text}", dialect == Dialect.Sqlite ? SqliteText : PostgresText, StringComparison.Ordinal)
            .Replace("{clustered_index}", ClusteredIndex.For(dialect), StringComparison.Ordinal))];
}
