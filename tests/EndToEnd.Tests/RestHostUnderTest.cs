using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json;
using Consortium.Cli.Page;
using Consortium.Integrity;
using Consortium.Ledger;
using Consortium.Storage;
using Consortium.Testing;
using Dapper;

namespace Consortium.EndToEnd.Tests;

/// <summary>One hospital in one process, over SQLite or PostgreSQL and a chain of the test's own; the process can be killed and started again.</summary>
internal sealed class RestHostUnderTest : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("consortium-rest-").FullName;
    private readonly Dialect _dialect;
    private FreshDatabase? _database;

    private RestHostUnderTest(Dialect dialect) => _dialect = dialect;

    public DevelopmentChain Chain { get; private set; } = null!;

    public Address Contract { get; private set; }

    public HostProcess Host { get; private set; } = null!;

    public Uri Url { get; } = new($"http://127.0.0.1:{FlowUnderTest.FreePort()}/");

    public HttpClient Http { get; } = new() { Timeout = TimeSpan.FromSeconds(60) };

    public string Folder => _folder;

    public string ConfigurationFile => Path.Combine(_folder, "consortium.json");

    /// <summary>The URL of the facade's store.</summary>
    public string Store => _dialect == Dialect.Sqlite ? $"sqlite:{Path.Combine(_folder, "state", "facade.db")}" : _database!.Url + "?schema=facade";

    public static async Task<RestHostUnderTest> StartAsync(Dialect dialect, CancellationToken cancellationToken)
    {
        var test = new RestHostUnderTest(dialect);
        try
        {
            if (dialect == Dialect.Postgres) test._database = await FreshDatabase.CreateAsync();
            test.Chain = await DevelopmentChain.StartAsync(new DevelopmentChainOptions { Port = FlowUnderTest.FreePort(), StateFile = Path.Combine(test._folder, "chain.json"), BlockTime = 1 }, cancellationToken);
            await test.DeployAsync(cancellationToken);
            test.Configure();
            test.Host = new HostProcess("host", ["up", "--config", test.ConfigurationFile], new Dictionary<string, string>());
            test.Host.Start();
            await test.UpAsync(cancellationToken);
            return test;
        }
        catch
        {
            await test.DisposeAsync();
            throw;
        }
    }

    /// <summary>Waits until the host answers.</summary>
    public Task UpAsync(CancellationToken cancellationToken) => UpAsync(Host, cancellationToken);

    /// <summary>Waits until a process at the host's address answers.</summary>
    public async Task UpAsync(HostProcess process, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (process.HasExited) throw new InvalidOperationException($"The host ended with {process.ExitCode}:\n{process.Tail}");
            try
            {
                using HttpResponseMessage answer = await Http.GetAsync(new Uri(Url, "health/ready"), cancellationToken);
                if (answer.IsSuccessStatusCode) return;
            }
            catch (HttpRequestException)
            {
                // not yet
            }

            await Task.Delay(100, cancellationToken);
        }
    }

    /// <summary>Waits until every version has its receipt.</summary>
    public async Task AnchoredAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            StatusDocument status = (await Http.GetFromJsonAsync<StatusDocument>(new Uri(Url, "status"), JsonSerializerOptions.Web, cancellationToken))!;
            if (status.Hospitals[0].Hops is { Unanchored: 0, Versions: > 0 }) return;
            await Task.Delay(200, cancellationToken);
        }
    }

    /// <summary>The record ids of the stored versions, read from the database itself.</summary>
    public async Task<Tag128[]> StoredAsync()
    {
        await using Database database = Database.Open(Store);
        await using System.Data.Common.DbConnection connection = await database.ConnectAsync();
        return [.. (await connection.QueryAsync<byte[]>("SELECT record_id FROM resource_version")).Select(id => new Tag128(id))];
    }

    /// <summary>The record ids on the chain, as often as they stand there.</summary>
    public async Task<Tag128[]> AnchoredIdsAsync(CancellationToken cancellationToken)
    {
        await using var client = new EthereumClient(Chain.Endpoint);
        IReadOnlyList<LogEntry> logs = await client.LogsAsync(
            new LogFilter(Contract, 0, await client.BlockNumberAsync(cancellationToken)) { Topics = [[ConsortiumLedgerContract.BatchAnchoredTopic]] }, cancellationToken);
        return [.. logs.Select(ConsortiumLedgerContract.DecodeEvent).OfType<BatchAnchored>().SelectMany(batch => IndexEntry.Unpack(batch.Entries)).Select(entry => entry.RecordId)];
    }

    /// <summary>Backs the running host up; returns the folder.</summary>
    public async Task<string> BackUpAsync(CancellationToken cancellationToken)
    {
        string key = Path.Combine(_folder, "backup.key"), folder = Path.Combine(_folder, "backup");
        await File.WriteAllTextAsync(key, Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32)), cancellationToken);
        (int exitCode, string output, string error) = await Command.RunAsync(["backup", folder, "--config", ConfigurationFile, "--key-file", key], cancellationToken);
        Assert.True(exitCode == 0, $"exit {exitCode}: {output} {error}");
        return folder;
    }

    /// <summary>Restores a backup into SQLite files in another folder; gives the host over them, not started.</summary>
    public async Task<HostProcess> RestoreAsync(string backup, CancellationToken cancellationToken)
    {
        string[] settings = ["--config", ConfigurationFile, "--set", $"State={Path.Combine(_folder, "restored")}", "Store=", "AdoptChain=true"];
        (int exitCode, string output, string error) = await Command.RunAsync(["restore", backup, "--key-file", Path.Combine(_folder, "backup.key"), .. settings], cancellationToken);
        Assert.True(exitCode == 0, $"exit {exitCode}: {output} {error}");
        return new HostProcess("restored", ["up", .. settings], new Dictionary<string, string>());
    }

    /// <summary>The regulator's replay.</summary>
    public async Task<JsonElement> ReplayAsync(CancellationToken cancellationToken)
    {
        (int exitCode, string output, string error) = await Command.RunAsync(
            ["audit", "replay", "--chain", Chain.Endpoint.ToString(), "--contract", Contract.ToString(), "--key", Path.Combine(_folder, "regulator.json"), "--password-file", Path.Combine(_folder, "password")], cancellationToken);
        Assert.True(exitCode == 0, $"exit {exitCode}: {output} {error}");
        return JsonSerializer.Deserialize<JsonElement>(output);
    }

    public async ValueTask DisposeAsync()
    {
        if (Host is not null) await Host.DisposeAsync();
        if (Chain is not null) await Chain.DisposeAsync();
        if (_database is not null) await _database.DisposeAsync();
        Http.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task DeployAsync(CancellationToken cancellationToken)
    {
        await using var client = new EthereumClient(Chain.Endpoint);
        LocalSigner hospital = DevelopmentChain.FundedSigner(0);
        TransactionReceipt receipt = await new LedgerAccount(client, hospital).SendAsync(null, ConsortiumLedgerContract.DeploymentData(
            1, 1, new GenesisHospital(hospital.Address, new Uri(Url, "fhir").ToString(), "Hospital under test")), cancellationToken);
        Contract = receipt.ContractAddress!.Value;
        await new LedgerAdministration(client, Contract, hospital).AdmitAsync(DevelopmentChain.FundedSigner(1).Address, MemberRole.Regulator, "", "Regulator", cancellationToken);
    }

    private void Configure()
    {
        File.WriteAllText(Path.Combine(_folder, "password"), "test");
        KeyFile.Save(Path.Combine(_folder, "key.json"), "test", Convert.FromHexString(DevelopmentChain.FundedKeys[0]), KeyFileStrength.Light);
        KeyFile.Save(Path.Combine(_folder, "regulator.json"), "test", Convert.FromHexString(DevelopmentChain.FundedKeys[1]), KeyFileStrength.Light);
        File.WriteAllText(Path.Combine(_folder, "index.key"), Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32)));
        var keys = new Dictionary<string, string>
        {
            ["Name"] = "hospital-" + TestServers.NewNamespace(),
            ["State"] = Path.Combine(_folder, "state"),
            ["Chain"] = Chain.Endpoint.ToString(),
            ["Contract"] = Contract.ToString(),
            ["KeyFile"] = Path.Combine(_folder, "key.json"),
            ["KeyPasswordFile"] = Path.Combine(_folder, "password"),
            ["IndexKeyFile"] = Path.Combine(_folder, "index.key"),
            ["IntakeKeyFile"] = Path.Combine(_folder, "intake.key"), // kept apart from the state, and so from its backups
            ["Listen"] = Url.ToString(),
            ["OpenAccess"] = "true",
            ["LogFormat"] = "json",
        };
        if (_database is not null) keys["Store"] = _database.Url;
        File.WriteAllText(ConfigurationFile, JsonSerializer.Serialize(keys));
    }
}
