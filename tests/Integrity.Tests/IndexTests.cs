namespace Consortium.Integrity.Tests;

public sealed class IndexTests
{
    [Fact]
    public void Kind_EveryPosition_RoundTrips()
    {
        Assert.Equal("Account", IndexIdentifiers.KindName(1));
        Assert.Null(IndexIdentifiers.KindName(0));
        Assert.Null(IndexIdentifiers.KindName(147));
        string[] names = [.. Enumerable.Range(1, 146).Select(k => IndexIdentifiers.KindName((ushort)k)!)];
        Assert.Equal(names.Order(StringComparer.Ordinal), names);
        Assert.All(names, (name, i) => Assert.Equal(i + 1, IndexIdentifiers.Kind(name)));
        Assert.Equal("VisionPrescription", names[^1]);
    }

    [Theory]
    [InlineData("Resource")]
    [InlineData("DomainResource")]
    [InlineData("patient")]
    [InlineData("")]
    public void Kind_NoConcreteType_IsZero(string name) => Assert.Equal(0, IndexIdentifiers.Kind(name));

    [Fact]
    public void VerifyInclusion_EveryEntryOfEverySize_OnlyTheTrueClaimHolds()
    {
        var random = new Random(4);
        for (int count = 1; count <= 33; count++)
        {
            IndexEntry[] entries = [.. Enumerable.Range(0, count).Select(_ => Entry(random))];
            Hash256 root = BatchTree.Root(entries);
            IReadOnlyList<Hash256>[] paths = BatchTree.AllInclusionPaths(entries);
            for (int i = 0; i < count; i++)
            {
                Assert.True(BatchTree.VerifyInclusion(entries[i], (ulong)i, (ulong)count, paths[i], root));
                Assert.False(BatchTree.VerifyInclusion(entries[i], (ulong)i, (ulong)i, paths[i], root));
                Assert.False(BatchTree.VerifyInclusion(entries[i], (ulong)i, (ulong)count, [.. paths[i], root], root));
                Assert.False(BatchTree.VerifyInclusion(entries[i] with { RecordedAt = entries[i].RecordedAt + 1 }, (ulong)i, (ulong)count, paths[i], root));
                if (count == 1) continue;
                Assert.False(BatchTree.VerifyInclusion(entries[i], (ulong)((i + 1) % count), (ulong)count, paths[i], root));
                Assert.False(BatchTree.VerifyInclusion(entries[i], (ulong)i, (ulong)count, [.. paths[i].Skip(1)], root));
                Assert.False(BatchTree.VerifyInclusion(entries[i], (ulong)i, (ulong)count, [Hash256.Zero, .. paths[i].Skip(1)], root));
            }
        }
    }

    [Fact]
    public void BatchHead_Next_IsThePackedKeccak()
    {
        Hash256 root = Keccak256.Hash("root"u8);
        byte[] packed = [.. Hash256.Zero.ToArray(), 0, 0, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 0, 0, 0, 5, .. root.ToArray()];

        Assert.Equal(Keccak256.Hash(packed), BatchHead.Next(Hash256.Zero, 258, 5, root));
    }

    private static IndexEntry Entry(Random random)
    {
        byte[] bytes = new byte[IndexEntry.PackedLength];
        random.NextBytes(bytes);
        return IndexEntry.Read(bytes);
    }
}
