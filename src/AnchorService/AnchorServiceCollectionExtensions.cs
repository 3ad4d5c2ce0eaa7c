using Consortium.AnchorService.Intake;
using Consortium.AnchorService.Status;
using Consortium.AnchorService.Store;
using Consortium.AnchorService.Writing;
using Consortium.Ledger;
using Consortium.Messaging;
using Consortium.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Consortium.AnchorService;

/// <summary>Sets up the anchor service in a host.</summary>
public static class AnchorServiceCollectionExtensions
{
    /// <summary>
    /// Adds the writer, its outbox with a relay, <see cref="CommitmentIntake"/>, <see cref="AnchorMonitor"/> and <see cref="AnchorControl"/>. The host also calls
    /// <c>AddConsortiumMessaging</c> with <c>Consumer&lt;RecordCommittedConsumer, RecordCommitted&gt;("anchor")</c>.
    /// </summary>
    /// <exception cref="ArgumentException">An option is out of its range; the message names its key.</exception>
    public static IServiceCollection AddAnchorService(this IServiceCollection services, AnchorOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(provider => new AnchorComposition(
            options, provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILoggerFactory>()));
        services.AddSingleton(provider => provider.GetRequiredService<AnchorComposition>().Intake);
        services.AddSingleton(provider => provider.GetRequiredService<AnchorComposition>().Monitor);
        services.AddSingleton(provider => provider.GetRequiredService<AnchorComposition>().Control);
        services.AddSingleton<IHostedService>(provider => provider.GetRequiredService<AnchorComposition>().CreateHost());
        services.AddOutboxRelay(provider => provider.GetRequiredService<AnchorComposition>().Outbox);
        return services;
    }
}
