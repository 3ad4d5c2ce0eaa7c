using Consortium.Messaging;
using Consortium.Storage;

namespace Consortium.AnchorService.Store;

/// <summary>Brings the service's tables up to date, once; whoever comes first, writer or queue, waits for it.</summary>
internal sealed class AnchorTables : IDisposable
{
    private readonly Database _database;
    private readonly Outbox _outbox;
    private readonly SemaphoreSlim _gate = new(1, 1);
    private volatile bool _ready;

    public AnchorTables(Database database, Outbox outbox)
    {
        _database = database;
        _outbox = outbox;
    }

    public void Dispose() => _gate.Dispose();

    public async ValueTask EnsureAsync(CancellationToken ct)
    {
        if (_ready) return;
        await _gate.WaitAsync(ct).ConfigureAwait(false);
        try
        {
            if (_ready) return;
            await _database.MigrateAsync(AnchorSchema.Component, AnchorSchema.Scripts, ct).ConfigureAwait(false);
            await _outbox.InitializeAsync(ct).ConfigureAwait(false);
            _ready = true;
        }
        finally
        {
            _gate.Release();
        }
    }
}
