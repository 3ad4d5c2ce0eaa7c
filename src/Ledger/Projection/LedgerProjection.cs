using Consortium.Integrity;
using Consortium.Ledger.Projection;
using Consortium.Storage;

namespace Consortium.Ledger;

/// <summary>
/// This member's own copy of what the contract says: members, residents, grants, and the index, verified batch by batch as it comes. Rebuilt at any time from the
/// chain alone. A custodian whose log breaks numbering, root or head is trusted no further; see <see cref="ProjectionStatus.Untrusted"/>.
/// </summary>
public sealed class LedgerProjection : IDisposable
{
    private readonly ProjectionStore _store;
    private readonly ProjectionQueries _queries;
    private readonly ChainFollower _follower;
    private readonly EthereumClient _client;
    private readonly Address _contract;
    private readonly ulong _deployedAtBlock;
    private readonly ProjectionOptions _options;
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim _following = new(1, 1);
    private volatile string? _problem;
    private volatile bool _checked;
    private long _followedAt;

    /// <summary>A projection of one contract in a store; several may share a store.</summary>
    /// <param name="database">The store.</param>
    /// <param name="client">The chain.</param>
    /// <param name="contract">The contract.</param>
    /// <param name="deployedAtBlock">The block of its deployment.</param>
    /// <param name="time">The clock.</param>
    /// <param name="options">How to follow.</param>
    public LedgerProjection(Database database, EthereumClient client, Address contract, ulong deployedAtBlock, TimeProvider time, ProjectionOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(database);
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(time);
        _client = client;
        _contract = contract;
        _deployedAtBlock = deployedAtBlock;
        _time = time;
        _options = options ?? new ProjectionOptions();
        _store = new ProjectionStore(database);
        _queries = new ProjectionQueries(database);
        _follower = new ChainFollower(_store, client, contract, _options, time);
    }

    /// <summary>
    /// Brings the tables up to date and checks chain id and contract code. While the chain does not answer the check is left to the first
    /// <see cref="FollowOnceAsync"/>; nothing is read from an unchecked chain.
    /// </summary>
    /// <exception cref="ProjectionStoppedException">The chain or the contract is not what the store was written for.</exception>
    public async Task InitializeAsync(CancellationToken cancellationToken = default)
    {
        await _store.MigrateAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await CheckAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is RpcUnavailableException or RpcException)
        {
            _problem = e.Message;
        }
    }

    /// <summary>Reads what there is to read.</summary>
    /// <returns>The block reached.</returns>
    /// <exception cref="ProjectionStoppedException">The chain was replaced.</exception>
    public async Task<ulong> FollowOnceAsync(CancellationToken cancellationToken = default)
    {
        await _following.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (!_checked) await CheckAsync(cancellationToken).ConfigureAwait(false);
            DateTimeOffset asked = _time.GetUtcNow();
            (ulong block, bool isAll) = await _follower.FollowAsync(cancellationToken).ConfigureAwait(false);
            if (isAll) Volatile.Write(ref _followedAt, asked.ToUnixTimeMilliseconds());
            _problem = isAll ? null : "The endpoint is behind what was read before; waiting for it.";
            return block;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            _problem = e.Message;
            _checked = false; // after an outage it may be another chain
            throw;
        }
        finally
        {
            _following.Release();
        }
    }

    /// <summary>Follows until cancelled. Failures of the chain or the store are in the status and are tried again.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(_options.PollInterval, _time);
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await FollowOnceAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                // Kept in the status by FollowOnceAsync; whoever asks for rights sees the projection grow stale.
            }

            try
            {
                await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    /// <summary>How far it is. Before the chain was first met everything is zero, and followed at the beginning of time: as stale as can be.</summary>
    public async Task<ProjectionStatus> StatusAsync(CancellationToken cancellationToken = default)
    {
        ChainCursor? cursor = await _store.CursorAsync(cancellationToken).ConfigureAwait(false);
        if (cursor is null) return ProjectionStatus.NotStarted(_problem);
        DateTimeOffset here = DateTimeOffset.FromUnixTimeMilliseconds(Volatile.Read(ref _followedAt));
        return new ProjectionStatus
        {
            BlockNumber = cursor.BlockNumber,
            BlockHash = cursor.BlockHash,
            BlockTime = cursor.Time(cursor.BlockTime),
            FollowedAt = here > cursor.FollowedAt ? here : cursor.FollowedAt,
            Entries = cursor.Entries,
            Batches = cursor.Batches,
            Untrusted = await _queries.UntrustedAsync(cancellationToken).ConfigureAwait(false),
            Problem = _problem,
        };
    }

    /// <summary>A member, active or not; null for anybody else.</summary>
    public Task<Member?> MemberAsync(Address account, CancellationToken cancellationToken = default) => _queries.MemberAsync(account, cancellationToken);

    /// <summary>All members, by address.</summary>
    public Task<IReadOnlyDictionary<Address, Member>> MembersAsync(CancellationToken cancellationToken = default) => _queries.MembersAsync(cancellationToken);

    /// <summary>The subject tag that a resident's address is bound to; null for anybody else.</summary>
    public Task<Tag128?> ResidentTagAsync(Address resident, CancellationToken cancellationToken = default) => _queries.ResidentTagAsync(resident, cancellationToken);

    /// <summary>The grant that stands for a grantee over a subject's records, expired or not; null where there is none or it was revoked.</summary>
    public Task<GrantState?> GrantAsync(Address grantee, Tag128 subjectTag, CancellationToken cancellationToken = default) =>
        _queries.GrantAsync(grantee, subjectTag, cancellationToken);

    /// <summary>True where an active member holds a grant over this kind of a subject's records at this moment.</summary>
    public async Task<bool> HasGrantAsync(Address grantee, Tag128 subjectTag, ushort kind, DateTimeOffset at, CancellationToken cancellationToken = default)
    {
        if (await MemberAsync(grantee, cancellationToken).ConfigureAwait(false) is not { Active: true }) return false;
        GrantState? grant = await GrantAsync(grantee, subjectTag, cancellationToken).ConfigureAwait(false);
        return grant is not null && grant.ValidUntil > at && grant.Kinds.Contains(kind);
    }

    /// <summary>The entries of one subject, of all custodians, in the order of the chain. The zero tag stands for no subject and has none.</summary>
    public Task<IReadOnlyList<ProjectedEntry>> EntriesBySubjectAsync(Tag128 subjectTag, CancellationToken cancellationToken = default) =>
        subjectTag == Tag128.Zero ? Task.FromResult<IReadOnlyList<ProjectedEntry>>([]) : _queries.EntriesBySubjectAsync(subjectTag, cancellationToken);

    /// <summary>A custodian's entry for a record version; null where it has none. Of several, which an honest custodian never writes, the first.</summary>
    public Task<ProjectedEntry?> EntryByRecordIdAsync(Address custodian, Tag128 recordId, CancellationToken cancellationToken = default) =>
        _queries.EntryByRecordIdAsync(custodian, recordId, cancellationToken);

    /// <summary>Batches, the newest first; of one custodian or of all.</summary>
    public Task<IReadOnlyList<ProjectedBatch>> BatchesAsync(int atMost = 50, Address? custodian = null, CancellationToken cancellationToken = default) =>
        _queries.BatchesAsync(atMost, custodian, cancellationToken);

    /// <summary>The entries of the batch that starts at this sequence, in order; empty where there is none.</summary>
    public Task<IReadOnlyList<IndexEntry>> BatchEntriesAsync(Address custodian, ulong firstSequence, CancellationToken cancellationToken = default) =>
        _queries.BatchEntriesAsync(custodian, firstSequence, cancellationToken);

    /// <inheritdoc/>
    public void Dispose() => _following.Dispose();

    private async Task CheckAsync(CancellationToken ct)
    {
        ulong chainId = await _client.ChainIdAsync(ct).ConfigureAwait(false);
        byte[] code = await _client.CodeAsync(_contract, ct).ConfigureAwait(false);
        if (code.Length == 0) throw new ProjectionStoppedException($"There is no contract at {_contract} on chain {chainId}. Correct the contract's address or the endpoints.");
        Hash256 codeHash = Keccak256.Hash(code);
        ChainCursor? cursor = await _store.CursorAsync(ct).ConfigureAwait(false);
        if (cursor is null)
        {
            await StartAsync(chainId, codeHash, ct).ConfigureAwait(false);
        }
        else if (cursor.ChainId != chainId || cursor.Contract != _contract.ToString() || cursor.CodeHash != codeHash)
        {
            throw new ProjectionStoppedException(
                $"The store's projection is of contract {cursor.Contract} (code {cursor.CodeHash}) on chain {cursor.ChainId}; here is {_contract} (code {codeHash}) on chain {chainId}. Correct the configuration, or use another store.");
        }

        _checked = true;
    }

    private async Task StartAsync(ulong chainId, Hash256 codeHash, CancellationToken ct)
    {
        ulong start = Math.Max(_deployedAtBlock, 1) - 1;
        Block block = await _client.BlockAsync(start, ct).ConfigureAwait(false)
            ?? throw new ProjectionStoppedException($"Chain {chainId} has no block {start}, where the contract's history starts. Correct the deployment block.");
        ulong units = await new ConsortiumLedgerContract(_client, _contract).TimestampUnitsPerSecondAsync(ct).ConfigureAwait(false);
        await _store.StartAsync(
            new ChainCursor(chainId, _contract.ToString(), codeHash, start, units, start, block.Hash, block.Timestamp, DateTimeOffset.UnixEpoch, 0, 0), ct).ConfigureAwait(false);
    }
}
