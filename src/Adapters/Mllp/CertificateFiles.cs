using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Consortium.Adapters.Mllp;

/// <summary>Reads certificates from the files that a hospital keeps them in, for either end of a TLS connection.</summary>
public static class CertificateFiles
{
    /// <summary>A certificate with its key, and the intermediate ones that stand behind it.</summary>
    /// <param name="file">PEM, with the intermediate certificates behind it, or PFX (<c>.pfx</c>, <c>.p12</c>) with its key.</param>
    /// <param name="keyFile">The key, PEM; null where it is in <paramref name="file"/>.</param>
    /// <param name="password">Password of the key or the PFX; null where it has none.</param>
    /// <exception cref="CryptographicException">A file cannot be read as what it should be; the message names it.</exception>
    public static (X509Certificate2 Certificate, X509Certificate2Collection Chain) ReadWithKey(string file, string? keyFile, string? password) => Read(file, () =>
    {
        if (Path.GetExtension(file).ToUpperInvariant() is ".PFX" or ".P12")
        {
            X509Certificate2Collection all = X509CertificateLoader.LoadPkcs12CollectionFromFile(file, password);
            X509Certificate2 own = all.FirstOrDefault(one => one.HasPrivateKey) ?? throw new CryptographicException("no private key is in it");
            all.Remove(own);
            return (own, all);
        }

        using X509Certificate2 pem = password is null
            ? X509Certificate2.CreateFromPemFile(file, keyFile ?? file)
            : X509Certificate2.CreateFromEncryptedPemFile(file, password, keyFile ?? file);
        var chain = new X509Certificate2Collection();
        chain.ImportFromPemFile(file);
        if (chain.Count > 0) chain.RemoveAt(0);

        // Windows wants a key that its store has seen.
        return (X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pkcs12), null), chain);
    }, "A PEM file with certificate and key, or a PFX file, is expected.");

    /// <summary>The certificates of authorities.</summary>
    /// <param name="file">PEM.</param>
    /// <exception cref="CryptographicException">It cannot be read, or has none; the message names it.</exception>
    public static X509Certificate2Collection ReadAuthorities(string file) => Read(file, () =>
    {
        var authorities = new X509Certificate2Collection();
        authorities.ImportFromPemFile(file);
        return authorities.Count > 0 ? authorities : throw new CryptographicException("no certificate is in it");
    }, "A PEM file with certificates of authorities is expected.");

    private static T Read<T>(string file, Func<T> read, string expected)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new CryptographicException($"{file}: {e.Message.TrimEnd('.')}. {expected}", e);
        }
    }
}
