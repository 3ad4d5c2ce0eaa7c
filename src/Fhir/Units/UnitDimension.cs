using System.Globalization;
using System.Text;

namespace Consortium.Fhir.Units;

/// <summary>
/// What a unit measures: exponents of the base units, and of the units that are convertible only with themselves. Sorted by
/// base, without zeros.
/// </summary>
internal sealed class UnitDimension : IEquatable<UnitDimension>
{
    private readonly (int Base, int Exponent)[] _powers;

    private UnitDimension((int, int)[] powers) => _powers = powers;

    public static UnitDimension None { get; } = new([]);

    public static UnitDimension Of(int baseUnit) => new([(baseUnit, 1)]);

    /// <summary>This times the other to a power.</summary>
    public UnitDimension Times(UnitDimension other, int power)
    {
        SortedDictionary<int, int> sum = [];
        foreach ((int unit, int exponent) in _powers) sum[unit] = exponent;
        foreach ((int unit, int exponent) in other._powers) sum[unit] = sum.GetValueOrDefault(unit) + (exponent * power);
        return new([.. sum.Where(p => p.Value != 0).Select(p => (p.Key, p.Value))]);
    }

    public bool Equals(UnitDimension? other) => other is not null && _powers.AsSpan().SequenceEqual(other._powers);

    public override bool Equals(object? obj) => Equals(obj as UnitDimension);

    public override int GetHashCode()
    {
        HashCode hash = default;
        foreach ((int, int) power in _powers) hash.Add(power);
        return hash.ToHashCode();
    }

    /// <summary>The canonical unit as a UCUM code: <c>g.m-1.s-2</c>; <c>1</c> for a number.</summary>
    public string Code(Func<int, string> name)
    {
        if (_powers.Length == 0) return "1";
        StringBuilder code = new();
        foreach ((int unit, int exponent) in _powers)
        {
            if (code.Length > 0) code.Append('.');
            code.Append(name(unit));
            if (exponent != 1) code.Append(exponent.ToString(CultureInfo.InvariantCulture));
        }

        return code.ToString();
    }
}
