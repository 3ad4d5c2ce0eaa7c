using Consortium.Adapters.Intake;
using Consortium.Adapters.Mllp;
using Consortium.Cli.Commands;
using Consortium.Storage;
using Consortium.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Consortium.Cli.Tests;

/// <summary><c>consortium ingest --to mllps://…</c> against the listener itself.</summary>
[System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1001", Justification = "IAsyncLifetime.DisposeAsync disposes them.")]
public sealed class IngestOverTlsTests : IAsyncLifetime
{
    private readonly TestCertificates _hospital = new("hospital");
    private TestStore _store = null!;
    private Database _database = null!;
    private IntakeJournal _journal = null!;
    private MllpListener? _listener;

    public async Task InitializeAsync()
    {
        _store = await TestStore.CreateAsync(Dialect.Sqlite);
        _database = _store.Open();
        _journal = new IntakeJournal(_database, new JournalKeys(new byte[32]), TimeProvider.System);
        await _journal.InitializeAsync();
    }

    public async Task DisposeAsync()
    {
        if (_listener is not null) await _listener.DisposeAsync();
        _journal.Dispose();
        await _database.DisposeAsync();
        await _store.DisposeAsync();
        _hospital.Dispose();
    }

    [Fact]
    public async Task A_listener_of_the_named_authority_gets_the_messages()
    {
        string to = Listen(isMutual: false);

        Assert.Equal(ExitCode.Good, await IngestAsync("samples/hl7v2", "--to", to, "--ca", _hospital.AuthorityFile));

        Assert.Equal(Directory.GetFiles(Repository.Path("samples/hl7v2")).Length, await ReceivedAsync());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("a password")]
    public async Task With_mutual_TLS_the_own_certificate_lets_it_in(string? password)
    {
        string to = Listen(isMutual: true);
        string certificate = InFolder("client.pem"), key = InFolder("client.key"), passwordFile = InFolder("password");
        _hospital.WriteClient("his.hospital", certificate, key, password);
        File.WriteAllText(passwordFile, password + "\n");
        string[] protectedKey = password is null ? [] : ["--key-password-file", passwordFile];

        Assert.Equal(ExitCode.Good, await IngestAsync(["samples/hl7v2/adt-a01.hl7", "--to", to, "--ca", _hospital.AuthorityFile, "--cert", certificate, "--key", key, .. protectedKey]));

        Assert.Equal(1, await ReceivedAsync());
    }

    [Fact]
    public async Task With_mutual_TLS_and_no_certificate_nothing_is_accepted()
    {
        string to = Listen(isMutual: true);

        IOException refused = await Assert.ThrowsAnyAsync<IOException>(() => IngestAsync("samples/hl7v2/adt-a01.hl7", "--to", to, "--ca", _hospital.AuthorityFile));

        Assert.DoesNotContain("MSH", refused.Message, StringComparison.Ordinal);
        Assert.Equal(0, await ReceivedAsync());
    }

    [Fact]
    public async Task A_listener_of_another_authority_gets_nothing_and_the_option_is_named()
    {
        using var stranger = new TestCertificates("stranger");
        string to = Listen(isMutual: false);

        IOException refused = await Assert.ThrowsAsync<IOException>(() => IngestAsync("samples/hl7v2/adt-a01.hl7", "--to", to, "--ca", stranger.AuthorityFile));

        Assert.Contains("--ca", refused.Message, StringComparison.Ordinal);
        Assert.Equal(0, await ReceivedAsync());
    }

    [Fact]
    public async Task A_listener_whose_certificate_has_another_name_gets_nothing()
    {
        string to = Listen(isMutual: false).Replace("127.0.0.1", "localhost", StringComparison.Ordinal);

        IOException refused = await Assert.ThrowsAsync<IOException>(() => IngestAsync("samples/hl7v2/adt-a01.hl7", "--to", to, "--ca", _hospital.AuthorityFile));

        Assert.Contains("localhost", refused.Message, StringComparison.Ordinal);
        Assert.Equal(0, await ReceivedAsync());
    }

    [Theory]
    [InlineData("mllps://127.0.0.1:1", "--ca", "nothing.pem", "--ca: nothing.pem")]
    [InlineData("mllps://127.0.0.1:1", "--cert", "nothing.pem", "--cert: nothing.pem")]
    [InlineData("mllps://127.0.0.1:1", "--key", "nothing.pem", "--cert FILE")]
    [InlineData("mllp://127.0.0.1:1", "--ca", "CA", "write mllps://")]
    [InlineData("mllps://127.0.0.1", "--ca", "CA", "the port is missing")]
    public async Task A_wrong_call_is_named(string to, string option, string value, string reason)
    {
        var refused = await Assert.ThrowsAsync<CommandException>(() => IngestAsync("samples/hl7v2", "--to", to, option, value == "CA" ? _hospital.AuthorityFile : value));
        Assert.Contains(reason, refused.Message, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Misunderstood, refused.ExitCode);
    }

    private static Task<int> IngestAsync(string path, params string[] arguments) => IngestAsync([path, .. arguments]);

    private static Task<int> IngestAsync(string[] arguments) => IngestCommand.Create()
        .Parse([Repository.Path(arguments[0]), .. arguments[1..]])
        .InvokeAsync(new System.CommandLine.InvocationConfiguration { EnableDefaultExceptionHandler = false });

    private string Listen(bool isMutual)
    {
        string certificate = InFolder("server.pem"), key = InFolder("server.key");
        _hospital.WriteServer(certificate, key);
        _listener = new MllpListener(
            new MllpOptions { Source = "his", Tls = new MllpTlsOptions { CertificateFile = certificate, KeyFile = key, ClientCaFile = isMutual ? _hospital.AuthorityFile : null } },
            _journal, TimeProvider.System, NullLogger<MllpListener>.Instance);
        _listener.Start();
        return $"mllps://{_listener.EndPoint}";
    }

    private string InFolder(string name) => Path.Combine(_hospital.Folder, name);

    private async Task<long> ReceivedAsync() => (await new IntakeStatus(_database).BySourceAsync()).Sum(source => source.Received);
}
