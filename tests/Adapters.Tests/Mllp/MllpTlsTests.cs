using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Consortium.Adapters.Mllp;
using Consortium.Adapters.Tests.Hl7V2;
using Consortium.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Consortium.Adapters.Tests.Mllp;

[System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1001", Justification = "IAsyncLifetime.DisposeAsync disposes it.")]
public sealed class MllpTlsTests : MllpTests
{
    private readonly TestCertificates _hospital = new("hospital");

    private string CertificateFile => Path.Combine(_hospital.Folder, "server.pem");

    private string KeyFile => Path.Combine(_hospital.Folder, "server.key");

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        _hospital.Dispose();
    }

    [Theory]
    [InlineData(null)]
    [InlineData("a password")]
    public async Task Messages_travel_over_TLS_with_certificate_and_key_from_PEM_files(string? password)
    {
        _hospital.WriteServer(CertificateFile, KeyFile, password);
        MllpListener listener = Listen(new MllpTlsOptions { CertificateFile = CertificateFile, KeyFile = KeyFile, KeyPassword = password });

        await using MllpTestClient sender = await MllpTestClient.ConnectSecurelyAsync(listener.EndPoint);

        Assert.Equal("AA", await sender.AskAsync(Messages.Admission()));
    }

    [Fact]
    public async Task Messages_travel_over_TLS_with_a_PFX_file()
    {
        string file = Path.Combine(_hospital.Folder, "server.pfx");
        _hospital.WritePfx(file, "secret");
        MllpListener listener = Listen(new MllpTlsOptions { CertificateFile = file, KeyPassword = "secret" });

        await using MllpTestClient sender = await MllpTestClient.ConnectSecurelyAsync(listener.EndPoint);

        Assert.Equal("AA", await sender.AskAsync(Messages.Admission()));
    }

    [Fact]
    public async Task With_mutual_TLS_only_named_clients_of_the_named_authority_get_in_and_they_go_on_meanwhile()
    {
        _hospital.WriteServer(CertificateFile, KeyFile);
        using var stranger = new TestCertificates("stranger");
        MllpListener listener = Listen(new MllpTlsOptions
        {
            CertificateFile = CertificateFile, KeyFile = KeyFile, ClientCaFile = _hospital.AuthorityFile, ClientNames = ["his.hospital"],
        });
        using X509Certificate2 named = _hospital.Client("his.hospital");
        using X509Certificate2 unnamed = _hospital.Client("other.hospital");
        using X509Certificate2 strange = stranger.Client("his.hospital");
        await using MllpTestClient good = await MllpTestClient.ConnectSecurelyAsync(listener.EndPoint, named);

        foreach (X509Certificate2? bad in (X509Certificate2?[])[null, unnamed, strange])
        {
            // With TLS 1.3 the client may believe for a moment that it is in; what it sends is never answered.
            await Assert.ThrowsAnyAsync<Exception>(async () =>
            {
                await using MllpTestClient sender = await MllpTestClient.ConnectSecurelyAsync(listener.EndPoint, bad);
                await sender.SendFrameAsync(Messages.Admission("BAD"));
                if (await sender.ReceiveAsync() is null) throw new IOException("closed");
            });
        }

        Assert.Equal("AA", await good.AskAsync(Messages.Admission()));
        Assert.Equal(1, Assert.Single(await Intake.Status.BySourceAsync()).Received);
    }

    [Fact]
    public async Task A_sender_without_TLS_is_not_answered()
    {
        _hospital.WriteServer(CertificateFile, KeyFile);
        MllpListener listener = Listen(new MllpTlsOptions { CertificateFile = CertificateFile, KeyFile = KeyFile });
        await using MllpTestClient sender = await MllpTestClient.ConnectAsync(listener.EndPoint);

        await sender.SendFrameAsync(Messages.Admission());

        try
        {
            Assert.Null(await sender.ReceiveAsync());
        }
        catch (IOException)
        {
            // A reset is an answer as good.
        }

        Assert.Empty(await Intake.Status.BySourceAsync());
    }

    [Fact]
    public async Task Changed_files_come_into_force_without_a_restart_and_a_bad_edit_does_not()
    {
        string first = _hospital.WriteServer(CertificateFile, KeyFile);
        var certificates = new TlsCertificates(new MllpTlsOptions { CertificateFile = CertificateFile, KeyFile = KeyFile }, Clock, NullLogger.Instance);
        Assert.Equal(first, Serial(certificates));

        File.WriteAllText(CertificateFile, "no certificate");
        Clock.Advance(TimeSpan.FromSeconds(6));
        Assert.Equal(first, Serial(certificates));

        string second = _hospital.WriteServer(CertificateFile, KeyFile);
        File.SetLastWriteTimeUtc(CertificateFile, DateTime.UtcNow.AddMinutes(1)); // whatever the file system's clock resolves
        Clock.Advance(TimeSpan.FromSeconds(6));
        Assert.Equal(second, Serial(certificates));
        Assert.NotEqual(first, second);
    }

    [Fact]
    public void A_file_that_is_no_certificate_stops_the_start_and_is_named()
    {
        File.WriteAllText(CertificateFile, "no certificate");
        var refused = Assert.Throws<CryptographicException>(() => Listen(new MllpTlsOptions { CertificateFile = CertificateFile }));
        Assert.Contains(CertificateFile, refused.Message, StringComparison.Ordinal);
    }

    private static string Serial(TlsCertificates certificates) => certificates.Current.ServerCertificateContext!.TargetCertificate.SerialNumber;

    private MllpListener Listen(MllpTlsOptions tls) => Listen(new MllpOptions { Source = "his", Tls = tls });
}
