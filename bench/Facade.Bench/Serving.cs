using System.Net;
using System.Net.Sockets;
using Consortium.FhirFacade;
using Consortium.Integrity;
using Consortium.Ledger;
using Consortium.Messaging;
using Consortium.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Consortium.Facade.Bench;

/// <summary>The facade as the product runs it, without broker and chain; the floor stands beside it under <c>/floor</c>.</summary>
internal static class Serving
{
    public static async Task<int> RunAsync(string store, bool validate)
    {
        int port = FreePort();
        WebApplication app = Build(Options(store, port) with { ValidateWrites = validate });
        await using Floor floor = new(Database.Open(store));
        await floor.InitializeAsync();
        app.MapFhirFacade();
        floor.Map(app);
        await app.StartAsync();
        Console.WriteLine(port);
        await Task.Run(Console.In.ReadToEnd);
        await app.StopAsync();
        return 0;
    }

    public static FacadeOptions Options(string store, int port) => new()
    {
        BaseUrl = $"http://127.0.0.1:{port}/fhir",
        Store = store,
        Custodian = Address.Parse("0x00000000000000000000000000000000000000b1"),
        Contract = Address.Parse("0x00000000000000000000000000000000000000b2"),
        ChainId = 31337,
        CustodianKey = new byte[32],
        IndexKey = new byte[32],
        OpenAccess = true,
        MaxBodyBytes = 64 * 1024 * 1024,
    };

    public static WebApplication Build(FacadeOptions options)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls(new Uri(options.BaseUrl).GetLeftPart(UriPartial.Authority));
        builder.Services.AddSingleton<IDurablePublisher, NoPublisher>();
        builder.Services.AddSingleton(_ => Database.Open(options.Store));
        builder.Services.AddSingleton(provider => new LedgerProjection(
            provider.GetRequiredService<Database>(), new EthereumClient([new Uri("http://127.0.0.1:1")]), options.Contract, 0, TimeProvider.System));
        builder.Services.AddFhirFacade(options);
        return builder.Build();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
