using System.Buffers.Binary;
using System.Security.Cryptography;
using Consortium.Integrity;
using Consortium.Ledger;

namespace Consortium.Audit;

/// <summary>Which of a custodian's entries are challenged: all, those after an earlier replay, a random sample, and not again what this replay proved before it was interrupted.</summary>
internal sealed class ReplayScope
{
    private readonly ReplayOptions _options;
    private readonly byte[] _seed;

    public ReplayScope(ReplayOptions options)
    {
        _options = options;
        _seed = options.SampleSeed is { } seed ? seed.ToArray() : RandomNumberGenerator.GetBytes(Hash256.Length);
    }

    /// <summary>The sample's seed, for the verdict.</summary>
    public Hash256 Seed => new(_seed);

    /// <summary>How many of the custodian's first entries an earlier replay proved.</summary>
    public ulong ProvedBefore(CustodianTrail trail) =>
        _options.Since is { } since && since.Heads.TryGetValue(trail.Custodian, out (ulong Entries, Hash256 Head) before) ? Math.Min(before.Entries, trail.EntryCount) : 0;

    /// <summary>The entries to challenge, in order.</summary>
    public IReadOnlyList<TrailEntry> Challenges(CustodianTrail trail)
    {
        TrailEntry[] all = [.. trail.Entries()];
        int proved = (int)ProvedBefore(trail);
        if (_options.Sample is not { } sample) return all[proved..];

        // With an earlier replay the sample is of what that one proved, and all that is newer is challenged.
        int of = _options.Since is null ? all.Length : proved;
        IEnumerable<int> drawn = Draw(trail.Custodian, of, sample).Order();
        return [.. drawn.Select(i => all[i]), .. all[of..]];
    }

    /// <summary>
    /// Distinct numbers below <paramref name="count"/>, each set of that size equally likely (Floyd's method), from SHA-256 of seed, custodian and a counter: who knows the seed draws the same,
    /// and nobody can know it before.
    /// </summary>
    private HashSet<int> Draw(Address custodian, int count, int wanted)
    {
        var drawn = new HashSet<int>();
        byte[] input = [.. _seed, .. custodian.Span, .. new byte[sizeof(uint)]];
        uint counter = 0;
        for (int top = count - Math.Min(wanted, count); top < count; top++)
        {
            BinaryPrimitives.WriteUInt32BigEndian(input.AsSpan(^sizeof(uint)..), counter++);

            // 128 bits over a range of at most 31: the bias is beyond measure.
            int below = (int)(BinaryPrimitives.ReadUInt128BigEndian(SHA256.HashData(input)) % (UInt128)(top + 1));
            if (!drawn.Add(below)) drawn.Add(top);
        }

        return drawn;
    }
}
