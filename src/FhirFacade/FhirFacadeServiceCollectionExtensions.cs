using Consortium.FhirFacade.Access;
using Consortium.FhirFacade.Access.Oidc;
using Consortium.FhirFacade.Access.Smart;
using Consortium.FhirFacade.AuditTrail;
using Consortium.FhirFacade.Erasure;
using Consortium.FhirFacade.Export;
using Consortium.FhirFacade.Later;
using Consortium.FhirFacade.Limits;
using Consortium.FhirFacade.Rest;
using Consortium.FhirFacade.Search;
using Consortium.FhirFacade.Search.Custom;
using Consortium.FhirFacade.Search.Query;
using Consortium.FhirFacade.Search.Results;
using Consortium.FhirFacade.Search.Views;
using Consortium.FhirFacade.Store;
using Consortium.FhirFacade.Subscriptions;
using Consortium.FhirFacade.Terminology;
using Consortium.Ledger;
using Consortium.Messaging;
using Consortium.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace Consortium.FhirFacade;

/// <summary>Puts the facade together in a host.</summary>
public static class FhirFacadeServiceCollectionExtensions
{
    /// <summary>Component name of the facade's outbox and inbox.</summary>
    public const string Component = "facade";

    /// <summary>Component name of the outbox of changes.</summary>
    public const string ChangeComponent = "changes";

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
            var store = new RecordStore(database, new Outbox(database, Component, time: time), new Inbox(Component, time), options, time)
            {
                Changes = options.Changes == ChangeContent.None ? null : new ChangeFeed(new Outbox(database, ChangeComponent, time: time), options),
            };
            // By hand, because they search with the store's own catalog.
            var parser = new SearchParser(store.Catalogs, provider.GetRequiredService<CursorSeal>(), options);
            store.Subscriptions = new SubscriptionWatch(
                new SubscriptionContent(parser, provider.GetRequiredService<SubscriptionEndpoints>(), time), provider.GetRequiredService<SubscriptionTables>(), new SearchQueries(database, time));
            return store;
        });
        services.AddSingleton<ReceiptStore>();
        services.AddSingleton<FacadeStatus>();
        services.AddSingleton<RecordQueries>();
        services.AddSingleton(provider => provider.GetRequiredService<RecordStore>().Catalogs);
        services.AddSingleton<CursorSeal>();
        services.AddSingleton<SearchParser>();
        services.AddSingleton<SearchQueries>();
        services.AddSingleton<IncludedResources>();
        services.AddSubscriptions(options.Subscriptions);
        services.AddSingleton<ViewIndexer>();
        services.AddSingleton<ViewReadiness>();
        services.AddAccess(options);
        services.AddInteractions();
        // Before the relay and the consumers, which need the tables.
        services.AddHostedService<StoreInitializer>();
        services.AddHostedService<CustomIndexingService>();
        services.AddHostedService<ViewIndexing>();
        services.AddHostedService(provider => provider.GetRequiredService<AuditBatch>());
        services.AddOutboxRelay(provider => provider.GetRequiredService<RecordStore>().Outbox);
        if (options.Changes != ChangeContent.None) services.AddChangeTopic(provider => provider.GetRequiredService<RecordStore>().Changes!.Outbox);
        services.AddHostedService<SubscriptionDelivery>();
        services.AddSingleton<RetentionSweep>();
        services.AddHostedService(provider => provider.GetRequiredService<RetentionSweep>());
        return services;
    }

    private static void AddSubscriptions(this IServiceCollection services, SubscriptionOptions options)
    {
        services.AddSingleton(new SubscriptionEndpoints(options));
        services.AddSingleton<SubscriptionContent>();
        services.AddSingleton<SubscriptionTables>();
        services.AddSingleton(provider => provider.GetRequiredService<RecordStore>().Subscriptions!);
        services.AddSingleton<SubscriptionStatus>();
        services.AddSingleton<NoticeQueue>();
        services.AddSingleton<NoticeSender>();
    }

    private static void AddAccess(this IServiceCollection services, FacadeOptions options)
    {
        if (options.Oidc is { } oidc)
        {
            services.AddSingleton(oidc);
            services.AddSingleton(provider => new OidcProvider(oidc, new HttpClient(new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.FromMinutes(5) })
            {
                Timeout = TimeSpan.FromSeconds(10),
                MaxResponseContentBufferSize = 1024 * 1024,
            }, provider.GetRequiredService<TimeProvider>()));
            services.AddSingleton<UserRightsReader>();
            services.AddSingleton<OidcAuthentication>();
        }

        services.TryAddSingleton<IMembership, ProjectedMembership>();
        services.AddSingleton<CallerAuthentication>();
        services.AddSingleton<CallerRates>();
        services.AddSingleton<PatientIdentity>();
        services.AddSingleton<BreakGlass>();
        services.AddSingleton<AuditEventJson>();
        services.AddSingleton<AuditBatch>();
        services.AddSingleton<AccessAudit>();
        services.AddSingleton<RestrictedRecords>();
        services.AddSingleton<UserAccess>();
        services.AddSingleton<RecordAccess>();
        services.AddSingleton<SearchableParameters>();
        services.AddSingleton(provider => new RecordExchange(
            provider.GetRequiredService<LedgerProjection>(), provider.GetRequiredService<FacadeOptions>(),
            new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, PooledConnectionLifetime = TimeSpan.FromMinutes(5) })
            {
                Timeout = TimeSpan.FromSeconds(30),
                MaxResponseContentBufferSize = RecordExchange.MostBytes,
            },
            provider.GetRequiredService<TimeProvider>()));
    }

    private static void AddInteractions(this IServiceCollection services)
    {
        services.AddSingleton<FailureResponses>();
        services.AddSingleton<ReadInteractions>();
        services.AddSingleton<HistoryInteractions>();
        services.AddSingleton<WriteAnswers>();
        services.AddSingleton<ResourceContent>();
        services.AddSingleton<WriteInteractions>();
        services.AddSingleton<ConditionMatch>();
        services.AddSingleton<PatchInteraction>();
        services.AddSingleton<ConditionalInteractions>();
        services.AddSingleton<ValidateOperation>();
        services.AddSingleton<MetaOperations>();
        services.AddSingleton<OperationDefinitions>();
        services.AddSingleton<SearchInteraction>();
        services.AddSingleton<SearchParameterStatus>();
        services.AddSingleton<TransactionPlanner>();
        services.AddSingleton<TransactionBundle>();
        services.AddSingleton<BundleInteraction>();
        services.AddSingleton<SmartConfiguration>();
        services.AddSingleton<CapabilityStatement>();
        services.AddSingleton<SiteTerminology>();
        services.AddSingleton<TerminologyOperations>();
        services.AddSingleton<EverythingOperation>();
        services.AddSingleton<LegalHolds>();
        services.AddSingleton<ErasureScope>();
        services.AddSingleton<StoreCleaning>();
        services.AddSingleton<RecordEraser>();
        services.AddSingleton<ErasureAnswers>();
        services.AddSingleton<ErasureOperations>();
        services.AddSingleton<ExportStore>();
        services.AddSingleton<ExportMembers>();
        services.AddSingleton<ExportOperations>();
        services.AddSingleton<LaterStore>();
        services.AddSingleton<LaterInteractions>();
        services.AddSingleton<IHostedService>(provider => provider.GetRequiredService<LaterInteractions>());
        services.AddSingleton<DisclosureOperations>();
        services.AddSingleton<InventoryOperation>();
        services.AddSingleton<ExchangeOperations>();
        services.AddSingleton<RouteTable>();
        services.AddSingleton<FhirRouter>();
        services.AddSingleton(provider => new Lazy<FhirRouter>(provider.GetRequiredService<FhirRouter>)); // a batch runs its entries through the router that runs the batch
        services.AddSingleton<FhirEndpoint>();
    }
}
