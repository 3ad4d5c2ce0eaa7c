using System.Text.Json;
using Consortium.Integrity;

namespace Consortium.Ledger;

/// <summary>
/// A chain seen through the JSON-RPC of one or several of its nodes. Where a node gives no usable answer (away, slow, cut, another
/// call's answer) the next one is asked; where it answers with an error, that is an <see cref="RpcException"/>. Thread-safe.
/// </summary>
public sealed class EthereumClient : IAsyncDisposable
{
    private const ulong FirstLogRange = 250;
    private const long GoodLogAnswer = 8 << 20; // bytes of event data; twice that in hexadecimal

    private readonly RpcTransport _transport;
    private readonly EthereumClientOptions _options;

    /// <summary>A client of these endpoints (<c>http</c> or <c>https</c>; a user and password in the URL are sent as Basic authorization).</summary>
    /// <exception cref="ArgumentException">No endpoint, or one with another scheme.</exception>
    public EthereumClient(IReadOnlyList<Uri> endpoints, EthereumClientOptions? options = null, HttpMessageHandler? handler = null)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        _options = options ?? new EthereumClientOptions();
        _transport = new RpcTransport(endpoints, _options, handler);
    }

    /// <summary>A client of one endpoint.</summary>
    public EthereumClient(Uri endpoint, EthereumClientOptions? options = null)
        : this([endpoint], options)
    {
    }

    /// <summary>How the endpoints do.</summary>
    public IReadOnlyList<EndpointHealth> Endpoints => _transport.Health;

    /// <summary>EIP-155 chain id.</summary>
    public Task<ulong> ChainIdAsync(CancellationToken cancellationToken = default) =>
        SendAsync("eth_chainId", _ => { }, Quantity.ReadUInt64, cancellationToken);

    /// <summary>The height of the newest block.</summary>
    public Task<ulong> BlockNumberAsync(CancellationToken cancellationToken = default) =>
        SendAsync("eth_blockNumber", _ => { }, Quantity.ReadUInt64, cancellationToken);

    /// <summary>The block at a height; null where the chain has not reached it.</summary>
    public Task<Block?> BlockAsync(ulong number, CancellationToken cancellationToken = default) => _transport.SendAsync(BlockCall(number), cancellationToken);

    /// <summary>A block by its name; null where the node does not have it.</summary>
    public Task<Block?> BlockAsync(Hash256 hash, CancellationToken cancellationToken = default) => SendAsync(
        "eth_getBlockByHash",
        json =>
        {
            json.WriteStringValue(Quantity.Write(hash.Span));
            json.WriteBooleanValue(false);
        },
        result => result.ValueKind == JsonValueKind.Null ? null : Expect(Block.Read(result), b => b.Hash == hash, "block"),
        cancellationToken);

    /// <summary>A block by its tag: <c>latest</c>, <c>safe</c>, <c>finalized</c>, <c>earliest</c>; null where the chain does not know the tag.</summary>
    public Task<Block?> BlockAsync(string tag, CancellationToken cancellationToken = default) => SendAsync(
        "eth_getBlockByNumber",
        json =>
        {
            json.WriteStringValue(tag);
            json.WriteBooleanValue(false);
        },
        result => result.ValueKind == JsonValueKind.Null ? null : Block.Read(result),
        cancellationToken);

    /// <summary>The header of a block, to be kept; null where the node does not have the block.</summary>
    public Task<BlockHeader?> HeaderAsync(Hash256 block, CancellationToken cancellationToken = default) => SendAsync(
        "eth_getBlockByHash",
        json =>
        {
            json.WriteStringValue(Quantity.Write(block.Span));
            json.WriteBooleanValue(false);
        },
        result => result.ValueKind == JsonValueKind.Null ? null : BlockHeader.Read(result),
        cancellationToken);

    /// <summary>Several blocks, in few round trips; null where the chain has not reached one.</summary>
    public Task<IReadOnlyList<Block?>> BlocksAsync(IReadOnlyList<ulong> numbers, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(numbers);
        return SendAllAsync([.. numbers.Select(BlockCall)], cancellationToken);
    }

    /// <summary>The receipt of a mined transaction; null while it is not mined, or unknown.</summary>
    public Task<TransactionReceipt?> ReceiptAsync(Hash256 transaction, CancellationToken cancellationToken = default) =>
        _transport.SendAsync(ReceiptCall(transaction), cancellationToken);

    /// <summary>Several receipts, in few round trips; null where a transaction is not mined, or unknown.</summary>
    public Task<IReadOnlyList<TransactionReceipt?>> ReceiptsAsync(IReadOnlyList<Hash256> transactions, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(transactions);
        return SendAllAsync([.. transactions.Select(ReceiptCall)], cancellationToken);
    }

    /// <summary>A transaction that the node holds, mined or waiting; null where it does not.</summary>
    public Task<KnownTransaction?> TransactionAsync(Hash256 transaction, CancellationToken cancellationToken = default) => SendAsync(
        "eth_getTransactionByHash",
        json => json.WriteStringValue(Quantity.Write(transaction.Span)),
        result => KnownTransaction.Read(result, transaction),
        cancellationToken);

    /// <summary>
    /// Sends a signed transaction and gives its hash. May be called again with the same bytes: <see cref="RpcException.IsAlreadyKnown"/> and
    /// <see cref="RpcException.IsNonceTooLow"/> then mean that it, or another at its nonce, is there already.
    /// </summary>
    /// <exception cref="RpcException">The node refused it.</exception>
    /// <exception cref="RpcUnavailableException">No node answered; it may have been taken all the same.</exception>
    public Task<Hash256> SendRawTransactionAsync(byte[] raw, CancellationToken cancellationToken = default)
    {
        Hash256 hash = Keccak256.Hash(raw);
        return SendAsync(
            "eth_sendRawTransaction",
            json => json.WriteStringValue(Quantity.Write(raw)),
            result => Expect(Quantity.ReadHash(result), h => h == hash, "transaction hash"),
            cancellationToken);
    }

    /// <summary>Calls a contract without a transaction.</summary>
    /// <param name="to">The contract.</param>
    /// <param name="data">Call data.</param>
    /// <param name="from">The caller that the contract sees.</param>
    /// <param name="block">The state after this block; null for the newest.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="RpcException">It reverted, or the node refused.</exception>
    public Task<byte[]> CallAsync(Address to, byte[] data, Address? from = null, ulong? block = null, CancellationToken cancellationToken = default) => SendAsync(
        "eth_call",
        json =>
        {
            WriteCall(json, from, to, data, 0);
            json.WriteStringValue(block is { } number ? Quantity.Write(number) : "latest");
        },
        Quantity.ReadBytes,
        cancellationToken);

    /// <summary>Gas that a transaction would use.</summary>
    /// <exception cref="RpcException">It would revert, or the node refused.</exception>
    public Task<ulong> EstimateGasAsync(Address from, Address? to, byte[] data, UInt128 value = default, CancellationToken cancellationToken = default) => SendAsync(
        "eth_estimateGas", json => WriteCall(json, from, to, data, value), Quantity.ReadUInt64, cancellationToken);

    /// <summary>How many transactions an account has sent: mined ones at <c>latest</c>, and waiting ones as well at <c>pending</c>.</summary>
    public Task<ulong> TransactionCountAsync(Address account, string tag = "latest", CancellationToken cancellationToken = default) => SendAsync(
        "eth_getTransactionCount", json => WriteAccount(json, account, tag), Quantity.ReadUInt64, cancellationToken);

    /// <summary>An account's wei.</summary>
    public Task<UInt128> BalanceAsync(Address account, CancellationToken cancellationToken = default) => SendAsync(
        "eth_getBalance", json => WriteAccount(json, account, "latest"), Quantity.ReadUInt128, cancellationToken);

    /// <summary>A contract's code; empty where there is none.</summary>
    public Task<byte[]> CodeAsync(Address contract, CancellationToken cancellationToken = default) => SendAsync(
        "eth_getCode", json => WriteAccount(json, contract, "latest"), Quantity.ReadBytes, cancellationToken);

    /// <summary>What the node suggests for a legacy transaction, in wei a gas. Zero on a zero-gas chain.</summary>
    public Task<UInt128> GasPriceAsync(CancellationToken cancellationToken = default) =>
        SendAsync("eth_gasPrice", _ => { }, Quantity.ReadUInt128, cancellationToken);

    /// <summary>What the node suggests as the tip of an EIP-1559 transaction, in wei a gas.</summary>
    public Task<UInt128> MaxPriorityFeePerGasAsync(CancellationToken cancellationToken = default) =>
        SendAsync("eth_maxPriorityFeePerGas", _ => { }, Quantity.ReadUInt128, cancellationToken);

    /// <summary>
    /// Events in the order of the chain. Asks for as many blocks at once as give an answer of a good size, never more than
    /// <see cref="EthereumClientOptions.LogBlockRange"/>, and for half of what the node says is too much.
    /// </summary>
    public async Task<IReadOnlyList<LogEntry>> LogsAsync(LogFilter filter, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(filter);
        var logs = new List<LogEntry>();
        ulong most = Math.Max(1, _options.LogBlockRange);
        ulong range = Math.Min(most, FirstLogRange);
        for (ulong from = filter.FromBlock; from <= filter.ToBlock;)
        {
            ulong to = filter.ToBlock - from < range ? filter.ToBlock : from + range - 1;
            LogFilter part = filter with { FromBlock = from, ToBlock = to };
            List<LogEntry> found;
            try
            {
                found = await SendAsync("eth_getLogs", part.Write, result => ReadLogs(result, part), cancellationToken).ConfigureAwait(false);
            }
            catch (RpcException e) when (e.IsTooMuch && to > from)
            {
                most = range = (to - from + 1) / 2;
                continue;
            }

            logs.AddRange(found);
            long length = found.Sum(log => (long)log.Data.Length);
            if (length > GoodLogAnswer) range = Math.Max(1, range / 2);
            else if (length < GoodLogAnswer / 4) range = Math.Min(most, range * 2);
            if (to == ulong.MaxValue) break;
            from = to + 1;
        }

        return logs;
    }

    /// <summary>A method that has no place in the public surface, such as those of a development chain.</summary>
    internal Task<JsonElement> InvokeAsync(string method, Action<Utf8JsonWriter> parameters, CancellationToken cancellationToken = default) =>
        SendAsync(method, parameters, result => result.Clone(), cancellationToken);

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _transport.Dispose();
        return ValueTask.CompletedTask;
    }

    private static RpcCall<Block?> BlockCall(ulong number) => new(
        "eth_getBlockByNumber",
        json =>
        {
            json.WriteStringValue(Quantity.Write(number));
            json.WriteBooleanValue(false);
        },
        result => result.ValueKind == JsonValueKind.Null ? null : Expect(Block.Read(result), b => b.Number == number, "block"));

    private static RpcCall<TransactionReceipt?> ReceiptCall(Hash256 transaction) => new(
        "eth_getTransactionReceipt",
        json => json.WriteStringValue(Quantity.Write(transaction.Span)),
        result => TransactionReceipt.Read(result, transaction));

    private static List<LogEntry> ReadLogs(JsonElement result, LogFilter filter)
    {
        if (result.ValueKind != JsonValueKind.Array) throw new FormatException("The answer is no list of logs.");
        var logs = new List<LogEntry>(result.GetArrayLength());
        foreach (JsonElement element in result.EnumerateArray())
        {
            LogEntry log = Expect(LogEntry.Read(element), filter.Matches, "log");
            if (logs.Count > 0 && (logs[^1].BlockNumber, logs[^1].LogIndex).CompareTo((log.BlockNumber, log.LogIndex)) >= 0)
            {
                throw new FormatException("The logs are not in the order of the chain.");
            }

            logs.Add(log);
        }

        return logs;
    }

    private static T Expect<T>(T value, Func<T, bool> wanted, string what) =>
        wanted(value) ? value : throw new FormatException($"The answer has another {what} than was asked for.");

    private static void WriteAccount(Utf8JsonWriter json, Address account, string tag)
    {
        json.WriteStringValue(account.ToString());
        json.WriteStringValue(tag);
    }

    private static void WriteCall(Utf8JsonWriter json, Address? from, Address? to, byte[] data, UInt128 value)
    {
        json.WriteStartObject();
        if (from is { } caller) json.WriteString("from", caller.ToString());
        if (to is { } callee) json.WriteString("to", callee.ToString());
        if (value != 0) json.WriteString("value", Quantity.Write(value));
        json.WriteString("data", Quantity.Write(data));
        json.WriteEndObject();
    }

    private Task<T> SendAsync<T>(string method, Action<Utf8JsonWriter> parameters, Func<JsonElement, T> read, CancellationToken cancellationToken) =>
        _transport.SendAsync(new RpcCall<T>(method, parameters, read), cancellationToken);

    private async Task<IReadOnlyList<T>> SendAllAsync<T>(IReadOnlyList<RpcCall<T>> calls, CancellationToken cancellationToken)
    {
        var answers = new List<T>(calls.Count);
        foreach (RpcCall<T>[] part in calls.Chunk(Math.Max(1, _options.BatchSize)))
        {
            answers.AddRange(await _transport.SendBatchAsync(part, cancellationToken).ConfigureAwait(false));
        }

        return answers;
    }
}
