using System.Globalization;
using System.Net;
using Consortium.Adapters.Intake;
using Consortium.Adapters.Mllp;
using Microsoft.Extensions.Configuration;

namespace Consortium.Cli.Host;

/// <summary>
/// What the intake is told: its listeners, the journal's keys and retention, its limits. The keys of the first MLLP listener begin with <c>Mllp</c>; more of
/// them stand in <c>MllpListeners:0</c>, <c>MllpListeners:1</c> … with the same names without that beginning.
/// </summary>
internal sealed record IntakeSettings
{
    public required IReadOnlyList<MllpOptions> Mllp { get; init; }

    /// <summary>File with the journal's key.</summary>
    public required string KeyFile { get; init; }

    /// <summary>True where the site named the file itself, and so chose its place.</summary>
    public required bool IsKeyFileNamed { get; init; }

    /// <summary>Files with earlier keys.</summary>
    public required IReadOnlyList<string> PreviousKeyFiles { get; init; }

    public required IntakeRetention Retention { get; init; }

    public required int MaxRecordBytes { get; init; }

    public required int MaxPending { get; init; }

    public required long MinFreeDiskBytes { get; init; }

    /// <summary>The settings of a host of the demo: one listener on this machine, everything else as it comes.</summary>
    public static IntakeSettings OnLoopback(string name, string state, int mllpPort) =>
        Read(new ConfigurationBuilder().AddInMemoryCollection(
        [
            new("Mllp", new IPEndPoint(IPAddress.Loopback, mllpPort).ToString()), new("IntakeKeyFile", Path.Combine(state, "intake.key")),
        ]).Build(), name, state);

    /// <summary>Reads and checks the keys.</summary>
    /// <exception cref="CommandException">A value is wrong; the message names its key.</exception>
    public static IntakeSettings Read(IConfiguration configuration, string name, string state)
    {
        var keys = new ConfigurationReader(configuration);
        var listeners = new List<MllpOptions>();
        if (keys.Optional("Mllp") is not null) listeners.Add(ReadListener(keys, "Mllp", "Mllp", keys.Optional("MllpSource") ?? name));
        foreach (IConfigurationSection section in configuration.GetSection("MllpListeners").GetChildren())
        {
            string prefix = section.Path + ":";
            listeners.Add(ReadListener(keys, prefix, prefix + "Listen", keys.Required(prefix + "Source", "the source system's name")));
        }

        return new IntakeSettings
        {
            Mllp = listeners,
            KeyFile = keys.Optional("IntakeKeyFile") ?? Path.Combine(state, "intake.key"),
            IsKeyFileNamed = keys.Optional("IntakeKeyFile") is not null,
            PreviousKeyFiles = List(keys, "IntakePreviousKeyFile"),
            Retention = ReadRetention(keys),
            MaxRecordBytes = Positive(keys, "MaxRecordBytes", 256 * 1024 * 1024),
            MaxPending = Positive(keys, "IntakeMaxPending", 1_000_000),
            MinFreeDiskBytes = keys.Number("IntakeMinFreeMegabytes", 256) * 1024L * 1024,
        };
    }

    private static MllpOptions ReadListener(ConfigurationReader keys, string prefix, string addressKey, string source)
    {
        var otherwise = new MllpOptions { Source = source };
        string address = keys.Required(addressKey, "ADDRESS:PORT, such as 127.0.0.1:2575");
        if (!IPEndPoint.TryParse(address, out IPEndPoint? endPoint) || endPoint.Port <= 0) throw ConfigurationReader.Wrong(addressKey, "ADDRESS:PORT, such as 127.0.0.1:2575");
        if (source.Length > 64 || source.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not ('.' or '_' or '-'))) throw ConfigurationReader.Wrong(prefix + "Source", "1 to 64 letters, digits, '.', '_' or '-'");
        return otherwise with
        {
            Address = endPoint.Address,
            Port = endPoint.Port,
            Tls = ReadTls(keys, prefix),
            AllowedAddresses = [.. List(keys, prefix + "AllowedAddresses").Select(text => Network(prefix + "AllowedAddresses", text))],
            AllowedSenders = [.. List(keys, prefix + "AllowedSenders").Select(text => Sender(prefix + "AllowedSenders", text))],
            MaxFrameBytes = Positive(keys, prefix + "MaxFrameBytes", otherwise.MaxFrameBytes),
            MaxConnections = Positive(keys, prefix + "MaxConnections", otherwise.MaxConnections),
            MaxConnectionsPerSender = Positive(keys, prefix + "MaxConnectionsPerSender", otherwise.MaxConnectionsPerSender),
            MaxUnanswered = Positive(keys, prefix + "MaxUnanswered", otherwise.MaxUnanswered),
            IdleTimeout = Seconds(keys, prefix + "IdleSeconds", otherwise.IdleTimeout),
            FrameTimeout = Seconds(keys, prefix + "FrameSeconds", otherwise.FrameTimeout),
            MaxFrameTime = Seconds(keys, prefix + "MaxFrameSeconds", otherwise.MaxFrameTime),
        };
    }

    private static MllpTlsOptions? ReadTls(ConfigurationReader keys, string prefix)
    {
        string? certificate = keys.File(prefix + "CertificateFile");
        string? key = keys.File(prefix + "KeyFile");
        string? authorities = keys.File(prefix + "ClientCaFile");
        string[] names = List(keys, prefix + "ClientNames");
        if (certificate is null)
        {
            string? orphan = key is not null ? "KeyFile" : authorities is not null ? "ClientCaFile" : names.Length > 0 ? "ClientNames" : null;
            return orphan is null ? null : throw ConfigurationReader.Wrong(prefix + "CertificateFile", $"the server's certificate, since {prefix}{orphan} is set");
        }

        if (names.Length > 0 && authorities is null) throw ConfigurationReader.Wrong(prefix + "ClientCaFile", $"the authorities of the clients that {prefix}ClientNames names");
        return new MllpTlsOptions { CertificateFile = certificate, KeyFile = key, KeyPassword = keys.OptionalSecret(prefix + "KeyPassword"), ClientCaFile = authorities, ClientNames = names };
    }

    /// <summary><c>365, lab=30, his=keep</c>: days for all sources, and for those that are named.</summary>
    private static IntakeRetention ReadRetention(ConfigurationReader keys)
    {
        TimeSpan? otherwise = null;
        var bySource = new Dictionary<string, TimeSpan?>();
        foreach (string part in List(keys, "IntakeRetentionDays"))
        {
            string[] sourceDays = part.Split('=', 2, StringSplitOptions.TrimEntries);
            TimeSpan? age = sourceDays[^1] == "keep" ? null
                : int.TryParse(sourceDays[^1], NumberStyles.None, CultureInfo.InvariantCulture, out int days) && days > 0 ? TimeSpan.FromDays(days)
                : throw ConfigurationReader.Wrong("IntakeRetentionDays", "days or keep, and SOURCE=days or SOURCE=keep for single sources, separated by commas: 365, lab=30");
            if (sourceDays.Length == 2) bySource[sourceDays[0]] = age;
            else otherwise = age;
        }

        return new IntakeRetention { Default = otherwise, BySource = bySource };
    }

    private static IPNetwork Network(string key, string text)
    {
        if (IPNetwork.TryParse(text, out IPNetwork network)) return network;
        return IPAddress.TryParse(text, out IPAddress? address)
            ? new IPNetwork(address, address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork ? 32 : 128)
            : throw ConfigurationReader.Wrong(key, "addresses or networks (10.1.2.3, 10.1.0.0/16), separated by commas");
    }

    private static SenderName Sender(string key, string text)
    {
        try
        {
            return SenderName.Parse(text);
        }
        catch (FormatException)
        {
            throw ConfigurationReader.Wrong(key, "APPLICATION@FACILITY as in MSH-3.1 and MSH-4.1 (* for any), separated by commas");
        }
    }

    private static string[] List(ConfigurationReader keys, string key) =>
        (keys.Optional(key) ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    private static int Positive(ConfigurationReader keys, string key, int otherwise) =>
        keys.Number(key, otherwise) is > 0 and int value ? value : throw ConfigurationReader.Wrong(key, "a whole number above 0");

    private static TimeSpan Seconds(ConfigurationReader keys, string key, TimeSpan otherwise) => TimeSpan.FromSeconds(Positive(keys, key, (int)otherwise.TotalSeconds));
}
