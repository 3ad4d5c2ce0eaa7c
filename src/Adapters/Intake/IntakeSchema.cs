namespace Consortium.Adapters.Intake;

/// <summary>Tables of the intake journal and the quarantine.</summary>
internal static class IntakeSchema
{
    public const string Component = "intake";

    /// <summary>A record that waits for its conversion.</summary>
    public const string Pending = "pending";

    /// <summary>All of the record is with the next hop.</summary>
    public const string Published = "published";

    /// <summary>At least one part of the record waits for a person.</summary>
    public const string Quarantined = "quarantined";

    public static readonly string[] Scripts =
    [
        """
        CREATE TABLE intake (
            sequence {identity},
            digest TEXT NOT NULL UNIQUE,
            source TEXT NOT NULL,
            file_name TEXT,
            received_at BIGINT NOT NULL,
            length BIGINT NOT NULL,
            bytes {bytes} NOT NULL,
            state TEXT NOT NULL,
            release BIGINT NOT NULL DEFAULT 0,
            duplicates BIGINT NOT NULL DEFAULT 0
        );
        CREATE INDEX intake_pending ON intake (sequence) WHERE state = 'pending';
        CREATE INDEX intake_counts ON intake (source, state, received_at);
        CREATE TABLE intake_published (
            digest TEXT NOT NULL,
            record_index BIGINT NOT NULL,
            content TEXT NOT NULL,
            conversion_id TEXT NOT NULL,
            PRIMARY KEY (digest, record_index)
        );
        CREATE TABLE quarantine (
            digest TEXT NOT NULL,
            record_index BIGINT NOT NULL,
            sequence BIGINT NOT NULL,
            source TEXT NOT NULL,
            control_id TEXT,
            adapter TEXT,
            quarantined_at BIGINT NOT NULL,
            code TEXT NOT NULL,
            place TEXT,
            outcome TEXT NOT NULL,
            PRIMARY KEY (digest, record_index)
        );
        CREATE INDEX quarantine_sequence ON quarantine (sequence, record_index);
        """,

        // Records sealed at rest, large ones in pieces, processed ones pruned. Rows of before have no data_key: JournalKeeper seals them.
        """
        ALTER TABLE intake ADD COLUMN data_key BIGINT;
        ALTER TABLE intake ADD COLUMN pieces BIGINT NOT NULL DEFAULT 0;
        ALTER TABLE intake ADD COLUMN pruned_at BIGINT;
        CREATE INDEX intake_prunable ON intake (source, received_at) WHERE state = 'published' AND pruned_at IS NULL;
        CREATE INDEX intake_unsealed ON intake (sequence) WHERE data_key IS NULL AND pruned_at IS NULL;
        CREATE TABLE intake_piece (
            digest TEXT NOT NULL,
            number BIGINT NOT NULL,
            bytes {bytes} NOT NULL,
            PRIMARY KEY (digest, number)
        );
        CREATE TABLE intake_key (
            id BIGINT PRIMARY KEY,
            site_key TEXT NOT NULL,
            wrapped {bytes} NOT NULL,
            created_at BIGINT NOT NULL,
            first_sequence BIGINT NOT NULL
        );
        """,
    ];
}
