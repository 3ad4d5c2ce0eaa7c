namespace Consortium.Fhir;

/// <summary>What an evaluation of FHIRPath may ask beyond the document itself.</summary>
public sealed record FhirPathEnvironment
{
    /// <summary>The definitions that <c>conformsTo()</c> and <c>memberOf()</c> ask.</summary>
    public FhirDefinitions Definitions { get; init; } = FhirDefinitions.R4;

    /// <summary>
    /// Gives the resource that <c>resolve()</c> asks for where the document itself does not have it, or null where it is not known.
    /// Called with the reference as written.
    /// </summary>
    public Func<string, FhirDocument?>? ResolveReference { get; init; }

    /// <summary>The clock behind <c>now()</c>, <c>today()</c> and <c>timeOfDay()</c>.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;
}
