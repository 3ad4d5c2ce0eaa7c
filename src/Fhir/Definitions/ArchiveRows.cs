using System.Runtime.InteropServices;

// Compiled into Consortium.Fhir and into the definitions compiler: one declaration of the binary form for both sides.
namespace Consortium.Fhir.Definitions;

/// <summary>
/// The second embedded file: the core conformance and terminology resources as JSON, in compressed groups behind an index.
/// Layout: magic, version, number of entries, of groups, length of texts; entries; groups; texts; the compressed groups.
/// </summary>
internal static class ArchiveFormat
{
    /// <summary>"FHA4" read as a little-endian integer.</summary>
    public const int Magic = 0x34414846;
    public const int Version = 1;
    public const int HeaderLength = 5 * sizeof(int);

    /// <summary>
    /// A group is closed once it holds that many bytes: small enough that one look-up costs a fraction of a millisecond, large
    /// enough that the likeness between resources is not lost on the compressor.
    /// </summary>
    public const int GroupLength = 96 * 1024;
}

/// <summary>One resource; the rows are sorted by the bytes of the URL, then by type.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 4)]
internal struct ArchiveEntryRow
{
    public int UrlStart;
    public int UrlLength;
    public int TypeStart;
    public int TypeLength;
    public int VersionStart;
    public int VersionLength;
    public int Group;

    /// <summary>Where the resource begins in its group, and its length there.</summary>
    public int Start;
    public int Length;
}

/// <summary>One Brotli stream; offsets count from the end of the index.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 4)]
internal struct ArchiveGroupRow
{
    public int Offset;
    public int Compressed;
    public int Length;
}
