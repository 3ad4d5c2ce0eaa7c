using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Consortium.FhirFacade.Search.Custom;

/// <summary>Runs <see cref="CustomIndexing"/> while the program runs, and keeps the list of search parameters fresh: they may be changed on another server of the same store.</summary>
internal sealed class CustomIndexingService(RecordStore store, TimeProvider time, ILogger<CustomIndexingService> logger) : BackgroundService
{
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(10);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            TimeSpan pause = Look;
            try
            {
                while (await store.Indexing.StepAsync(stoppingToken).ConfigureAwait(false)) stoppingToken.ThrowIfCancellationRequested();
                await store.Catalogs.RefreshAsync(stoppingToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
#pragma warning disable CA1031 // a database that is away comes back; what is indexed so far is kept
            catch (Exception e)
#pragma warning restore CA1031
            {
                // The type and the stack say where; a message may hold a value of a record.
                logger.LogError("Indexing by a search parameter failed and is tried again: {Type} {Stack}", e.GetType().FullName, e.StackTrace);
                pause = AfterFailure;
            }

            try
            {
                await Task.Delay(pause, time, stoppingToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }
}
