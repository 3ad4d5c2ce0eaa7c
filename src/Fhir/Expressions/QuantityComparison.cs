using Consortium.Fhir.Units;

namespace Consortium.Fhir.Expressions;

/// <summary>
/// Equality, equivalence and order of quantities, converted by UCUM (FHIRPath N1 6.1, 6.2). Calendar years and months have no
/// definite length: against UCUM's <c>a</c> and <c>mo</c> the answer is empty, against other calendar units a year is 365 days and a
/// month 30, or a twelfth of a year (FHIRPath N1 2.1.8).
/// </summary>
internal static class QuantityComparison
{
    private const decimal SecondsOfDay = 86400m;

    /// <summary>Negative, zero or positive; null where the units do not convert.</summary>
    public static int? Compare(PathQuantity a, PathQuantity b)
    {
        if (a.EqualUnit == b.EqualUnit) return a.Number.CompareTo(b.Number);
        if (a.IsIndefinite || b.IsIndefinite) return Calendar(a, b);
        if (!Ucum.AreComparable(a.EqualUnit, b.EqualUnit)) return null;
        return Canonical(a) is { } x && Canonical(b) is { } y ? x.CompareTo(y) : null;
    }

    /// <summary>Null where the answer is empty: a unit is unknown, or a calendar year or month meets a definite duration.</summary>
    public static bool? Equal(PathQuantity a, PathQuantity b)
    {
        if (Compare(a, b) is { } order) return order == 0;
        // Units of different dimensions cannot measure the same.
        return AreOfDifferentDimension(a, b) ? false : null;
    }

    /// <summary>Equal at the precision of the less precise number, in the coarser unit of the two.</summary>
    public static bool Equivalent(PathQuantity a, PathQuantity b)
    {
        (string x, string y) = (a.EquivalentUnit, b.EquivalentUnit);
        if (x == y) return Equality.EquivalentNumbers(a.Number, b.Number);
        if (Ucum.Find(x) is not { Computable: true } unitA || Ucum.Find(y) is not { Computable: true } unitB || !unitA.Dimension.Equals(unitB.Dimension)) return false;
        bool toFirst = unitA.Factor.CompareTo(unitB.Factor) >= 0;
        return toFirst
            ? Ucum.TryConvert(b.Number, y, x, out decimal second) && Equality.EquivalentNumbers(a.Number, second)
            : Ucum.TryConvert(a.Number, x, y, out decimal first) && Equality.EquivalentNumbers(first, b.Number);
    }

    /// <summary>Whether the quantities can be compared at all (FHIRPath, <c>comparable()</c>).</summary>
    public static bool AreComparable(PathQuantity a, PathQuantity b)
    {
        if (a.IsIndefinite || b.IsIndefinite) return (a.Calendar && b.Calendar) || a.EqualUnit == b.EqualUnit;
        return Ucum.AreComparable(a.EqualUnit, b.EqualUnit);
    }

    private static bool AreOfDifferentDimension(PathQuantity a, PathQuantity b) =>
        Ucum.Find(a.EquivalentUnit) is { Computable: true } x && Ucum.Find(b.EquivalentUnit) is { Computable: true } y && !x.Dimension.Equals(y.Dimension);

    private static int? Calendar(PathQuantity a, PathQuantity b)
    {
        if (!a.Calendar || !b.Calendar) return null;
        if (a.IsIndefinite && b.IsIndefinite) return Months(a).CompareTo(Months(b));
        return Seconds(a) is { } x && Seconds(b) is { } y ? x.CompareTo(y) : null;
    }

    private static decimal Months(PathQuantity quantity) => quantity.Unit == "year" ? quantity.Number * 12 : quantity.Number;

    private static Rational? Seconds(PathQuantity quantity) => quantity.Unit switch
    {
        "year" => Rational.Of(quantity.Number) * Rational.Of(365 * SecondsOfDay),
        "month" => Rational.Of(quantity.Number) * Rational.Of(30 * SecondsOfDay),
        _ => Canonical(quantity),
    };

    private static Rational? Canonical(PathQuantity quantity) => Ucum.Canonical(quantity.Number, quantity.EqualUnit)?.Number;
}
