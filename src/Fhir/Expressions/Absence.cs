namespace Consortium.Fhir.Expressions;

/// <summary>What is known of an expression's value without evaluating it.</summary>
internal enum Known : byte
{
    Unknown,
    Empty,
    False,
    True,
}

/// <summary>
/// What an expression gives where the focus has none of some children: most invariants speak of elements that a resource
/// leaves out, and are decided by one test of a bit mask. Bits are positions in the focus type's elements.
/// </summary>
internal readonly record struct Absence(Known Value, ulong Children)
{
    public static readonly Absence Unknown;

    /// <summary>The value in a Boolean context.</summary>
    public bool? Truth => Value switch { Known.True => true, Known.False => false, _ => null };

    /// <summary>A literal is the same whatever the focus has.</summary>
    public static Absence OfLiteral(in PathValue? value) =>
        value is { Kind: PathKind.Boolean } literal ? new(literal.Boolean ? Known.True : Known.False, 0) : Unknown;

    /// <summary>The function of that name on an input of which only this is known.</summary>
    public static Absence OfCall(string function, Absence input)
    {
        if (input.Value == Known.Unknown) return Unknown;
        if (function == "not") return new(Not(input.Value), input.Children);
        if (input.Value != Known.Empty) return Unknown;
        Known value = function switch
        {
            "exists" or "hasValue" or "anyTrue" or "anyFalse" => Known.False,
            "empty" or "all" or "allTrue" or "allFalse" or "isDistinct" or "subsetOf" => Known.True,
            // These take something else from an empty input than an empty output.
            "count" or "supersetOf" or "iif" or "aggregate" or "union" or "combine" or "coalesce" or "now" or "today" or "timeOfDay" or "defineVariable" or "sum" => Known.Unknown,
            _ => Known.Empty,
        };
        return value == Known.Unknown ? Unknown : new(value, input.Children);
    }

    /// <summary>An operator between two operands of which only this is known.</summary>
    public static Absence OfOperator(string op, Absence left, Absence right)
    {
        switch (op)
        {
            case "and":
                return left.Value == Known.False ? left : right.Value == Known.False ? right : Both(left, right, left.Truth & right.Truth);
            case "or":
                return left.Value == Known.True ? left : right.Value == Known.True ? right : Both(left, right, left.Truth | right.Truth);
            case "implies":
                return left.Value == Known.False ? new(Known.True, left.Children) : right.Value == Known.True ? right : Both(left, right, !left.Truth | right.Truth);
            case "xor":
                return Both(left, right, left.Truth ^ right.Truth);
            case "|":
                return left.Value == Known.Empty && right.Value == Known.Empty ? new(Known.Empty, left.Children | right.Children) : Unknown;
            // Equivalence, membership and concatenation have an answer for an empty operand too.
            case "=" or "!=" or "<" or "<=" or ">" or ">=" or "+" or "-" or "*" or "/" or "div" or "mod":
                return left.Value == Known.Empty ? left : right.Value == Known.Empty ? right : Unknown;
            default:
                return Unknown;
        }
    }

    private static Absence Both(Absence left, Absence right, bool? truth)
    {
        if (left.Value == Known.Unknown || right.Value == Known.Unknown) return Unknown;
        return new(truth switch { true => Known.True, false => Known.False, _ => Known.Empty }, left.Children | right.Children);
    }

    private static Known Not(Known value) => value switch { Known.True => Known.False, Known.False => Known.True, _ => value };
}
