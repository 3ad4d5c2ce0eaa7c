using System.Security.Cryptography;

namespace Consortium.Adapters;

/// <summary>A legacy record exactly as it came.</summary>
/// <param name="Bytes">The bytes as received, nothing stripped but the transport's own framing.</param>
/// <param name="Source">The source system: the listener's configured name, or the site's default.</param>
/// <param name="ReceivedAt">When it arrived.</param>
/// <param name="FileName">The file's name where it came from one; a hint for detection only.</param>
public sealed record RawRecord(ReadOnlyMemory<byte> Bytes, string Source, DateTimeOffset ReceivedAt, string? FileName = null)
{
    /// <summary>SHA-256 of <see cref="Bytes"/>, lower-case hexadecimal: the record's name in the journal and in Provenance.</summary>
    public string Digest { get; } = System.Convert.ToHexStringLower(SHA256.HashData(Bytes.Span));
}
