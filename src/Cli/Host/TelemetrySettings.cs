using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace Consortium.Cli.Host;

/// <summary>What a host says of itself, and to whom.</summary>
internal sealed record TelemetrySettings
{
    /// <summary>Where traces go (OTLP over gRPC or HTTP); null for nowhere.</summary>
    public Uri? OtlpEndpoint { get; init; }

    /// <summary>True for OTLP over HTTP with protocol buffers, false for gRPC.</summary>
    public bool OtlpOverHttp { get; init; }

    /// <summary>Of a hundred traces that begin here so many are kept; those that a caller began follow the caller's choice.</summary>
    public int TracePercent { get; init; } = 10;

    /// <summary>What a caller of <c>/metrics</c> presents; null lets callers on this machine in, and nobody else.</summary>
    public string? MetricsToken { get; init; }

    /// <summary>True for one JSON object a line on stderr.</summary>
    public bool JsonLogs { get; init; }

    /// <summary>The least that is logged of the program's own.</summary>
    public LogLevel LogLevel { get; init; } = LogLevel.Information;

    /// <summary>Reads and checks the keys.</summary>
    public static TelemetrySettings Read(IConfiguration configuration, ConfigurationProblems problems)
    {
        var keys = new ConfigurationReader(configuration);
        return new TelemetrySettings
        {
            OtlpEndpoint = problems.Try(() => keys.Optional("OtlpEndpoint") is null ? null : keys.Uri("OtlpEndpoint", "")),
            OtlpOverHttp = problems.Try(() => keys.OneOf("OtlpProtocol", "grpc", "grpc", "http")) == "http",
            TracePercent = problems.Try(() => keys.Number("TracePercent", 10, 0, 100)),
            MetricsToken = problems.Try(() => keys.OptionalSecret("MetricsToken")),
            JsonLogs = problems.Try(() => keys.OneOf("LogFormat", "text", "text", "json")) == "json",
            LogLevel = problems.Try(() => Enum.Parse<LogLevel>(keys.OneOf("LogLevel", "Information", "Debug", "Information", "Warning", "Error"))),
        };
    }
}
