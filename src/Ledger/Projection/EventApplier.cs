using System.Data.Common;
using Consortium.Integrity;
using Dapper;

namespace Consortium.Ledger.Projection;

/// <summary>Writes the contract's events of a range of blocks, in order, and verifies each batch as it comes.</summary>
internal sealed class EventApplier
{
    private readonly DbTransaction _transaction;
    private readonly EntryInserter _entries;
    private readonly Func<LogPosition, bool> _isConfirmedViolation;
    private readonly Dictionary<Address, CustodianChain> _custodians = [];

    // isConfirmedViolation is asked before a batch is refused: false where the log should be read once more first,
    // because an endpoint may have left something out.
    public EventApplier(DbTransaction transaction, EntryInserter entries, Func<LogPosition, bool> isConfirmedViolation)
    {
        _transaction = transaction;
        _entries = entries;
        _isConfirmedViolation = isConfirmedViolation;
    }

    public long EntriesAdded { get; private set; }

    public long BatchesAdded { get; private set; }

    private DbConnection Connection => _transaction.Connection!;

    public async Task ApplyAsync(LedgerEvent one, CancellationToken ct)
    {
        switch (one)
        {
            case BatchAnchored batch:
                await ApplyBatchAsync(batch, ct).ConfigureAwait(false);
                break;
            case MemberChanged member:
                await InsertAsync(
                    "projection_member", "account, role, active, replaced_by, endpoint, name", member,
                    new
                    {
                        account = member.Account.ToString(),
                        role = (long)member.Role,
                        active = member.Active ? 1L : 0L,
                        replaced_by = member.ReplacedBy?.ToString(),
                        endpoint = member.Endpoint,
                        name = member.Name,
                    }).ConfigureAwait(false);
                break;
            case ResidentRegistered resident:
                await InsertAsync("projection_resident", "account, subject_tag", resident, new { account = resident.Resident.ToString(), subject_tag = resident.SubjectTag.ToArray() }).ConfigureAwait(false);
                break;
            case ResidentRemoved resident:
                await InsertAsync("projection_resident", "account, subject_tag", resident, new { account = resident.Resident.ToString(), subject_tag = (byte[]?)null }).ConfigureAwait(false);
                break;
            case Granted grant:
                await InsertGrantAsync(grant, grant.SubjectTag, grant.Grantee, grant.By, grant.Kinds, grant.View, grant.ValidUntil).ConfigureAwait(false);
                break;
            case Revoked revoked:
                await InsertGrantAsync(revoked, revoked.SubjectTag, revoked.Grantee, revoked.By, default, LedgerView.None, DateTimeOffset.UnixEpoch).ConfigureAwait(false);
                break;
        }
    }

    private async Task ApplyBatchAsync(BatchAnchored batch, CancellationToken ct)
    {
        CustodianChain chain = await ChainAsync(batch.Custodian).ConfigureAwait(false);
        string? reason = chain.Refused ? "It follows a batch that was refused." : null;
        IndexEntry[] entries = [];
        if (reason is null)
        {
            reason = Check(batch, chain, await IsActiveHospitalAsync(batch.Custodian).ConfigureAwait(false), out entries);
            if (reason is not null && !_isConfirmedViolation(new LogPosition(batch.BlockNumber, batch.LogIndex))) throw new SuspectLogException(new LogPosition(batch.BlockNumber, batch.LogIndex), chain.LastBlock, reason);
        }

        if (reason is not null)
        {
            _custodians[batch.Custodian] = chain with { Refused = true };
            await InsertAsync(
                "projection_refused", "custodian, first_sequence, entries, transaction_hash, reason", batch,
                new { custodian = chain.Id, first_sequence = (long)batch.FirstSequence, entries = (long)batch.Count, transaction_hash = batch.TransactionHash.ToArray(), reason }).ConfigureAwait(false);
            return;
        }

        await InsertAsync(
            "projection_batch", "custodian, first_sequence, entries, root, head, transaction_hash, block_hash, block_time", batch,
            new
            {
                custodian = chain.Id,
                first_sequence = (long)batch.FirstSequence,
                entries = (long)batch.Count,
                root = batch.Root.ToArray(),
                head = batch.Head.ToArray(),
                transaction_hash = batch.TransactionHash.ToArray(),
                block_hash = batch.BlockHash.ToArray(),
                block_time = (long)batch.Timestamp,
            }).ConfigureAwait(false);
        await _entries.InsertAsync(chain.Id, batch.FirstSequence, entries, ct).ConfigureAwait(false);
        _custodians[batch.Custodian] = chain with { NextSequence = batch.FirstSequence + batch.Count, Head = batch.Head, LastBlock = batch.BlockNumber };
        EntriesAdded += entries.Length;
        BatchesAdded++;
    }

    /// <summary>What the contract promises of a batch, checked again here.</summary>
    /// <returns>Null, or what does not fit.</returns>
    private static string? Check(BatchAnchored batch, CustodianChain chain, bool isActiveHospital, out IndexEntry[] entries)
    {
        entries = [];
        if (!isActiveHospital) return "Its writer was no active hospital.";
        if (batch.Entries.Length == 0 || batch.Entries.Length % IndexEntry.PackedLength != 0) return $"Its {batch.Entries.Length} bytes are no whole entries.";
        entries = IndexEntry.Unpack(batch.Entries);
        if ((ulong)entries.Length != batch.Count) return $"It says {batch.Count} entries and carries {entries.Length}.";
        if (batch.FirstSequence != chain.NextSequence) return $"It starts at sequence {batch.FirstSequence}; the next one is {chain.NextSequence}.";
        if (BatchTree.Root(entries) != batch.Root) return "Its root is not that of its entries.";
        return BatchHead.Next(chain.Head, batch.FirstSequence, batch.Count, batch.Root) == batch.Head ? null : "Its head does not continue the custodian's chain.";
    }

    private async Task<CustodianChain> ChainAsync(Address custodian)
    {
        if (_custodians.TryGetValue(custodian, out CustodianChain? known)) return known;
        string account = custodian.ToString();
        await Connection.ExecuteAsync("INSERT INTO projection_custodian (account) VALUES (@account) ON CONFLICT (account) DO NOTHING", new { account }, _transaction).ConfigureAwait(false);
        long id = await Connection.ExecuteScalarAsync<long>("SELECT id FROM projection_custodian WHERE account = @account", new { account }, _transaction).ConfigureAwait(false);
        (long First, long Count, byte[] Head, long Block)? last = await Connection.QuerySingleOrDefaultAsync<(long, long, byte[], long)?>(
            "SELECT first_sequence, entries, head, block_number FROM projection_batch WHERE custodian = @id ORDER BY first_sequence DESC LIMIT 1", new { id }, _transaction).ConfigureAwait(false);
        long refused = await Connection.ExecuteScalarAsync<long>("SELECT COUNT(*) FROM projection_refused WHERE custodian = @id", new { id }, _transaction).ConfigureAwait(false);
        CustodianChain chain = last is { } batch
            ? new(id, (ulong)(batch.First + batch.Count), new Hash256(batch.Head), (ulong)batch.Block, refused > 0)
            : new(id, 0, Hash256.Zero, 0, refused > 0);
        return _custodians[custodian] = chain;
    }

    private async Task<bool> IsActiveHospitalAsync(Address custodian)
    {
        (long Role, long Active)? member = await Connection.QuerySingleOrDefaultAsync<(long, long)?>(
            "SELECT role, active FROM projection_member WHERE account = @account ORDER BY block_number DESC, log_index DESC LIMIT 1",
            new { account = custodian.ToString() }, _transaction).ConfigureAwait(false);
        return member is { Role: (long)MemberRole.Hospital, Active: 1 };
    }

    private Task InsertGrantAsync(LedgerEvent one, Tag128 subjectTag, Address grantee, Address by, KindSet kinds, LedgerView view, DateTimeOffset validUntil) => InsertAsync(
        "projection_grant", "subject_tag, grantee, granted_by, kinds, view_number, valid_until", one,
        new
        {
            subject_tag = subjectTag.ToArray(),
            grantee = grantee.ToString(),
            granted_by = by.ToString(),
            kinds = kinds.ToString(),
            view_number = (long)view,
            valid_until = validUntil.ToUnixTimeSeconds(),
        });

    private async Task InsertAsync(string table, string columns, LedgerEvent one, object values)
    {
        var parameters = new DynamicParameters(values);
        parameters.Add("block_number", (long)one.BlockNumber);
        parameters.Add("log_index", (long)one.LogIndex);
        string names = string.Join(", ", columns.Split(", ").Select(column => "@" + column));
        await Connection.ExecuteAsync($"INSERT INTO {table} ({columns}, block_number, log_index) VALUES ({names}, @block_number, @log_index)", parameters, _transaction).ConfigureAwait(false);
    }

    private sealed record CustodianChain(long Id, ulong NextSequence, Hash256 Head, ulong LastBlock, bool Refused);
}

/// <summary>Where a log stands in the chain.</summary>
internal readonly record struct LogPosition(ulong BlockNumber, ulong LogIndex);

/// <summary>A batch does not fit what was read before it: the log is read once more before anybody is accused.</summary>
internal sealed class SuspectLogException : Exception
{
    public SuspectLogException(LogPosition position, ulong lastGoodBlock, string reason)
        : base(reason) => (Position, LastGoodBlock) = (position, lastGoodBlock);

    public LogPosition Position { get; }

    /// <summary>The block of the custodian's last batch that fitted.</summary>
    public ulong LastGoodBlock { get; }
}
