using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Consortium.Testing;

/// <summary>An authority of its own for a test, with files of certificates that it has signed.</summary>
internal sealed class TestCertificates : IDisposable
{
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";
    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly X509Certificate2 _authority;

    public TestCertificates(string name)
    {
        Folder = Directory.CreateTempSubdirectory("consortium-tls-").FullName;
        var request = new CertificateRequest($"CN={name}", _key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        _authority = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(30));
        File.WriteAllText(AuthorityFile, _authority.ExportCertificatePem());
    }

    public string Folder { get; }

    public string AuthorityFile => Path.Combine(Folder, "ca.pem");

    public X509Certificate2 Client(string name) => Issue(name, ClientAuthentication);

    /// <summary>Writes a server's certificate and key; gives the certificate's serial number.</summary>
    public string WriteServer(string certificateFile, string keyFile, string? password = null)
    {
        using X509Certificate2 server = Issue("mllp.test", ServerAuthentication);
        return Write(server, certificateFile, keyFile, password);
    }

    /// <summary>Writes a client's certificate and key.</summary>
    public void WriteClient(string name, string certificateFile, string keyFile, string? password = null)
    {
        using X509Certificate2 client = Client(name);
        Write(client, certificateFile, keyFile, password);
    }

    public void WritePfx(string file, string password)
    {
        using X509Certificate2 server = Issue("mllp.test", ServerAuthentication);
        File.WriteAllBytes(file, server.Export(X509ContentType.Pkcs12, password));
    }

    public void Dispose()
    {
        _authority.Dispose();
        _key.Dispose();
        Directory.Delete(Folder, recursive: true);
    }

    private static string Write(X509Certificate2 certificate, string certificateFile, string keyFile, string? password)
    {
        using ECDsa key = certificate.GetECDsaPrivateKey()!;
        File.WriteAllText(keyFile, password is null
            ? key.ExportPkcs8PrivateKeyPem()
            : key.ExportEncryptedPkcs8PrivateKeyPem(password, new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1000)));
        File.WriteAllText(certificateFile, certificate.ExportCertificatePem());
        return certificate.SerialNumber;
    }

    private X509Certificate2 Issue(string name, string usage)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(usage)], false));
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        if (usage == ServerAuthentication) names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using X509Certificate2 signed = request.Create(_authority, DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddDays(7), RandomNumberGenerator.GetBytes(12));
        using X509Certificate2 whole = signed.CopyWithPrivateKey(key);
        return X509CertificateLoader.LoadPkcs12(whole.Export(X509ContentType.Pkcs12), null, X509KeyStorageFlags.Exportable);
    }
}
