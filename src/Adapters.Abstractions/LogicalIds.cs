using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;

namespace Consortium.Adapters;

/// <summary>
/// Deterministic logical ids: the same business identifier of the same source gives the same id, so that a repeat or a correction updates rather than duplicates.
/// Keyed (HMAC-SHA-256), because identifiers such as ID-card numbers can be enumerated and an id is visible to roles that may not see the identifier.
/// </summary>
public sealed class LogicalIds
{
    private readonly byte[] _siteKey;

    // Setting up a keyed hash costs several times what it costs to use it on so few bytes.
    private readonly ConcurrentBag<IncrementalHash> _hashes = [];

    // The one that most callers find: there is seldom more than one at once.
    private IncrementalHash? _free;

    /// <summary>Ids with a site's key.</summary>
    public LogicalIds(ReadOnlySpan<byte> siteKey) => _siteKey = siteKey.ToArray();

    /// <summary>The key, for a plug-in's process.</summary>
    internal ReadOnlySpan<byte> Key => _siteKey;

    /// <summary>Ids for trying things out, with a key that everybody knows: for <c>consortium convert</c> without a site, never for a running host.</summary>
    public static LogicalIds Unkeyed { get; } = new("consortium/development-site-key"u8);

    /// <summary>The id of a resource, 32 lower-case hexadecimal digits.</summary>
    /// <param name="source">The source system or the identifier's assigning authority.</param>
    /// <param name="resourceType">The FHIR resource type.</param>
    /// <param name="businessIdentifier">What identifies the thing there; parts are joined with <c>|</c> by the caller.</param>
    public string For(string source, string resourceType, string businessIdentifier)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(resourceType);
        ArgumentNullException.ThrowIfNull(businessIdentifier);
        return For(source, resourceType, businessIdentifier.AsSpan());
    }

    /// <inheritdoc cref="For(string, string, string)"/>
    internal string For(string source, string resourceType, ReadOnlySpan<char> businessIdentifier)
    {
        ReadOnlySpan<byte> prefix = "logical-id/1/"u8;
        int most = prefix.Length + Encoding.UTF8.GetMaxByteCount(source.Length + resourceType.Length + businessIdentifier.Length + 2);
        Span<byte> named = most <= 1024 ? stackalloc byte[most] : new byte[most];
        prefix.CopyTo(named);
        int length = prefix.Length;
        length += Encoding.UTF8.GetBytes(source, named[length..]);
        named[length++] = 0x1F;
        length += Encoding.UTF8.GetBytes(resourceType, named[length..]);
        named[length++] = 0x1F;
        length += Encoding.UTF8.GetBytes(businessIdentifier, named[length..]);
        Span<byte> code = stackalloc byte[HMACSHA256.HashSizeInBytes];
        IncrementalHash hash = Interlocked.Exchange(ref _free, null) ?? (_hashes.TryTake(out IncrementalHash? used) ? used : null) ?? IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, _siteKey);
        hash.AppendData(named[..length]);
        hash.GetHashAndReset(code);
        if (Interlocked.CompareExchange(ref _free, hash, null) is not null) _hashes.Add(hash);
        return System.Convert.ToHexStringLower(code[..16]);
    }
}
