using Consortium.Adapters.Mllp;
using Consortium.Adapters.Table.Sql;
using Consortium.Messaging;
using Consortium.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Consortium.Adapters.Intake;

/// <summary>Sets up intake in a host.</summary>
public static class IntakeServiceCollectionExtensions
{
    /// <summary>
    /// Adds the journal, the quarantine, the converter, and the MLLP listeners, file drops and queries of <paramref name="options"/>. Needs <see cref="IDurablePublisher"/>.
    /// The tables are created before any listener opens.
    /// </summary>
    public static IServiceCollection AddIntake(this IServiceCollection services, IntakeOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(options);
        services.AddSingleton(_ => new IntakeStore(Database.Open(options.Store)));
        services.AddSingleton(provider => new IntakeJournal(Store(provider), options.Keys, Time(provider)));
        services.AddSingleton(provider => new Quarantine(Store(provider), provider.GetRequiredService<IntakeJournal>()));
        services.AddSingleton(provider => new IntakeStatus(Store(provider)));
        services.AddSingleton(_ => new ConversionPipeline(options.Adapters ?? AdapterRegistry.BuiltIn(options.Site), options.Site));

        services.AddSingleton<IHostedService>(provider => new IntakeStart(provider.GetRequiredService<IntakeJournal>()));
        services.AddSingleton<IHostedService>(provider => new ConversionWorker(
            provider.GetRequiredService<IntakeJournal>(),
            new SettlementWriter(Store(provider), Time(provider)),
            provider.GetRequiredService<ConversionPipeline>(),
            provider.GetRequiredService<IDurablePublisher>(),
            options,
            Time(provider),
            provider.GetRequiredService<ILogger<ConversionWorker>>()));
        services.AddSingleton<IHostedService>(provider => new JournalKeeper(
            Store(provider), provider.GetRequiredService<IntakeJournal>(), options, Time(provider), provider.GetRequiredService<ILogger<JournalKeeper>>()));
        foreach (MllpOptions mllp in options.Mllp)
        {
            services.AddSingleton(provider => new MllpListener(
                mllp with { SpoolFolder = mllp.SpoolFolder ?? options.SpoolFolder }, provider.GetRequiredService<IntakeJournal>(), Time(provider), provider.GetRequiredService<ILogger<MllpListener>>()));
        }

        services.AddSingleton<IHostedService>(provider => new MllpListeners(provider.GetServices<MllpListener>()));
        foreach (FileDropOptions drop in options.FileDrops)
        {
            services.AddSingleton<IHostedService>(provider => new FileDrop(
                drop, options, provider.GetRequiredService<IntakeJournal>(), Time(provider), provider.GetRequiredService<ILogger<FileDrop>>()));
        }

        foreach (QueryOptions query in options.Queries)
        {
            services.AddSingleton<IHostedService>(provider => new QueryPoller(
                query, Store(provider), provider.GetRequiredService<IntakeJournal>(), Time(provider), provider.GetRequiredService<ILogger<QueryPoller>>()));
        }

        return services;
    }

    private static Database Store(IServiceProvider provider) => provider.GetRequiredService<IntakeStore>().Database;

    private static TimeProvider Time(IServiceProvider provider) => provider.GetRequiredService<TimeProvider>();

    /// <summary>The intake's own connection pool, apart from other rooms' databases in the same host.</summary>
    private sealed class IntakeStore(Database database) : IAsyncDisposable
    {
        public Database Database { get; } = database;

        public ValueTask DisposeAsync() => Database.DisposeAsync();
    }

    /// <summary>Creates the tables; hosted services start in the order in which they were added.</summary>
    private sealed class IntakeStart(IntakeJournal journal) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken) => journal.InitializeAsync(cancellationToken);

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
