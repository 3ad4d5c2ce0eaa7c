using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Consortium.Integrity;

namespace Consortium.Ledger.Tests;

public sealed class DevelopmentChainTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("chain").FullName;

    private string StateFile => Path.Combine(_folder, "state.json");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Stop_ThenStartOnTheSameState_KeepsBlocksTransactionsLogsAndStorage()
    {
        Address contract;
        TransactionReceipt receipt;
        Block block;
        IReadOnlyList<LogEntry> logs;
        ulong height;
        IndexEntry[] entries = Entries.Random(3, seed: 1);
        int process;
        await using (DevelopmentChain chain = await DevelopmentChain.StartAsync(new DevelopmentChainOptions { StateFile = StateFile, BlockTime = 0 }))
        {
            await using var client = new EthereumClient(chain.Endpoint);
            LocalSigner signer = DevelopmentChain.FundedSigner(0);
            LedgerDeployment deployed = await LedgerAdministration.DeployAsync(client, signer, [new GenesisHospital(signer.Address, "", "")]);
            contract = deployed.Contract;
            var calls = new ConsortiumLedgerContract(client, contract);
            receipt = await new LedgerAccount(client, signer).SendAsync(contract, calls.EncodeAnchor(0, BatchTree.Root(entries), IndexEntry.Pack(entries)));
            block = (await client.BlockAsync(receipt.BlockNumber))!;
            height = await client.BlockNumberAsync();
            logs = await client.LogsAsync(new LogFilter(contract, 0, height));
            process = chain.ProcessId;
        }

        Assert.Throws<ArgumentException>(() => Process.GetProcessById(process));
        Assert.False(File.Exists(StateFile + ".pid"));
        await using (DevelopmentChain chain = await DevelopmentChain.StartAsync(new DevelopmentChainOptions { StateFile = StateFile, BlockTime = 0 }))
        {
            await using var client = new EthereumClient(chain.Endpoint);
            Assert.Equal(height, await client.BlockNumberAsync());
            Assert.Equal(block.Hash, (await client.BlockAsync(receipt.BlockNumber))!.Hash);
            TransactionReceipt again = (await client.ReceiptAsync(receipt.TransactionHash))!;
            Assert.Equal((receipt.BlockHash, receipt.GasUsed, receipt.Logs.Count), (again.BlockHash, again.GasUsed, again.Logs.Count));
            Assert.NotNull(await client.TransactionAsync(receipt.TransactionHash));
            IReadOnlyList<LogEntry> kept = await client.LogsAsync(new LogFilter(contract, 0, height));
            Assert.Equal(3, kept.Count);
            Assert.Equal(logs.Select(l => (l.BlockHash, l.LogIndex, Convert.ToHexString(l.Data))), kept.Select(l => (l.BlockHash, l.LogIndex, Convert.ToHexString(l.Data))));
            var calls = new ConsortiumLedgerContract(client, contract);
            Assert.True(await calls.IsDeployedAsync());
            LocalSigner signer = DevelopmentChain.FundedSigner(0);
            Assert.Equal(3ul, (await calls.CustodianAsync(signer.Address)).NextSequence);
            // and it goes on
            IndexEntry[] next = Entries.Random(2, seed: 2);
            await new LedgerAccount(client, signer).SendAsync(contract, calls.EncodeAnchor(3, BatchTree.Root(next), IndexEntry.Pack(next)));
            Assert.Equal(height + 1, await client.BlockNumberAsync());
        }
    }

    [Fact]
    public async Task Start_WhereAKilledProgramLeftItsChainRunning_StopsThatOneAndGoesOnFromItsState()
    {
        DevelopmentChain orphan = await DevelopmentChain.StartAsync(new DevelopmentChainOptions { StateFile = StateFile, BlockTime = 0 });
        await using var client = new EthereumClient(orphan.Endpoint);
        await client.InvokeAsync("evm_mine", _ => { });
        // As a program leaves it that was killed: the mark names an owner that is no more.
        string mark = StateFile + ".pid";
        File.WriteAllText(mark, string.Create(CultureInfo.InvariantCulture, $"{orphan.ProcessId} {int.MaxValue} 1"));

        await using DevelopmentChain chain = await DevelopmentChain.StartAsync(new DevelopmentChainOptions { StateFile = StateFile, BlockTime = 0 });
        await using var next = new EthereumClient(chain.Endpoint);
        Assert.Equal(1ul, await next.BlockNumberAsync());
        Assert.NotEqual(orphan.ProcessId, chain.ProcessId);
        Assert.Throws<ArgumentException>(() => Process.GetProcessById(orphan.ProcessId));
    }

    [Fact]
    public async Task Stop_AfterCtrlCReachedTheChildFirst_FindsItsStateWritten()
    {
        await using (DevelopmentChain chain = await DevelopmentChain.StartAsync(new DevelopmentChainOptions { StateFile = StateFile, BlockTime = 0 }))
        {
            await using var client = new EthereumClient(chain.Endpoint);
            await client.InvokeAsync("evm_mine", _ => { });
            using Process child = Process.GetProcessById(chain.ProcessId);
            UnixSignal.Interrupt(chain.ProcessId);
            await child.WaitForExitAsync();
        }

        Assert.False(File.Exists(StateFile + ".pid"));
        await using DevelopmentChain again = await DevelopmentChain.StartAsync(new DevelopmentChainOptions { StateFile = StateFile, BlockTime = 0 });
        await using var next = new EthereumClient(again.Endpoint);
        Assert.Equal(1ul, await next.BlockNumberAsync());
    }

    [Fact]
    public async Task Start_OnAStateFileThatIsCut_SaysSo()
    {
        File.WriteAllText(StateFile, "{\"block\":{");
        var refusal = await Assert.ThrowsAsync<DevelopmentChainException>(() => DevelopmentChain.StartAsync(new DevelopmentChainOptions { StateFile = StateFile }));
        Assert.Contains("state", refusal.Message, StringComparison.OrdinalIgnoreCase);
        Assert.Equal("{\"block\":{", File.ReadAllText(StateFile));
    }

    [Fact]
    public async Task Start_OnAStateFileInUse_IsRefusedAndLeavesTheOtherRunning()
    {
        await using DevelopmentChain first = await DevelopmentChain.StartAsync(new DevelopmentChainOptions { StateFile = StateFile, BlockTime = 0 });
        await Assert.ThrowsAsync<DevelopmentChainException>(() => DevelopmentChain.StartAsync(new DevelopmentChainOptions { StateFile = StateFile }));
        await using var client = new EthereumClient(first.Endpoint);
        Assert.Equal(31337ul, await client.ChainIdAsync());
    }

    [Fact]
    public async Task Start_AfterAMarkOfAProcessIdThatAnotherProgramHasNow_TouchesNobody()
    {
        Directory.CreateDirectory(_folder);
        File.WriteAllText(StateFile + ".pid", string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessId} {int.MaxValue} 1"));
        await using DevelopmentChain chain = await DevelopmentChain.StartAsync(new DevelopmentChainOptions { StateFile = StateFile, BlockTime = 0 });
        Assert.NotEqual(Environment.ProcessId, chain.ProcessId);
    }

    [Fact]
    public async Task Start_OnAPortInUse_SaysSo()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        int port = ((IPEndPoint)listener.LocalEndpoint).Port;
        var refusal = await Assert.ThrowsAsync<DevelopmentChainException>(() => DevelopmentChain.StartAsync(new DevelopmentChainOptions { Port = port }));
        Assert.Contains(port.ToString(CultureInfo.InvariantCulture), refusal.Message, StringComparison.Ordinal);
        Assert.Contains("in use", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_WithBlockTime_MakesBlocksByItselfAndFundsTheWellKnownKeys()
    {
        await using DevelopmentChain chain = await DevelopmentChain.StartAsync(new DevelopmentChainOptions { ChainId = 424242 });
        await using var client = new EthereumClient(chain.Endpoint);
        Assert.Equal(424242ul, await client.ChainIdAsync());
        for (int i = 0; i < DevelopmentChain.FundedKeys.Count; i++)
        {
            using LocalSigner signer = DevelopmentChain.FundedSigner(i);
            Assert.NotEqual(UInt128.Zero, await client.BalanceAsync(signer.Address));
        }

        for (long started = Stopwatch.GetTimestamp(); await client.BlockNumberAsync() < 1;)
        {
            Assert.True(Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(30), "no block came");
            await Task.Delay(50);
        }
    }
}
