using System.Globalization;
using System.Net;
using Consortium.FhirFacade;
using Consortium.Ledger;
using Consortium.Messaging;
using Consortium.Storage;
using Microsoft.Extensions.Configuration;

namespace Consortium.Cli.Host;

/// <summary>Which parts of a hospital one process runs.</summary>
[Flags]
internal enum HostRoles
{
    None = 0,

    /// <summary>Listeners, intake journal, conversion, quarantine.</summary>
    Intake = 1,

    /// <summary>The FHIR endpoint and record store.</summary>
    Facade = 2,

    /// <summary>The anchor service.</summary>
    Anchor = 4,

    All = Intake | Facade | Anchor,
}

/// <summary>
/// Everything that a hospital's host is told: from <c>consortium.json</c>, environment <c>CONSORTIUM__KEY</c> and the command line, in that order.
/// Read and checked once at start; an error names the key and what it wants.
/// </summary>
internal sealed record HospitalOptions
{
    /// <summary>Short name of the hospital: prefix of its queues, source of its records. Letters, digits, hyphens.</summary>
    public required string Name { get; init; }

    public required HostRoles Roles { get; init; }

    /// <summary>Folder of what the host keeps where nothing else is said: SQLite files, generated keys.</summary>
    public required string State { get; init; }

    /// <summary><c>in-process</c> or <c>rabbitmq://…</c>.</summary>
    public required string Broker { get; init; }

    /// <summary>Null: SQLite files in <see cref="State"/>. Else <c>postgres://…</c>, one schema a component.</summary>
    public required string? Store { get; init; }

    /// <summary>JSON-RPC endpoints of the chain, in order of preference.</summary>
    public required IReadOnlyList<Uri> Chain { get; init; }

    public required Address Contract { get; init; }

    /// <summary>A block not later than the contract's deployment: where the chain is read from.</summary>
    public required ulong DeployedAtBlock { get; init; }

    /// <summary>This hospital's own key of record ids.</summary>
    public required string CustodianKeyFile { get; init; }

    /// <summary>This hospital's own key of logical ids.</summary>
    public required string SiteKeyFile { get; init; }

    /// <summary>Web3 Secret Storage v3 file with this member's key.</summary>
    public required string KeyFile { get; init; }

    public required string KeyPassword { get; init; }

    /// <summary>The consortium's shared key of subject tags, 32 bytes.</summary>
    public required byte[] IndexKey { get; init; }

    public required int IndexEpoch { get; init; }

    /// <summary>Where HTTP listens: FHIR endpoint, intake, page.</summary>
    public required Uri Listen { get; init; }

    /// <summary>The FHIR base URL that others use; the listening one with <c>/fhir</c> where nothing else is said.</summary>
    public required string PublicUrl { get; init; }

    /// <summary>The intake's own settings: MLLP listeners, the journal's keys, retention, limits.</summary>
    public required IntakeSettings Intake { get; init; }

    /// <summary>Where the first MLLP listener is; null for no MLLP.</summary>
    public IPEndPoint? Mllp => Intake.Mllp.Count > 0 ? new IPEndPoint(Intake.Mllp[0].Address, Intake.Mllp[0].Port) : null;

    /// <summary>Folder watched for dropped files; null for none.</summary>
    public required string? Drop { get; init; }

    /// <summary>The site folder; null for built-in mappings alone.</summary>
    public required string? Site { get; init; }

    /// <summary>True: whoever reaches the listening address reads and writes with the hospital's own rights. Loopback only.</summary>
    public required bool OpenAccess { get; init; }

    /// <summary>Origins whose pages may use the FHIR endpoint from a browser; empty for none.</summary>
    public IReadOnlyList<string> CorsOrigins { get; init; } = [];

    /// <summary>Where notifications of subscriptions may go, and how long they are tried.</summary>
    public SubscriptionOptions Subscriptions { get; init; } = new();

    /// <summary>What of each change is published on the topic of changes.</summary>
    public ChangeContent Changes { get; init; }

    /// <summary>True: what callers do whom nobody knows (<see cref="OpenAccess"/>) becomes AuditEvents as well.</summary>
    public bool AuditOpenAccess { get; init; }

    /// <summary>The hospital's identity provider; null where it has none.</summary>
    public FhirFacade.OidcOptions? Oidc { get; init; }

    /// <summary>What a caller of intake and quarantine over HTTP must present; null lets callers on this machine in, and nobody else.</summary>
    public required string? IntakeToken { get; init; }

    /// <summary>Entries a batch holds at most.</summary>
    public required int BatchCount { get; init; }

    /// <summary>Age of the oldest entry that closes a batch.</summary>
    public required TimeSpan BatchAge { get; init; }

    /// <summary>True for the start after the anchor service's tables were lost, or the stores restored from a backup: the custodian's batches are taken over from the chain.</summary>
    public bool AdoptChain { get; init; }

    /// <summary>Blocks on top of a batch's block before it counts as final.</summary>
    public required int Confirmations { get; init; }

    /// <summary>What callers may ask of the host, and how it ends.</summary>
    public HostLimits Limits { get; init; } = new();

    /// <summary>What the host says of itself.</summary>
    public TelemetrySettings Telemetry { get; init; } = new();

    /// <summary>Records that are erased when they are old.</summary>
    public IReadOnlyList<RetentionRule> Retention { get; init; } = [];

    /// <summary>Reads and checks the configuration.</summary>
    /// <exception cref="CommandException">Keys are missing or unreadable; the message names all of them and the way out, a line each.</exception>
    public static HospitalOptions Read(IConfiguration configuration)
    {
        var keys = new ConfigurationReader(configuration);
        var all = new ConfigurationProblems();
        string name = all.Try(() => ReadName(keys)) ?? "unnamed";
        string state = Path.GetFullPath(keys.Optional("State") ?? Path.Combine(".consortium", name));
        Uri listen = all.Try(() => keys.Uri("Listen", "http://127.0.0.1:5081")) ?? new Uri("http://127.0.0.1:5081");
        string publicUrl = keys.Optional("PublicUrl") ?? new Uri(listen, "fhir").ToString();
        var options = new HospitalOptions
        {
            Name = name,
            Roles = all.Try(() => ReadRoles(keys)),
            State = state,
            Broker = all.Try(() => ReadBroker(keys)),
            Store = all.Try(() => ReadStore(keys)),
            Chain = all.Try(() => ReadChain(keys)),
            Contract = all.Try(() => Address.TryParse(keys.Required("Contract", "the address of the consortium's ledger contract (see: consortium ledger deploy)"), out Address contract)
                ? contract : throw ConfigurationReader.Wrong("Contract", "an address: 0x and 40 hexadecimal digits")),
            DeployedAtBlock = (ulong)all.Try(() => keys.Number("DeployedAtBlock", 0)),
            CustodianKeyFile = keys.Optional("CustodianKeyFile") ?? Path.Combine(state, "custodian.key"),
            SiteKeyFile = keys.Optional("SiteKeyFile") ?? Path.Combine(state, "site.key"),
            KeyFile = all.Try(() => keys.Required("KeyFile", "a Web3 Secret Storage v3 key file of this member")),
            KeyPassword = all.Try(() => keys.Secret("KeyPassword", "the key file's password")),
            IndexKey = all.Try(() => keys.Key32("IndexKey", "the consortium's index key, 64 hexadecimal digits")),
            IndexEpoch = all.Try(() => keys.Number("IndexEpoch", 1)),
            Listen = listen,
            PublicUrl = publicUrl,
            Intake = all.Try(() => IntakeSettings.Read(configuration, name, state)),
            Drop = keys.Optional("Drop"),
            Site = keys.Optional("Site"),
            OpenAccess = all.Try(() => ReadOpenAccess(keys, listen)),
            CorsOrigins = all.Try(() => ReadOrigins(keys)),
            Oidc = all.Try(() => OidcSettings.Read(configuration, publicUrl)),
            AuditOpenAccess = all.Try(() => keys.Flag("AuditOpenAccess")),
            IntakeToken = all.Try(() => keys.OptionalSecret("IntakeToken")),
            BatchCount = all.Try(() => keys.Number("BatchCount", 500, 1, 100_000)),
            BatchAge = TimeSpan.FromMilliseconds(all.Try(() => keys.Number("BatchAgeMilliseconds", 1000, 1, 86_400_000))),
            Confirmations = all.Try(() => keys.Number("Confirmations", 1, 0, 10_000)),
            AdoptChain = all.Try(() => keys.Flag("AdoptChain")),
            Limits = HostLimits.Read(configuration, all),
            Telemetry = TelemetrySettings.Read(configuration, all),
            Subscriptions = all.Try(() => SubscriptionSettings.Read(keys)),
            Changes = all.Try(() => SubscriptionSettings.ReadTopic(keys)),
            Retention = RetentionSettings.Read(configuration, all),
        };
        all.ThrowIfAny();
        foreach (string unread in ConfigurationProblems.Unread(configuration, ConfigurationReader.Asked))
        {
            Output.Say($"consortium: nobody reads the configuration key {unread}; is it misspelt? docs/operating.md lists the keys.");
        }

        return options;
    }

    private static string ReadName(ConfigurationReader keys)
    {
        string name = keys.Required("Name", "a short name of this hospital, such as hospital-a");
        return name.All(c => char.IsAsciiLetterOrDigit(c) || c == '-') ? name : throw ConfigurationReader.Wrong("Name", "letters, digits and hyphens");
    }

    private static string ReadBroker(ConfigurationReader keys)
    {
        string broker = keys.Optional("Broker") ?? MessagingOptions.InProcess;
        try
        {
            new MessagingOptions { Broker = broker }.Validate();
            return broker;
        }
        catch (FormatException)
        {
            throw ConfigurationReader.Wrong("Broker", "in-process or rabbitmq://USER:PASSWORD@HOST:PORT/VHOST");
        }
    }

    private static string? ReadStore(ConfigurationReader keys)
    {
        if (keys.Optional("Store") is not { } store) return null;
        try
        {
            _ = DatabaseUrl.Parse(store);
            return store;
        }
        catch (FormatException)
        {
            throw ConfigurationReader.Wrong("Store", "postgres://USER:PASSWORD@HOST:PORT/DATABASE; left out, SQLite files in State");
        }
    }

    private static Uri[] ReadChain(ConfigurationReader keys) =>
    [
        .. keys.Required("Chain", "the JSON-RPC URL of the consortium's chain; several, separated by commas")
            .Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Select(url => System.Uri.TryCreate(url, UriKind.Absolute, out Uri? uri) ? uri : throw ConfigurationReader.Wrong("Chain", "http:// or https:// URLs")),
    ];

    private static bool ReadOpenAccess(ConfigurationReader keys, Uri listen) => keys.Flag("OpenAccess") && !listen.IsLoopback
        ? throw ConfigurationReader.Wrong("OpenAccess", "false, unless Listen is a loopback address: everybody who reaches it would see every record")
        : keys.Flag("OpenAccess");

    private static string[] ReadOrigins(ConfigurationReader keys) =>
    [
        .. (keys.Optional("CorsOrigins") ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Select(origin => origin == "*" || (System.Uri.TryCreate(origin, UriKind.Absolute, out Uri? from) && from.GetLeftPart(UriPartial.Authority).Equals(origin, StringComparison.OrdinalIgnoreCase))
                ? origin : throw ConfigurationReader.Wrong("CorsOrigins", "origins such as https://app.hospital.cn, separated by commas, or *")),
    ];

    private static HostRoles ReadRoles(ConfigurationReader keys)
    {
        var roles = HostRoles.None;
        foreach (string role in (keys.Optional("Roles") ?? "all").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (!Enum.TryParse(role, ignoreCase: true, out HostRoles one) || one == HostRoles.None || int.TryParse(role, CultureInfo.InvariantCulture, out _))
            {
                throw ConfigurationReader.Wrong("Roles", "intake, facade, anchor or all, separated by commas");
            }

            roles |= one;
        }

        return roles;
    }
}
