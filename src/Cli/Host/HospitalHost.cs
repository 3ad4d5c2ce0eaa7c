using Consortium.AnchorService;
using Consortium.Cli.Health;
using Consortium.Cli.Telemetry;
using Consortium.FhirFacade;
using Consortium.Ledger;
using Consortium.Messaging;
using Consortium.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Consortium.Cli.Host;

/// <summary>Composes the rooms of one hospital into one host, as its roles say.</summary>
internal static class HospitalHost
{
    /// <summary>Builds the host; nothing listens before it is started.</summary>
    /// <exception cref="CommandException">The configuration or the chain does not fit.</exception>
    public static async Task<WebApplication> BuildAsync(HospitalOptions options, CancellationToken cancellationToken)
    {
        var stores = new StoreUrls(options);
        await stores.PrepareAsync(cancellationToken);
        LocalSigner signer = LoadKey(options);
        var chain = new EthereumClient(options.Chain);
        ulong chainId = await ChainIdentity.ReadAsync(options, chain, cancellationToken);

        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ApplicationName = "consortium" });
        TelemetryComposition.Logs(builder.Logging, options.Telemetry);
        builder.WebHost.UseUrls(options.Listen.ToString());
        builder.WebHost.ConfigureKestrel(kestrel => Bound(kestrel.Limits, options.Limits));
        builder.Services.AddSingleton(options);
        builder.Services.AddSingleton(chain);
        builder.Services.AddSingleton<IHostLifetime, QuietLifetime>();
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.Configure<Microsoft.Extensions.Hosting.HostOptions>(host =>
        {
            host.ShutdownTimeout = options.Limits.Shutdown;
            host.ServicesStartConcurrently = false;
        });

        HostRoles roles = options.Roles;
        builder.Services.AddConsortiumMessaging(new MessagingOptions { Broker = options.Broker, Namespace = options.Name }, messaging =>
        {
            if (roles.HasFlag(HostRoles.Facade))
            {
                messaging.Consumer<ResourcesConvertedConsumer, ResourcesConverted>("resources");
                messaging.Consumer<RecordsAnchoredConsumer, RecordsAnchored>("receipts");
            }

            if (roles.HasFlag(HostRoles.Anchor)) messaging.Consumer<RecordCommittedConsumer, RecordCommitted>("anchor");
        });
        if (roles.HasFlag(HostRoles.Facade)) AddFacade(builder.Services, options, stores, signer, chain, chainId);
        if (roles.HasFlag(HostRoles.Anchor)) AddAnchor(builder.Services, options, stores, signer, chainId);
        if (roles.HasFlag(HostRoles.Intake)) IntakeComposition.Add(builder.Services, options, stores);
        builder.Services.AddSingleton<HospitalStatusReader>();
        builder.Services.AddSingleton<HostHealth>();
        TelemetryComposition.Add(builder.Services, options);

        WebApplication app = builder.Build();
        TelemetryComposition.Use(app, options.Telemetry);
        if (roles.HasFlag(HostRoles.Facade)) app.MapFhirFacade("/fhir");
        if (roles.HasFlag(HostRoles.Intake)) IntakeComposition.Map(app);
        Page.LivePage.Map(app, app.Services.GetRequiredService<HospitalStatusReader>().ReadDocumentAsync);
        HealthEndpoints.Map(app, app.Services.GetRequiredService<HostHealth>().ReadAsync);
        return app;
    }

    private static void AddFacade(IServiceCollection services, HospitalOptions options, StoreUrls stores, LocalSigner signer, EthereumClient chain, ulong chainId)
    {
        services.AddSingleton(provider => new LedgerProjection(
            Database.Open(stores.Projection), chain, options.Contract, options.DeployedAtBlock, provider.GetRequiredService<TimeProvider>()));
        services.AddHostedService<ProjectionFollower>();
        services.AddFhirFacade(new FacadeOptions
        {
            BaseUrl = options.PublicUrl.TrimEnd('/'),
            Store = stores.Facade,
            Custodian = signer.Address,
            CustodianKey = LocalKeys.ReadOrCreate("CustodianKeyFile", options.CustodianKeyFile),
            IndexKey = options.IndexKey,
            IndexEpoch = options.IndexEpoch,
            ChainId = chainId,
            Contract = options.Contract,
            Signer = signer,
            OpenAccess = options.OpenAccess,
            CorsOrigins = options.CorsOrigins,
            MaxBodyBytes = options.Limits.MaxBodyBytes,
            MaxBundleEntries = options.Limits.MaxBundleEntries,
            Limits = options.Limits.Requests,
            ViewIndexWait = options.Limits.ViewIndexWait,
            Subscriptions = options.Subscriptions,
            Changes = options.Changes,
            Oidc = options.Oidc,
            AuditOpenAccess = options.AuditOpenAccess,
            Retention = options.Retention,
        });
    }

    private static void AddAnchor(IServiceCollection services, HospitalOptions options, StoreUrls stores, LocalSigner signer, ulong chainId) =>
        services.AddAnchorService(new AnchorOptions
        {
            Store = stores.Anchor,
            Endpoints = options.Chain,
            Contract = options.Contract,
            DeployedAtBlock = options.DeployedAtBlock,
            Signer = signer,
            ChainId = chainId,
            ContractCodeHash = ConsortiumLedgerContract.RuntimeCodeHash,
            BatchEntries = options.BatchCount,
            BatchAge = options.BatchAge,
            Confirmations = options.Confirmations,
            AdoptChain = options.AdoptChain,
        });

    internal static LocalSigner LoadKey(HospitalOptions options)
    {
        try
        {
            return KeyFile.Load(options.KeyFile, options.KeyPassword);
        }
        catch (FileNotFoundException)
        {
            throw CommandException.Misunderstood($"Configuration key KeyFile: {options.KeyFile}: no such file. Make one: consortium ledger key FILE --password-file FILE");
        }
        catch (KeyFileException e)
        {
            throw CommandException.Misunderstood($"Configuration keys KeyFile, KeyPasswordFile: {e.Message}");
        }
    }

    /// <summary>What the web server takes of a connection, before anything of it is looked at.</summary>
    private static void Bound(KestrelServerLimits kestrel, HostLimits limits)
    {
        kestrel.MaxRequestLineSize = limits.MaxUrlBytes;
        kestrel.MaxRequestHeadersTotalSize = limits.MaxHeaderBytes;
        kestrel.RequestHeadersTimeout = limits.HeaderTime;
        kestrel.MinRequestBodyDataRate = new MinDataRate(limits.MinBodyBytesPerSecond, TimeSpan.FromSeconds(5));
        kestrel.MaxConcurrentConnections = limits.MaxConnections;
        kestrel.MaxConcurrentUpgradedConnections = limits.MaxConnections;
    }
}

/// <summary>Keeps the projection of the chain's index up to date while the host runs.</summary>
internal sealed class ProjectionFollower(LedgerProjection projection) : BackgroundService
{
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await projection.InitializeAsync(cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken) => await projection.RunAsync(stoppingToken);
}
