using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;

namespace Consortium.Adapters.Mllp;

/// <summary>The certificates of a listener's files, read again when a file changes. Thread-safe.</summary>
internal sealed class TlsCertificates
{
    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2"; // RFC 5280 4.2.1.12
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(5);

    private readonly MllpTlsOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Lock _lock = new();
    private SslServerAuthenticationOptions _current;
    private string _stamp;
    private long _looked;

    /// <summary>Reads the files.</summary>
    /// <exception cref="CryptographicException">A file cannot be read as what it should be; the message names it.</exception>
    public TlsCertificates(MllpTlsOptions options, TimeProvider time, ILogger logger)
    {
        _options = options;
        _time = time;
        _logger = logger;
        _stamp = Stamp();
        _current = Load();
        _looked = time.GetTimestamp();
    }

    /// <summary>What a handshake needs now.</summary>
    public SslServerAuthenticationOptions Current
    {
        get
        {
            lock (_lock)
            {
                if (_time.GetElapsedTime(_looked) < LookAgain) return _current;
                _looked = _time.GetTimestamp();
                string stamp = Stamp();
                if (stamp == _stamp) return _current;
                try
                {
                    _current = Load();
                    _logger.LogInformation("The TLS files of the MLLP listener have changed and are in force.");
                }
                catch (CryptographicException e)
                {
                    _logger.LogError("The TLS files of the MLLP listener have changed but cannot be used; the ones before stay in force. {Reason}", e.Message);
                }

                _stamp = stamp;
                return _current;
            }
        }
    }

    private SslServerAuthenticationOptions Load()
    {
        (X509Certificate2 certificate, X509Certificate2Collection chain) = CertificateFiles.ReadWithKey(_options.CertificateFile, _options.KeyFile, _options.KeyPassword);
        X509Certificate2Collection? authorities = _options.ClientCaFile is { } file ? CertificateFiles.ReadAuthorities(file) : null;
        return new SslServerAuthenticationOptions
        {
            ServerCertificateContext = SslStreamCertificateContext.Create(certificate, chain, offline: true),
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
            ClientCertificateRequired = authorities is not null,
            CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
            RemoteCertificateValidationCallback = authorities is null ? null : (_, client, presented, _) => IsAllowed(client, presented, authorities),
        };
    }

    private bool IsAllowed(X509Certificate? client, X509Chain? presented, X509Certificate2Collection authorities)
    {
        if (client is not X509Certificate2 certificate) return false;
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.VerificationTime = _time.GetLocalNow().DateTime;
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid(ClientAuthentication));
        if (presented is not null) chain.ChainPolicy.ExtraStore.AddRange(presented.ChainElements.Select(element => element.Certificate).ToArray());
        if (!chain.Build(certificate)) return false;
        return _options.ClientNames.Count == 0 || Names(certificate).Any(name => _options.ClientNames.Contains(name, StringComparer.OrdinalIgnoreCase));
    }

    private static IEnumerable<string> Names(X509Certificate2 certificate)
    {
        yield return certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: false);
        foreach (X509SubjectAlternativeNameExtension extension in certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>())
        {
            foreach (string name in extension.EnumerateDnsNames()) yield return name;
        }
    }

    private string Stamp() => string.Join('\n', new[] { _options.CertificateFile, _options.KeyFile, _options.ClientCaFile }
        .Where(file => file is not null)
        .Select(file => new FileInfo(file!))
        .Select(file => file.Exists ? string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{file.FullName} {file.LastWriteTimeUtc.Ticks} {file.Length}") : ""));
}
