namespace Consortium.AnchorService.Store;

/// <summary>The service's own tables; long bytes stand last in a row, where queries that do not want them need not pass them. Times are milliseconds since 1970, UTC; sequences and nonces fit in 63 bits.</summary>
internal static class AnchorSchema
{
    public const string Component = "anchor";

    public static readonly string[] Scripts =
    [
        """
        CREATE TABLE anchor_writer (
            custodian TEXT PRIMARY KEY,
            contract TEXT NOT NULL,
            chain_id BIGINT,
            code_hash {bytes},
            fence BIGINT NOT NULL,
            next_sequence BIGINT NOT NULL,
            head {bytes} NOT NULL,
            stopped_reason TEXT,
            stopped_at BIGINT);

        CREATE TABLE anchor_entry (
            position {identity},
            custodian TEXT NOT NULL,
            record_id {bytes} NOT NULL,
            packed {bytes} NOT NULL,
            received_at BIGINT NOT NULL,
            batch BIGINT,
            UNIQUE (custodian, record_id));
        CREATE INDEX anchor_entry_pending ON anchor_entry (custodian, position) WHERE batch IS NULL;

        CREATE TABLE anchor_batch (
            custodian TEXT NOT NULL,
            first_sequence BIGINT NOT NULL,
            entries BIGINT NOT NULL,
            root {bytes} NOT NULL,
            head {bytes} NOT NULL,
            oldest_received_at BIGINT NOT NULL,
            planned_at BIGINT NOT NULL,
            state BIGINT NOT NULL,
            requeued BIGINT NOT NULL DEFAULT 0,
            note TEXT,
            transaction_hash {bytes},
            block_number BIGINT,
            block_hash {bytes},
            gas_used BIGINT,
            final_at BIGINT,
            packed {bytes} NOT NULL,
            PRIMARY KEY (custodian, first_sequence));
        CREATE INDEX anchor_batch_open ON anchor_batch (custodian, first_sequence) WHERE state < 4;
        CREATE INDEX anchor_batch_block ON anchor_batch (custodian, block_number);

        CREATE TABLE anchor_transaction (
            hash {bytes} PRIMARY KEY,
            custodian TEXT NOT NULL,
            first_sequence BIGINT NOT NULL,
            nonce BIGINT NOT NULL,
            gas_price TEXT NOT NULL,
            gas_limit BIGINT NOT NULL,
            signed_at BIGINT NOT NULL,
            sent_at_block BIGINT,
            abandoned TEXT,
            raw {bytes} NOT NULL);
        CREATE INDEX anchor_transaction_batch ON anchor_transaction (custodian, first_sequence);
        CREATE INDEX anchor_transaction_nonce ON anchor_transaction (custodian, nonce);
        """,

        // The status page counts by state once a second: from the index alone, without the batches' bytes.
        """
        CREATE INDEX anchor_batch_state ON anchor_batch (custodian, state, entries, oldest_received_at);
        """,
    ];
}
