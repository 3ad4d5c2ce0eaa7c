using System.Net;
using System.Net.Sockets;
using Consortium.Cli.Health;
using Consortium.Cli.Host;
using Consortium.Cli.Page;
using Consortium.FhirFacade;
using Consortium.Ledger;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Consortium.Cli.Demo;

/// <summary><c>consortium up --demo</c>: two hospitals, a telemedicine enterprise, a resident and a regulator on one machine, samples flowing.</summary>
internal static class DemoHost
{
    public static async Task<int> RunAsync(DemoLayout layout, bool reset, CancellationToken cancellationToken)
    {
        if (reset) Forget(layout);
        Directory.CreateDirectory(layout.State);
        using FileStream hold = Hold(layout);
        CheckPorts(layout);
        try
        {
            await RunHeldAsync(layout, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Ctrl-C is how the demo ends.
        }

        Output.Say("consortium: stopped; everything is kept. The same command goes on from here.");
        return ExitCode.Good;
    }

    private static async Task RunHeldAsync(DemoLayout layout, CancellationToken cancellationToken)
    {
        Output.Say("consortium: starting the development chain and the consortium's contract …");
        await using DemoNetwork network = await DemoNetwork.StartAsync(layout, DemoSamples.TravellingIdentifier, cancellationToken);
        await using WebApplication a = await HospitalHost.BuildAsync(Hospital(layout, network, DemoMember.HospitalA, layout.HospitalA, layout.MllpA), cancellationToken);
        await using WebApplication b = await HospitalHost.BuildAsync(Hospital(layout, network, DemoMember.HospitalB, layout.HospitalB, layout.MllpB), cancellationToken);
        var story = new DemoStory(layout, network);
        await using WebApplication page = BuildPage(layout, network, [a, b], story);
        WebApplication[] apps = [a, b, page];
        try
        {
            foreach (WebApplication app in apps) await app.StartAsync(cancellationToken);
            Announce(layout, network);
            await Task.WhenAll(new DemoFeed(layout).RunAsync(cancellationToken), story.RunAsync(cancellationToken));
        }
        finally
        {
            await Task.WhenAll(apps.Select(app => app.StopAsync(CancellationToken.None)));
        }
    }

    private static HospitalOptions Hospital(DemoLayout layout, DemoNetwork network, DemoMember member, Uri listen, int mllp)
    {
        string state = Path.Combine(layout.State, member.Name);
        return new HospitalOptions
        {
            Name = member.Name,
            Roles = HostRoles.All,
            State = state,
            Broker = "in-process",
            Store = null,
            Chain = [network.Endpoint],
            Contract = network.Contract,
            DeployedAtBlock = network.DeployedAtBlock,
            CustodianKeyFile = Path.Combine(state, "custodian.key"),
            SiteKeyFile = Path.Combine(state, "site.key"),
            KeyFile = layout.KeyFile(member),
            KeyPassword = DemoMember.Password,
            IndexKey = network.IndexKey,
            IndexEpoch = 1,
            Listen = listen,
            PublicUrl = new Uri(listen, "fhir").ToString(),
            Intake = IntakeSettings.OnLoopback(member.Name, state, mllp),
            Drop = Path.Combine(state, "drop"),
            Site = layout.Site,
            OpenAccess = true,
            Subscriptions = new SubscriptionOptions { Endpoints = ["http://127.0.0.1:*", "http://localhost:*"] }, // whoever tries it out runs the subscriber on this machine
            IntakeToken = null,
            BatchCount = 500,
            BatchAge = TimeSpan.FromSeconds(1),
            Confirmations = 1,
            Limits = new HostLimits { Shutdown = TimeSpan.FromSeconds(4) },
        };
    }

    private static WebApplication BuildPage(DemoLayout layout, DemoNetwork network, WebApplication[] hospitals, DemoStory story)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ApplicationName = "consortium" });
        builder.WebHost.UseUrls(layout.Page.ToString());
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<IHostLifetime, QuietLifetime>();
        WebApplication page = builder.Build();
        HospitalStatusReader[] readers = [.. hospitals.Select(app => app.Services.GetRequiredService<HospitalStatusReader>())];
        LivePage.Map(page, async cancellationToken =>
        {
            StatusDocument first = await readers[0].ReadDocumentAsync(cancellationToken);
            return first with { Hospitals = [first.Hospitals[0], await readers[1].ReadAsync(cancellationToken)], Story = story.Lines };
        });
        HostHealth[] parts = [.. hospitals.Select(app => app.Services.GetRequiredService<HostHealth>())];
        HealthEndpoints.Map(page, async cancellationToken =>
            new HealthReport([.. (await Task.WhenAll(parts.Select(part => part.ReadAsync(cancellationToken)))).SelectMany(report => report.Components)]));
        return page;
    }

    private static void Announce(DemoLayout layout, DemoNetwork network) => Output.Say(
        $"""

        The demo is up.
          page          {layout.Page}
          hospital A    {new Uri(layout.HospitalA, "fhir")}    mllp 127.0.0.1:{layout.MllpA}
          hospital B    {new Uri(layout.HospitalB, "fhir")}    mllp 127.0.0.1:{layout.MllpB}
          chain         {network.Endpoint}    contract {network.Contract}
          state         {Path.GetFullPath(layout.State)}

        Try, in another terminal:
          curl '{new Uri(layout.HospitalA, "fhir")}/Patient?_count=1'
          ./consortium ingest samples/hl7v2 --to mllp://127.0.0.1:{layout.MllpA}
          ./consortium quarantine list --at {layout.HospitalA}
          ./consortium audit replay --chain {network.Endpoint} --contract {network.Contract} --report report

        Ctrl-C ends it and keeps everything.
        """);

    /// <summary>One demo a folder: two would write with the same keys.</summary>
    private static FileStream Hold(DemoLayout layout)
    {
        try
        {
            return new FileStream(Path.Combine(layout.State, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            throw CommandException.Outside($"A demo is running on {Path.GetFullPath(layout.State)} already. End it, or name another folder and ports: --state DIR --port-base N");
        }
    }

    private static void CheckPorts(DemoLayout layout)
    {
        foreach (int port in layout.Ports.Where(p => p != layout.Chain)) // the chain's own start says what holds its port, and may find its former self there
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            try
            {
                listener.Start();
            }
            catch (SocketException)
            {
                throw CommandException.Outside($"Port {port} is in use. End what holds it, or move the demo: --port-base {layout.PortBase + 100}");
            }
        }
    }

    private static void Forget(DemoLayout layout)
    {
        if (!Directory.Exists(layout.State)) return;
        if (Directory.EnumerateFileSystemEntries(layout.State).Any() && !Directory.Exists(Path.Combine(layout.State, "keys")))
        {
            throw CommandException.Misunderstood($"--reset: {Path.GetFullPath(layout.State)} holds something that is no demo; nothing was deleted.");
        }

        using (Hold(layout))
        {
            // Held: no running demo loses its files.
        }

        Directory.Delete(layout.State, recursive: true);
    }
}
