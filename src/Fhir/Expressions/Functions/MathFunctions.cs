namespace Consortium.Fhir.Expressions.Functions;

/// <summary>Mathematical functions (FHIRPath N1 5.7). What has no real result is empty.</summary>
internal static class MathFunctions
{
    public static readonly Dictionary<string, (int, int, Function)> All = new(StringComparer.Ordinal)
    {
        ["abs"] = (0, 0, Abs),
        ["ceiling"] = Number(static x => Whole(decimal.Ceiling(x))),
        ["floor"] = Number(static x => Whole(decimal.Floor(x))),
        ["truncate"] = Number(static x => Whole(decimal.Truncate(x))),
        ["exp"] = Number(static x => Real(Math.Exp((double)x))),
        ["ln"] = Number(static x => Real(Math.Log((double)x))),
        ["sqrt"] = Number(static x => Real(Math.Sqrt((double)x))),
        ["log"] = (1, 1, Log),
        ["power"] = (1, 1, Power),
        ["round"] = (0, 1, Round),
    };

    private static (int, int, Function) Number(Func<decimal, PathValue?> function) =>
        (0, 0, (Evaluation e, in Scope scope, PathList input, Expression[] a, PathList output) =>
        {
            if (Take(input, out PathValue x) && function(x.Decimal) is { } result) output.Add(result);
        });

    private static bool Take(PathList input, out PathValue number)
    {
        number = default;
        if (!Singleton.TryTake(input, out PathValue item)) return false;
        return item.TrySystem(out number) && number.IsNumber ? true : throw new FhirPathException("A number is expected.");
    }

    private static bool TryArgument(Expression argument, Evaluation e, in Scope scope, out PathValue number)
    {
        number = default;
        if (!Singleton.TryEvaluate(argument, e, scope, out PathValue item)) return false;
        return item.TrySystem(out number) && number.IsNumber ? true : throw new FhirPathException("A number is expected.");
    }

    private static PathValue? Whole(decimal value) => value is >= int.MinValue and <= int.MaxValue ? PathValue.Of((long)value) : null;

    private static PathValue? Real(double value) =>
        double.IsFinite(value) && Math.Abs(value) < (double)decimal.MaxValue ? PathValue.Of((decimal)value) : null;

    private static void Abs(Evaluation e, in Scope scope, PathList input, Expression[] arguments, PathList output)
    {
        if (!Singleton.TryTake(input, out PathValue item)) return;
        if (!item.TrySystem(out PathValue value)) throw new FhirPathException("A number or Quantity is expected.");
        output.Add(value.Kind switch
        {
            PathKind.Integer => PathValue.Of(Math.Abs(value.Integer)),
            PathKind.Decimal => PathValue.Of(Math.Abs(value.Decimal)),
            PathKind.Quantity => PathValue.Of(value.Quantity.WithNumber(Math.Abs(value.Quantity.Number))),
            _ => throw new FhirPathException("A number or Quantity is expected."),
        });
    }

    private static void Log(Evaluation e, in Scope scope, PathList input, Expression[] arguments, PathList output)
    {
        if (Take(input, out PathValue x) && TryArgument(arguments[0], e, scope, out PathValue b) && Real(Math.Log((double)x.Decimal) / Math.Log((double)b.Decimal)) is { } result)
        {
            // log(16, 2) is 4 and not 3.9999…
            decimal near = Math.Round(result.Decimal, 12);
            output.Add(PathValue.Of(near));
        }
    }

    private static void Power(Evaluation e, in Scope scope, PathList input, Expression[] arguments, PathList output)
    {
        if (!Take(input, out PathValue x) || !TryArgument(arguments[0], e, scope, out PathValue exponent)) return;
        if (Real(Math.Pow((double)x.Decimal, (double)exponent.Decimal)) is not { } result) return;
        bool whole = x.Kind == PathKind.Integer && exponent.Kind == PathKind.Integer && exponent.Integer >= 0;
        if ((whole ? Whole(result.Decimal) : result) is { } value) output.Add(value);
    }

    private static void Round(Evaluation e, in Scope scope, PathList input, Expression[] arguments, PathList output)
    {
        if (!Take(input, out PathValue x)) return;
        long digits = 0;
        if (arguments.Length > 0 && !Singleton.TryInteger(arguments[0], e, scope, out digits)) return;
        if (digits < 0) throw new FhirPathException("round() takes a precision of 0 or more.");
        output.Add(PathValue.Of(digits > 28 ? x.Decimal : Math.Round(x.Decimal, (int)digits, MidpointRounding.AwayFromZero)));
    }
}
