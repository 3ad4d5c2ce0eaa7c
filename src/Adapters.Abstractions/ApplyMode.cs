namespace Consortium.Adapters;

/// <summary>What the hospital's store does with a resource that it already has.</summary>
public enum ApplyMode
{
    /// <summary>The record speaks with authority on this resource: replace it, unless the content is the same.</summary>
    Update,

    /// <summary>The record only mentions this resource (the patient of a laboratory report): create it where it is missing, else leave it.</summary>
    CreateIfAbsent,

    /// <summary>The record says that the resource was wrong or is gone: delete it, keeping its history.</summary>
    Delete,
}
