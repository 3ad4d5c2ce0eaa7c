namespace Consortium.Fhir.Units;

/// <summary>
/// The function pair of a unit that is no ratio scale (UCUM 3.2, table 23): from its numbers to multiples of its reference and
/// back. Temperatures are exact; logarithms are as good as a double.
/// </summary>
internal sealed class SpecialScale
{
    private static readonly Rational s_celsiusZero = Rational.Parse("273.15");
    private static readonly Rational s_fahrenheitZero = Rational.Parse("459.67");
    private static readonly Rational s_reaumurStep = Rational.Parse("1.25");

    private static readonly Dictionary<string, SpecialScale> s_all = new(StringComparer.Ordinal)
    {
        ["cel"] = new(static x => x + s_celsiusZero, static r => r - s_celsiusZero) { IsInterval = true },
        ["degf"] = new(static x => x + s_fahrenheitZero, static r => r - s_fahrenheitZero) { IsInterval = true },
        ["degre"] = new(static x => (x * s_reaumurStep) + s_celsiusZero, static r => (r - s_celsiusZero) / s_reaumurStep) { IsInterval = true },
        ["ph"] = Real(static x => Math.Pow(10, -x), static r => -Math.Log10(r)),
        ["ln"] = Real(Math.Exp, Math.Log),
        ["lg"] = Real(static x => Math.Pow(10, x), Math.Log10),
        ["2lg"] = Real(static x => Math.Pow(10, x / 2), static r => 2 * Math.Log10(r)),
        ["ld"] = Real(static x => Math.Pow(2, x), Math.Log2),
        ["tan100"] = Real(static x => Math.Atan(x / 100), static r => Math.Tan(r) * 100),
        ["sqrt"] = Real(static x => x * x, Math.Sqrt),
        ["hpx"] = Real(static x => Math.Pow(10, -x), static r => -Math.Log10(r)),
        ["hpc"] = Real(static x => Math.Pow(100, -x), static r => -Math.Log10(r) / 2),
        ["hpm"] = Real(static x => Math.Pow(1000, -x), static r => -Math.Log10(r) / 3),
        ["hpq"] = Real(static x => Math.Pow(50000, -x), static r => -Math.Log(r) / Math.Log(50000)),
    };

    private readonly Func<Rational, Rational?> _toRatio;
    private readonly Func<Rational, Rational?> _fromRatio;

    private SpecialScale(Func<Rational, Rational?> toRatio, Func<Rational, Rational?> fromRatio) => (_toRatio, _fromRatio) = (toRatio, fromRatio);

    /// <summary>Whether differences on this scale are a ratio scale, as with temperatures: then it may stand in a product.</summary>
    public bool IsInterval { get; private init; }

    public static SpecialScale Named(string name) => s_all[name];

    public Rational? ToRatio(Rational number) => _toRatio(number);

    public Rational? FromRatio(Rational ratio) => _fromRatio(ratio);

    private static SpecialScale Real(Func<double, double> toRatio, Func<double, double> fromRatio) => new(x => Apply(toRatio, x), r => Apply(fromRatio, r));

    private static Rational? Apply(Func<double, double> function, Rational number)
    {
        double result = function(number.ToDouble());
        // Rounded to what a double can answer for, so that there and back gives the number again.
        return double.IsFinite(result) ? Rational.Parse(result.ToString("E13", System.Globalization.CultureInfo.InvariantCulture)) : null;
    }
}
