namespace Consortium.Adapters;

/// <summary>The message contract's word for what an adapter says: adapters do not know the contract, so each has its own.</summary>
internal static class PublishedApply
{
    public static Messaging.ApplyMode ForStore(this ApplyMode apply) => apply switch
    {
        ApplyMode.Update => Messaging.ApplyMode.Update,
        ApplyMode.CreateIfAbsent => Messaging.ApplyMode.CreateIfAbsent,
        ApplyMode.Delete => Messaging.ApplyMode.Delete,
        _ => throw new ArgumentOutOfRangeException(nameof(apply), apply, "The adapter gave an unknown mode."),
    };
}
