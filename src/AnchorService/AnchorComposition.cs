using Consortium.AnchorService.Intake;
using Consortium.AnchorService.Status;
using Consortium.AnchorService.Store;
using Consortium.AnchorService.Writing;
using Consortium.Ledger;
using Consortium.Messaging;
using Consortium.Storage;
using Microsoft.Extensions.Logging;

namespace Consortium.AnchorService;

/// <summary>The parts of one custodian's anchor service, put together; owns what they share.</summary>
internal sealed class AnchorComposition : IAsyncDisposable
{
    private readonly EthereumClient _client;
    private readonly AnchorMeters _meters;
    private readonly AnchorCondition _condition;
    private readonly WorkSignal _work = new();

    public AnchorComposition(AnchorOptions options, TimeProvider time, ILoggerFactory logging, Action<AnchorStep>? reached = null, EthereumClient? client = null)
    {
        Address custodian = options.Signer.Address;
        Database = Database.Open(options.Store);
        Outbox = new Outbox(Database, "anchor", time: time);
        Tables = new AnchorTables(Database, Outbox);
        _client = client ?? new EthereumClient(options.Endpoints);
        _meters = new AnchorMeters(custodian.ToString(), _client);
        _condition = new AnchorCondition(time);
        Parts = new WriterParts(
            options,
            new AnchorStore(Database, custodian, time),
            _client,
            new ConsortiumLedgerContract(_client, options.Contract),
            _meters,
            time,
            logging.CreateLogger("Consortium.AnchorService"),
            reached ?? (_ => { }));
        Intake = new CommitmentIntake(Database, Tables, custodian, time, _work);
        Monitor = new AnchorMonitor(Database, Tables, custodian, _condition);
        Control = new AnchorControl(Database, custodian);
    }

    public Database Database { get; }

    public AnchorTables Tables { get; }

    public Outbox Outbox { get; }

    public WriterParts Parts { get; }

    public CommitmentIntake Intake { get; }

    public AnchorMonitor Monitor { get; }

    public AnchorControl Control { get; }

    public AnchorHost CreateHost() => new(Database, Tables, Parts, Outbox, _condition, Monitor, _work);

    public async ValueTask DisposeAsync()
    {
        _meters.Dispose();
        _work.Dispose();
        Tables.Dispose();
        await _client.DisposeAsync().ConfigureAwait(false);
        await Database.DisposeAsync().ConfigureAwait(false);
    }
}
