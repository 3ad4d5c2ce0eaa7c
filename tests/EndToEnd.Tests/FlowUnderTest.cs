using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text.Json;
using Consortium.Adapters;
using Consortium.Adapters.Site;
using Consortium.Cli.Page;
using Consortium.Ledger;
using Consortium.Testing;
using Microsoft.Extensions.Configuration;

namespace Consortium.EndToEnd.Tests;

/// <summary>
/// One hospital in its production form: intake, facade and anchor service as processes of their own over a RabbitMQ of the test's own, PostgreSQL and anvil.
/// </summary>
internal sealed class FlowUnderTest : IAsyncDisposable
{
    public static readonly DateTimeOffset MessageTime = new(2026, 11, 22, 8, 0, 0, TimeSpan.FromHours(8));
    private readonly string _folder = Directory.CreateTempSubdirectory("consortium-e2e-").FullName;
    private readonly HttpClient _http = new();
    private readonly int _chainPort = FreePort();
    private readonly string _siteKey = NewKey();
    private FreshDatabase? _database;

    private FlowUnderTest()
    {
    }

    public OwnRabbitMq Broker { get; private set; } = null!;

    public DevelopmentChain Chain { get; private set; } = null!;

    public Address Contract { get; private set; }

    public LocalSigner Hospital { get; } = DevelopmentChain.FundedSigner(0);

    public LocalSigner Regulator { get; } = DevelopmentChain.FundedSigner(1);

    public HostProcess Intake { get; private set; } = null!;

    public HostProcess Facade { get; private set; } = null!;

    public HostProcess Anchor { get; private set; } = null!;

    public IReadOnlyList<HostProcess> Processes => [Intake, Facade, Anchor];

    public IPEndPoint Mllp { get; } = new(IPAddress.Loopback, FreePort());

    public Uri FacadeUrl { get; } = new($"http://127.0.0.1:{FreePort()}/");

    public string DatabaseUrl => _database!.Url;

    private Uri IntakeUrl { get; } = new($"http://127.0.0.1:{FreePort()}/");

    private Uri AnchorUrl { get; } = new($"http://127.0.0.1:{FreePort()}/");

    public static async Task<FlowUnderTest> StartAsync(CancellationToken cancellationToken)
    {
        var flow = new FlowUnderTest();
        try
        {
            flow._database = await FreshDatabase.CreateAsync();
            flow.Broker = await OwnRabbitMq.StartAsync();
            await flow.StartChainAsync(cancellationToken);
            await flow.DeployAsync(cancellationToken);
            flow.StartProcesses();
            await flow.WaitAsync("every process answers", async () => await flow.CountsAsync(cancellationToken) is not null, cancellationToken);
            return flow;
        }
        catch
        {
            await flow.DisposeAsync();
            throw;
        }
    }

    public async Task StartChainAsync(CancellationToken cancellationToken) => Chain = await DevelopmentChain.StartAsync(
        new DevelopmentChainOptions { Port = _chainPort, StateFile = Path.Combine(_folder, "chain.json"), BlockTime = 1 }, cancellationToken);

    /// <summary>The counts of all three processes together; null where one does not answer.</summary>
    public async Task<HopCounts?> CountsAsync(CancellationToken cancellationToken)
    {
        HopCounts sum = new(0, 0, 0, 0, 0, 0, 0, 0);
        foreach (Uri url in (Uri[])[IntakeUrl, FacadeUrl, AnchorUrl])
        {
            try
            {
                StatusDocument? document = await _http.GetFromJsonAsync<StatusDocument>(new Uri(url, "status"), JsonSerializerOptions.Web, cancellationToken);
                foreach (HospitalStatus hospital in document!.Hospitals) sum = sum.Plus(hospital.Hops);
            }
            catch (HttpRequestException)
            {
                return null;
            }
        }

        return sum;
    }

    /// <summary>Waits until everything that was accepted is converted, stored and anchored.</summary>
    public async Task DrainAsync(int messages, CancellationToken cancellationToken)
    {
        HopCounts? before = null;
        await WaitAsync($"{messages} messages are anchored", async () =>
        {
            HopCounts? now = await CountsAsync(cancellationToken);
            bool settled = now is not null && now == before
                && now.Published + now.Quarantined >= messages && now.Pending == 0 && now.Unanchored == 0 && now.Versions > 0;
            before = now;

            // A message whose consumer failed rests in the broker for a while, and no count tells of it: the store's inbox has an entry for each that it took.
            return settled && await this.StoredConversionsAsync(cancellationToken) >= now!.Published;
        }, cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (HostProcess? process in (HostProcess?[])[Intake, Facade, Anchor])
        {
            if (process is not null) await process.DisposeAsync();
        }

        if (Chain is not null) await Chain.DisposeAsync();
        if (Broker is not null) await Broker.DisposeAsync();
        if (_database is not null) await _database.DisposeAsync();
        _http.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>The name under which the intake records what came over MLLP.</summary>
    public string Source { get; } = "hospital-" + TestServers.NewNamespace();

    /// <summary>The conversion that the intake process does, with the same site key.</summary>
    public ConversionPipeline Pipeline()
    {
        SiteConfiguration site = SiteConfiguration.Load(null, new ConfigurationBuilder().AddInMemoryCollection([new(SiteConfiguration.KeySetting, _siteKey)]).Build());
        return new ConversionPipeline(AdapterRegistry.BuiltIn(site), site);
    }

    /// <summary>Runs <c>consortium audit replay</c> as the regulator would.</summary>
    public async Task<(int ExitCode, string Output, string Error)> ReplayAsync(CancellationToken cancellationToken)
    {
        string keyFile = Path.Combine(_folder, "regulator.json");
        KeyFile.Save(keyFile, "test", Convert.FromHexString(DevelopmentChain.FundedKeys[1]), KeyFileStrength.Light);
        return await Command.RunAsync(
            ["audit", "replay", "--chain", Chain.Endpoint.ToString(), "--contract", Contract.ToString(), "--key", keyFile, "--password-file", Path.Combine(_folder, "password")],
            cancellationToken);
    }

    private async Task WaitAsync(string what, Func<Task<bool>> condition, CancellationToken cancellationToken)
    {
        try
        {
            while (!await condition()) await Task.Delay(300, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            HopCounts? counts = await CountsAsync(CancellationToken.None);
            string tails = string.Join("\n", Processes.Select(process => $"--- {process.Name}\n{process.Tail}"));
            throw new TimeoutException($"Never came to pass: {what}. Counts: {counts}\n{tails}");
        }
    }

    private async Task DeployAsync(CancellationToken cancellationToken)
    {
        await using var client = new EthereumClient(Chain.Endpoint);
        var account = new LedgerAccount(client, Hospital);
        TransactionReceipt receipt = await account.SendAsync(null, ConsortiumLedgerContract.DeploymentData(
            1, 1, new GenesisHospital(Hospital.Address, new Uri(FacadeUrl, "fhir").ToString(), "Hospital under test")), cancellationToken);
        Contract = receipt.ContractAddress!.Value;
        await new LedgerAdministration(client, Contract, Hospital).AdmitAsync(Regulator.Address, MemberRole.Regulator, "", "Regulator", cancellationToken);
    }

    private void StartProcesses()
    {
        string password = Write("password", "test");
        string keyFile = Path.Combine(_folder, "key.json");
        KeyFile.Save(keyFile, "test", Convert.FromHexString(DevelopmentChain.FundedKeys[0]), KeyFileStrength.Light);
        var shared = new Dictionary<string, string>
        {
            ["CONSORTIUM__NAME"] = Source,
            ["CONSORTIUM__BROKER"] = Broker.Url,
            ["CONSORTIUM__STORE"] = DatabaseUrl,
            ["CONSORTIUM__CHAIN"] = Chain.Endpoint.ToString(),
            ["CONSORTIUM__CONTRACT"] = Contract.ToString(),
            ["CONSORTIUM__KEYFILE"] = keyFile,
            ["CONSORTIUM__KEYPASSWORDFILE"] = password,
            ["CONSORTIUM__INDEXKEYFILE"] = Write("index.key", NewKey()),
            ["CONSORTIUM__CUSTODIANKEYFILE"] = Write("custodian.key", NewKey()),
            ["CONSORTIUM__SITEKEYFILE"] = Write("site.key", _siteKey),
            ["CONSORTIUM__OPENACCESS"] = "true",
            ["CONSORTIUM__BATCHCOUNT"] = "250",
        };
        Intake = Process("intake", IntakeUrl, shared, ("CONSORTIUM__MLLP", Mllp.ToString()));
        Facade = Process("facade", FacadeUrl, shared);
        Anchor = Process("anchor", AnchorUrl, shared);
        foreach (HostProcess process in Processes) process.Start();
    }

    private HostProcess Process(string role, Uri listen, Dictionary<string, string> shared, params (string Key, string Value)[] more)
    {
        var environment = new Dictionary<string, string>(shared)
        {
            ["CONSORTIUM__ROLES"] = role,
            ["CONSORTIUM__STATE"] = Path.Combine(_folder, role),
            ["CONSORTIUM__LISTEN"] = listen.ToString(),
        };
        foreach ((string key, string value) in more) environment[key] = value;
        return new HostProcess(role, ["up"], environment);
    }

    private string Write(string name, string text)
    {
        string file = Path.Combine(_folder, name);
        File.WriteAllText(file, text);
        return file;
    }

    private static string NewKey() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));

    /// <summary>A free port below the ephemeral range, so that no outgoing connection takes it while its server is down.</summary>
    internal static int FreePort()
    {
        while (true)
        {
            int port = Random.Shared.Next(10_000, 20_000);
            using var listener = new TcpListener(IPAddress.Loopback, port);
            try
            {
                listener.Start();
                return port;
            }
            catch (SocketException)
            {
                // taken: another one
            }
        }
    }
}
