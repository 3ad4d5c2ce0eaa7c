using System.Data.Common;
using System.Globalization;
using System.Text;
using Consortium.AnchorService.Store;
using Consortium.Integrity;
using Consortium.Ledger;
using Consortium.Messaging;
using Consortium.Storage;
using Dapper;

namespace Consortium.AnchorService.Intake;

/// <summary>
/// Takes committed entries into the tables, each record id once. Needs neither the chain nor the writer's lease:
/// any number of processes take in while one writes.
/// </summary>
public sealed class CommitmentIntake
{
    // Four parameters a row, two of them shared: far below SQLite's and PostgreSQL's limits.
    private const int RowsPerStatement = 500;
    private readonly Database _database;
    private readonly AnchorTables _tables;
    private readonly string _custodian;
    private readonly TimeProvider _time;
    private readonly WorkSignal _work;

    internal CommitmentIntake(Database database, AnchorTables tables, Address custodian, TimeProvider time, WorkSignal work)
    {
        _database = database;
        _tables = tables;
        _custodian = custodian.ToString();
        _time = time;
        _work = work;
    }

    /// <summary>Stores the message's entries in one transaction; when this returns they are durable.</summary>
    /// <returns>How many were new.</returns>
    /// <exception cref="IntakeRefusedException">The message is another custodian's, or contradicts what was taken in before.</exception>
    public async Task<int> AcceptAsync(RecordCommitted message, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(message);
        if (!Address.TryParse(message.Custodian, out Address custodian) || custodian.ToString() != _custodian)
        {
            throw new IntakeRefusedException(
                $"The entries belong to custodian {message.Custodian}; this anchor service signs for {_custodian}. Check the namespace of its queue and its signing key.");
        }

        if (message.Entries.Length == 0 || message.Entries.Length % IndexEntry.PackedLength != 0)
        {
            throw new IntakeRefusedException(
                $"The message has {message.Entries.Length} bytes of entries; it needs one or more entries of {IndexEntry.PackedLength} bytes each.");
        }

        await _tables.EnsureAsync(cancellationToken).ConfigureAwait(false);
        int rows = message.Entries.Length / IndexEntry.PackedLength;
        int added = await _database.TransactAsync(async transaction =>
        {
            int sum = 0;
            for (int from = 0; from < rows; from += RowsPerStatement)
            {
                int count = Math.Min(RowsPerStatement, rows - from);
                ReadOnlyMemory<byte> chunk = message.Entries.AsMemory(from * IndexEntry.PackedLength, count * IndexEntry.PackedLength);
                int inserted = await InsertAsync(transaction, chunk, count).ConfigureAwait(false);
                if (inserted < count) await RefuseContradictionAsync(transaction, chunk, count).ConfigureAwait(false);
                sum += inserted;
            }

            return sum;
        }, cancellationToken).ConfigureAwait(false);
        if (added > 0) _work.Set();
        return added;
    }

    private async Task<int> InsertAsync(DbTransaction transaction, ReadOnlyMemory<byte> chunk, int count)
    {
        var sql = new StringBuilder("INSERT INTO anchor_entry (custodian, record_id, packed, received_at) VALUES ");
        var parameters = new DynamicParameters();
        parameters.Add("c", _custodian);
        parameters.Add("t", _time.GetUtcNow().ToUnixTimeMilliseconds());
        for (int i = 0; i < count; i++)
        {
            ReadOnlyMemory<byte> packed = Packed(chunk, i);
            sql.Append(CultureInfo.InvariantCulture, $"{(i == 0 ? "" : ",")}(@c,@r{i},@p{i},@t)");
            parameters.Add(string.Create(CultureInfo.InvariantCulture, $"r{i}"), RecordId(packed));
            parameters.Add(string.Create(CultureInfo.InvariantCulture, $"p{i}"), packed.ToArray());
        }

        sql.Append(" ON CONFLICT (custodian, record_id) DO NOTHING");
        return await transaction.Connection!.ExecuteAsync(sql.ToString(), parameters, transaction).ConfigureAwait(false);
    }

    /// <summary>A repeat is ignored; the same record id with another commitment is a contradiction that a person must see.</summary>
    private async Task RefuseContradictionAsync(DbTransaction transaction, ReadOnlyMemory<byte> chunk, int count)
    {
        for (int i = 0; i < count; i++)
        {
            ReadOnlyMemory<byte> packed = Packed(chunk, i);
            byte[] recordId = RecordId(packed);
            byte[]? stored = await transaction.Connection!.QuerySingleOrDefaultAsync<byte[]>(
                "SELECT packed FROM anchor_entry WHERE custodian = @custodian AND record_id = @recordId",
                new { custodian = _custodian, recordId }, transaction).ConfigureAwait(false);
            if (stored is not null && !stored.AsSpan().SequenceEqual(packed.Span))
            {
                throw new IntakeRefusedException(
                    $"Record id {Convert.ToHexStringLower(recordId)} was taken in before with another content. A version never changes: the record store was restored to an older state or altered. Compare it with its backup.");
            }
        }
    }

    private static ReadOnlyMemory<byte> Packed(ReadOnlyMemory<byte> chunk, int row) =>
        chunk.Slice(row * IndexEntry.PackedLength, IndexEntry.PackedLength);

    private static byte[] RecordId(ReadOnlyMemory<byte> packed) => packed[..Tag128.Length].ToArray();
}
