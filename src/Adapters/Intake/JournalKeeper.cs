using System.Data.Common;
using System.Text;
using Consortium.Messaging;
using Consortium.Storage;
using Dapper;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Consortium.Adapters.Intake;

/// <summary>
/// Keeps the journal in order while the host runs, in small steps between which others may write: seals what an earlier version left unsealed, prunes
/// processed records that are older than the site's retention, replaces spent data keys, and closes the journal's gate while the journal is full.
/// </summary>
internal sealed class JournalKeeper(
    Database database, IntakeJournal journal, IntakeOptions options, TimeProvider time, ILogger<JournalKeeper> logger) : BackgroundService
{
    private const int StepRecords = 200;
    private const long StepBytes = 16 * 1024 * 1024;
    private const long MostToVacuum = 1024L * 1024 * 1024;
    private static readonly TimeSpan LookAtRoom = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LookAtAge = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan BetweenSteps = TimeSpan.FromMilliseconds(20);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        long? lastTidied = null;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await LookAtRoomAsync(stoppingToken).ConfigureAwait(false);
                if (lastTidied is not { } last || time.GetElapsedTime(last) >= LookAtAge)
                {
                    lastTidied = time.GetTimestamp();
                    await TidyAsync(stoppingToken).ConfigureAwait(false);
                }
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (OutsideFailure.Is(e) || e is DbException or JournalKeyException)
            {
                logger.LogWarning("The intake journal could not be kept in order ({Failure}); it is tried again.", e.GetType().Name);
            }

            await Task.Delay(LookAtRoom, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Seals, prunes and renews until nothing is left to do; gives how many records were sealed and pruned.</summary>
    internal async Task<(int Sealed, int Pruned)> TidyAsync(CancellationToken cancellationToken)
    {
        int sealedRecords = 0;
        int prunedRecords = 0;
        for (int step; (step = await SealStepAsync(cancellationToken).ConfigureAwait(false)) > 0; sealedRecords += step) await PauseAsync(cancellationToken).ConfigureAwait(false);
        if (sealedRecords > 0)
        {
            logger.LogInformation("{Count} records of the journal that an earlier version wrote are sealed now.", sealedRecords);
            await ForgetPlainPagesAsync(cancellationToken).ConfigureAwait(false);
        }

        foreach ((string source, long before) in await ExpiryAsync(cancellationToken).ConfigureAwait(false))
        {
            for (int step; (step = await PruneStepAsync(source, before, cancellationToken).ConfigureAwait(false)) > 0; prunedRecords += step) await PauseAsync(cancellationToken).ConfigureAwait(false);
        }

        if (prunedRecords > 0) logger.LogInformation("{Count} processed records were pruned from the journal: they are older than the retention.", prunedRecords);
        await using DbConnection connection = await database.ConnectAsync(cancellationToken).ConfigureAwait(false);
        long last = await connection.ExecuteScalarAsync<long?>("SELECT MAX(sequence) FROM intake").ConfigureAwait(false) ?? 0;
        await journal.Ring.RenewAsync(last, cancellationToken).ConfigureAwait(false);
        return (sealedRecords, prunedRecords);
    }

    /// <summary>Closes or opens the gate.</summary>
    internal async Task LookAtRoomAsync(CancellationToken cancellationToken)
    {
        if (options.DataFolder is { } folder && Directory.Exists(folder) && new DriveInfo(Path.GetFullPath(folder)).AvailableFreeSpace < options.MinFreeDiskBytes)
        {
            SetFull($"the disk of the data folder has less than {options.MinFreeDiskBytes} bytes left (MinFreeDiskBytes). Free some, or move the folder");
            return;
        }

        await using DbConnection connection = await database.ConnectAsync(cancellationToken).ConfigureAwait(false);
        long waiting = await connection.ExecuteScalarAsync<long>(
            "SELECT COUNT(*) FROM (SELECT 1 FROM intake WHERE state = 'pending' LIMIT @most) AS waiting", new { most = options.MaxPending }).ConfigureAwait(false);
        SetFull(waiting >= options.MaxPending
            ? $"{options.MaxPending} records wait for their conversion (MaxPending). See what keeps the next hop"
            : null);
    }

    private void SetFull(string? reason)
    {
        if (!journal.Gate.SetFull(reason)) return;
        if (reason is null) logger.LogInformation("Intake goes on.");
        else logger.LogWarning("Intake waits: {Reason}.", reason);
    }

    private Task<int> SealStepAsync(CancellationToken cancellationToken) => database.TransactAsync(async transaction =>
    {
        DbConnection connection = transaction.Connection!;
        List<(long Sequence, string Digest, string? FileName, long Length)> plain = (await connection.QueryAsync<(long, string, string?, long)>(
            "SELECT sequence, digest, file_name, length FROM intake WHERE data_key IS NULL AND pruned_at IS NULL ORDER BY sequence LIMIT @StepRecords",
            new { StepRecords }, transaction).ConfigureAwait(false)).AsList();
        (long dataKey, RecordCipher cipher) = journal.Ring.Sealing;
        int done = 0;
        long bytes = 0;
        foreach ((long sequence, string digest, string? fileName, long length) in plain)
        {
            if (done > 0 && bytes + length > StepBytes) break;
            byte[] content = (await connection.ExecuteScalarAsync<byte[]>("SELECT bytes FROM intake WHERE sequence = @sequence", new { sequence }, transaction).ConfigureAwait(false))!;
            await connection.ExecuteAsync(
                "UPDATE intake SET bytes = @content, file_name = @name, data_key = @dataKey WHERE sequence = @sequence",
                new
                {
                    sequence,
                    dataKey,
                    content = cipher.Seal(content, digest),
                    name = fileName is null ? null : System.Convert.ToBase64String(cipher.Seal(Encoding.UTF8.GetBytes(fileName), JournalEntry.NamePlace(digest))),
                },
                transaction).ConfigureAwait(false);
            done++;
            bytes += length;
        }

        return done;
    }, cancellationToken);

    private async Task ForgetPlainPagesAsync(CancellationToken cancellationToken)
    {
        if (database.Dialect != Dialect.Sqlite) return; // PostgreSQL: VACUUM FULL is the administrator's, and its WAL the archive's
        await using DbConnection connection = await database.ConnectAsync(cancellationToken).ConfigureAwait(false);
        if (await connection.ExecuteScalarAsync<long>("SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()").ConfigureAwait(false) > MostToVacuum)
        {
            logger.LogWarning("Unsealed bytes of before may stand in free pages of the journal's file. It is too large to be rewritten while running: stop the host once and run VACUUM on it.");
            return;
        }

        // SQLite leaves old bytes in its free pages and its log; both are written anew.
        await connection.ExecuteAsync("VACUUM").ConfigureAwait(false);
        await connection.ExecuteAsync("PRAGMA wal_checkpoint(TRUNCATE)").ConfigureAwait(false);
    }

    /// <summary>Each source whose records expire, and before what time.</summary>
    private async Task<IReadOnlyList<(string Source, long Before)>> ExpiryAsync(CancellationToken cancellationToken)
    {
        IntakeRetention retention = options.Retention;
        if (retention.Default is null && retention.BySource.Values.All(age => age is null)) return [];
        await using DbConnection connection = await database.ConnectAsync(cancellationToken).ConfigureAwait(false);
        IEnumerable<string> sources = await connection.QueryAsync<string>(
            "SELECT DISTINCT source FROM intake WHERE state = 'published' AND pruned_at IS NULL").ConfigureAwait(false);
        return [.. sources.Where(source => retention.Of(source) is not null).Select(source => (source, (time.GetUtcNow() - retention.Of(source)!.Value).ToUnixTimeMilliseconds()))];
    }

    private Task<int> PruneStepAsync(string source, long before, CancellationToken cancellationToken) => database.TransactAsync(async transaction =>
    {
        DbConnection connection = transaction.Connection!;
        string[] digests = [.. await connection.QueryAsync<string>(
            "SELECT digest FROM intake WHERE source = @source AND state = 'published' AND pruned_at IS NULL AND received_at < @before ORDER BY received_at LIMIT @StepRecords",
            new { source, before, StepRecords }, transaction).ConfigureAwait(false)];
        int pruned = 0;
        foreach (string digest in digests)
        {
            // State again: between the two statements another process may have had its say.
            int changed = await connection.ExecuteAsync(
                "UPDATE intake SET bytes = @none, file_name = NULL, pieces = 0, pruned_at = @now WHERE digest = @digest AND state = 'published' AND pruned_at IS NULL",
                new { digest, none = Array.Empty<byte>(), now = time.GetUtcNow().ToUnixTimeMilliseconds() }, transaction).ConfigureAwait(false);
            if (changed == 0) continue;
            await connection.ExecuteAsync("DELETE FROM intake_piece WHERE digest = @digest", new { digest }, transaction).ConfigureAwait(false);
            pruned++;
        }

        return pruned;
    }, cancellationToken);

    private Task PauseAsync(CancellationToken cancellationToken) => Task.Delay(BetweenSteps, time, cancellationToken);
}
