using System.Data.Common;
using System.Diagnostics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Consortium.Messaging;

/// <summary>
/// Sends what an outbox holds, at least once each: a process that dies between the confirmation and the removal of a row sends it again, and the
/// receiver's <see cref="Inbox"/> absorbs it. Nothing is given up: a message whose publish fails is tried again with growing pauses while the others pass it.
/// </summary>
public sealed class OutboxRelay : BackgroundService
{
    /// <summary>A next hop that took a message so short a time ago takes what is left as well.</summary>
    private static readonly TimeSpan Flowing = TimeSpan.FromSeconds(5);

    private readonly Outbox _outbox;
    private readonly IDurablePublisher _publisher;
    private readonly OutboxRelayOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<OutboxRelay> _log;
    private long _lastSent;

    /// <summary>A relay; run it in a host (<see cref="MessagingServiceCollectionExtensions.AddOutboxRelay"/>).</summary>
    public OutboxRelay(Outbox outbox, IDurablePublisher publisher, OutboxRelayOptions options, TimeProvider time, ILogger<OutboxRelay> log)
    {
        _outbox = outbox;
        _publisher = publisher;
        _options = options;
        _time = time;
        _log = log;
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        for (int failures = 0; !stoppingToken.IsCancellationRequested;)
        {
            try
            {
                int taken = await _outbox.TakeAsync(_options.Batch, (rows, load) => SendAsync(rows, load, stoppingToken), stoppingToken).ConfigureAwait(false);
                failures = 0;
                if (taken < _options.Batch) await _outbox.WaitForWorkAsync(_options.Poll, stoppingToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                break;
            }
            catch (Exception e)
            {
                // The store is away, or its tables are not made yet. The rows are safe; look again.
                failures++;
                if (failures is 2 || failures % 60 == 0)
                {
                    // The statements name no value of a message, so the database's words about them are fit for the log.
                    _log.LogWarning("The outbox of {Component} cannot be read: {Failure}; trying again", _outbox.Component,
                        e is DbException ? e.Message : e.GetType().Name);
                }

                await Task.Delay(_options.Poll, _time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    /// <summary>
    /// Ends the relay, and sends what can be sent at once: what this host wrote last need not wait for its next start. Nothing is lost where it cannot, since the rows stay.
    /// </summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken).ConfigureAwait(false);
        long last = Volatile.Read(ref _lastSent);
        if (last == 0 || _time.GetElapsedTime(last) > Flowing) return; // the next hop does not take anything now
        using var limit = new CancellationTokenSource(_options.Drain, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            int taken = _options.Batch;
            while (taken == _options.Batch && !either.IsCancellationRequested)
            {
                taken = await _outbox.TakeAsync(_options.Batch, (rows, load) => SendAsync(rows, load, either.Token), either.Token).ConfigureAwait(false);
            }
        }
        catch (Exception e)
        {
            _log.LogDebug("The outbox of {Component} was left as it is: {Failure}", _outbox.Component, e.GetType().Name);
        }
    }

    private async Task<IReadOnlyList<Sent>> SendAsync(
        IReadOnlyList<OutboxRow> rows, Func<long[], Task<IReadOnlyList<OutboxBody>>> load, CancellationToken stoppingToken)
    {
        using var round = new CancellationTokenSource(_options.Round, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(round.Token, stoppingToken);
        using var window = new SemaphoreSlim(_options.Window);
        var attempts = rows.ToDictionary(row => row.Seq, row => row.Attempts);
        var sent = new List<Sent>(rows.Count);
        foreach (long[] chunk in Chunks(rows))
        {
            if (either.IsCancellationRequested) break;
            IReadOnlyList<OutboxBody> bodies = await load(chunk).ConfigureAwait(false);
            Sent?[] results = await Task.WhenAll(bodies.Select(body => SendOneAsync(body, attempts[body.Seq], window, either.Token))).ConfigureAwait(false);
            sent.AddRange(results.OfType<Sent>());
        }

        return sent;
    }

    // Null: the round is over; the row is neither sent nor failed.
    private async Task<Sent?> SendOneAsync(OutboxBody body, long attempts, SemaphoreSlim window, CancellationToken cancellationToken)
    {
        try
        {
            await window.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return null;
        }

        try
        {
            using Activity? span = MessagingTraces.Sending(body.MessageType, body.Trace);
            await _outbox.Types.PublishAsync(body.MessageType, body.Body, _publisher, body.MessageId, cancellationToken).ConfigureAwait(false);
            Volatile.Write(ref _lastSent, _time.GetTimestamp());
            return new Sent(body.Seq, null, TimeSpan.Zero);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return null;
        }
        catch (Exception e)
        {
            string failure = e.GetBaseException().GetType().Name; // its text could quote the message
            TimeSpan pause = Pause(attempts);
            MessagingMetrics.Deferred(_outbox.Component);
            _log.LogWarning("{Message} {MessageId} of the outbox of {Component} failed with {Failure} ({Attempts} before); tried again in {Pause}",
                body.MessageType, body.MessageId, _outbox.Component, failure, attempts, pause);
            return new Sent(body.Seq, failure, pause);
        }
        finally
        {
            window.Release();
        }
    }

    private IEnumerable<long[]> Chunks(IReadOnlyList<OutboxRow> rows)
    {
        var chunk = new List<long>();
        long bytes = 0;
        foreach (OutboxRow row in rows)
        {
            if (chunk.Count > 0 && bytes + row.Size > _options.MaxBytes)
            {
                yield return [.. chunk];
                chunk.Clear();
                bytes = 0;
            }

            chunk.Add(row.Seq);
            bytes += row.Size;
        }

        if (chunk.Count > 0) yield return [.. chunk];
    }

    private TimeSpan Pause(long attempts) =>
        TimeSpan.FromMilliseconds(Math.Min(500 * Math.Pow(2, Math.Min(attempts, 20)), _options.MaxPause.TotalMilliseconds));
}
