using Consortium.Adapters.Hl7V2.Language.Model;

namespace Consortium.Adapters.Hl7V2.Language.Conditions;

/// <summary>The condition language over HL7 v2 messages.</summary>
internal static class ConditionParser
{
    /// <summary>Compiles a condition.</summary>
    /// <param name="text">As written.</param>
    /// <param name="map">The map that it stands in; null in a message map.</param>
    /// <param name="isType">True in a type map.</param>
    /// <param name="rowValue">The row's <c>from</c>, which a condition without a place is about.</param>
    /// <exception cref="Site.SiteConfigurationException">It does not parse; names file, line and column.</exception>
    public static Condition Parse(MapText text, MapName? map, bool isType, Place? rowValue) =>
        ConditionParser<Place, Condition>.Parse(text, new Terms(map, isType), rowValue);

    private sealed class Terms(MapName? map, bool isType) : IConditionTerms<Place, Condition>
    {
        public string Example => "PID-5.1";

        public Place Place(string text, Func<string, Exception> fault) => Conditions.Place.Read(text, map, isType, fault);

        public Condition Valued(Place place) => new IsValued(place);

        public Condition OneOf(Place place, IReadOnlyList<string> texts) => new IsOneOf(place, texts);

        public Condition Same(Place left, Place right) => new IsSame(left, right);

        public Condition Length(Place place, Func<int, bool> compare) => new Measured(place, isCount: false, compare);

        public Condition Count(Place place, Func<int, bool> compare, MapText text) => new Measured(place, isCount: true, compare);

        public Condition First(Place place, MapText text) => new IsFirst(OfSegment(place, text));

        public Condition Occurrence(Place place, Func<int, bool> compare, MapText text) => new IsOccurrence(OfSegment(place, text), compare);

        public Condition Not(Condition inner) => new Not(inner);

        public Condition Several(IReadOnlyList<Condition> parts, bool all) => new Several(parts, all);

        private static Place OfSegment(Place place, MapText text) =>
            place.IsSegment ? place : throw text.Fault($"{place.Text} is a field; FIRST and OCCURRENCE are said of a segment, such as RXR.");
    }
}
