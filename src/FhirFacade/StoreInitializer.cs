using Consortium.FhirFacade.Erasure;
using Microsoft.Extensions.Hosting;

namespace Consortium.FhirFacade;

/// <summary>Brings the store's tables up to date before the host starts anything that uses them.</summary>
internal sealed class StoreInitializer(RecordStore store, StoreCleaning cleaning) : IHostedLifecycleService
{
    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        await store.InitializeAsync(cancellationToken).ConfigureAwait(false);
        await cleaning.CompleteAsync(cancellationToken).ConfigureAwait(false);
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
