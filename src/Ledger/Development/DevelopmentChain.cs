using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Consortium.Ledger;

/// <summary>
/// A private EVM chain on this machine for demonstrations and tests: npm's <c>anvil</c> as a child process on the loopback interface.
/// <para>
/// The child is in this process's group, so Ctrl-C on the terminal reaches it as well; it then writes its state and ends. When this
/// process is killed outright the child stays, and its state with it: the next start on the same state file knows it by the process
/// file beside the state file, stops it in order and goes on from its state.
/// </para>
/// </summary>
public sealed class DevelopmentChain : IAsyncDisposable
{
    private const int MostPorts = 8;
    private static readonly UInt128 AmpleBalance = UInt128.Parse("1000000000000000000000000", CultureInfo.InvariantCulture); // a million ether
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(10);

    private readonly Process _process;
    private readonly ProcessMark? _mark;
    private readonly EventHandler _onExit;

    private DevelopmentChain(Process process, int port, ProcessMark? mark)
    {
        _process = process;
        _mark = mark;
        Endpoint = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}"));
        _onExit = (_, _) => UnixSignal.Terminate(_process);
        AppDomain.CurrentDomain.ProcessExit += _onExit;
    }

    /// <summary>Private keys of the accounts that the chain gives funds to. Everybody knows them: for demonstrations and tests only.</summary>
    public static IReadOnlyList<string> FundedKeys { get; } =
    [
        "ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80",
        "59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d",
        "5de4111afa1a4b94908f83103eb1f1706367c2e68ca870fc3fb9a804cdab365a",
        "7c852118294e51e653712a81e05800f419141751be58f605c371e15141b007a6",
        "47e179ec197488593b187f80a00eb0da91f1b9d0b13f8733639f19c30a34926a",
        "8b3a350cf5c34c9194ca85829a2df0ec3153be0318b5e2d3348e872092edffba",
        "92db14e403b83dfe3df233f83dfa3a0d7096f21ca9b0d6d6b8d88b2b4ec1564e",
        "4bbbf85ce3377467afe5d46f804f221813b2bb87f24d81f60f1fcdbf7cbf4356",
        "dbda1821b80551c9d65939329250298aa3472ba22feea921c0cf5d620ea67b97",
        "2a871d0798f97d79848a013d4936a73bf4cc922c825d33c1cf7073dff6d409c6",
    ];

    /// <summary>Where its JSON-RPC answers.</summary>
    public Uri Endpoint { get; }

    /// <summary>The child's process id.</summary>
    public int ProcessId => _process.Id;

    /// <summary>A signer with one of <see cref="FundedKeys"/>.</summary>
    public static LocalSigner FundedSigner(int index) => LocalSigner.FromPrivateKey(Convert.FromHexString(FundedKeys[index]));

    /// <summary>Gives an account a balance, in wei.</summary>
    public async Task FundAsync(Address account, UInt128? balance = null, CancellationToken cancellationToken = default)
    {
        var client = new EthereumClient(Endpoint);
        await using (client.ConfigureAwait(false))
        {
            await client.InvokeAsync("anvil_setBalance", json =>
            {
                json.WriteStringValue(account.ToString());
                json.WriteStringValue(Quantity.Write(balance ?? AmpleBalance));
            }, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Starts the chain and waits until it answers.</summary>
    /// <exception cref="DevelopmentChainException">There is no anvil, the state file is in use, or it did not start; the message says what it printed.</exception>
    public static async Task<DevelopmentChain> StartAsync(DevelopmentChainOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new DevelopmentChainOptions();
        string program = AnvilProgram.Find();
        string? stateFile = options.StateFile is null ? null : Path.GetFullPath(options.StateFile);
        ProcessMark? mark = null;
        if (stateFile is not null)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(stateFile)!);
            mark = new ProcessMark(stateFile);
            await mark.ClearStaleAsync(StopPatience, cancellationToken).ConfigureAwait(false);
        }

        for (int attempt = 1; ; attempt++)
        {
            int port = options.Port != 0 ? options.Port : FreePort();
            var output = new AnvilOutput();
            Process process = AnvilProgram.Start(program, options, port, stateFile, output);
            mark?.Write(process.Id);
            try
            {
                if (await BecomesReadyAsync(process, port, options, cancellationToken).ConfigureAwait(false)) return new DevelopmentChain(process, port, mark);
                // Between our look at the port and anvil's, another program may have taken it.
                if (options.Port == 0 && attempt < MostPorts && output.SaysPortTaken) continue;
                throw new DevelopmentChainException($"anvil did not start on port {port}: {output.Text}");
            }
            catch
            {
                await StopProcessAsync(process).ConfigureAwait(false);
                process.Dispose();
                mark?.Remove();
                throw;
            }
        }
    }

    /// <summary>Stops the chain in order (SIGTERM), so that its state is written, and waits until it has ended.</summary>
    public async Task StopAsync()
    {
        AppDomain.CurrentDomain.ProcessExit -= _onExit;
        await StopProcessAsync(_process).ConfigureAwait(false);
        _mark?.Remove();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync().ConfigureAwait(false);
        _process.Dispose();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static async Task<bool> BecomesReadyAsync(Process process, int port, DevelopmentChainOptions options, CancellationToken cancellationToken)
    {
        var rpc = new EthereumClientOptions { Timeout = TimeSpan.FromSeconds(2), Rounds = 1, BreakDuration = TimeSpan.FromMilliseconds(500) };
        var client = new EthereumClient(new Uri($"http://127.0.0.1:{port}"), rpc);
        await using (client.ConfigureAwait(false))
        {
            long started = Stopwatch.GetTimestamp();
            while (Stopwatch.GetElapsedTime(started) < options.Patience)
            {
                if (process.HasExited)
                {
                    await process.WaitForExitAsync(cancellationToken).ConfigureAwait(false); // reads the rest of its output
                    return false;
                }

                try
                {
                    ulong chain = await client.ChainIdAsync(cancellationToken).ConfigureAwait(false);
                    // Somebody else's chain on a port that we lost shows by our child ending a moment later.
                    if (chain == options.ChainId && !process.WaitForExit(0)) return true;
                }
                catch (RpcUnavailableException)
                {
                    // not yet
                }

                await Task.Delay(20, cancellationToken).ConfigureAwait(false);
            }
        }

        return false;
    }

    private static async Task StopProcessAsync(Process process)
    {
        if (process.HasExited) return;
        UnixSignal.Terminate(process);
        using var patience = new CancellationTokenSource(StopPatience);
        try
        {
            await process.WaitForExitAsync(patience.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            await process.WaitForExitAsync(CancellationToken.None).ConfigureAwait(false);
        }
    }
}

/// <summary>The development chain cannot run; the message says why and what to do.</summary>
public sealed class DevelopmentChainException : Exception
{
    internal DevelopmentChainException(string message)
        : base(message)
    {
    }
}
