using System.Globalization;
using Consortium.Adapters.Hl7V2.Er7;
using Consortium.Adapters.Hl7V2.Language.Model;

namespace Consortium.Adapters.Hl7V2.Language.Conditions;

/// <summary>What the numbers of a place count from.</summary>
internal enum PlaceBase
{
    /// <summary>The segment that is being mapped.</summary>
    Segment,

    /// <summary>The value of the type map.</summary>
    Own,

    /// <summary>The row's value.</summary>
    Row,

    /// <summary>The nearest segment of another name.</summary>
    Other,
}

/// <summary>A place in a message as maps write it: <c>PID-5.1</c>, <c>CX.4.2</c>, <c>PID-5[1]</c>, <c>ORC</c>.</summary>
internal sealed class Place
{
    private Place(PlaceBase kind, string text, string name)
    {
        Base = kind;
        Text = text;
        Name = string.Intern(name); // as those of segments are (Er7Names): two that differ are known to by their references alone
    }

    public PlaceBase Base { get; }

    /// <summary>As written.</summary>
    public string Text { get; }

    /// <summary>Segment or data type.</summary>
    public string Name { get; }

    /// <summary>Field; 0 for the segment itself, and where numbers count from a value.</summary>
    public int Field { get; private init; }

    /// <summary>Component; 0 for the whole.</summary>
    public int Component { get; private init; }

    /// <summary>Sub-component; 0 for the whole.</summary>
    public int SubComponent { get; private init; }

    /// <summary>The repetition asked for; 0 for all, or the one at hand.</summary>
    public int Repetition { get; private init; }

    /// <summary>The segment itself, not a value in it.</summary>
    public bool IsSegment => Base is PlaceBase.Segment or PlaceBase.Other && Field == 0;

    /// <summary>Reads a place.</summary>
    /// <param name="text">As written, such as <c>PID-5.1</c>.</param>
    /// <param name="map">The map that it stands in; null for a message map, where every place names its segment.</param>
    /// <param name="isType">True in a type map.</param>
    /// <param name="fault">Makes an error of a problem.</param>
    public static Place Read(string text, MapName? map, bool isType, Func<string, Exception> fault)
    {
        if (text == "$this" && map is not null) return new Place(isType ? PlaceBase.Own : PlaceBase.Segment, text, map.Source);
        int length = 0;
        while (length < text.Length && char.IsAsciiLetterOrDigit(text[length])) length++;
        string name = text[..length].ToUpperInvariant();
        if (name.Length is < 2 or > 3 || !char.IsAsciiLetterUpper(name[0])) throw fault($"`{text}` is no place in a message; PID-5.1 or CX.4 is one.");
        if (length == text.Length)
        {
            PlaceBase whole = name != map?.Source ? PlaceBase.Other : isType ? PlaceBase.Own : PlaceBase.Segment;
            if (whole == PlaceBase.Other && name.Length != 3) throw fault($"`{text}` is no segment.");
            return new Place(whole, text, name);
        }

        char separator = text[length];
        string rest = text[(length + 1)..];
        int repetition = 0;
        int bracket = rest.IndexOf('[', StringComparison.Ordinal);
        if (bracket >= 0)
        {
            int close = rest.IndexOf(']', bracket);
            if (close < 0 || !TryNumber(rest[(bracket + 1)..close], out repetition)) throw fault($"`{text}`: a number of a repetition is expected in the brackets.");
            rest = rest.Remove(bracket, close - bracket + 1);
        }

        string[] parts = rest.Split('.');
        int[] numbers = new int[3];
        for (int i = 0; i < parts.Length; i++)
        {
            if (i == 3 || !TryNumber(parts[i], out numbers[i])) throw fault($"`{text}` is no place in a message; PID-5.1 or CX.4 is one.");
        }

        if (separator is not ('-' or '.')) throw fault($"`{text}` is no place in a message; PID-5.1 or CX.4 is one.");
        bool own = name == map?.Source;
        bool ofValue = own ? isType : separator == '.';
        if (ofValue && map is null) throw fault($"`{text}` names a data type; a field of a segment is expected here, such as PID-3.");
        if (ofValue && repetition > 0) throw fault($"`{text}`: only fields repeat.");
        if (ofValue && numbers[2] > 0) throw fault($"`{text}` goes deeper than a sub-component.");
        return ofValue
            ? new Place(own ? PlaceBase.Own : PlaceBase.Row, text, name) { Component = numbers[0], SubComponent = numbers[1] }
            : new Place(own ? PlaceBase.Segment : PlaceBase.Other, text, name) { Field = numbers[0], Component = numbers[1], SubComponent = numbers[2], Repetition = repetition };
    }

    /// <summary>The value at this place; false where its segment is absent or the place is a segment itself.</summary>
    public bool TryFind(Scope scope, out Er7Value value)
    {
        switch (Base)
        {
            case PlaceBase.Own:
                value = Part(scope.Own, Component, SubComponent);
                return true;
            case PlaceBase.Row:
                value = Part(scope.Row, Component, SubComponent);
                return scope.Row.Field > 0;
            case PlaceBase.Segment:
                value = Field == 0 ? default
                    : Repetition == 0 && scope.RepeatedField == Field ? Part(scope.Repetition, Component, SubComponent)
                    : In(scope.Segment);
                return Field > 0;
            default:
                Er7Segment? other = Field == 0 ? null : scope.Surroundings.Find(Name);
                value = other is null ? default : In(other);
                return other is not null;
        }
    }

    /// <summary>False where the field of this place is certainly without data: most of what conditions ask for is not there.</summary>
    public bool MayHaveData(Scope scope)
    {
        if (Field == 0) return true;
        Er7Segment? segment = Base switch
        {
            PlaceBase.Segment => scope.Segment,
            PlaceBase.Other => scope.Surroundings.Find(Name),
            _ => null,
        };
        return segment is null || (segment.FieldsWithData & Er7Segment.BitOf(Field)) != 0;
    }

    /// <summary>All of the field at this place; false where its segment is absent.</summary>
    public bool TryFindField(Scope scope, out Er7Value field)
    {
        Er7Segment? segment = Base switch
        {
            PlaceBase.Segment => scope.Segment,
            PlaceBase.Other => scope.Surroundings.Find(Name),
            _ => null,
        };
        field = segment is null || Field == 0 ? default : segment[Field];
        return segment is not null && Field > 0;
    }

    /// <summary>Whether the segment of this place is there.</summary>
    public bool SegmentIsThere(Scope scope) => Base == PlaceBase.Segment || scope.Surroundings.Find(Name) is not null;

    /// <summary>Component and sub-component of a value, as far as this place names them.</summary>
    public Er7Value PartOf(Er7Value repetition) => Part(repetition, Component, SubComponent);

    /// <inheritdoc/>
    public override string ToString() => Text;

    private static Er7Value Part(Er7Value value, int component, int subComponent)
    {
        if (component == 0) return value;
        return subComponent == 0 ? value[component] : value[component][subComponent];
    }

    private static bool TryNumber(string text, out int number) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number is > 0 and < 1000;

    private Er7Value In(Er7Segment segment)
    {
        Er7Value field = segment[Field];
        if (Repetition > 0)
        {
            foreach (Er7Value repetition in field.Repetitions())
            {
                if (repetition.Repetition == Repetition) return Part(repetition, Component, SubComponent);
            }

            return segment[segment.FieldCount + 1]; // a repetition that is not there is absent
        }

        return Part(field, Component, SubComponent);
    }
}
