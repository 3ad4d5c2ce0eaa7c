namespace Consortium.Fhir.Units;

/// <summary>
/// A unit in terms of the base units: a factor and a dimension, and for a unit that is no ratio scale the function between its
/// numbers and the factor's (UCUM 3.2).
/// </summary>
/// <param name="Factor">How many canonical units one of this unit is; for a special unit, of its reference.</param>
/// <param name="Dimension">What it measures.</param>
/// <param name="Scale">The function of a special unit; null on a ratio scale.</param>
/// <param name="ScalePrefix">The prefix or number before a special unit: 20 dB is the function of 20 × 0.1.</param>
/// <param name="Computable">False where the factor has grown beyond what is computed here: the code is valid and converts with nothing.</param>
internal sealed record CanonicalUnit(Rational Factor, UnitDimension Dimension, SpecialScale? Scale, Rational ScalePrefix, bool Computable = true)
{
    public static CanonicalUnit One { get; } = new(Rational.One, UnitDimension.None, null, Rational.One);

    /// <summary>This times the other to a power. A special unit among others counts as the interval that its reference names.</summary>
    public CanonicalUnit Times(CanonicalUnit other, int power)
    {
        if (!Computable || !other.Computable) return One with { Computable = false };
        bool plainNumber = other.Dimension.Equals(UnitDimension.None) && other.Scale is null;
        if (Scale is not null && plainNumber) return this with { ScalePrefix = ScalePrefix * other.Factor.Power(power) };
        if (other.Scale is not null && power == 1 && Scale is null && Dimension.Equals(UnitDimension.None)) return other with { ScalePrefix = other.ScalePrefix * Factor };
        if (Scale is { IsInterval: false } || other.Scale is { IsInterval: false }) return One with { Computable = false };
        Rational factor = Linear(this) * Linear(other).Power(power);
        return factor.TooLarge ? One with { Computable = false } : new(factor, Dimension.Times(other.Dimension, power), null, Rational.One);
    }

    public CanonicalUnit ToPower(int power)
    {
        if (power == 1) return this;
        if (Scale is null && Factor.Equals(Rational.One)) return One.Times(this, power);
        // The size is known before the work is done.
        long bits = Math.Abs((long)power) * Math.Max(Factor.Numerator.GetBitLength(), Factor.Denominator.GetBitLength());
        return bits > 8192 ? One with { Computable = false } : One.Times(Scale is null ? this : new(Linear(this), Dimension, Scale.IsInterval ? null : Scale, ScalePrefix), power);
    }

    /// <summary>A number of this unit in canonical units; null where there is none.</summary>
    public Rational? ToCanonical(Rational number)
    {
        if (!Computable) return null;
        if (Scale is null) return number * Factor;
        return Scale.ToRatio(number * ScalePrefix) is { } ratio ? ratio * Factor : null;
    }

    /// <summary>A number of canonical units in this unit; null where there is none.</summary>
    public Rational? FromCanonical(Rational canonical)
    {
        if (!Computable) return null;
        if (Scale is null) return canonical / Factor;
        return Scale.FromRatio(canonical / Factor) is { } number ? number / ScalePrefix : null;
    }

    private static Rational Linear(CanonicalUnit unit) => unit.Scale is null ? unit.Factor : unit.Factor * unit.ScalePrefix;
}
