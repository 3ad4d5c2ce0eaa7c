namespace Consortium.FhirFacade.Store;

/// <summary>
/// The store's tables, the same in both engines. Scripts are only ever appended (<c>Database.MigrateAsync</c>).
/// Times are milliseconds since 1970, UTC. The receipt stands in its own table because it comes later than the version,
/// and a row of bytes is dear to rewrite.
/// </summary>
internal static class StoreSchema
{
    public const string Component = "facade";

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
    ];
}
