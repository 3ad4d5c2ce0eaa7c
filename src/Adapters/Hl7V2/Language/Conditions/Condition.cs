using Consortium.Adapters.Hl7V2.Er7;

namespace Consortium.Adapters.Hl7V2.Language.Conditions;

/// <summary>A compiled condition. Conditions look at values without saying that they were used; <see cref="Tested"/> is said by the row that came to apply.</summary>
internal abstract class Condition
{
    /// <summary>Whether it holds.</summary>
    public abstract bool Holds(Scope scope);

    /// <summary>The places whose very content decided: their meaning went into the choice.</summary>
    public virtual IEnumerable<Place> Tested => [];

    /// <summary>All places that it looks at.</summary>
    public abstract IEnumerable<Place> Places { get; }
}

/// <summary>VALUED, EXISTS.</summary>
internal sealed class IsValued(Place place) : Condition
{
    public override IEnumerable<Place> Places => [place];

    public override bool Holds(Scope scope) => place.IsSegment ? place.SegmentIsThere(scope) : place.MayHaveData(scope) && place.TryFind(scope, out Er7Value value) && value.HasData;
}

/// <summary>EQUALS and IN.</summary>
internal sealed class IsOneOf(Place place, IEnumerable<string> texts) : Condition
{
    private readonly TextSet _texts = new(texts);

    public override IEnumerable<Place> Places => [place];

    public override IEnumerable<Place> Tested => [place];

    public override bool Holds(Scope scope) =>
        place.MayHaveData(scope) && place.TryFind(scope, out Er7Value value) && value.HasData && _texts.Has(value);
}

/// <summary>EQUALS with a place on the right: both absent are equal to nothing.</summary>
internal sealed class IsSame(Place left, Place right) : Condition
{
    public override IEnumerable<Place> Places => [left, right];

    public override bool Holds(Scope scope) =>
        left.TryFind(scope, out Er7Value a) && right.TryFind(scope, out Er7Value b) && a.PeekText is { } text && string.Equals(text, b.PeekText, StringComparison.Ordinal);
}

/// <summary>COUNT and LENGTH against a number.</summary>
internal sealed class Measured(Place place, bool isCount, Func<int, bool> comparison) : Condition
{
    public override IEnumerable<Place> Places => [place];

    public override bool Holds(Scope scope)
    {
        int number = 0;
        if (!isCount)
        {
            number = place.TryFind(scope, out Er7Value value) ? value.TextLength : 0;
        }
        else if (place.Component == 0 && place.TryFindField(scope, out Er7Value field))
        {
            number = field.RepetitionCount;
        }
        else if (place.TryFind(scope, out Er7Value part) && part.HasData)
        {
            number = 1;
        }

        return comparison(number);
    }
}

/// <summary>FIRST: the segment is the first of its name in its group, or in the message where the map has no groups.</summary>
internal sealed class IsFirst(Place place) : Condition
{
    public override IEnumerable<Place> Places => [place];

    public override bool Holds(Scope scope)
    {
        Er7Segment? first = scope.Surroundings.Find(place.Name);
        return place.Base == PlaceBase.Segment ? ReferenceEquals(first, scope.Segment) : first is { Occurrence: 1 };
    }
}

/// <summary>OCCURRENCE: which segment of its name in the message it is, the first is 1.</summary>
internal sealed class IsOccurrence(Place place, Func<int, bool> comparison) : Condition
{
    public override IEnumerable<Place> Places => [place];

    public override bool Holds(Scope scope) =>
        (place.Base == PlaceBase.Segment ? scope.Segment : scope.Surroundings.Find(place.Name)) is { } segment && comparison(segment.Occurrence);
}

/// <summary>NOT.</summary>
internal sealed class Not(Condition inner) : Condition
{
    public override IEnumerable<Place> Places => inner.Places;

    public override IEnumerable<Place> Tested => inner.Tested;

    public override bool Holds(Scope scope) => !inner.Holds(scope);
}

/// <summary>AND, OR.</summary>
internal sealed class Several(IReadOnlyList<Condition> parts, bool all) : Condition
{
    private readonly Condition[] _parts = [.. parts];

    public override IEnumerable<Place> Places => _parts.SelectMany(part => part.Places);

    public override IEnumerable<Place> Tested => _parts.SelectMany(part => part.Tested);

    public override bool Holds(Scope scope)
    {
        foreach (Condition part in _parts)
        {
            if (part.Holds(scope) != all) return !all;
        }

        return all;
    }
}
