using Consortium.FhirFacade;
using Consortium.Ledger;
using Consortium.Storage;

namespace Consortium.Cli.Host;

/// <summary>A member without a facade of its own (telemedicine enterprise, resident, regulator): a key, a projection of the chain, and what it fetches with them.</summary>
internal sealed class MemberClient : IAsyncDisposable
{
    private readonly EthereumClient _chain;
    private readonly Database _database;
    private readonly LedgerProjection _projection;
    private readonly HttpClient _http;

    private MemberClient(EthereumClient chain, Database database, LedgerProjection projection, HttpClient http, RecordExchange exchange)
    {
        _chain = chain;
        _database = database;
        _projection = projection;
        _http = http;
        Exchange = exchange;
    }

    public RecordExchange Exchange { get; }

    public LedgerProjection Projection => _projection;

    /// <param name="chain">JSON-RPC endpoints.</param>
    /// <param name="contract">The ledger contract.</param>
    /// <param name="deployedAtBlock">A block not later than its deployment.</param>
    /// <param name="signer">The member's key.</param>
    /// <param name="store">Where the projection is kept.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <param name="indexKey">The consortium's index key, where the member locates by identifier.</param>
    public static async Task<MemberClient> OpenAsync(
        IReadOnlyList<Uri> chain, Address contract, ulong deployedAtBlock, ISigner signer, string store, CancellationToken cancellationToken, byte[]? indexKey = null)
    {
        var client = new EthereumClient(chain);
        Database database = Database.Open(store);
        var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { Timeout = TimeSpan.FromSeconds(30), MaxResponseContentBufferSize = RecordExchange.MostBytes };
        var projection = new LedgerProjection(database, client, contract, deployedAtBlock, TimeProvider.System);
        try
        {
            await projection.InitializeAsync(cancellationToken);
            var options = new FacadeOptions
            {
                // Such a member keeps no records: the exchange asks for nothing of these but the chain's names, the signer and the index key.
                BaseUrl = "http://127.0.0.1",
                Store = store,
                Custodian = signer.Address,
                CustodianKey = new byte[32],
                IndexKey = indexKey ?? new byte[32],
                ChainId = await client.ChainIdAsync(cancellationToken),
                Contract = contract,
                Signer = signer,
            };
            return new MemberClient(client, database, projection, http, new RecordExchange(projection, options, http, TimeProvider.System));
        }
        catch
        {
            http.Dispose();
            projection.Dispose();
            await database.DisposeAsync();
            await client.DisposeAsync();
            throw;
        }
    }

    /// <summary>Follows the chain to its newest block.</summary>
    public async Task CatchUpAsync(CancellationToken cancellationToken)
    {
        ulong head = await _chain.BlockNumberAsync(cancellationToken);
        while (await _projection.FollowOnceAsync(cancellationToken) < head)
        {
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        _projection.Dispose();
        await _database.DisposeAsync();
        await _chain.DisposeAsync();
    }
}
