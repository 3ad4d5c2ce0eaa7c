namespace Consortium.Fhir;

/// <summary>What a validation checks beyond R4 itself.</summary>
public sealed record ValidationOptions
{
    /// <summary>Canonical URLs of profiles that every validated resource is checked against, besides its own <c>meta.profile</c>.</summary>
    public IReadOnlyList<string> Profiles { get; init; } = [];

    /// <summary>
    /// Gives the resource that a reference names where the document itself does not have it, or null where it is not known.
    /// Called with the reference as written; must be thread-safe where the validator is shared.
    /// </summary>
    public Func<string, FhirDocument?>? ResolveReference { get; init; }

    /// <summary>The clock behind <c>now()</c> and <c>today()</c>, and relative minimum and maximum values.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;
}
