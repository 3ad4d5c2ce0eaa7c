using System.Threading.Channels;
using Consortium.FhirFacade.Store;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Consortium.FhirFacade.AuditTrail;

/// <summary>
/// Stores the AuditEvents of the hospital's own users, many in one transaction: they wait for at most a moment, or for the transaction before. Where the store does not
/// take them they are kept and tried again, and new requests wait when many are kept; at shutdown all are stored before the program ends (decision 0207).
/// </summary>
internal sealed class AuditBatch(RecordStore store, ILogger<AuditBatch> logger) : BackgroundService
{
    private const int MostWaiting = 4096;
    private const int MostTogether = 256;

    /// <summary>How long an event waits for others.</summary>
    private static readonly TimeSpan s_gather = TimeSpan.FromMilliseconds(50);

    private static readonly TimeSpan s_again = TimeSpan.FromSeconds(1);

    private readonly Channel<ResourceWrite> _waiting = Channel.CreateBounded<ResourceWrite>(new BoundedChannelOptions(MostWaiting) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });

    /// <summary>Takes events; waits while too many are kept. Where the program is ending, they are stored before this returns.</summary>
    public async Task AddAsync(IEnumerable<ResourceWrite> events, CancellationToken cancellationToken)
    {
        List<ResourceWrite> late = [];
        foreach (ResourceWrite one in events)
        {
            try
            {
                await _waiting.Writer.WriteAsync(one, cancellationToken).ConfigureAwait(false);
            }
            catch (ChannelClosedException)
            {
                late.Add(one);
            }
        }

        if (late.Count > 0) await StoreAsync(late, CancellationToken.None).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        _waiting.Writer.TryComplete(); // no more come; what is there is stored before the loop ends
        if (ExecuteTask is { } loop) await Task.WhenAny(loop, Task.Delay(Timeout.Infinite, cancellationToken)).ConfigureAwait(false);
        if (_waiting.Reader.CanCount && _waiting.Reader.Count > 0) logger.LogError("{Count} AuditEvents could not be stored before the program had to end.", _waiting.Reader.Count);
        await base.StopAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        List<ResourceWrite> batch = [];
        while (await _waiting.Reader.WaitToReadAsync(CancellationToken.None).ConfigureAwait(false))
        {
            if (_waiting.Reader.Count < MostTogether && !_waiting.Reader.Completion.IsCompleted) await GatherAsync(stoppingToken).ConfigureAwait(false);
            while (batch.Count < MostTogether && _waiting.Reader.TryRead(out ResourceWrite? one)) batch.Add(one);
            while (!await TryStoreAsync(batch, stoppingToken).ConfigureAwait(false))
            {
                if (stoppingToken.IsCancellationRequested)
                {
                    logger.LogError("{Count} AuditEvents could not be stored before the program had to end.", batch.Count);
                    return;
                }
            }

            batch.Clear();
        }
    }

    private static async Task GatherAsync(CancellationToken stoppingToken)
    {
        try
        {
            await Task.Delay(s_gather, stoppingToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // At the end nothing more comes to wait for.
        }
    }

    private async Task<bool> TryStoreAsync(List<ResourceWrite> batch, CancellationToken stoppingToken)
    {
        try
        {
            await StoreAsync(batch, CancellationToken.None).ConfigureAwait(false);
            return true;
        }
#pragma warning disable CA1031 // whatever befell the store, the events are kept and tried again
        catch (Exception e)
#pragma warning restore CA1031
        {
            logger.LogWarning("{Count} AuditEvents wait: the store does not take them ({Type}).", batch.Count, e.GetType().Name);
            try
            {
                await Task.Delay(s_again, stoppingToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                // Tried once more, and then told.
            }

            return false;
        }
    }

    private async Task StoreAsync(IReadOnlyList<ResourceWrite> events, CancellationToken cancellationToken) =>
        await store.TransactAsync(transaction => transaction.ApplyAsync(events), cancellationToken).ConfigureAwait(false);
}
