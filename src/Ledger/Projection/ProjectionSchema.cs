using Consortium.Storage;

namespace Consortium.Ledger.Projection;

/// <summary>
/// The projection's tables. Everything that came from a block carries its number, so that a block that is reorganised away takes its rows with it;
/// members, residents and grants are therefore kept as their changes, the newest of which counts.
/// </summary>
internal static class ProjectionSchema
{
    public const string Component = "ledger-projection";

    public static readonly string[] FromBlocks =
        ["projection_member", "projection_resident", "projection_grant", "projection_refused", "projection_batch"];

    public static string[] Scripts(Dialect dialect) =>
    [
        """
        CREATE TABLE projection_chain (
            id BIGINT PRIMARY KEY,
            chain_id BIGINT NOT NULL,
            contract TEXT NOT NULL,
            code_hash {bytes} NOT NULL,
            start_block BIGINT NOT NULL,
            units_per_second BIGINT NOT NULL,
            block_number BIGINT NOT NULL,
            block_hash {bytes} NOT NULL,
            block_time BIGINT NOT NULL,
            followed_at BIGINT NOT NULL,
            entries BIGINT NOT NULL,
            batches BIGINT NOT NULL);

        CREATE TABLE projection_block (number BIGINT PRIMARY KEY, hash {bytes} NOT NULL);

        CREATE TABLE projection_custodian (id {identity}, account TEXT NOT NULL UNIQUE);

        CREATE TABLE projection_member (
            block_number BIGINT NOT NULL,
            log_index BIGINT NOT NULL,
            account TEXT NOT NULL,
            role BIGINT NOT NULL,
            active BIGINT NOT NULL,
            replaced_by TEXT,
            endpoint TEXT NOT NULL,
            name TEXT NOT NULL,
            PRIMARY KEY (block_number, log_index));
        CREATE INDEX projection_member_account ON projection_member (account, block_number, log_index);

        CREATE TABLE projection_resident (
            block_number BIGINT NOT NULL,
            log_index BIGINT NOT NULL,
            account TEXT NOT NULL,
            subject_tag {bytes},
            PRIMARY KEY (block_number, log_index));
        CREATE INDEX projection_resident_account ON projection_resident (account, block_number, log_index);

        CREATE TABLE projection_grant (
            block_number BIGINT NOT NULL,
            log_index BIGINT NOT NULL,
            subject_tag {bytes} NOT NULL,
            grantee TEXT NOT NULL,
            granted_by TEXT NOT NULL,
            kinds TEXT NOT NULL,
            view_number BIGINT NOT NULL,
            valid_until BIGINT NOT NULL,
            PRIMARY KEY (block_number, log_index));
        CREATE INDEX projection_grant_subject ON projection_grant (subject_tag, grantee, block_number, log_index);

        CREATE TABLE projection_batch (
            custodian BIGINT NOT NULL,
            first_sequence BIGINT NOT NULL,
            entries BIGINT NOT NULL,
            root {bytes} NOT NULL,
            head {bytes} NOT NULL,
            transaction_hash {bytes} NOT NULL,
            block_number BIGINT NOT NULL,
            block_hash {bytes} NOT NULL,
            log_index BIGINT NOT NULL,
            block_time BIGINT NOT NULL,
            PRIMARY KEY (custodian, first_sequence));
        CREATE INDEX projection_batch_block ON projection_batch (block_number, log_index);

        CREATE TABLE projection_refused (
            block_number BIGINT NOT NULL,
            log_index BIGINT NOT NULL,
            custodian BIGINT NOT NULL,
            first_sequence BIGINT NOT NULL,
            entries BIGINT NOT NULL,
            transaction_hash {bytes} NOT NULL,
            reason TEXT NOT NULL,
            PRIMARY KEY (block_number, log_index));

        CREATE TABLE projection_entry (
            custodian BIGINT NOT NULL,
            sequence BIGINT NOT NULL,
            batch BIGINT NOT NULL,
            record_id {bytes} NOT NULL,
            commitment {bytes} NOT NULL,
            subject_tag {bytes} NOT NULL,
            kind BIGINT NOT NULL,
            recorded_at BIGINT NOT NULL,
            PRIMARY KEY (custodian, sequence)) {clustered};
        CREATE INDEX projection_entry_subject ON projection_entry (subject_tag);
        CREATE INDEX projection_entry_record ON projection_entry (record_id);
        """.Replace("{clustered}", dialect == Dialect.Sqlite ? "WITHOUT ROWID" : "", StringComparison.Ordinal),
    ];
}
