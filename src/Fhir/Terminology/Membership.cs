namespace Consortium.Fhir.Terminology;

/// <summary>Whether a code is in a value set or code system, as far as it can be told here.</summary>
internal enum Membership
{
    In,
    Out,

    /// <summary>The codes that would decide are not at hand.</summary>
    Undecided,
}
