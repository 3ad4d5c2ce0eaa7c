using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;

namespace Consortium.Integrity.Bench;

/// <summary>
/// Commitments and verified disclosures on one thread, beside the floor of the platform's hash calls alone: one HMAC-SHA-256 a leaf under one key, one SHA-256 a leaf, one a node and
/// one for the commitment, over inputs of the same lengths. Each round runs all, one after the other.
/// </summary>
internal static class Speed
{
    private const int Records = 256;
    private static readonly string[] s_hidden = ["/subject/display", "/performer", "/identifier", "/note"];

    public static object Run(int rounds)
    {
        var random = new Random(20261123);
        byte[][] records = [.. Enumerable.Range(0, Records).Select(_ => Observations.Make(random))];
        byte[][] secrets = [.. records.Select(_ => RecordCommitment.NewSecret())];
        Hash256[] commitments = [.. records.Select((record, i) => RecordCommitment.Compute(record, secrets[i]).Commitment)];
        Disclosure[] disclosures = [.. records.Select((record, i) => RecordCommitment.Disclose(record, secrets[i], CommitmentSuite.Sha256, s_hidden))];
        byte[][] disclosed = [.. disclosures.Select(disclosure => disclosure.ToJson())];
        byte[][] views = [.. disclosures.Select(Views.Of)];
        (byte[] Pointer, byte[] Input)[][] leaves = [.. records.Select((record, i) => Leaves(RecordCommitment.Disclose(record, secrets[i], CommitmentSuite.Sha256, [])))];
        long sink = 0;

        var floor = new Series(i => sink += Floor(leaves[i], secrets[i]));
        var commit = new Series(i => sink += RecordCommitment.Compute(records[i], secrets[i]).Commitment == commitments[i] ? 1 : throw new InvalidOperationException("Another commitment."));
        var sm3 = new Series(i => sink += RecordCommitment.Compute(records[i], secrets[i], CommitmentSuite.Sm3).Leaves);
        var disclose = new Series(i => sink += RecordCommitment.Disclose(records[i], secrets[i], CommitmentSuite.Sha256, s_hidden).Leaves);
        var verify = new Series(i => sink += DisclosureVerifier.Verify(views[i], Disclosure.Parse(disclosed[i]), commitments[i]) is { Ok: true } ? 1 : throw new InvalidOperationException("Not verified."));
        Series[] all = [floor, commit, sm3, disclose, verify];

        // Warm-up long enough for the tiered compiler.
        for (Stopwatch clock = Stopwatch.StartNew(); clock.Elapsed.TotalSeconds < 10;)
        {
            foreach (Series series in all) series.Round(Records, passes: 1);
        }

        foreach (Series series in all) series.Forget();
        for (int round = 0; round < rounds; round++)
        {
            foreach (Series series in all) series.Round(Records, passes: 3);
        }

        return new
        {
            meanBytes = Math.Round(records.Average(record => record.Length)),
            meanLeaves = leaves.Average(of => of.Length),
            meanVisibleLeaves = disclosures.Average(disclosure => disclosure.Disclosed.Count),
            rounds,
            floorHashCallsAlone = floor.Report(),
            commit = commit.Report(),
            commitSm3 = sm3.Report(),
            disclose = disclose.Report(),
            parseAndVerifyDisclosure = verify.Report(),
            commitOfFloor = Math.Round(floor.Median / commit.Median, 2),
            sink,
        };
    }

    private static (byte[] Pointer, byte[] Input)[] Leaves(Disclosure whole) =>
        [.. whole.Disclosed.Select(leaf => (Encoding.UTF8.GetBytes(leaf.Pointer), new byte[1 + 16 + 4 + 1 + Encoding.UTF8.GetByteCount(leaf.Pointer) + Encoding.UTF8.GetByteCount(leaf.Value)]))];

    private static long Floor((byte[] Pointer, byte[] Input)[] leaves, byte[] secret)
    {
        Span<byte> hash = stackalloc byte[32];
        Span<byte> node = stackalloc byte[65];
        node.Clear();
        using var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, secret);
        foreach ((byte[] pointer, byte[] input) in leaves)
        {
            hmac.AppendData(pointer);
            hmac.GetHashAndReset(hash);
            SHA256.HashData(input, hash);
        }

        for (int i = 0; i < leaves.Length; i++) SHA256.HashData(node, hash);
        return hash[0];
    }
}
