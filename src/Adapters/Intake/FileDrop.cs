using Consortium.Fhir;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Consortium.Adapters.Intake;

/// <summary>
/// Watches a folder. A file that did not change between two looks is written to the journal and then moved to <c>archive</c>;
/// a crash in between finds it again and takes it for the duplicate that it is. A file that cannot be taken goes to <c>error</c> with its reason beside it.
/// Files whose name begins with a dot or ends in <c>.tmp</c>, <c>.part</c> or <c>.filepart</c> are still being written.
/// </summary>
internal sealed class FileDrop(FileDropOptions options, IntakeOptions intake, IntakeJournal journal, TimeProvider time, ILogger<FileDrop> logger) : BackgroundService
{
    private static readonly string[] Unfinished = [".tmp", ".part", ".filepart"];
    private readonly Dictionary<string, (long Length, DateTime Written)> _seen = new(StringComparer.Ordinal);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.PollInterval, time);
        do
        {
            try
            {
                await journal.Gate.WaitAsync(stoppingToken).ConfigureAwait(false);
                await ScanAsync(stoppingToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or System.Data.Common.DbException)
            {
                logger.LogWarning("The folder of source {Source} could not be read or the journal not written ({Failure}); trying again.", options.Source, e.GetType().Name);
            }
        }
        while (await WaitAsync(timer, stoppingToken).ConfigureAwait(false));
    }

    /// <summary>Looks at the folder once; gives how many files were taken.</summary>
    internal async Task<int> ScanAsync(CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(options.Folder);
        int taken = 0;
        var present = new HashSet<string>(StringComparer.Ordinal);
        foreach (FileInfo file in new DirectoryInfo(options.Folder).EnumerateFiles().OrderBy(file => file.Name, StringComparer.Ordinal))
        {
            if (IsBeingWritten(file.Name)) continue;
            present.Add(file.Name);
            (long, DateTime) now = (file.Length, file.LastWriteTimeUtc);
            if (!_seen.TryGetValue(file.Name, out (long, DateTime) before) || before != now)
            {
                _seen[file.Name] = now;
                continue;
            }

            try
            {
                if (await TakeAsync(file, cancellationToken).ConfigureAwait(false)) taken++;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Another program has it open, or its rights are missing: it is looked at again, and the others meanwhile.
                logger.LogWarning("A file of source {Source} could not be read or moved ({Failure}); it is tried again.", options.Source, e.GetType().Name);
            }
        }

        foreach (string gone in _seen.Keys.Where(name => !present.Contains(name)).ToArray()) _seen.Remove(gone);
        return taken;
    }

    private static bool IsBeingWritten(string name) => name.StartsWith('.') || Array.Exists(Unfinished, end => name.EndsWith(end, StringComparison.OrdinalIgnoreCase));

    private static async ValueTask<bool> WaitAsync(PeriodicTimer timer, CancellationToken cancellationToken)
    {
        try
        {
            return await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private async Task<bool> TakeAsync(FileInfo file, CancellationToken cancellationToken)
    {
        OutcomeIssue? refusal = file.Length == 0
            ? new OutcomeIssue(IssueSeverity.Error, "incomplete", "the file is empty.")
            : file.Length > intake.MaxRecordBytes
                ? new OutcomeIssue(IssueSeverity.Error, "too-long", $"the file has {file.Length} bytes; at most {intake.MaxRecordBytes} are taken. Split it, or raise MaxRecordBytes.")
                : null;
        if (refusal is not null)
        {
            string moved = Move(file, "error");
            await File.WriteAllBytesAsync(moved + ".reason.json", OperationOutcomeJson.Write([refusal]), cancellationToken).ConfigureAwait(false);
            logger.LogWarning("A file of source {Source} was refused: {Reason}", options.Source, refusal.Diagnostics);
            return false;
        }

        // A writer that holds the file open on Windows makes this fail; elsewhere the two looks have to do, which is why writers should rename.
        await using (var content = new FileStream(file.FullName, FileMode.Open, FileAccess.Read, FileShare.Read))
        {
            await using StreamRecord record = (await StreamRecord.ReadAsync(content, intake.MaxRecordBytes, intake.SpoolFolder, cancellationToken).ConfigureAwait(false))
                ?? throw new IOException("The file grew while it was read.");
            if (record.Length != file.Length) throw new IOException("The file changed while it was read.");
            await record.AcceptAsync(journal, options.Source, file.Name, cancellationToken).ConfigureAwait(false);
        }

        Move(file, "archive");
        return true;
    }

    // A rename within one file system is atomic: the file is either still here or already there.
    private string Move(FileInfo file, string folder)
    {
        string target = Path.Combine(Directory.CreateDirectory(Path.Combine(options.Folder, folder)).FullName, file.Name);
        for (int number = 1; ; number++)
        {
            string free = number == 1 ? target : $"{target}.{number}";
            if (File.Exists(free)) continue;
            File.Move(file.FullName, free);
            _seen.Remove(file.Name);
            return free;
        }
    }
}
