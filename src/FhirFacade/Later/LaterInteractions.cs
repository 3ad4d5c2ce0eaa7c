using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Consortium.Fhir;
using Consortium.FhirFacade.Export;
using Consortium.FhirFacade.Rest;
using Consortium.FhirFacade.Store;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Consortium.FhirFacade.Later;

/// <summary>
/// <c>Prefer: respond-async</c> (FHIR R4 async.html; the answer's form is that of R5's async-bundle.html, since R4 gives one for bulk data only): 202 with the place of the
/// status, and there, when it is done, a batch-response Bundle with one entry, the answer. For batches, transactions, searches, histories and $everything.
/// What of it survives a crash stands in decision 0221.
/// </summary>
internal sealed class LaterInteractions(
    LaterStore store, Lazy<FhirRouter> router, BundleInteraction bundles, FailureResponses failures, FacadeOptions options, TimeProvider time, ILogger<LaterInteractions> log) : IHostedLifecycleService, IDisposable
{
    /// <summary>More under way at once are refused: each holds its request in memory.</summary>
    private const int Most = 64;
    private const int RetrySeconds = 1;

    private readonly ConcurrentDictionary<string, Running> _running = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _slots = new(Math.Max(2, Environment.ProcessorCount));
    private readonly CancellationTokenSource _stopping = new();

    /// <summary>True for the interactions that may be answered later.</summary>
    public static bool Takes(FhirRequest request) => request.Prefer.IsAsync && (request.Method, request.Segments) switch
    {
        ("POST", []) => true,
        ("GET", []) or ("GET" or "POST", [.., "_search"]) => true,
        ("GET", [.., "_history" or "$everything"]) => true,
        ("GET", [var type]) => FhirR4.IsResourceType(type),
        ("GET", [var type, _, var member]) => FhirR4.IsResourceType(type) && (member == "*" || FhirR4.IsResourceType(member)),
        _ => false,
    };

    /// <summary>202 with the place of the status.</summary>
    /// <exception cref="FhirException">401, 403: it is nothing for this caller. 400: it is no such Bundle. 503: too many are under way.</exception>
    public async Task<FhirResponse> StartAsync(FhirRequest request)
    {
        request.Caller.RequireKnown();
        LaterKind kind = LaterKind.Read;
        if (request.Segments.Length == 0 && request.Method == "POST")
        {
            request.Caller.RequireWriter();
            kind = KindOf(request);
        }

        if (_running.Count >= Most) throw new FhirException(503, "transient", $"{Most} requests with respond-async are under way already. Try again later, or without it.");
        string id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)), runner = NewRunner();
        await store.AddAsync(
            new LaterRequest(id, ExportOperations.Owner(request.Caller), kind, LaterState.Running, 0, 0, time.GetUtcNow().ToUnixTimeMilliseconds(), KeptRequest.Write(request), null), runner).ConfigureAwait(false);
        Run(id, runner, request);
        return Accepted(id) with { ContentLocation = StatusUrl(id) };
    }

    /// <summary>202 while it is under way, 200 with the Bundle when it is done.</summary>
    public async Task<FhirResponse> StatusAsync(FhirRequest request, string id, CancellationToken cancellationToken)
    {
        LaterRequest asked = await store.FindAsync(id, ExportOperations.Owner(request.Caller), cancellationToken).ConfigureAwait(false) ?? throw NoSuchRequest();
        if (asked.State == LaterState.Done) return new FhirResponse(200) { Body = asked.Answer, Expires = DateTimeOffset.FromUnixTimeMilliseconds(asked.CreatedAt) + LaterStore.Kept };
        if (store.IsAbandoned(asked))
        {
            string runner = NewRunner();
            if (await store.TakeAsync(id, runner).ConfigureAwait(false))
            {
                if (asked.Writes == 0 || asked.Kind == LaterKind.Read) Run(id, runner, KeptRequest.Read(asked.Request!, request.Caller));
                else await store.FinishAsync(id, runner, bundles.Write("batch-response", [Lost(asked)])).ConfigureAwait(false);
            }
        }

        return Accepted(id);
    }

    /// <summary>Gives it up: what was not committed is not done any more.</summary>
    public async Task<FhirResponse> RemoveAsync(FhirRequest request, string id)
    {
        if (!await store.RemoveAsync(id, ExportOperations.Owner(request.Caller)).ConfigureAwait(false)) throw NoSuchRequest();
        if (_running.TryGetValue(id, out Running? running)) await running.Stop.CancelAsync().ConfigureAwait(false);
        return new FhirResponse(202);
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>What is under way is let go of, so that the next question for its status runs it again.</summary>
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(_running.Values.Select(one => one.Work)).WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose()
    {
        _slots.Dispose();
        _stopping.Dispose();
    }

    private static LaterKind KindOf(FhirRequest request)
    {
        FhirNode root = (request.Document ?? FhirDocument.Parse(request.Resource)).Root;
        return root.Child("type").Value switch
        {
            "transaction" => LaterKind.Transaction,
            "batch" => LaterKind.Batch,
            _ => throw FhirException.BadRequest("value", "The base takes a Bundle of type batch or transaction.", "Bundle.type"),
        };
    }

    private void Run(string id, string runner, FhirRequest request)
    {
        var stop = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
        var running = new Running(stop);
        _running[id] = running;
        running.Work = Task.Run(() => RunAsync(id, runner, request, running), CancellationToken.None);
    }

    private async Task RunAsync(string id, string runner, FhirRequest request, Running running)
    {
        using ITimer life = time.CreateTimer(_ => Hold(id, runner, running), null, LaterStore.Lease / 3, LaterStore.Lease / 3);
        try
        {
            await _slots.WaitAsync(running.Stop.Token).ConfigureAwait(false);
            try
            {
                running.IsRunning = true;
                LaterWork.Current = new LaterWork(id, runner);
                FhirResponse answer = await AnswerAsync(request, running.Stop.Token).ConfigureAwait(false);
                await store.FinishAsync(id, runner, bundles.Write("batch-response", [answer])).ConfigureAwait(false);
            }
            finally
            {
                _slots.Release();
            }
        }
        catch (OperationCanceledException) when (running.Stop.IsCancellationRequested)
        {
            if (_stopping.IsCancellationRequested) await store.ReleaseAsync(id, runner).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // nobody waits for this task: the lease runs out, and the next question for the status runs it again
        catch (Exception e)
#pragma warning restore CA1031
        {
            log.LogWarning("The answer to a request with respond-async could not be kept: {Failure}", e.GetType().Name);
        }
        finally
        {
            _running.TryRemove(id, out _);
            running.Stop.Dispose();
        }
    }

    private async Task<FhirResponse> AnswerAsync(FhirRequest request, CancellationToken cancellationToken)
    {
        try
        {
            return await router.Value.RouteAsync(request with { Prefer = request.Prefer with { IsAsync = false } }, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
#pragma warning disable CA1031 // the failure, whatever it is, is the answer
        catch (Exception e)
#pragma warning restore CA1031
        {
            return failures.Answer(e);
        }
    }

    private void Hold(string id, string runner, Running running) => _ = Task.Run(async () =>
    {
        try
        {
            if (!await store.HoldAsync(id, runner).ConfigureAwait(false)) await running.Stop.CancelAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (e is System.Data.Common.DbException or ObjectDisposedException or InvalidOperationException)
        {
            // The store is away, or the work is over; the next beat tells.
        }
    });

    // The commit is noted in the transaction itself: this is known, not guessed.
    private static FhirResponse Lost(LaterRequest asked)
    {
        string since = ResourceJson.Instant(asked.CreatedAt);
        return asked.Kind == LaterKind.Transaction
            ? new FhirResponse(200)
            {
                IsOutcome = true,
                Body = OperationOutcomeJson.Write([new OutcomeIssue(IssueSeverity.Warning, "incomplete", $"The transaction was stored as a whole. The server stopped before it could keep the answer; _history?_since={since} has the versions that it made.")]),
            }
            : new FhirResponse(500)
            {
                IsOutcome = true,
                Body = OperationOutcomeJson.Write([new OutcomeIssue(IssueSeverity.Error, "incomplete", string.Create(
                    CultureInfo.InvariantCulture, $"The server stopped within the batch. {asked.Writes} of its entries were stored, the others were not; _history?_since={since} says which. Send the others again."))]),
            };
    }

    private FhirResponse Accepted(string id) => new(202) { RetryAfter = RetrySeconds, Progress = _running.TryGetValue(id, out Running? running) && !running.IsRunning ? "waiting" : "in progress" };

    private string StatusUrl(string id) => $"{options.BaseUrl}/$async-status/{id}";

    private static string NewRunner() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8));

    private static FhirException NoSuchRequest() => new(404, "not-found", "There is no such request of yours: it was given up, or is older than a day.");

    private sealed class Running(CancellationTokenSource stop)
    {
        public CancellationTokenSource Stop => stop;

        public Task Work { get; set; } = Task.CompletedTask;

        public volatile bool IsRunning;
    }
}
