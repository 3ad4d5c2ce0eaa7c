using System.Diagnostics.Metrics;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Consortium.Cli.Host;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Consortium.Cli.Telemetry;

/// <summary>
/// Puts together what a host says of itself: metrics at <c>/metrics</c> for Prometheus, traces over OTLP, logs on stderr. Only the program's own meters and sources and those
/// that hold no request data are taken: the web server's spans name paths and queries, and are left out (decision 0210).
/// </summary>
internal static class TelemetryComposition
{
    private static readonly double[] Seconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
    private static readonly double[] Points = [1, 2, 5, 10, 20, 50, 100, 200, 500];

    /// <summary>Adds the providers; they live and end with the host.</summary>
    public static void Add(IServiceCollection services, HospitalOptions options)
    {
        ResourceBuilder resource = ResourceBuilder.CreateEmpty().AddService("consortium", serviceInstanceId: options.Name, autoGenerateServiceInstanceId: false);
        services.AddSingleton(_ => Sdk.CreateMeterProviderBuilder()
            .SetResourceBuilder(resource)
            .AddMeter("Consortium.*", "System.Runtime", "Microsoft.AspNetCore.Server.Kestrel")
            .AddView(Buckets)
            .AddPrometheusExporter()
            .Build());
        services.AddHostedService<HostGauges>();
        if (options.Telemetry.OtlpEndpoint is not { } endpoint) return;
        services.AddSingleton(_ => Sdk.CreateTracerProviderBuilder()
            .SetResourceBuilder(resource)
            .AddSource("Consortium.*", "MassTransit")
            .SetSampler(new ParentBasedSampler(new TraceIdRatioBasedSampler(options.Telemetry.TracePercent / 100.0)))
            .AddOtlpExporter(otlp =>
            {
                otlp.Endpoint = endpoint;
                otlp.Protocol = options.Telemetry.OtlpOverHttp ? OtlpExportProtocol.HttpProtobuf : OtlpExportProtocol.Grpc;
            })
            .Build());
    }

    /// <summary>Starts the providers and maps <c>/metrics</c>.</summary>
    public static void Use(WebApplication app, TelemetrySettings settings)
    {
        _ = app.Services.GetService<TracerProvider>(); // else nothing would ask for it
        app.UseOpenTelemetryPrometheusScrapingEndpoint(
            app.Services.GetRequiredService<MeterProvider>(), null, "/metrics",
            branch => branch.Use((context, next) => MayScrape(context, settings.MetricsToken) ? next(context) : Refuse(context)), null);
    }

    /// <summary>One line an event on stderr, for people or for a log collector; libraries speak up from warnings on.</summary>
    public static void Logs(ILoggingBuilder logging, TelemetrySettings settings)
    {
        logging.ClearProviders();
        if (settings.JsonLogs)
        {
            logging.AddJsonConsole(console =>
            {
                console.TimestampFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";
                console.UseUtcTimestamp = true;
            });
        }
        else
        {
            logging.AddSimpleConsole(console =>
            {
                console.SingleLine = true;
                console.TimestampFormat = "HH:mm:ss.fff ";
                console.UseUtcTimestamp = true;
            });
        }

        logging.Services.Configure<ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        logging.SetMinimumLevel(settings.LogLevel);
        logging.AddFilter("Microsoft", LogLevel.Warning);
        logging.AddFilter("System", LogLevel.Warning);
        logging.AddFilter("MassTransit", LogLevel.Warning);
    }

    private static ExplicitBucketHistogramConfiguration? Buckets(Instrument instrument) => instrument.Unit switch
    {
        _ when !instrument.GetType().Name.StartsWith("Histogram", StringComparison.Ordinal) => null,
        "s" => new ExplicitBucketHistogramConfiguration { Boundaries = Seconds },
        "{point}" => new ExplicitBucketHistogramConfiguration { Boundaries = Points },
        _ => null,
    };

    private static bool MayScrape(HttpContext context, string? token)
    {
        if (token is null) return context.Connection.RemoteIpAddress is { } from && IPAddress.IsLoopback(from.IsIPv4MappedToIPv6 ? from.MapToIPv4() : from);
        return CryptographicOperations.FixedTimeEquals(
            SHA256.HashData(Encoding.UTF8.GetBytes(context.Request.Headers.Authorization.ToString())), SHA256.HashData(Encoding.UTF8.GetBytes("Bearer " + token)));
    }

    private static Task Refuse(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status401Unauthorized;
        context.Response.Headers.WWWAuthenticate = "Bearer";
        return context.Response.WriteAsync("Metrics go to callers on this machine, or to those who present the token of MetricsTokenFile.");
    }
}
