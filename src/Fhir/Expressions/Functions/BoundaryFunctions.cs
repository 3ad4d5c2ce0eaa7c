namespace Consortium.Fhir.Expressions.Functions;

/// <summary>
/// <c>lowBoundary</c>, <c>highBoundary</c>, <c>precision</c> and <c>comparable</c>: the least and greatest value that one of limited precision may
/// stand for (FHIRPath, Boundary functions). Precision counts decimals of a number and digits of a date or time.
/// </summary>
internal static class BoundaryFunctions
{
    private const int MostDecimals = 28;

    public static readonly Dictionary<string, (int, int, Function)> All = new(StringComparer.Ordinal)
    {
        ["lowBoundary"] = (0, 1, static (Evaluation e, in Scope s, PathList input, Expression[] a, PathList output) => Boundary(e, s, input, a, output, high: false)),
        ["highBoundary"] = (0, 1, static (Evaluation e, in Scope s, PathList input, Expression[] a, PathList output) => Boundary(e, s, input, a, output, high: true)),
        ["precision"] = (0, 0, Precision),
        ["comparable"] = (1, 1, Comparable),
    };

    private static void Boundary(Evaluation e, in Scope scope, PathList input, Expression[] arguments, PathList output, bool high)
    {
        if (!Singleton.TryTake(input, out PathValue item) || !item.TrySystem(out PathValue value)) return;
        long? digits = null;
        if (arguments.Length > 0)
        {
            if (!Singleton.TryInteger(arguments[0], e, scope, out long asked)) return;
            digits = asked;
        }

        PathValue? boundary = value.Kind switch
        {
            PathKind.Integer or PathKind.Decimal => Number(value.Decimal, digits ?? 8, high) is { } number ? PathValue.Of(number) : null,
            PathKind.Quantity => Number(value.Quantity.Number, digits ?? 8, high) is { } amount ? PathValue.Of(value.Quantity.WithNumber(amount)) : null,
            PathKind.Date or PathKind.DateTime or PathKind.Time => value.DateTime.Boundary(digits, high) is { } moved ? PathValue.Of(moved) : null,
            _ => throw new FhirPathException("A number, Quantity, date or time is expected."),
        };
        if (boundary is { } result) output.Add(result);
    }

    private static decimal? Number(decimal value, long decimals, bool high)
    {
        if (decimals is < 0 or > MostDecimals) return null;
        try
        {
            return Edge(value, (int)decimals, high);
        }
        catch (OverflowException)
        {
            return null;
        }
    }

    private static decimal Edge(decimal value, int decimals, bool high)
    {
        decimal half = new(5, 0, 0, false, (byte)Math.Min(value.Scale + 1, MostDecimals));
        decimal edge = high ? value + half : value - half;
        // Fewer decimals than the edge has: the outer edge is rounded, the inner one cut, as the official suite has it.
        bool outer = edge < 0 != high;
        decimal rounded = Math.Round(edge, decimals, outer ? MidpointRounding.AwayFromZero : MidpointRounding.ToZero);
        // Adding a zero of that scale gives the result its decimals.
        return rounded + new decimal(0, 0, 0, false, (byte)decimals);
    }

    private static void Comparable(Evaluation e, in Scope scope, PathList input, Expression[] arguments, PathList output)
    {
        if (!Singleton.TryTake(input, out PathValue item) || !Singleton.TryEvaluate(arguments[0], e, scope, out PathValue other)) return;
        if (!item.TrySystem(out PathValue x) || !other.TrySystem(out PathValue y) || PathQuantity.From(x) is not { } a || PathQuantity.From(y) is not { } b)
        {
            throw new FhirPathException("comparable() takes Quantities.");
        }

        output.Add(PathValue.Of(QuantityComparison.AreComparable(a, b)));
    }

    private static void Precision(Evaluation e, in Scope scope, PathList input, Expression[] arguments, PathList output)
    {
        if (!Singleton.TryTake(input, out PathValue item) || !item.TrySystem(out PathValue value)) return;
        output.Add(PathValue.Of(value.Kind switch
        {
            PathKind.Integer or PathKind.Decimal => (long)value.Decimal.Scale,
            PathKind.Date or PathKind.DateTime or PathKind.Time => value.DateTime.DigitCount,
            _ => throw new FhirPathException("A number, date or time is expected."),
        }));
    }
}
