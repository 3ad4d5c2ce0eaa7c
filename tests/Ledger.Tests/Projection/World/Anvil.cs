using System.Net.Http.Json;
using System.Text.Json;
using Consortium.Ledger;

namespace Consortium.Testing;

/// <summary>A real chain whose blocks the test makes: nothing is mined unless a test says so.</summary>
internal sealed class Anvil : IAsyncDisposable
{
    private readonly DevelopmentChain _chain;
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false });
    private int _id;

    private Anvil(DevelopmentChain chain)
    {
        _chain = chain;
        Client = new EthereumClient(chain.Endpoint);
    }

    public Uri Endpoint => _chain.Endpoint;

    public EthereumClient Client { get; }

    public static async Task<Anvil> StartAsync(string hardfork = "prague")
    {
        var anvil = new Anvil(await DevelopmentChain.StartAsync(new DevelopmentChainOptions { BlockTime = 0, Hardfork = hardfork }));
        await anvil.CallAsync("evm_setAutomine", false);
        return anvil;
    }

    public Task MineAsync(int blocks = 1) => CallAsync("anvil_mine", $"0x{blocks:x}");

    /// <summary>Replaces the newest blocks by as many others, empty ones: their transactions are gone.</summary>
    public Task ReorganiseAsync(int depth) => CallAsync("anvil_reorg", depth, Array.Empty<object>());

    public Task FundAsync(Address account) => CallAsync("anvil_setBalance", account.ToString(), "0x56bc75e2d63100000");

    public Task DropTransactionsAsync() => CallAsync("anvil_dropAllTransactions");

    /// <summary>The next block's base fee, in wei.</summary>
    public Task SetBaseFeeAsync(ulong wei) => CallAsync("anvil_setNextBlockBaseFeePerGas", $"0x{wei:x}");

    /// <summary>Sends a call from a key as an administrator would, and mines it.</summary>
    public async Task<TransactionReceipt> SendAsync(ISigner signer, Address? to, byte[] data)
    {
        await CallAsync("evm_setAutomine", true);
        try
        {
            return await new LedgerAccount(Client, signer) { PollInterval = TimeSpan.FromMilliseconds(5) }.SendAsync(to, data);
        }
        finally
        {
            await CallAsync("evm_setAutomine", false);
        }
    }

    /// <summary>A new consortium of these hospitals.</summary>
    public async Task<(Address Contract, ulong Block)> DeployAsync(params IReadOnlyList<ISigner> hospitals)
    {
        foreach (ISigner hospital in hospitals) await FundAsync(hospital.Address);
        byte[] data = ConsortiumLedgerContract.DeploymentData(1, Math.Min(2, hospitals.Count), [.. hospitals.Select(h => new GenesisHospital(h.Address, "http://127.0.0.1/fhir", "Hospital"))]);
        TransactionReceipt receipt = await SendAsync(hospitals[0], null, data);
        await MineAsync(8); // deeper than any test reorganises
        return (receipt.ContractAddress!.Value, receipt.BlockNumber);
    }

    public async Task<JsonElement> CallAsync(string method, params object[] parameters)
    {
        using HttpResponseMessage response = await _http.PostAsJsonAsync(Endpoint, new { jsonrpc = "2.0", id = Interlocked.Increment(ref _id), method, @params = parameters });
        JsonElement answer = await response.Content.ReadFromJsonAsync<JsonElement>();
        return answer.TryGetProperty("error", out JsonElement error) ? throw new InvalidOperationException($"{method}: {error}") : answer.GetProperty("result").Clone();
    }

    public async ValueTask DisposeAsync()
    {
        await Client.DisposeAsync();
        _http.Dispose();
        await _chain.DisposeAsync();
    }
}

/// <summary>One chain for the tests of a collection, which run one after the other.</summary>
public sealed class AnvilFixture : IAsyncLifetime
{
    internal Anvil Chain { get; private set; } = null!;

    public async Task InitializeAsync() => Chain = await Anvil.StartAsync();

    public async Task DisposeAsync() => await Chain.DisposeAsync();
}
