using System.Diagnostics;

namespace Consortium.Messaging;

/// <summary>
/// Carries a trace over the outbox: what was under way when a message was written stands beside it in W3C form, so that the span of its sending, minutes later and perhaps
/// in another process, belongs to the same trace. Ids only; neither <c>tracestate</c> nor baggage, which could hold anything, is kept.
/// </summary>
public static class MessagingTraces
{
    /// <summary>Name of the source of the spans of this room.</summary>
    public const string SourceName = "Consortium.Messaging";

    /// <summary>A message that gathers the work of more traces than this links to the first of them.</summary>
    private const int MostLinks = 16;

    private static readonly ActivitySource Source = new(SourceName);

    /// <summary>The trace that is under way here, as <c>traceparent</c> (W3C Trace Context 3.2); null where none is recorded.</summary>
    public static string? Current => Activity.Current is { IdFormat: ActivityIdFormat.W3C, Recorded: true } activity ? activity.Id : null;

    /// <summary>The traces of several pieces of work that one message carries, as it is kept beside the message; null for none.</summary>
    public static string? Of(IEnumerable<string?> traces)
    {
        string joined = string.Join(',', traces.OfType<string>().Distinct(StringComparer.Ordinal).Take(MostLinks));
        return joined.Length == 0 ? null : joined;
    }

    /// <summary>Starts the span of sending a message: the child of the first of its traces, linked to the others. Null where nothing listens, or the message has no trace.</summary>
    internal static Activity? Sending(string messageType, string? traces)
    {
        if (traces is null || !Source.HasListeners()) return null;
        List<ActivityContext> contexts = [];
        foreach (string one in traces.Split(','))
        {
            if (ActivityContext.TryParse(one, null, isRemote: true, out ActivityContext context)) contexts.Add(context);
        }

        return contexts.Count == 0 ? null : Source.StartActivity(
            $"send {messageType}", ActivityKind.Producer, contexts[0], links: contexts.Skip(1).Select(context => new ActivityLink(context)));
    }
}
