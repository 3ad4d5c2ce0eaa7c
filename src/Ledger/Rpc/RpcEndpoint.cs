using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Polly;
using Polly.CircuitBreaker;
using Polly.Timeout;

namespace Consortium.Ledger;

/// <summary>One JSON-RPC endpoint with its timeout, its circuit breaker and its record.</summary>
internal sealed class RpcEndpoint
{
    private static readonly MediaTypeHeaderValue Json = new("application/json");

    private readonly HttpClient _http;
    private readonly Uri _url;
    private readonly AuthenticationHeaderValue? _authorization;
    private readonly TimeProvider _time;
    private readonly CircuitBreakerStateProvider _circuit = new();
    private readonly ResiliencePipeline _pipeline;
    private long _calls;
    private long _failures;
    private string? _lastFailure;
    private TimeSpan _lastLatency;

    public RpcEndpoint(HttpClient http, Uri url, EthereumClientOptions options)
    {
        _http = http;
        _url = url;
        if (url.UserInfo.Length > 0)
        {
            _authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(Uri.UnescapeDataString(url.UserInfo))));
            _url = new UriBuilder(url) { UserName = "", Password = "" }.Uri;
        }

        Name = $"{url.Scheme}://{url.Host}:{url.Port}";
        _time = options.TimeProvider;
        _pipeline = new ResiliencePipelineBuilder { TimeProvider = options.TimeProvider }
            .AddCircuitBreaker(new CircuitBreakerStrategyOptions
            {
                FailureRatio = 0.5,
                MinimumThroughput = 4,
                SamplingDuration = TimeSpan.FromSeconds(5),
                BreakDuration = options.BreakDuration,
                StateProvider = _circuit,
                ShouldHandle = new PredicateBuilder().Handle<EndpointFaultException>().Handle<TimeoutRejectedException>(),
            })
            .AddTimeout(options.Timeout)
            .Build();
    }

    /// <summary>Scheme, host and port: what may be shown.</summary>
    public string Name { get; }

    public bool IsAvailable => _circuit.CircuitState is CircuitState.Closed or CircuitState.HalfOpen;

    public EndpointHealth Health => new(Name, IsAvailable, Interlocked.Read(ref _failures), Interlocked.Read(ref _calls), _lastFailure, _lastLatency);

    /// <summary>Posts a request and reads the response, all within the timeout.</summary>
    /// <exception cref="EndpointFaultException">No usable answer; the message is the reason.</exception>
    public async Task<T> PostAsync<T>(ReadOnlyMemory<byte> body, Func<JsonElement, T> read, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _calls);
        long started = _time.GetTimestamp();
        try
        {
            T result = await _pipeline.ExecuteAsync(
                static async (state, token) => await state.Self.AttemptAsync(state.Body, state.Read, token).ConfigureAwait(false),
                (Self: this, Body: body, Read: read),
                cancellationToken).ConfigureAwait(false);
            _lastLatency = _time.GetElapsedTime(started);
            return result;
        }
        catch (Exception e) when (e is EndpointFaultException or TimeoutRejectedException or BrokenCircuitException)
        {
            string reason = e switch
            {
                TimeoutRejectedException => "no answer in time",
                BrokenCircuitException => "left alone after repeated failures" + (_lastFailure is null ? "" : $" (last: {_lastFailure})"),
                _ => e.Message,
            };
            if (e is not BrokenCircuitException)
            {
                Interlocked.Increment(ref _failures);
                _lastFailure = reason;
            }

            throw new EndpointFaultException(reason, e);
        }
    }

    private async Task<T> AttemptAsync<T>(ReadOnlyMemory<byte> body, Func<JsonElement, T> read, CancellationToken cancellationToken)
    {
        try
        {
            using var content = new ReadOnlyMemoryContent(body);
            content.Headers.ContentType = Json;
            using var request = new HttpRequestMessage(HttpMethod.Post, _url) { Content = content };
            request.Headers.Authorization = _authorization;
            using HttpResponseMessage response = await _http.SendAsync(request, cancellationToken).ConfigureAwait(false);
            Stream stream = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
            if (!response.IsSuccessStatusCode && response.Content.Headers.ContentType?.MediaType != "application/json")
            {
                throw new EndpointFaultException($"HTTP status {(int)response.StatusCode}", null);
            }

            using JsonDocument document = await JsonDocument.ParseAsync(stream, default, cancellationToken).ConfigureAwait(false);
            return read(document.RootElement);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw new EndpointFaultException(e is HttpRequestException { HttpRequestError: not HttpRequestError.Unknown } h ? h.HttpRequestError.ToString() : e.Message, e);
        }
        catch (JsonException e)
        {
            throw new EndpointFaultException("the answer is no JSON", e);
        }
        catch (FormatException e)
        {
            throw new EndpointFaultException(e.Message, e);
        }
    }
}

/// <summary>An endpoint gave no usable answer; another may.</summary>
[DebuggerDisplay("{Message}")]
internal sealed class EndpointFaultException(string message, Exception? innerException) : Exception(message, innerException);
