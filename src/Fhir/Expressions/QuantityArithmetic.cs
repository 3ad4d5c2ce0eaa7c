using Consortium.Fhir.Units;

namespace Consortium.Fhir.Expressions;

/// <summary>Arithmetic on quantities (FHIRPath N1 6.6). Null is empty: units that do not convert, division by zero.</summary>
internal static class QuantityArithmetic
{
    public static PathQuantity? Apply(string op, PathQuantity a, PathQuantity b, out bool supported)
    {
        supported = true;
        switch (op)
        {
            case "+":
                return Sum(a, b, 1);
            case "-":
                return Sum(a, b, -1);
            case "*":
                return Product(a, b);
            case "/":
                return Quotient(a, b);
            default:
                supported = false;
                return null;
        }
    }

    /// <summary>A quantity in another unit, a UCUM code or a calendar word; null where it does not convert.</summary>
    public static PathQuantity? Convert(PathQuantity quantity, string unit)
    {
        PathQuantity target = PathQuantity.CalendarUnit(unit) is { } word ? new PathQuantity(0, word, calendar: true) : new PathQuantity(0, unit);
        if (quantity.EqualUnit == target.EqualUnit) return target.WithNumber(quantity.Number);
        if (quantity.IsIndefinite && target.IsIndefinite) return target.WithNumber(target.Unit == "month" ? quantity.Number * 12 : quantity.Number / 12);
        if (quantity.IsIndefinite || target.IsIndefinite) return null;
        return Ucum.TryConvert(quantity.Number, quantity.EqualUnit, target.EqualUnit, out decimal number) ? target.WithNumber(number) : null;
    }

    /// <summary>The result has the more granular unit of the two (FHIRPath N1 6.6.3).</summary>
    private static PathQuantity? Sum(PathQuantity a, PathQuantity b, int sign)
    {
        if (a.EqualUnit == b.EqualUnit) return a.WithNumber(a.Number + (sign * b.Number));
        bool toSecond = a.IsIndefinite && b.IsIndefinite
            ? b.Unit == "month"
            : Ucum.Find(a.EqualUnit) is { Scale: null } x && Ucum.Find(b.EqualUnit) is { Scale: null } y && x.Factor.CompareTo(y.Factor) > 0;
        if (!toSecond) return Convert(b, a) is { } second ? a.WithNumber(a.Number + (sign * second.Number)) : null;
        return Convert(a, b) is { } first ? b.WithNumber(first.Number + (sign * b.Number)) : null;
    }

    private static PathQuantity? Convert(PathQuantity quantity, PathQuantity to)
    {
        // A point on a scale, such as a temperature, is not the same as a difference.
        if (Ucum.Find(quantity.EqualUnit)?.Scale is not null || Ucum.Find(to.EqualUnit)?.Scale is not null) return null;
        return Convert(quantity, to.Unit);
    }

    private static PathQuantity Product(PathQuantity a, PathQuantity b)
    {
        if (b.Unit == "1") return a.WithNumber(a.Number * b.Number);
        if (a.Unit == "1") return b.WithNumber(a.Number * b.Number);
        return new PathQuantity(a.Number * b.Number, UnitProduct.Of(a.EquivalentUnit, b.EquivalentUnit, 1));
    }

    private static PathQuantity? Quotient(PathQuantity a, PathQuantity b)
    {
        if (b.Number == 0) return null;
        if (b.Unit == "1") return a.WithNumber(a.Number / b.Number);
        if (a.EqualUnit == b.EqualUnit) return new PathQuantity(a.Number / b.Number, "1");
        if (Ucum.Find(a.EqualUnit)?.Scale is null && Convert(b, a) is { } same) return same.Number == 0 ? null : new PathQuantity(a.Number / same.Number, "1");
        return new PathQuantity(a.Number / b.Number, UnitProduct.Of(a.EquivalentUnit, b.EquivalentUnit, -1));
    }
}
