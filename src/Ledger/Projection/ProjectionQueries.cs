using System.Data.Common;
using Consortium.Integrity;
using Consortium.Storage;
using Dapper;

namespace Consortium.Ledger.Projection;

/// <summary>Reads the projection.</summary>
internal sealed class ProjectionQueries
{
    private readonly Database _database;

    public ProjectionQueries(Database database) => _database = database;

    public async Task<Member?> MemberAsync(Address account, CancellationToken ct)
    {
        await using DbConnection connection = await _database.ConnectAsync(ct).ConfigureAwait(false);
        MemberRow? row = await connection.QuerySingleOrDefaultAsync<MemberRow>(
            MemberRow.Select + " WHERE m.account = @account ORDER BY m.block_number DESC, m.log_index DESC LIMIT 1", new { account = account.ToString() }).ConfigureAwait(false);
        return row?.ToMember();
    }

    public async Task<IReadOnlyDictionary<Address, Member>> MembersAsync(CancellationToken ct)
    {
        await using DbConnection connection = await _database.ConnectAsync(ct).ConfigureAwait(false);
        IEnumerable<MemberRow> changes = await connection.QueryAsync<MemberRow>(MemberRow.Select + " ORDER BY m.block_number, m.log_index").ConfigureAwait(false);
        var members = new Dictionary<Address, Member>();
        foreach (MemberRow change in changes) members[Address.Parse(change.Account)] = change.ToMember();
        return members;
    }

    public async Task<Tag128?> ResidentTagAsync(Address resident, CancellationToken ct)
    {
        await using DbConnection connection = await _database.ConnectAsync(ct).ConfigureAwait(false);
        byte[]? tag = await connection.QuerySingleOrDefaultAsync<byte[]?>(
            "SELECT subject_tag FROM projection_resident WHERE account = @account ORDER BY block_number DESC, log_index DESC LIMIT 1",
            new { account = resident.ToString() }).ConfigureAwait(false);
        return tag is null ? null : new Tag128(tag);
    }

    public async Task<GrantState?> GrantAsync(Address grantee, Tag128 subjectTag, CancellationToken ct)
    {
        await using DbConnection connection = await _database.ConnectAsync(ct).ConfigureAwait(false);
        GrantRow? row = await connection.QuerySingleOrDefaultAsync<GrantRow>(
            "SELECT granted_by AS GrantedBy, kinds AS Kinds, view_number AS ViewNumber, valid_until AS ValidUntil FROM projection_grant " +
            "WHERE subject_tag = @tag AND grantee = @grantee ORDER BY block_number DESC, log_index DESC LIMIT 1",
            new { tag = subjectTag.ToArray(), grantee = grantee.ToString() }).ConfigureAwait(false);
        return row is null or { ViewNumber: 0 }
            ? null
            : new GrantState(Address.Parse(row.GrantedBy), (LedgerView)row.ViewNumber, DateTimeOffset.FromUnixTimeSeconds(row.ValidUntil), KindSet.Parse(row.Kinds));
    }

    public async Task<IReadOnlyList<ProjectedEntry>> EntriesBySubjectAsync(Tag128 subjectTag, CancellationToken ct)
    {
        await using DbConnection connection = await _database.ConnectAsync(ct).ConfigureAwait(false);
        IEnumerable<EntryRow> rows = await connection.QueryAsync<EntryRow>(
            EntryRow.Select + " WHERE e.subject_tag = @tag ORDER BY b.block_number, b.log_index, e.sequence", new { tag = subjectTag.ToArray() }).ConfigureAwait(false);
        return [.. rows.Select(row => row.ToEntry())];
    }

    public async Task<ProjectedEntry?> EntryByRecordIdAsync(Address custodian, Tag128 recordId, CancellationToken ct)
    {
        await using DbConnection connection = await _database.ConnectAsync(ct).ConfigureAwait(false);
        EntryRow? row = await connection.QueryFirstOrDefaultAsync<EntryRow>(
            EntryRow.Select + " WHERE e.record_id = @recordId AND c.account = @account ORDER BY e.sequence LIMIT 1",
            new { recordId = recordId.ToArray(), account = custodian.ToString() }).ConfigureAwait(false);
        return row?.ToEntry();
    }

    public async Task<IReadOnlyList<ProjectedBatch>> BatchesAsync(int atMost, Address? custodian, CancellationToken ct)
    {
        await using DbConnection connection = await _database.ConnectAsync(ct).ConfigureAwait(false);
        ulong units = (ulong)await connection.QuerySingleOrDefaultAsync<long>("SELECT units_per_second FROM projection_chain WHERE id = 1").ConfigureAwait(false);
        IEnumerable<BatchRow> rows = await connection.QueryAsync<BatchRow>(
            BatchRow.Select + (custodian is null ? "" : " WHERE c.account = @account") + " ORDER BY b.block_number DESC, b.log_index DESC LIMIT @atMost",
            new { account = custodian?.ToString(), atMost }).ConfigureAwait(false);
        return [.. rows.Select(row => row.ToBatch(units))];
    }

    public async Task<IReadOnlyList<IndexEntry>> BatchEntriesAsync(Address custodian, ulong firstSequence, CancellationToken ct)
    {
        await using DbConnection connection = await _database.ConnectAsync(ct).ConfigureAwait(false);
        IEnumerable<EntryRow> rows = await connection.QueryAsync<EntryRow>(
            EntryRow.Select + " WHERE c.account = @account AND b.first_sequence = @first AND e.sequence >= b.first_sequence AND e.sequence < b.first_sequence + b.entries ORDER BY e.sequence",
            new { account = custodian.ToString(), first = (long)firstSequence }).ConfigureAwait(false);
        return [.. rows.Select(row => row.ToEntry().Entry)];
    }

    public async Task<IReadOnlyList<UntrustedCustodian>> UntrustedAsync(CancellationToken ct)
    {
        await using DbConnection connection = await _database.ConnectAsync(ct).ConfigureAwait(false);
        IEnumerable<(string Account, long First, long Block, string Reason)> rows = await connection.QueryAsync<(string, long, long, string)>(
            "SELECT c.account, r.first_sequence, r.block_number, r.reason FROM projection_refused r JOIN projection_custodian c ON c.id = r.custodian ORDER BY r.block_number, r.log_index").ConfigureAwait(false);
        return [.. rows.GroupBy(row => row.Account).Select(refused =>
        {
            (string account, long first, long block, string reason) = refused.First();
            return new UntrustedCustodian(Address.Parse(account), (ulong)first, (ulong)block, reason, refused.Count());
        })];
    }

    private sealed class MemberRow
    {
        public const string Select =
            "SELECT m.account AS Account, m.role AS Role, m.active AS Active, m.replaced_by AS ReplacedBy, m.endpoint AS Endpoint, m.name AS Name, " +
            "(SELECT MIN(a.block_number) FROM projection_member a WHERE a.account = m.account) AS AdmittedAt FROM projection_member m";

        public string Account { get; init; } = "";

        public long Role { get; init; }

        public long Active { get; init; }

        public string? ReplacedBy { get; init; }

        public string Endpoint { get; init; } = "";

        public string Name { get; init; } = "";

        public long AdmittedAt { get; init; }

        public Member ToMember() => new(
            Address.Parse(Account), (MemberRole)Role, Active != 0, Endpoint, Name, (ulong)AdmittedAt, ReplacedBy is null ? null : Address.Parse(ReplacedBy));
    }

    private sealed class GrantRow
    {
        public string GrantedBy { get; init; } = "";

        public string Kinds { get; init; } = "";

        public long ViewNumber { get; init; }

        public long ValidUntil { get; init; }
    }

    private sealed class EntryRow
    {
        public const string Select =
            "SELECT c.account AS Custodian, e.sequence AS Sequence, e.batch AS Batch, e.record_id AS RecordId, e.commitment AS Commitment, e.subject_tag AS SubjectTag, " +
            "e.kind AS Kind, e.recorded_at AS RecordedAt, b.transaction_hash AS TransactionHash, b.block_number AS BlockNumber FROM projection_entry e " +
            "JOIN projection_custodian c ON c.id = e.custodian JOIN projection_batch b ON b.custodian = e.custodian AND b.first_sequence = e.batch";

        public string Custodian { get; init; } = "";

        public long Sequence { get; init; }

        public long Batch { get; init; }

        public byte[] RecordId { get; init; } = [];

        public byte[] Commitment { get; init; } = [];

        public byte[] SubjectTag { get; init; } = [];

        public long Kind { get; init; }

        public long RecordedAt { get; init; }

        public byte[] TransactionHash { get; init; } = [];

        public long BlockNumber { get; init; }

        public ProjectedEntry ToEntry() => new(
            Address.Parse(Custodian),
            (ulong)Sequence,
            new IndexEntry(new Tag128(RecordId), new Hash256(Commitment), new Tag128(SubjectTag), (ushort)Kind, (ulong)RecordedAt),
            (ulong)Batch,
            new Hash256(TransactionHash),
            (ulong)BlockNumber);
    }

    private sealed class BatchRow
    {
        public const string Select =
            "SELECT c.account AS Custodian, b.first_sequence AS FirstSequence, b.entries AS Entries, b.root AS Root, b.head AS Head, b.transaction_hash AS TransactionHash, " +
            "b.block_number AS BlockNumber, b.block_hash AS BlockHash, b.block_time AS BlockTime FROM projection_batch b JOIN projection_custodian c ON c.id = b.custodian";

        public string Custodian { get; init; } = "";

        public long FirstSequence { get; init; }

        public long Entries { get; init; }

        public byte[] Root { get; init; } = [];

        public byte[] Head { get; init; } = [];

        public byte[] TransactionHash { get; init; } = [];

        public long BlockNumber { get; init; }

        public byte[] BlockHash { get; init; } = [];

        public long BlockTime { get; init; }

        public ProjectedBatch ToBatch(ulong unitsPerSecond) => new(
            Address.Parse(Custodian), (ulong)FirstSequence, (ulong)Entries, new Hash256(Root), new Hash256(Head),
            new Hash256(TransactionHash), (ulong)BlockNumber, new Hash256(BlockHash), ChainCursor.Time((ulong)BlockTime, unitsPerSecond));
    }
}
