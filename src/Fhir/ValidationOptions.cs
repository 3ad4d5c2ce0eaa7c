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

    /// <summary>Texts that look like HTML are errors: content that a careless viewer would run. R4 allows them; off by default.</summary>
    public bool RefuseMarkup { get; init; }

    /// <summary>URLs on the hosts that RFC 2606 reserves for examples are errors, for data in earnest. Off by default.</summary>
    public bool RefuseExampleUrls { get; init; }

    /// <summary>
    /// Targets have to be at hand, in the document or from <see cref="ResolveReference"/>: that of each relative reference inside a
    /// Bundle or Parameters, and any that a profile wants to conform to another profile. Where one is not, that is an error;
    /// otherwise the former is silent and the latter an information issue. Off by default.
    /// </summary>
    public bool RequireTargets { get; init; }

    /// <summary>
    /// Only errors are looked for: what could at most be a warning or a remark is not checked, listed or counted. For a caller who
    /// asks whether a resource may pass, and no more; it takes less time. Off by default.
    /// </summary>
    public bool ErrorsOnly { get; init; }

    /// <summary>The clock behind <c>now()</c> and <c>today()</c>, and relative minimum and maximum values.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;
}
