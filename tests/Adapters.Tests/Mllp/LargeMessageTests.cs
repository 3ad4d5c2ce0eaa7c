using System.Text;
using Consortium.Adapters.Mllp;

namespace Consortium.Adapters.Tests.Mllp;

/// <summary>What a message of a hundred megabytes costs. The runtime counts the memory of the whole process, so nothing else may run beside.</summary>
[Collection(nameof(LargeMessageTests))]
[CollectionDefinition(nameof(LargeMessageTests), DisableParallelization = true)]
public sealed class LargeMessageTests : MllpTests
{
    private readonly string _folder = Directory.CreateTempSubdirectory("consortium-spool-").FullName;

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task A_hundred_megabytes_go_through_the_disk_into_the_journal()
    {
        await using MllpTestClient sender = await ConnectAsync(new MllpOptions { Source = "his", SpoolFolder = _folder });
        byte[] megabyte = new byte[1024 * 1024];
        megabyte.AsSpan().Fill((byte)'x');
        GC.Collect();
        long before = GC.GetTotalAllocatedBytes(precise: true);

        await sender.SendAsync("\u000bMSH|^~\\&|HIS|H|F|H|2024||ADT^A01|BIG|P|2.5\rOBX|1|TX|"u8.ToArray());
        for (int i = 0; i < 100; i++) await sender.SendAsync(megabyte);
        await sender.SendAsync(new byte[] { MllpFrame.End, MllpFrame.Return });

        Assert.Equal("MSA|AA|BIG", (await sender.ReceiveAsync())![1]);
        long allocated = GC.GetTotalAllocatedBytes(precise: true) - before;
        Assert.True(allocated < 600L * 1024 * 1024, $"{allocated} bytes were allocated"); // pieces and their sealed copies, never the whole at once
        Assert.Empty(Directory.GetFiles(_folder));
        RawRecord kept = Assert.IsType<RawRecord>(await Intake.Journal.FindAsync(Assert.Single(await PendingDigestsAsync())));
        Assert.Equal((100 * megabyte.Length) + "MSH|^~\\&|HIS|H|F|H|2024||ADT^A01|BIG|P|2.5\rOBX|1|TX|".Length, kept.Bytes.Length);
    }

    [Fact]
    public async Task A_hundred_megabytes_get_a_reason_and_do_not_grow_the_memory()
    {
        await using MllpTestClient sender = await ConnectAsync(new MllpOptions { Source = "his", MaxFrameBytes = 4 * 1024 * 1024 });
        long before = GC.GetTotalMemory(forceFullCollection: true);
        byte[] megabyte = new byte[1024 * 1024];
        megabyte.AsSpan().Fill((byte)'x');

        await sender.SendAsync(Encoding.ASCII.GetBytes("\u000bMSH|^~\\&|HIS|H|F|H|2024||ADT^A01|BIG|P|2.5\rOBX|1|TX|"));
        for (int i = 0; i < 100; i++) await sender.SendAsync(megabyte);
        await sender.SendAsync(new byte[] { MllpFrame.End, MllpFrame.Return });

        string[] answer = Assert.IsType<string[]>(await sender.ReceiveAsync());
        Assert.StartsWith("MSA|AR|", answer[1], StringComparison.Ordinal);
        Assert.Contains("longer than 4194304 bytes", answer[1], StringComparison.Ordinal);
        sender.ShutdownSend();
        Assert.Null(await sender.ReceiveAsync());
        Assert.Empty(await Intake.Status.BySourceAsync());
        Assert.True(GC.GetTotalMemory(forceFullCollection: true) - before < 32 * 1024 * 1024);
    }

    private async Task<string[]> PendingDigestsAsync() =>
        [.. (await Intake.Journal.PendingAsync(0, 10, long.MaxValue, CancellationToken.None)).Select(record => record.Digest)];
}
