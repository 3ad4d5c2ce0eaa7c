using System.Data.Common;
using System.Globalization;
using System.Threading.Channels;
using Consortium.FhirFacade.Rest;
using Consortium.FhirFacade.Telemetry;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Consortium.FhirFacade.Subscriptions;

/// <summary>
/// Sends what the queue holds, at least once: each subscription by itself, so that a slow endpoint holds up nobody else. What fails is tried again with growing pauses;
/// a subscription one of whose notifications has failed for the site's limit is turned off, and says since when.
/// </summary>
internal sealed class SubscriptionDelivery : BackgroundService
{
    private const int Parallel = 4;
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Inspection = TimeSpan.FromMinutes(1);

    private readonly NoticeQueue _queue;
    private readonly NoticeSender _sender;
    private readonly SubscriptionStatus _status;
    private readonly SubscriptionContent _content;
    private readonly SubscriptionOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<SubscriptionDelivery> _log;
    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly Dictionary<string, Task> _busy = new(StringComparer.Ordinal);
    private DateTimeOffset _inspected = DateTimeOffset.MinValue;

    public SubscriptionDelivery(
        NoticeQueue queue, NoticeSender sender, SubscriptionStatus status, SubscriptionContent content, SubscriptionWatch watch, FacadeOptions options, TimeProvider time, ILogger<SubscriptionDelivery> log)
    {
        (_queue, _sender, _status, _content, _options, _time, _log) = (queue, sender, status, content, options.Subscriptions, time, log);
        watch.Queued += () => _wake.Writer.TryWrite(true);
    }

    /// <summary>Sends what is due now and waits for it; gives how many notifications were tried.</summary>
    public async Task<int> RoundAsync(CancellationToken cancellationToken)
    {
        int tried = await BeginAsync(cancellationToken).ConfigureAwait(false);
        await Task.WhenAll(_busy.Values).ConfigureAwait(false);
        return tried;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        for (int failures = 0; !stoppingToken.IsCancellationRequested;)
        {
            try
            {
                int tried = await BeginAsync(stoppingToken).ConfigureAwait(false);
                failures = 0;
                if (tried == 0) await WaitAsync(stoppingToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                break;
            }
            catch (Exception e) when (e is DbException or InvalidOperationException)
            {
                // The store is away. The queue is safe; look again.
                failures++;
                if (failures is 2 || failures % 60 == 0) _log.LogWarning("The queue of notifications cannot be read: {Failure}; trying again", e.GetType().Name);
                await Task.Delay(Poll, _time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }

        await Task.WhenAll(_busy.Values).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task<int> BeginAsync(CancellationToken cancellationToken)
    {
        foreach (string done in _busy.Where(one => one.Value.IsCompleted).Select(one => one.Key).ToArray()) _busy.Remove(done);
        await InspectAsync(cancellationToken).ConfigureAwait(false);
        int tried = 0;
        foreach (IGrouping<string, TakenNotice> of in await _queue.TakeAsync([.. _busy.Keys], Lease, cancellationToken).ConfigureAwait(false))
        {
            TakenNotice[] notices = [.. of];
            tried += notices.Length;
            _busy[of.Key] = ServeAsync(notices, cancellationToken);
        }

        return tried;
    }

    // Long enough for all that is taken of one subscription, were each to take the time that it may.
    private TimeSpan Lease => (_options.Timeout * 5) + TimeSpan.FromSeconds(30);

    /// <summary>Now and then: what has ended is turned off; what can no longer be evaluated says so.</summary>
    private async Task InspectAsync(CancellationToken cancellationToken)
    {
        if (_time.GetUtcNow() - _inspected < Inspection) return;
        _inspected = _time.GetUtcNow();
        foreach (string id in await _queue.EndedAsync(cancellationToken).ConfigureAwait(false)) await _status.SetAsync(id, "off", null, cancellationToken).ConfigureAwait(false);
        foreach (SubscriptionChannel channel in await _queue.ChannelsAsync(cancellationToken).ConfigureAwait(false))
        {
            try
            {
                _content.Query(channel.Type, channel.Criteria);
            }
            catch (FhirException e)
            {
                await _status.SetAsync(channel.Id, "off", $"criteria cannot be evaluated any more: {e.Message}", cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async Task ServeAsync(TakenNotice[] notices, CancellationToken cancellationToken)
    {
        try
        {
            using var slots = new SemaphoreSlim(Parallel);
            await Task.WhenAll(notices.Select(notice => SendAsync(notice, slots, cancellationToken))).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The leases run out, and what was not sent is sent then.
        }
#pragma warning disable CA1031 // one subscription's trouble, whatever it is, is not that of the others
        catch (Exception e)
#pragma warning restore CA1031
        {
            _log.LogWarning("Notifications of Subscription/{Subscription} failed with {Failure}; they are tried again", notices[0].Subscription, e.GetType().Name);
        }
        finally
        {
            _wake.Writer.TryWrite(true);
        }
    }

    private async Task SendAsync(TakenNotice notice, SemaphoreSlim slots, CancellationToken cancellationToken)
    {
        await slots.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            bool gone = notice.Payload is not null && notice.Body is null; // erased since
            NoticeFailure? failure = gone ? null : await _sender.SendAsync(notice, cancellationToken).ConfigureAwait(false);
            if (failure is null) await ArrivedAsync(notice, cancellationToken).ConfigureAwait(false);
            else await FailedAsync(notice, failure, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            slots.Release();
        }
    }

    private async Task ArrivedAsync(TakenNotice notice, CancellationToken cancellationToken)
    {
        await _queue.ArrivedAsync(notice).ConfigureAwait(false);
        FacadeTelemetry.Notified("sent");
        if (notice.IsFailing && await _queue.IsCleanAsync(notice.Subscription, cancellationToken).ConfigureAwait(false))
        {
            await _status.SetAsync(notice.Subscription, "active", null, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task FailedAsync(TakenNotice notice, NoticeFailure failure, CancellationToken cancellationToken)
    {
        (long failures, DateTimeOffset since) = await _queue.FailedAsync(notice, Pause, failure.IsEndpoint).ConfigureAwait(false);
        DateTimeOffset now = _time.GetUtcNow();
        FacadeTelemetry.Notified(now - since >= _options.OffAfter ? "off" : "failed");
        if (now - since >= _options.OffAfter)
        {
            await _status.SetAsync(notice.Subscription, "off", string.Create(
                CultureInfo.InvariantCulture,
                $"Turned off at {now:yyyy-MM-dd'T'HH:mm:ss'Z'}: {failure.Reason}. Notifications of changes since {since:yyyy-MM-dd'T'HH:mm:ss'Z'} may be missing; a search with _lastUpdated=ge{since:yyyy-MM-dd'T'HH:mm:ss'Z'} finds them. Set status to requested to begin again."),
                cancellationToken).ConfigureAwait(false);
            _log.LogWarning("Subscription/{Subscription} is off: {Reason}, since {Since}", notice.Subscription, failure.Reason, since);
        }
        else if (failures >= _options.ErrorAfter && !notice.IsFailing)
        {
            await _status.SetAsync(notice.Subscription, "error", string.Create(
                CultureInfo.InvariantCulture, $"{now:yyyy-MM-dd'T'HH:mm:ss'Z'}: {failure.Reason}. Notifications wait and are tried again."), cancellationToken).ConfigureAwait(false);
            _log.LogWarning("Subscription/{Subscription} is failing: {Reason}", notice.Subscription, failure.Reason);
        }
    }

    private TimeSpan Pause(long failures)
    {
        double pause = Math.Min(_options.FirstPause.TotalMilliseconds * Math.Pow(2, Math.Min(failures - 1, 30)), _options.MaxPause.TotalMilliseconds);
        return TimeSpan.FromMilliseconds(pause * (0.75 + (Random.Shared.NextDouble() / 4))); // so that many do not come back at one moment
    }

    private async Task WaitAsync(CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(Poll, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            await _wake.Reader.ReadAsync(either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // The poll interval is over.
        }
    }
}
