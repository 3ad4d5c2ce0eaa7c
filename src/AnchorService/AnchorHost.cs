using System.Data.Common;
using Consortium.AnchorService.Intake;
using Consortium.AnchorService.Status;
using Consortium.AnchorService.Store;
using Consortium.AnchorService.Writing;
using Consortium.Messaging;
using Consortium.Storage;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Consortium.AnchorService;

/// <summary>Runs the writer in the background: waits for the lease, then goes round until the host stops or the lease is lost.</summary>
internal sealed class AnchorHost : BackgroundService
{
    private static readonly TimeSpan IdleInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan BacklogInterval = TimeSpan.FromSeconds(5);
    private readonly Database _database;
    private readonly AnchorTables _tables;
    private readonly WriterParts _parts;
    private readonly Outbox _outbox;
    private readonly AnchorCondition _condition;
    private readonly AnchorMonitor _monitor;
    private readonly WorkSignal _work;
    private DateTimeOffset _backlogReadAt = DateTimeOffset.MinValue;

    public AnchorHost(Database database, AnchorTables tables, WriterParts parts, Outbox outbox, AnchorCondition condition, AnchorMonitor monitor, WorkSignal work)
    {
        _database = database;
        _tables = tables;
        _parts = parts;
        _outbox = outbox;
        _condition = condition;
        _monitor = monitor;
        _work = work;
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await _tables.EnsureAsync(stoppingToken).ConfigureAwait(false);
                WriterLease? lease = await WriterLease.TryAcquireAsync(_database, _parts.Options.Store, _parts.Custodian, _parts.Options.Contract, stoppingToken).ConfigureAwait(false);
                if (lease is null)
                {
                    Enter(AnchorPhase.Standby, "Another process anchors for this key; this one takes over when that one ends.");
                    await Task.Delay(IdleInterval, _parts.Time, stoppingToken).ConfigureAwait(false);
                    continue;
                }

                await using (lease.ConfigureAwait(false)) await ServeAsync(lease, stoppingToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (e is DbException or IOException or TimeoutException)
            {
                Fail(AnchorPhase.WaitingForStore, e);
                await Task.Delay(IdleInterval, _parts.Time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task ServeAsync(WriterLease lease, CancellationToken ct)
    {
        _parts.Store.Fence = lease.Fence;
        var term = new AnchorTerm(_parts, _outbox);
        while (await lease.IsHeldAsync(ct).ConfigureAwait(false))
        {
            bool busy = false;
            try
            {
                busy = await term.RoundAsync(ct).ConfigureAwait(false);
                _parts.Meters.ChainAnswered();
                Enter(AnchorPhase.Running, null);
                await ReadBacklogAsync(ct).ConfigureAwait(false);
                busy |= (await _parts.Store.PendingAsync(1, ct).ConfigureAwait(false)).Count > 0;
            }
            catch (LeaseLostException)
            {
                return;
            }
            catch (AnchorStoppedException e)
            {
                if (Enter(AnchorPhase.Stopped, e.Message)) _parts.Log.LogCritical("Anchoring for {Custodian} stopped: {Reason}", _parts.Custodian, e.Message);
            }
            catch (DbException e)
            {
                Fail(AnchorPhase.WaitingForStore, e);
            }
            catch (Exception e) when (!ct.IsCancellationRequested)
            {
                _parts.Meters.ChainFailed();
                Fail(AnchorPhase.WaitingForChain, e);
            }

            if (busy) await Task.Delay(_parts.Options.PollInterval, _parts.Time, ct).ConfigureAwait(false);
            else await _work.WaitAsync(IdleInterval, _parts.Time, ct).ConfigureAwait(false);
        }
    }

    private async Task ReadBacklogAsync(CancellationToken ct)
    {
        DateTimeOffset now = _parts.Time.GetUtcNow();
        if (now >= _backlogReadAt && now - _backlogReadAt < BacklogInterval) return;
        _backlogReadAt = now;
        _parts.Meters.Backlog(await _monitor.ReadAsync(0, ct).ConfigureAwait(false), now);
    }

    private bool Enter(AnchorPhase phase, string? reason)
    {
        bool news = _condition.Enter(phase, reason);
        if (news) _parts.Log.LogInformation("Anchoring for {Custodian}: {Phase}.", _parts.Custodian, phase);
        return news;
    }

    private void Fail(AnchorPhase phase, Exception e)
    {
        string error = $"{e.GetType().Name}: {e.Message}";
        Enter(phase, error);
        if (_condition.Fail(error)) _parts.Log.LogWarning("Anchoring for {Custodian} waits: {Error}", _parts.Custodian, error);
    }
}
