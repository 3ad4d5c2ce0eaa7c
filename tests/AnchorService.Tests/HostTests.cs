using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Consortium.AnchorService.Status;
using Consortium.Integrity;
using Consortium.Ledger;
using Consortium.Messaging;
using Consortium.Storage;
using Consortium.Testing;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Consortium.AnchorService.Tests;

/// <summary>The service as a host runs it: queue in, queue out, its own rhythm. The chain makes its blocks by itself here.</summary>
public sealed class HostTests : IAsyncLifetime
{
    private Anvil _chain = null!;

    public async Task InitializeAsync() => _chain = await Anvil.StartAsync();

    public async Task DisposeAsync() => await _chain.DisposeAsync();

    [Theory]
    [MemberData(nameof(TestStore.Dialects), MemberType = typeof(TestStore))]
    public async Task Host_RecordsCommitted_ReceiptsComeBack(Dialect dialect)
    {
        await using AnchorWorld world = await AnchorWorld.CreateAsync(_chain, dialect);
        await _chain.CallAsync("evm_setIntervalMining", 1);
        var receipts = new Receipts();
        using var meters = new MeterListener();
        var measured = new ConcurrentDictionary<string, double>();
        meters.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == AnchorMeters.MeterName) listener.EnableMeasurementEvents(instrument);
        };
        meters.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Measure(instrument, value, tags));
        meters.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Measure(instrument, value, tags));
        meters.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Measure(instrument, value, tags));
        meters.Start();
        using IHost host = Build(world, receipts);
        await host.StartAsync();
        IDurablePublisher publisher = host.Services.GetRequiredService<IDurablePublisher>();
        IndexEntry[] entries = world.Entries(10);

        foreach (IndexEntry[] message in entries.Chunk(3)) await publisher.PublishAsync(world.Message(message), $"m{message[0].RecordId}", CancellationToken.None);
        await receipts.CountAsync(10);

        Assert.Equal(entries, receipts.Received.OrderBy(one => one.FirstSequence).SelectMany(one => IndexEntry.Unpack(one.Entries)));
        AnchorStatus status = await host.Services.GetRequiredService<AnchorMonitor>().ReadAsync();
        Assert.Equal((AnchorPhase.Running, 10L, 0L), (status.Phase, status.Anchored, status.Pending + status.UnderWay));
        meters.RecordObservableInstruments();
        Assert.Equal(10, measured["anchor.entries"]);
        Assert.InRange(measured["anchor.gas_per_entry"], 1, 100_000);
        Assert.Equal(1, measured["anchor.chain.up"]);
        Assert.Equal(1, measured["anchor.endpoint.up"]);
        Assert.True(measured.ContainsKey("anchor.backlog") && measured.ContainsKey("anchor.oldest_age") && measured.ContainsKey("anchor.confirmations"));
        await host.StopAsync();

        void Measure(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            if (!tags.Contains(new KeyValuePair<string, object?>("custodian", world.Hospital.Address.ToString()))) return;
            measured.AddOrUpdate(instrument.Name, value, (_, before) => instrument is Counter<long> ? before + value : value);
        }
    }

    [Theory]
    [MemberData(nameof(TestStore.Dialects), MemberType = typeof(TestStore))]
    public async Task Host_SecondOnTheSameKey_StandsByTakesInAndTakesOver(Dialect dialect)
    {
        await using AnchorWorld world = await AnchorWorld.CreateAsync(_chain, dialect);
        await _chain.CallAsync("evm_setIntervalMining", 1);
        var receipts = new Receipts();
        using IHost first = Build(world, receipts);
        await first.StartAsync();
        await PhaseAsync(first, AnchorPhase.Running);
        using IHost second = Build(world, receipts);
        await second.StartAsync();
        await PhaseAsync(second, AnchorPhase.Standby);

        await second.Services.GetRequiredService<IDurablePublisher>().PublishAsync(world.Message(world.Entries(3)), "m1", CancellationToken.None);
        await receipts.CountAsync(3);
        await first.StopAsync();
        await second.Services.GetRequiredService<IDurablePublisher>().PublishAsync(world.Message(world.Entries(2)), "m2", CancellationToken.None);
        await receipts.CountAsync(5);

        await PhaseAsync(second, AnchorPhase.Running);
        Assert.Equal(5, (await world.OnChainAsync()).Sum(batch => (int)batch.Count));
        await second.StopAsync();
    }

    [Fact]
    public async Task Host_NotAdmittedYet_StoppedWithTheReasonAndRunsOnceAdmitted()
    {
        await using AnchorWorld world = await AnchorWorld.CreateAsync(_chain, Dialect.Sqlite);
        using LocalSigner late = LocalSigner.Generate();
        await _chain.FundAsync(late.Address);
        var receipts = new Receipts();
        world.Options = world.Options with { Signer = late };
        using IHost host = Build(world, receipts);
        await host.StartAsync();
        await PhaseAsync(host, AnchorPhase.Stopped);
        Assert.Contains("is no member", (await StatusAsync(host)).Reason, StringComparison.Ordinal);
        RecordCommitted message = world.Message(world.Entries(2)) with { Custodian = late.Address.ToString() };
        await host.Services.GetRequiredService<IDurablePublisher>().PublishAsync(message, "m1", CancellationToken.None);

        await _chain.SendAsync(world.Hospital, world.Ledger.Address, world.Ledger.EncodePropose(world.Ledger.EncodeAdmit(late.Address, MemberRole.Hospital, "", "")));
        await _chain.SendAsync(world.Other, world.Ledger.Address, world.Ledger.EncodeApprove(1));
        await _chain.SendAsync(world.Hospital, world.Ledger.Address, world.Ledger.EncodeExecute(1));
        await _chain.CallAsync("evm_setIntervalMining", 1);
        await receipts.CountAsync(2);

        await PhaseAsync(host, AnchorPhase.Running);
        await host.StopAsync();
    }

    private static IHost Build(AnchorWorld world, Receipts receipts)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddLogging();
        builder.Services.AddSingleton(receipts);
        builder.Services.AddConsortiumMessaging(new MessagingOptions { Broker = "in-process", Namespace = "a" }, messaging => messaging
            .Consumer<RecordCommittedConsumer, RecordCommitted>("anchor")
            .Consumer<ReceiptConsumer, RecordsAnchored>("receipts"));
        builder.Services.AddAnchorService(world.Options with { BatchAge = TimeSpan.FromMilliseconds(100) });
        return builder.Build();
    }

    private static Task<AnchorStatus> StatusAsync(IHost host) => host.Services.GetRequiredService<AnchorMonitor>().ReadAsync();

    private static async Task PhaseAsync(IHost host, AnchorPhase phase)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while ((await StatusAsync(host)).Phase != phase) await Task.Delay(TimeSpan.FromMilliseconds(20), patience.Token);
    }

    /// <summary>What came out at the other end, each batch once.</summary>
    public sealed class Receipts
    {
        private readonly ConcurrentDictionary<ulong, RecordsAnchored> _received = [];

        public IEnumerable<RecordsAnchored> Received => _received.Values;

        public void Add(RecordsAnchored receipt) => _received[receipt.FirstSequence] = receipt;

        public async Task CountAsync(int entries)
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
            while (Received.Sum(one => one.Entries.Length / IndexEntry.PackedLength) < entries) await Task.Delay(TimeSpan.FromMilliseconds(20), patience.Token);
        }
    }

    /// <summary>Stands for the facade.</summary>
    public sealed class ReceiptConsumer(Receipts receipts) : IConsumer<RecordsAnchored>
    {
        public Task Consume(ConsumeContext<RecordsAnchored> context)
        {
            receipts.Add(context.Message);
            return Task.CompletedTask;
        }
    }
}
