namespace Consortium.Fhir.Expressions;

/// <summary>Arithmetic and concatenation operators (FHIRPath N1 6.6).</summary>
internal sealed class ArithmeticExpression(string op, Expression left, Expression right) : Expression
{
    public override void Evaluate(Evaluation e, in Scope scope, PathList output)
    {
        if (Few(e, scope, out PathValue result) > 0) output.Add(result);
    }

    public override int Few(Evaluation e, in Scope scope, out PathValue result)
    {
        result = default;
        bool hasLeft = Singleton.TryEvaluate(left, e, scope, out PathValue a), hasRight = Singleton.TryEvaluate(right, e, scope, out PathValue b);
        if (op == "&")
        {
            // & takes empty for an empty string.
            (string before, string after) = (hasLeft ? Text(a) : string.Empty, hasRight ? Text(b) : string.Empty);
            e.SpendText((long)before.Length + after.Length);
            result = PathValue.Of(before + after);
            return 1;
        }

        if (!hasLeft || !hasRight) return 0;
        if (!a.TrySystem(out PathValue x) || !b.TrySystem(out PathValue y)) throw Unsupported(a, b);
        if (x.Kind == PathKind.String && y.Kind == PathKind.String) e.SpendText((long)x.String.Length + y.String.Length);
        if (Arithmetic.Apply(op, x, y, out bool supported) is not { } value) return supported ? 0 : throw Unsupported(x, y);
        result = value;
        return 1;
    }

    private static string Text(in PathValue value) =>
        value.TryText(out string text) ? text : value.TrySystem(out _) ? throw new FhirPathException("'&' joins Strings.") : string.Empty;

    private FhirPathException Unsupported(in PathValue a, in PathValue b)
    {
        Definitions.R4Tables tables = Definitions.R4Tables.Instance;
        return new($"'{op}' does not take {TypeSpecifier.NameOf(tables, a).Name} and {TypeSpecifier.NameOf(tables, b).Name}.");
    }
}

/// <summary>Arithmetic on System values. Overflow and division by zero give empty.</summary>
internal static class Arithmetic
{
    public static PathValue? Apply(string op, in PathValue x, in PathValue y, out bool supported)
    {
        supported = true;
        try
        {
            if (x.IsNumber && y.IsNumber) return Numbers(op, x, y);
            if (op == "+" && x.Kind == PathKind.String && y.Kind == PathKind.String) return PathValue.Of(x.String + y.String);
            if (x.IsTemporal && y.Kind == PathKind.Quantity && op is "+" or "-") return Date(op, x, y.Quantity);
            if (PathQuantity.From(x) is { } p && PathQuantity.From(y) is { } q) return QuantityArithmetic.Apply(op, p, q, out supported) is { } result ? PathValue.Of(result) : null;
        }
        catch (OverflowException)
        {
            return null;
        }

        supported = false;
        return null;
    }

    /// <summary>Number of decimals that a decimal carries, trailing zeros left out.</summary>
    public static int Scale(decimal value)
    {
        int scale = value.Scale;
        while (scale > 0 && Math.Round(value, scale - 1) == value) scale--;
        return scale;
    }

    private static PathValue? Numbers(string op, in PathValue x, in PathValue y)
    {
        bool integers = x.Kind == PathKind.Integer && y.Kind == PathKind.Integer;
        switch (op)
        {
            case "/":
                return y.Decimal == 0 ? null : PathValue.Of(x.Decimal / y.Decimal);
            case "div":
                return y.Decimal == 0 ? null : Whole(decimal.Truncate(x.Decimal / y.Decimal));
            case "mod":
                if (y.Decimal == 0) return null;
                return integers ? PathValue.Of(x.Integer % y.Integer) : PathValue.Of(x.Decimal % y.Decimal);
        }

        decimal result = op switch { "+" => x.Decimal + y.Decimal, "-" => x.Decimal - y.Decimal, _ => x.Decimal * y.Decimal };
        return integers ? Whole(result) : PathValue.Of(result);
    }

    /// <summary>An Integer has 32 bits (FHIRPath N1 2.1.3).</summary>
    private static PathValue? Whole(decimal value) => value is >= int.MinValue and <= int.MaxValue ? PathValue.Of((long)value) : null;

    private static PathValue? Date(string op, in PathValue date, PathQuantity amount)
    {
        string unit = amount.DateUnit
            ?? throw new FhirPathException($"'{amount.Unit}' is no calendar unit; write year, month, week, day, hour, minute, second or millisecond (FHIRPath N1 6.6.7).");
        PathDateTime? moved = date.DateTime.Add(op == "-" ? -amount.Number : amount.Number, unit);
        return moved is null ? null : PathValue.Of(moved);
    }
}
