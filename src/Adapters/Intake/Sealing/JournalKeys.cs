using System.Security.Cryptography;

namespace Consortium.Adapters.Intake;

/// <summary>
/// The keys that the site gives for its intake journal. They seal no record themselves: they wrap the journal's data keys, so that changing them
/// rewrites a few rows and not the journal (decision 0121).
/// </summary>
public sealed class JournalKeys
{
    /// <summary>Length of a key in bytes.</summary>
    public const int Length = 32;

    private readonly List<(string Fingerprint, byte[] Key)> _keys;

    /// <summary>The key in force, and those before it that data keys may still be wrapped under.</summary>
    /// <param name="current">32 bytes.</param>
    /// <param name="previous">32 bytes each; needed until the host has started once with the new key.</param>
    /// <exception cref="ArgumentException">A key has another length.</exception>
    public JournalKeys(ReadOnlySpan<byte> current, params IEnumerable<byte[]> previous)
    {
        ArgumentNullException.ThrowIfNull(previous);
        _keys = [Named(current), .. previous.Select(key => Named(key))];
    }

    /// <summary>Names the key in force without telling it: 16 hexadecimal digits.</summary>
    public string Fingerprint => _keys[0].Fingerprint;

    /// <summary>The key in force.</summary>
    internal byte[] Current => _keys[0].Key;

    /// <summary>The key with a fingerprint; null where the site has not given it.</summary>
    internal byte[]? Find(string fingerprint) => _keys.Find(key => key.Fingerprint == fingerprint).Key;

    private static (string, byte[]) Named(ReadOnlySpan<byte> key)
    {
        if (key.Length != Length) throw new ArgumentException($"A key of the intake journal has {Length} bytes, not {key.Length}.");
        return (System.Convert.ToHexStringLower(SHA256.HashData([.. "consortium intake journal key\n"u8, .. key]))[..16], key.ToArray());
    }
}
