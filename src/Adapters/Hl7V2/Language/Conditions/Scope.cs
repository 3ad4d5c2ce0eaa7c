using Consortium.Adapters.Hl7V2.Er7;

namespace Consortium.Adapters.Hl7V2.Language.Conditions;

/// <summary>
/// What a row looks at while it runs: its segment, the value of its type map, the repetition at hand, and the segments around.
/// One for each map at work, which moves it from value to value.
/// </summary>
internal sealed class Scope(Er7Segment segment, ISegmentFinder surroundings)
{
    private Er7Value _row;
    private Er7Value _repetition;
    private bool _isAtRow;

    /// <summary>The segment that is being mapped; within a type map the one that the value stands in.</summary>
    public Er7Segment Segment { get; private set; } = segment;

    /// <summary>The other segments of the message, the nearest first.</summary>
    public ISegmentFinder Surroundings { get; private set; } = surroundings;

    /// <summary>In a type map the value that is being mapped.</summary>
    public Er7Value Own { get; private set; }

    /// <summary>The row's value: its <c>from</c>, in the repetition at hand.</summary>
    public Er7Value Row
    {
        get => _isAtRow ? _row : default;
        init => (_row, _isAtRow) = (value, true);
    }

    /// <summary>The repetition at hand; of field 0 where there is none.</summary>
    public Er7Value Repetition => _isAtRow ? _repetition : default;

    /// <summary>The field of <see cref="Repetition"/>; 0 where there is none.</summary>
    public int RepeatedField => _isAtRow ? _repetition.Field : 0;

    /// <summary>Takes it to a map on a segment, or on a value in it.</summary>
    public void Begin(Er7Segment segment, ISegmentFinder surroundings, in Er7Value own)
    {
        (Segment, Surroundings) = (segment, surroundings);
        Own = own;
        Leave();
    }

    /// <summary>Takes it to a row's value.</summary>
    public void At(in Er7Value repetition, in Er7Value row)
    {
        _repetition = repetition;
        _row = row;
        _isAtRow = true;
    }

    /// <summary>Says that no row has come to a value.</summary>
    public void Leave() => _isAtRow = false;
}

/// <summary>Finds segments: in the group of the one that is being mapped, then in the enclosing ones.</summary>
internal interface ISegmentFinder
{
    /// <summary>The nearest segment of a name, which must be an interned one as those of segments are (<see cref="Er7Names"/>); null where there is none.</summary>
    Er7Segment? Find(string name);
}
