using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Consortium.Fhir;
using Consortium.Messaging;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Consortium.Adapters.Intake;

/// <summary>Where a record is between intake and settlement; for tests that stop it there.</summary>
internal enum WorkerStep
{
    /// <summary>Converted, nothing published yet.</summary>
    Converted,

    /// <summary>Published, not yet settled in the journal.</summary>
    Published,
}

/// <summary>
/// Takes pending records from the journal in order, converts them in parallel, publishes them in order with a window under way, and settles them in groups.
/// A crash at any point repeats the publication under the same conversion id; nothing is lost. While the next hop is away, records wait.
/// </summary>
internal sealed class ConversionWorker : BackgroundService
{
    private const int BatchRecords = 64;
    private const long BatchBytes = 16 * 1024 * 1024;
    private const int AttemptsAtRefusal = 5;
    private static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan MostPause = TimeSpan.FromSeconds(5);

    private readonly IntakeJournal _journal;
    private readonly SettlementWriter _settlements;
    private readonly ConversionPipeline _pipeline;
    private readonly IDurablePublisher _publisher;
    private readonly TimeProvider _time;
    private readonly ILogger<ConversionWorker> _logger;
    private readonly SemaphoreSlim _window;
    private readonly int _windowSize;
    private readonly HashSet<long> _underWay = [];

    public ConversionWorker(
        IntakeJournal journal, SettlementWriter settlements, ConversionPipeline pipeline, IDurablePublisher publisher,
        IntakeOptions options, TimeProvider time, ILogger<ConversionWorker> logger)
    {
        _journal = journal;
        _settlements = settlements;
        _pipeline = pipeline;
        _publisher = publisher;
        _time = time;
        _logger = logger;
        _windowSize = options.PublishWindow;
        _window = new SemaphoreSlim(_windowSize, _windowSize);
    }

    /// <summary>For tests: runs between two steps of a record; what it throws stops the worker as a crash would.</summary>
    internal Func<WorkerStep, PendingRecord, Task>? Between { get; set; }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        long after = 0;
        TimeSpan pause = TimeSpan.FromMilliseconds(50);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                _journal.ResetNews();
                IReadOnlyList<PendingRecord> batch = await _journal.PendingAsync(after, BatchRecords, BatchBytes, stoppingToken).ConfigureAwait(false);
                if (batch.Count > 0)
                {
                    await ProcessAsync(batch, stoppingToken).ConfigureAwait(false);
                    after = batch[^1].Sequence;
                }
                else
                {
                    // Released records stand before the end, and another process's commit may have appeared behind us.
                    bool fromStart = after > 0;
                    after = 0;
                    if (!fromStart || IsAnyUnderWay()) await WaitForNewsAsync(stoppingToken).ConfigureAwait(false);
                }

                pause = TimeSpan.FromMilliseconds(50);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                break;
            }
            catch (Exception e) when (OutsideFailure.Is(e))
            {
                _logger.LogWarning("The journal cannot be read ({Failure}); trying again.", e.GetType().Name);
                after = 0;
                await Task.Delay(pause, _time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                pause = Longer(pause);
            }
        }

        // What is under way ends by itself: it has the token too.
        for (int i = 0; i < _windowSize; i++) await _window.WaitAsync(CancellationToken.None).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        base.Dispose();
        _window.Dispose();
    }

    private async Task ProcessAsync(IReadOnlyList<PendingRecord> batch, CancellationToken cancellationToken)
    {
        List<PendingRecord> records = [.. batch.Where(Begin)];
        Task<Converted>[] conversions = [.. records.Select(record => Task.Run(() => Convert(record), CancellationToken.None))];
        for (int i = 0; i < records.Count; i++)
        {
            try
            {
                Converted converted = await conversions[i].ConfigureAwait(false);
                await _window.WaitAsync(cancellationToken).ConfigureAwait(false);

                // Begun in order; the window lets the confirmations of earlier ones be outstanding. The receiver orders by sequence in any case.
                _ = SettleAsync(converted, cancellationToken);
            }
            catch
            {
                foreach (PendingRecord record in records.Skip(i)) End(record);
                throw;
            }
        }
    }

    private async Task SettleAsync(Converted converted, CancellationToken cancellationToken)
    {
        PendingRecord record = converted.Record;
        try
        {
            await StepAsync(WorkerStep.Converted, record).ConfigureAwait(false);
            (List<PublishedPart> published, List<RejectedPart> refused) = await PublishAsync(converted, cancellationToken).ConfigureAwait(false);
            await StepAsync(WorkerStep.Published, record).ConfigureAwait(false);
            RejectedPart[] rejected = [.. converted.Results.Where(result => result.IsRejected)
                .Select(result => new RejectedPart(result.Index, result.ControlId, converted.Adapter?.Name, result.Issues)), .. refused];
            var settlement = new Settlement(record, published, rejected);
            await UntilItWorksAsync(() => _settlements.WriteAsync(settlement), "The journal cannot be written", cancellationToken).ConfigureAwait(false);
            _journal.Settled.Raise(record.Digest);
            if (rejected.Length > 0)
            {
                _logger.LogInformation(
                    "Record {Sequence} of source {Source}: {Rejected} of {Parts} parts are in quarantine.", record.Sequence, record.Record.Source, rejected.Length, converted.Results.Count);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Stays pending; the next start takes it up again.
        }
        catch (Exception e)
        {
            _logger.LogError("Record {Sequence} could not be settled ({Failure}); it stays pending.", record.Sequence, e.GetType().Name);
        }
        finally
        {
            End(record);
            _window.Release();
        }
    }

    private async Task<(List<PublishedPart> Published, List<RejectedPart> Refused)> PublishAsync(Converted converted, CancellationToken cancellationToken)
    {
        PendingRecord record = converted.Record;
        var published = new List<PublishedPart>();
        var refused = new List<RejectedPart>();
        IReadOnlyDictionary<int, string> before = record.Release == 0
            ? new Dictionary<int, string>()
            : await _settlements.PublishedBeforeAsync(record.Digest, cancellationToken).ConfigureAwait(false);
        foreach (ConversionResult result in converted.Results)
        {
            if (result.IsRejected) continue;
            ConvertedResource[] resources = [.. result.Resources.Select(draft => new ConvertedResource(
                draft.ResourceType, draft.Id, draft.Apply.ForStore(), Encoding.UTF8.GetString(BundleWriter.WriteResource(draft.Json))))];
            string content = ContentOf(resources);
            if (before.TryGetValue(result.Index, out string? earlier) && earlier == content) continue; // nothing is released twice

            string conversionId = string.Create(
                CultureInfo.InvariantCulture, $"{record.Digest}/{result.Index}/{converted.Adapter!.Name}-{converted.Adapter.Version}/{record.Release}");
            var message = new ResourcesConverted
            {
                ConversionId = conversionId,
                IntakeDigest = record.Digest,
                IntakeSequence = record.Sequence,
                Source = record.Record.Source,
                ReceivedAt = record.Record.ReceivedAt,
                Resources = resources,
            };
            string? failure = await TryPublishAsync(message, cancellationToken).ConfigureAwait(false);
            if (failure is null) published.Add(new PublishedPart(result.Index, content, conversionId));
            else refused.Add(new RejectedPart(result.Index, result.ControlId, converted.Adapter.Name, [.. result.Issues, new OutcomeIssue(
                IssueSeverity.Error, "processing", $"the store refused the converted resources ({failure}). The record is kept; release it once the cause is mended.")]));
        }

        return (published, refused);
    }

    /// <summary>Publishes, waiting as long as something outside is away. Gives the failure where the receiver refuses the message time after time.</summary>
    private async Task<string?> TryPublishAsync(ResourcesConverted message, CancellationToken cancellationToken)
    {
        TimeSpan pause = TimeSpan.FromMilliseconds(100);
        for (int refusals = 0; ;)
        {
            try
            {
                await _publisher.PublishAsync(message, message.ConversionId, cancellationToken).ConfigureAwait(false);
                return null;
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                throw;
            }
            catch (Exception e)
            {
                if (!OutsideFailure.Is(e) && ++refusals == AttemptsAtRefusal) return e.GetType().Name;
                _logger.LogWarning("Record {Sequence} could not be published ({Failure}); trying again.", message.IntakeSequence, e.GetType().Name);
            }

            await Task.Delay(pause, _time, cancellationToken).ConfigureAwait(false);
            pause = Longer(pause);
        }
    }

    private async Task UntilItWorksAsync(Func<Task> action, string what, CancellationToken cancellationToken)
    {
        for (TimeSpan pause = TimeSpan.FromMilliseconds(100); ; pause = Longer(pause))
        {
            try
            {
                await action().ConfigureAwait(false);
                return;
            }
            catch (Exception e) when (OutsideFailure.Is(e) && !cancellationToken.IsCancellationRequested)
            {
                _logger.LogWarning("{What} ({Failure}); trying again.", what, e.GetType().Name);
            }

            await Task.Delay(pause, _time, cancellationToken).ConfigureAwait(false);
        }
    }

    private Converted Convert(PendingRecord record)
    {
        if (record.IsDamaged)
        {
            return new Converted(record, null, [ConversionResult.Rejected(0, null, new OutcomeIssue(
                IssueSeverity.Fatal, "security", "the journal's bytes of this record were altered or damaged: they do not open. Restore the journal from its backup, then release the record."))]);
        }

        (IRecordAdapter? adapter, IReadOnlyList<ConversionResult> results) = _pipeline.ConvertWith(record.Record);
        return new Converted(record, adapter, results);
    }

    private async Task WaitForNewsAsync(CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task poll = Task.Delay(PollInterval, _time, stop.Token);
        await Task.WhenAny(_journal.WaitForNewsAsync(), poll).ConfigureAwait(false);
        await stop.CancelAsync().ConfigureAwait(false);
    }

    private Task StepAsync(WorkerStep step, PendingRecord record) => Between?.Invoke(step, record) ?? Task.CompletedTask;

    private bool Begin(PendingRecord record)
    {
        lock (_underWay) return _underWay.Add(record.Sequence);
    }

    private void End(PendingRecord record)
    {
        lock (_underWay) _underWay.Remove(record.Sequence);
    }

    private bool IsAnyUnderWay()
    {
        lock (_underWay) return _underWay.Count > 0;
    }

    // Provenance names the mapping's version; a new version that changes nothing else is nothing new.
    private static string ContentOf(IEnumerable<ConvertedResource> resources)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (ConvertedResource resource in resources)
        {
            if (resource.ResourceType == "Provenance") continue;
            hash.AppendData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{resource.Apply}\n{resource.Json.Length}\n{resource.Json}\n")));
        }

        return System.Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static TimeSpan Longer(TimeSpan pause) => pause * 2 < MostPause ? pause * 2 : MostPause;

    private sealed record Converted(PendingRecord Record, IRecordAdapter? Adapter, IReadOnlyList<ConversionResult> Results);
}
