using System.Numerics;

namespace Consortium.Ledger;

/// <summary>A set of record kinds (numbers of resource types, below 256), as a grant's 256-bit map: bit k for kind k.</summary>
public readonly record struct KindSet
{
    private const int Size = 256;

    internal KindSet(BigInteger bits) => Bits = bits;

    /// <summary>Every kind.</summary>
    public static KindSet All { get; } = new((BigInteger.One << Size) - 1);

    /// <summary>True for the empty set.</summary>
    public bool IsEmpty => Bits.IsZero;

    internal BigInteger Bits { get; }

    /// <summary>A set of these kinds.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A kind is not below 256.</exception>
    public static KindSet Of(params IEnumerable<ushort> kinds)
    {
        ArgumentNullException.ThrowIfNull(kinds);
        BigInteger bits = BigInteger.Zero;
        foreach (ushort kind in kinds)
        {
            if (kind >= Size) throw new ArgumentOutOfRangeException(nameof(kinds), kind, "A kind is below 256.");
            bits |= BigInteger.One << kind;
        }

        return new KindSet(bits);
    }

    /// <summary>Reads 64 hexadecimal digits, as <see cref="ToString"/> writes them.</summary>
    /// <exception cref="FormatException">Anything else.</exception>
    public static KindSet Parse(string hex) => new(new BigInteger(Consortium.Integrity.Hash256.Parse(hex).Span, isUnsigned: true, isBigEndian: true));

    /// <summary>True where the kind is in the set.</summary>
    public bool Contains(ushort kind) => kind < Size && !((Bits >> kind) & 1).IsZero;

    /// <summary>The kinds, ascending.</summary>
    public IEnumerable<ushort> ToKinds()
    {
        for (ushort kind = 0; kind < Size; kind++)
        {
            if (Contains(kind)) yield return kind;
        }
    }

    /// <summary>The map as 64 lower-case hexadecimal digits.</summary>
    public override string ToString() => Convert.ToHexStringLower(Secp256k1.Bytes32(Bits));
}
