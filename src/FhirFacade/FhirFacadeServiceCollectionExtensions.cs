using Consortium.Messaging;
using Consortium.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Consortium.FhirFacade;

/// <summary>Puts the facade together in a host.</summary>
public static class FhirFacadeServiceCollectionExtensions
{
    /// <summary>Component name of the facade's outbox and inbox.</summary>
    public const string Component = "facade";

    /// <summary>
    /// Adds the record store with its outbox relay, receipts, and all that the FHIR endpoint needs. Uses the host's <see cref="Database"/> where it has one, else opens
    /// <see cref="FacadeOptions.Store"/>. The host registers the consumers (<see cref="ResourcesConvertedConsumer"/>, <see cref="RecordsAnchoredConsumer"/>) with its messaging.
    /// </summary>
    /// <exception cref="ArgumentException">An option cannot work.</exception>
    public static IServiceCollection AddFhirFacade(this IServiceCollection services, FacadeOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(_ => Database.Open(options.Store));
        services.AddSingleton(options);
        services.AddSingleton(provider =>
        {
            var database = provider.GetRequiredService<Database>();
            var time = provider.GetRequiredService<TimeProvider>();
            return new RecordStore(database, new Outbox(database, Component, time: time), new Inbox(Component, time), options, time);
        });
        services.AddSingleton<ReceiptStore>();
        // Before the relay and the consumers, which need the tables.
        services.AddHostedService<StoreInitializer>();
        services.AddOutboxRelay(provider => provider.GetRequiredService<RecordStore>().Outbox);
        return services;
    }
}
