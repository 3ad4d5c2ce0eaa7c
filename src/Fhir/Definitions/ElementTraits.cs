namespace Consortium.Fhir.Definitions;

/// <summary>What the walk asks of an element at every step, found once when the tables are loaded.</summary>
[Flags]
internal enum ElementTraits : byte
{
    None = 0,

    /// <summary>The <c>id</c> of an element or resource.</summary>
    Id = 1,

    /// <summary><c>contained</c>.</summary>
    Contained = 2,

    /// <summary>Holds a whole resource.</summary>
    Resource = 4,

    /// <summary>Has a binding that is more than an example.</summary>
    Bound = 8,
}

/// <summary>The cardinalities of a type's elements as bits by position.</summary>
/// <param name="Required">At least one must be there.</param>
/// <param name="Counted">Presence does not tell: more than one is required, or there is a limit other than one value.</param>
internal readonly record struct CardinalityMasks(ulong Required, ulong Counted);
