using System.Globalization;
using Consortium.FhirFacade;
using Microsoft.Extensions.Configuration;

namespace Consortium.Cli.Host;

/// <summary>What callers may ask of a host, and how it ends. Every key has a range; a value outside it stops the start.</summary>
internal sealed record HostLimits
{
    /// <summary>Largest body of a FHIR request, in bytes.</summary>
    public int MaxBodyBytes { get; init; } = 32 * 1024 * 1024;

    /// <summary>Most entries of a batch or transaction.</summary>
    public int MaxBundleEntries { get; init; } = 5000;

    /// <summary>Time, cost and rate of FHIR requests.</summary>
    public RequestLimits Requests { get; init; } = new();

    /// <summary>How long a search from outside waits for records written before it to be ready in its view.</summary>
    public TimeSpan ViewIndexWait { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Longest request line, in bytes.</summary>
    public int MaxUrlBytes { get; init; } = 8192;

    /// <summary>All request headers together, in bytes.</summary>
    public int MaxHeaderBytes { get; init; } = 32 * 1024;

    /// <summary>How long a client may take over its headers.</summary>
    public TimeSpan HeaderTime { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>The slowest body that is waited for, in bytes a second, after a grace of five seconds.</summary>
    public int MinBodyBytesPerSecond { get; init; } = 240;

    /// <summary>Connections at once.</summary>
    public int MaxConnections { get; init; } = 4096;

    /// <summary>How long requests under way have when the host is told to end.</summary>
    public TimeSpan Shutdown { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Reads and checks the keys.</summary>
    /// <exception cref="CommandException">A value is out of its range; the message names its key and the range.</exception>
    public static HostLimits Read(IConfiguration configuration, ConfigurationProblems problems)
    {
        var keys = new ConfigurationReader(configuration);
        var otherwise = new HostLimits();
        return new HostLimits
        {
            MaxBodyBytes = Number("MaxBodyBytes", otherwise.MaxBodyBytes, 1024, 512 * 1024 * 1024),
            MaxBundleEntries = Number("MaxBundleEntries", otherwise.MaxBundleEntries, 1, 100_000),
            ViewIndexWait = Seconds("ViewIndexWaitSeconds", otherwise.ViewIndexWait, 0, 600),
            MaxUrlBytes = Number("MaxUrlBytes", otherwise.MaxUrlBytes, 1024, 65_536),
            MaxHeaderBytes = Number("MaxHeaderBytes", otherwise.MaxHeaderBytes, 4096, 1024 * 1024),
            HeaderTime = Seconds("HeaderSeconds", otherwise.HeaderTime, 1, 600),
            MinBodyBytesPerSecond = Number("MinBodyBytesPerSecond", otherwise.MinBodyBytesPerSecond, 1, 1024 * 1024),
            MaxConnections = Number("MaxConnections", otherwise.MaxConnections, 1, 1_000_000),
            Shutdown = Seconds("ShutdownSeconds", otherwise.Shutdown, 1, 600),
            Requests = new RequestLimits
            {
                Time = Seconds("RequestSeconds", otherwise.Requests.Time, 0, 3600),
                SearchCost = Number("MaxSearchCost", otherwise.Requests.SearchCost, 10, 1_000_000),
                OwnRate = Number("RequestsPerSecond", otherwise.Requests.OwnRate, 0, 1_000_000),
                OutsideRate = Number("OutsideRequestsPerSecond", otherwise.Requests.OutsideRate, 0, 1_000_000),
                UnknownRate = Number("UnknownRequestsPerSecond", otherwise.Requests.UnknownRate, 0, 1_000_000),
            },
        };

        int Number(string key, int otherwise, int least, int most) => problems.Try(() => keys.Number(key, otherwise, least, most));

        TimeSpan Seconds(string key, TimeSpan otherwise, int least, int most) => TimeSpan.FromSeconds(Number(key, (int)otherwise.TotalSeconds, least, most));
    }
}
