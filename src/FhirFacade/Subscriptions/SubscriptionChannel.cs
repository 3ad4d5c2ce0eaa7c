namespace Consortium.FhirFacade.Subscriptions;

/// <summary>A subscription as the server acts on it.</summary>
/// <param name="Id">The logical id of the Subscription.</param>
/// <param name="Type">The resource type that <c>criteria</c> is about.</param>
/// <param name="Criteria">The search, without its type; empty for every resource of the type.</param>
/// <param name="Endpoint">Where notifications go.</param>
/// <param name="Payload">The MIME type in which the resource is sent; null where nothing of it is.</param>
/// <param name="Headers">The lines of <c>channel.header</c>: secrets.</param>
/// <param name="EndsAt">When it ends, in milliseconds; null for never.</param>
internal sealed record SubscriptionChannel(string Id, string Type, string Criteria, string Endpoint, string? Payload, IReadOnlyList<string> Headers, long? EndsAt)
{
    /// <summary>What <c>status</c> says.</summary>
    public ChannelState State { get; init; }

    /// <summary>Never the headers.</summary>
    public override string ToString() => $"Subscription/{Id}";
}

/// <summary>How a subscription stands.</summary>
internal enum ChannelState
{
    /// <summary>Notifications are sent.</summary>
    Active,

    /// <summary>The last attempts failed; they are tried further.</summary>
    Failing,

    /// <summary>Nothing is watched or sent. The header lines are kept, so that it can begin again.</summary>
    Off,
}
