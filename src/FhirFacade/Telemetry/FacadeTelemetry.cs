using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.Http;

namespace Consortium.FhirFacade.Telemetry;

/// <summary>
/// What is measured and traced of the FHIR endpoint: meter and source <c>Consortium.FhirFacade</c>. Tags are route templates, verbs, statuses and reasons, all of them from short
/// lists of this program: no id, no parameter, no value of a request.
/// </summary>
internal static class FacadeTelemetry
{
    public const string Name = "Consortium.FhirFacade";

    private static readonly ActivitySource Source = new(Name);
    private static readonly Meter Meter = new(Name);
    private static readonly Histogram<double> Requests = Meter.CreateHistogram<double>("fhir.request.duration", "s", "Requests, from their headers until the answer is written");
    private static readonly UpDownCounter<long> Active = Meter.CreateUpDownCounter<long>("fhir.request.active", "{request}", "Requests under way");
    private static readonly Counter<long> Refusals = Meter.CreateCounter<long>("fhir.request.refused", "{request}", "Requests refused by a limit: rate, time, cost, size");
    private static readonly Histogram<long> SearchCosts = Meter.CreateHistogram<long>("fhir.search.cost", "{point}", "What searches were estimated to cost before they ran");
    private static readonly Counter<long> Notifications = Meter.CreateCounter<long>("fhir.subscription.notification", "{notification}", "Notifications of subscriptions by outcome: sent, failed (and tried again), off (given up with their subscription)");
    private static readonly HashSet<string> Verbs = new(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"], StringComparer.Ordinal);

    /// <summary>The traces that this request's span belongs to, and its measurement; dispose it when the answer is written.</summary>
    /// <param name="context">The request.</param>
    /// <param name="route">Its template; never the path itself.</param>
    public static RequestSpan Begin(HttpContext context, string route)
    {
        string verb = Verbs.Contains(context.Request.Method) ? context.Request.Method : "OTHER";
        Active.Add(1);
        return new RequestSpan(context, route, verb, Source.HasListeners() ? Start(context, $"{verb} {route}") : null);
    }

    /// <summary>A span within the one that is under way.</summary>
    public static Activity? Span(string name) => Source.HasListeners() ? Source.StartActivity(name) : null;

    /// <summary>A limit refused a request.</summary>
    /// <param name="reason">Which: <c>rate</c>, <c>time</c>, <c>cost</c>, <c>size</c>.</param>
    public static void Refused(string reason) => Refusals.Add(1, new KeyValuePair<string, object?>("reason", reason));

    /// <summary>A search was estimated.</summary>
    public static void SearchCost(int points) => SearchCosts.Record(points);

    /// <summary>A notification was tried.</summary>
    /// <param name="outcome"><c>sent</c>, <c>failed</c> or <c>off</c>.</param>
    public static void Notified(string outcome) => Notifications.Add(1, new KeyValuePair<string, object?>("outcome", outcome));

    // The caller's traceparent is the parent (W3C Trace Context); its tracestate and baggage, which may hold anything, go no further.
    // The web server's own activity, which names the path, is neither parent nor exported.
    private static Activity? Start(HttpContext context, string name)
    {
        Activity.Current = null;
        ActivityContext.TryParse(context.Request.Headers.TraceParent, null, isRemote: true, out ActivityContext parent);
        return Source.StartActivity(name, ActivityKind.Server, parent);
    }

    /// <summary>One request, measured and traced.</summary>
    internal sealed class RequestSpan(HttpContext context, string route, string verb, Activity? activity) : IDisposable
    {
        private readonly long _began = Stopwatch.GetTimestamp();

        public void Dispose()
        {
            int status = context.RequestAborted.IsCancellationRequested && !context.Response.HasStarted ? 499 : context.Response.StatusCode;
            Active.Add(-1);
            Requests.Record(Stopwatch.GetElapsedTime(_began).TotalSeconds, new("route", route), new("method", verb), new KeyValuePair<string, object?>("status", status));
            if (activity is null) return;
            activity.SetTag("http.request.method", verb);
            activity.SetTag("http.route", route);
            activity.SetTag("http.response.status_code", status);
            if (status >= 500) activity.SetStatus(ActivityStatusCode.Error);
            activity.Dispose();
        }
    }
}
