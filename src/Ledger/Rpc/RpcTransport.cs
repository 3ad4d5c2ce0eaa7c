using System.Buffers;
using System.Text.Json;

namespace Consortium.Ledger;

/// <summary>
/// Sends calls to one of several endpoints, and to the next one where it gives no usable answer. Stays with the endpoint that
/// answered last, so that consecutive reads see one node's view. Every call may be repeated: reads by nature, and a raw
/// transaction because the same bytes are the same transaction.
/// </summary>
internal sealed class RpcTransport : IDisposable
{
    private readonly HttpClient _http;
    private readonly RpcEndpoint[] _endpoints;
    private readonly int _rounds;
    private int _preferred;
    private long _lastId;

    public RpcTransport(IReadOnlyList<Uri> endpoints, EthereumClientOptions options, HttpMessageHandler? handler)
    {
        if (endpoints.Count == 0) throw new ArgumentException("At least one endpoint of the chain is needed.", nameof(endpoints));
        foreach (Uri endpoint in endpoints)
        {
            if (!endpoint.IsAbsoluteUri || endpoint.Scheme is not ("http" or "https"))
            {
                throw new ArgumentException($"'{(endpoint.IsAbsoluteUri ? endpoint.Scheme : "")}' is not the scheme of a JSON-RPC endpoint; give http:// or https:// URLs.", nameof(endpoints));
            }
        }

        _http = handler is null
            ? new HttpClient(new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.FromMinutes(5), UseProxy = false })
            : new HttpClient(handler, disposeHandler: false);
        _http.Timeout = Timeout.InfiniteTimeSpan; // each attempt has its own
        _http.MaxResponseContentBufferSize = Math.Min(options.MaxResponseLength, int.MaxValue);
        _endpoints = [.. endpoints.Select(e => new RpcEndpoint(_http, e, options))];
        _rounds = Math.Max(1, options.Rounds);
    }

    public IReadOnlyList<EndpointHealth> Health => [.. _endpoints.Select(e => e.Health)];

    public Task<T> SendAsync<T>(RpcCall<T> call, CancellationToken cancellationToken)
    {
        long id = Interlocked.Increment(ref _lastId);
        byte[] body = Write(json => call.Write(json, id));
        return AnyEndpointAsync(call.Method, body, response =>
        {
            CheckId(response, id);
            return call.ReadAnswer(response);
        }, cancellationToken);
    }

    /// <summary>Sends several calls of one kind as a JSON-RPC batch; answers in the order of the calls.</summary>
    public async Task<IReadOnlyList<T>> SendBatchAsync<T>(IReadOnlyList<RpcCall<T>> calls, CancellationToken cancellationToken)
    {
        if (calls.Count == 0) return [];
        long first = Interlocked.Add(ref _lastId, calls.Count) - calls.Count + 1;
        byte[] body = Write(json =>
        {
            json.WriteStartArray();
            for (int i = 0; i < calls.Count; i++) calls[i].Write(json, first + i);
            json.WriteEndArray();
        });
        return await AnyEndpointAsync(calls[0].Method, body, response => ReadBatch(calls, first, response), cancellationToken).ConfigureAwait(false);
    }

    public void Dispose() => _http.Dispose();

    private static RpcAnswer<IReadOnlyList<T>> ReadBatch<T>(IReadOnlyList<RpcCall<T>> calls, long first, JsonElement response)
    {
        // A whole batch may be refused with a single error.
        if (response.ValueKind == JsonValueKind.Object) return new RpcAnswer<IReadOnlyList<T>>([], calls[0].ReadAnswer(response).Error ?? throw new FormatException("The answer to the batch is no array."));
        if (response.ValueKind != JsonValueKind.Array) throw new FormatException("The answer to the batch is no array.");
        var answers = new T[calls.Count];
        var seen = new bool[calls.Count];
        RpcException? error = null;
        foreach (JsonElement element in response.EnumerateArray())
        {
            if (!element.Member("id").TryGetInt64(out long id) || id < first || id >= first + calls.Count || seen[id - first])
            {
                throw new FormatException("The batch's answers do not match its calls.");
            }

            RpcAnswer<T> answer = calls[(int)(id - first)].ReadAnswer(element);
            seen[id - first] = true;
            error ??= answer.Error;
            answers[id - first] = answer.Value;
        }

        if (seen.Contains(false)) throw new FormatException("The batch's answers are not complete.");
        return new RpcAnswer<IReadOnlyList<T>>(answers, error);
    }

    private static void CheckId(JsonElement response, long id)
    {
        // An error in reading the request has a null id (JSON-RPC 2.0 section 5).
        JsonElement given = response.Member("id");
        bool good = given.ValueKind == JsonValueKind.Number ? given.TryGetInt64(out long number) && number == id : given.ValueKind == JsonValueKind.Null;
        if (!good) throw new FormatException("The answer is to another call.");
    }

    private static byte[] Write(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer)) write(json);
        return buffer.WrittenSpan.ToArray();
    }

    private async Task<T> AnyEndpointAsync<T>(string method, byte[] body, Func<JsonElement, RpcAnswer<T>> read, CancellationToken cancellationToken)
    {
        var reasons = new List<string>();
        EndpointFaultException? last = null;
        int start = Volatile.Read(ref _preferred);
        for (int attempt = 0; attempt < _rounds * _endpoints.Length; attempt++)
        {
            int index = (start + attempt) % _endpoints.Length;
            RpcEndpoint endpoint = _endpoints[index];
            try
            {
                RpcAnswer<T> answer = await endpoint.PostAsync(body, read, cancellationToken).ConfigureAwait(false);
                Volatile.Write(ref _preferred, index);
                return answer.Unwrap();
            }
            catch (EndpointFaultException e)
            {
                reasons.Add($"{endpoint.Name}: {e.Message}");
                last = e;
            }
        }

        throw new RpcUnavailableException($"No endpoint of the chain answers {method}: {string.Join("; ", reasons.Distinct())}.", last);
    }
}
