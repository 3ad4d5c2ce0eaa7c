using Consortium.Integrity;

namespace Consortium.FhirFacade.Store;

/// <summary>The current pointer of a resource, as a write transaction reads, locks and changes it.</summary>
internal sealed class Head
{
    /// <summary>Its number in the store, by which the index knows it; 0 where it has none yet.</summary>
    public long Key { get; set; }

    /// <summary>True where the pointer stands in the database; false where it is still to be made.</summary>
    public bool IsStored { get; init; }

    /// <summary>The current version; 0 where the resource was never stored.</summary>
    public long Version { get; set; }

    /// <summary>True where the current version is a deletion.</summary>
    public bool Deleted { get; set; }

    /// <summary>Time of the current version, in milliseconds.</summary>
    public long UpdatedAt { get; set; }

    /// <summary>The subject tag of the current version.</summary>
    public Tag128 SubjectTag { get; set; }

    /// <summary>The source of the latest authoritative intake.</summary>
    public string? Source { get; set; }

    /// <summary>The intake sequence of the latest authoritative intake of <see cref="Source"/>.</summary>
    public long? IntakeSequence { get; set; }

    /// <summary>The bytes of the current version, where they were asked for.</summary>
    public byte[]? Body { get; set; }

    /// <summary>True where the resource exists and is not deleted.</summary>
    public bool IsLive => Version > 0 && !Deleted;
}
