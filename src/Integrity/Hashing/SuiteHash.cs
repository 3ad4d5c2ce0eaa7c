using System.Security.Cryptography;

namespace Consortium.Integrity;

/// <summary>The hash <c>H</c> of a suite and the keyed hash from which salts come (<c>record-commitment.md</c>, "Hash").</summary>
internal abstract class SuiteHash
{
    public static SuiteHash Of(CommitmentSuite suite) => suite switch
    {
        CommitmentSuite.Sha256 => Sha256Hash.Instance,
        CommitmentSuite.Sm3 => Sm3Hash.Instance,
        _ => throw new ArgumentOutOfRangeException(nameof(suite), suite, "No such suite."),
    };

    /// <summary>Writes the 32 bytes of <c>H(data)</c>.</summary>
    public abstract void Hash(ReadOnlySpan<byte> data, Span<byte> hash);

    /// <summary>Writes the 32 bytes of <c>H</c> of each message, in order.</summary>
    public virtual void HashAll<TMessages>(in TMessages messages, Span<byte> hashes)
        where TMessages : struct, IMessages, allows ref struct
    {
        for (int i = 0; i < messages.Count; i++) Hash(messages.Message(i), hashes.Slice(i * Hash256.Length, Hash256.Length));
    }

    /// <summary>Prepares <c>HMAC-H(secret, ·)</c>.</summary>
    public abstract SaltKey Key(ReadOnlySpan<byte> secret);

    private sealed class Sha256Hash : SuiteHash
    {
        public static readonly Sha256Hash Instance = new();

        // One message alone is faster with the platform's instructions than in one of eight lanes.
        private const int FewestForLanes = 3;

        public override void Hash(ReadOnlySpan<byte> data, Span<byte> hash) => SHA256.HashData(data, hash);

        public override void HashAll<TMessages>(in TMessages messages, Span<byte> hashes)
        {
            if (Sha256Lanes.IsFast && messages.Count >= FewestForLanes) Sha256Lanes.Hash(messages, Sha256Lanes.Initial, 0, hashes);
            else base.HashAll(messages, hashes);
        }

        public override SaltKey Key(ReadOnlySpan<byte> secret) => Sha256Lanes.IsFast ? new Sha256LaneSaltKey(secret) : new Sha256SaltKey(secret);
    }

    private sealed class Sm3Hash : SuiteHash
    {
        public static readonly Sm3Hash Instance = new();

        public override void Hash(ReadOnlySpan<byte> data, Span<byte> hash) => Sm3.HashData(data, hash);

        public override SaltKey Key(ReadOnlySpan<byte> secret) => new Sm3SaltKey(secret);
    }
}
