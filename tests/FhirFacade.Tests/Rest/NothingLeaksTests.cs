using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;
using Consortium.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Consortium.FhirFacade.Tests.Rest;

/// <summary>Plants values that a patient would have wherever a request has room for one, good and bad, and looks for them in all that the server says of itself.</summary>
public sealed class NothingLeaksTests
{
    private const string Planted = "Zhangsan41010119870612";

    [Theory, BothStores]
    public async Task Logs_metrics_and_traces_hold_nothing_of_what_was_asked_and_stored(Dialect dialect)
    {
        using var said = new Said();
        await using FacadeHost host = await FacadeHost.StartAsync(dialect, services: services => services.AddLogging(logging => logging.AddProvider(said).SetMinimumLevel(LogLevel.Debug)
            .AddFilter("Microsoft", LogLevel.Warning).AddFilter("System", LogLevel.Warning))); // as a host sets them
        string patient = $$$"""{"resourceType":"Patient","id":"p","identifier":[{"system":"urn:x","value":"{{{Planted}}}"}],"name":[{"text":"{{{Planted}}}"}]}""";
        (string Method, string Path, string? Body)[] requests =
        [
            ("PUT", "Patient/p", patient), ("GET", "Patient/p", null), ("GET", $"Patient/{Planted}", null), ("GET", $"{Planted}/{Planted}", null), ("DELETE", $"Patient/{Planted}", null),
            ("GET", $"Patient?name={Planted}", null), ("GET", $"Patient?{Planted}={Planted}", null), ("GET", $"Patient?birthdate={Planted}", null), ("GET", $"Patient?_sort={Planted}", null),
            ("GET", $"Observation?subject:Patient.name={Planted}", null), ("GET", $"Patient?_cursor={Planted}", null), ("GET", $"Patient/p/_history/{Planted}", null), ("GET", $"$disclose?recordId={Planted}", null),
            ("PUT", "Patient/p", patient.Replace("\"name\":[", "\"name\":", StringComparison.Ordinal)), ("PUT", "Patient/p", $"{{\"{Planted}"), ("PUT", "Patient/p", $$"""{"resourceType":"{{Planted}}","id":"p"}"""),
            ("PUT", "Patient/p", $$"""{"resourceType":"Patient","id":"{{Planted}}"}"""), ("PUT", "Patient/p", $$"""{"resourceType":"Patient","id":"p","birthDate":"{{Planted}}"}"""),
            ("POST", "", $$$"""{"resourceType":"Bundle","type":"transaction","entry":[{"resource":{{{patient}}},"request":{"method":"PUT","url":"Patient/p?{{{Planted}}}"}}]}"""),
            ("POST", "", $$$"""{"resourceType":"Bundle","type":"batch","entry":[{"request":{"method":"GET","url":"Patient?name={{{Planted}}}"}},{"request":{"method":"GET","url":"{{{Planted}}}"}}]}"""),
            ("PATCH", "Patient/p", $$"""[{"op":"test","path":"/{{Planted}}","value":"{{Planted}}"}]"""), ("POST", "Patient/$validate", patient), ("POST", $"Patient/${Planted}", patient), (Planted, "Patient", null),
            ("GET", "metadata", null), ("GET", "Patient/p/$receipt", null),
        ];
        foreach ((string method, string path, string? body) in requests)
        {
            await host.SendAsync(method, path, body, ("Content-Type", method == "PATCH" ? "application/json-patch+json" : "application/fhir+json"), ("X-Request-Id", Planted), ("tracestate", $"a={Planted}"),
                ("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"), ("baggage", $"name={Planted}"), (path == "Patient/p" && body == patient ? "X-Other" : "If-Match", $"W/\"{Planted}\""), ("Prefer", Planted), ("User-Agent", Planted));
        }

        await host.DisposeAsync();
        Assert.NotEmpty(said.Measurements);
        Assert.NotEmpty(said.Spans);
        Assert.Contains(said.Measurements, one => one.Contains("fhir.request.duration route=/{type}/{id} method=PUT status=201", StringComparison.Ordinal));
        Assert.Contains(said.Measurements, one => one.Contains("route=(none) method=OTHER", StringComparison.Ordinal) || one.Contains("route=/{type} method=OTHER", StringComparison.Ordinal));
        Assert.Contains(said.Spans, one => one.StartsWith("0af7651916cd43dd8448eb211c80319c PUT /{type}/{id}", StringComparison.Ordinal));
        foreach (string line in said.Lines.Concat(said.Measurements).Concat(said.Spans)) Assert.DoesNotContain(Planted, line, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>Everything that the program's own meters, sources and loggers give out while it lives.</summary>
    private sealed class Said : ILoggerProvider, IDisposable
    {
        private readonly MeterListener _meters = new();
        private readonly ActivityListener _activities;
        private readonly ConcurrentQueue<string> _lines = new(), _measurements = new(), _spans = new();

        public Said()
        {
            _meters.InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name.StartsWith("Consortium.", StringComparison.Ordinal)) listener.EnableMeasurementEvents(instrument);
            };
            _meters.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Keep(instrument, value, tags));
            _meters.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Keep(instrument, value, tags));
            _meters.Start();
            _activities = new ActivityListener
            {
                ShouldListenTo = source => source.Name.StartsWith("Consortium.", StringComparison.Ordinal) || source.Name == "MassTransit",
                Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
                ActivityStopped = activity => _spans.Enqueue(
                    $"{activity.TraceId} {activity.DisplayName} {activity.TraceStateString} {string.Join(' ', activity.TagObjects)} {string.Join(' ', activity.Baggage)} {string.Join(' ', activity.Events.SelectMany(e => e.Tags))}"),
            };
            ActivitySource.AddActivityListener(_activities);
        }

        public IReadOnlyCollection<string> Lines => _lines;

        public IReadOnlyCollection<string> Measurements => _measurements;

        public IReadOnlyCollection<string> Spans => _spans;

        public ILogger CreateLogger(string categoryName) => new Logger(_lines);

        public void Dispose()
        {
            _meters.Dispose();
            _activities.Dispose();
        }

        private void Keep<T>(Instrument instrument, T value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            List<string> words = [];
            foreach (KeyValuePair<string, object?> tag in tags) words.Add($"{tag.Key}={tag.Value}");
            _measurements.Enqueue(string.Create(CultureInfo.InvariantCulture, $"{instrument.Name} {string.Join(' ', words)} {value}"));
        }

        private sealed class Logger(ConcurrentQueue<string> lines) : ILogger
        {
            public IDisposable? BeginScope<TState>(TState state)
                where TState : notnull => null;

            public bool IsEnabled(LogLevel logLevel) => true;

            public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => lines.Enqueue($"{formatter(state, exception)} {exception}");
        }
    }
}
