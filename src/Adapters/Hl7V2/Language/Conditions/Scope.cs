using Consortium.Adapters.Hl7V2.Er7;

namespace Consortium.Adapters.Hl7V2.Language.Conditions;

/// <summary>What a row looks at while it runs: its segment, the value of its type map, the repetition at hand, and the segments around.</summary>
internal readonly struct Scope(Er7Segment segment, ISegmentFinder surroundings)
{
    /// <summary>The segment that is being mapped; within a type map the one that the value stands in.</summary>
    public Er7Segment Segment { get; } = segment;

    /// <summary>The other segments of the message, the nearest first.</summary>
    public ISegmentFinder Surroundings { get; } = surroundings;

    /// <summary>In a type map the value that is being mapped.</summary>
    public Er7Value Own { get; init; }

    /// <summary>The row's value: its <c>from</c>, in the repetition at hand.</summary>
    public Er7Value Row { get; init; }

    /// <summary>The repetition at hand; of field 0 where there is none.</summary>
    public Er7Value Repetition { get; init; }

    /// <summary>The scope of a row that has come to a repetition.</summary>
    public Scope At(Er7Value repetition, Er7Value row) => new(Segment, Surroundings) { Own = Own, Repetition = repetition, Row = row };

    /// <summary>The scope of a type map on a value.</summary>
    public Scope Within(Er7Value own) => new(Segment, Surroundings) { Own = own };
}

/// <summary>Finds segments: in the group of the one that is being mapped, then in the enclosing ones.</summary>
internal interface ISegmentFinder
{
    /// <summary>The nearest segment of a name; null where there is none.</summary>
    Er7Segment? Find(string name);
}
