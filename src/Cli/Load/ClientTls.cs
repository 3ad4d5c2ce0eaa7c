using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Consortium.Adapters.Mllp;

namespace Consortium.Cli.Load;

/// <summary>Whom a sender trusts, and how it shows who it is.</summary>
internal sealed class ClientTls
{
    private readonly X509Certificate2Collection? _authorities;
    private readonly SslStreamCertificateContext? _own;

    private ClientTls(X509Certificate2Collection? authorities, SslStreamCertificateContext? own)
    {
        _authorities = authorities;
        _own = own;
    }

    /// <summary>Reads the files that the options name.</summary>
    /// <param name="authorities"><c>--ca</c>: PEM of the authorities to trust; null for the machine's.</param>
    /// <param name="certificate"><c>--cert</c>: the own certificate, PEM or PFX; null for none.</param>
    /// <param name="key"><c>--key</c>: its key, PEM; null where it is in the file of the certificate.</param>
    /// <param name="passwordFile"><c>--key-password-file</c>: a file with the password of key or PFX; null for none.</param>
    /// <exception cref="CommandException">A file cannot be used, or an option stands without the one that it belongs to.</exception>
    public static ClientTls Read(string? authorities, string? certificate, string? key, string? passwordFile)
    {
        if (certificate is null && (key ?? passwordFile) is not null)
        {
            throw CommandException.Misunderstood($"{(key is null ? "--key-password-file" : "--key")} belongs to a certificate: name it with --cert FILE.");
        }

        X509Certificate2Collection? trusted = authorities is null ? null : From("--ca", () => CertificateFiles.ReadAuthorities(authorities));
        if (certificate is null) return new ClientTls(trusted, null);
        (X509Certificate2 own, X509Certificate2Collection chain) = From("--cert", () =>
            CertificateFiles.ReadWithKey(certificate, key, passwordFile is null ? null : File.ReadAllText(passwordFile).TrimEnd('\r', '\n')));
        return new ClientTls(trusted, SslStreamCertificateContext.Create(own, chain, offline: true));
    }

    /// <summary>What a handshake with this host needs. The name of its certificate must be the host's.</summary>
    public SslClientAuthenticationOptions For(string host) => new()
    {
        TargetHost = host,
        EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
        ClientCertificateContext = _own,
        CertificateChainPolicy = Policy(),
    };

    private X509ChainPolicy? Policy()
    {
        if (_authorities is null) return null;
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.AddRange(_authorities);
        return policy;
    }

    private static T From<T>(string option, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw CommandException.Misunderstood($"{option}: {e.Message}");
        }
    }
}
