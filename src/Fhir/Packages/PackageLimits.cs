namespace Consortium.Fhir.Packages;

/// <summary>How much a package may unpack to: a small file can unpack to any size, and packages come from anywhere.</summary>
/// <param name="Total">Bytes altogether.</param>
/// <param name="Entry">Bytes of one file.</param>
/// <param name="Entries">Number of files.</param>
internal sealed record PackageLimits(long Total, int Entry, int Entries)
{
    /// <summary>Several times the largest published packages.</summary>
    public static readonly PackageLimits Default = new(Total: 1L << 30, Entry: 256 << 20, Entries: 200_000);
}
