using System.Globalization;
using System.Numerics;

namespace Consortium.Fhir.Units;

/// <summary>
/// An exact fraction in lowest terms, so that converting between units neither rounds nor depends on the way taken. Its size is
/// bounded by whoever makes it (<see cref="TooLarge"/>).
/// </summary>
internal readonly struct Rational : IEquatable<Rational>, IComparable<Rational>
{
    private const int MostBits = 8192;

    private readonly BigInteger _denominator;

    private Rational(BigInteger numerator, BigInteger denominator)
    {
        BigInteger common = BigInteger.GreatestCommonDivisor(numerator, denominator);
        if (denominator.Sign < 0) common = -common;
        (Numerator, _denominator) = (numerator / common, denominator / common);
    }

    public static Rational One { get; } = new(BigInteger.One, BigInteger.One);

    public BigInteger Numerator { get; }

    public BigInteger Denominator => _denominator.IsZero ? BigInteger.One : _denominator;

    /// <summary>Whether it has grown beyond any unit of measure.</summary>
    public bool TooLarge => Numerator.GetBitLength() > MostBits || Denominator.GetBitLength() > MostBits;

    public static Rational Of(BigInteger number) => new(number, BigInteger.One);

    public static Rational Of(decimal number)
    {
        Span<int> bits = stackalloc int[4];
        decimal.GetBits(number, bits);
        BigInteger digits = new BigInteger((uint)bits[0]) + (new BigInteger((uint)bits[1]) << 32) + (new BigInteger((uint)bits[2]) << 64);
        return new(number < 0 ? -digits : digits, BigInteger.Pow(10, number.Scale));
    }

    /// <summary>A finite number by its shortest decimal form: what is read off a logarithm is no better than that.</summary>
    public static Rational Of(double number) => Parse(number.ToString("E16", CultureInfo.InvariantCulture));

    /// <summary>Reads <c>12</c>, <c>3.14</c> or <c>1.66e-24</c>.</summary>
    public static Rational Parse(string text)
    {
        int e = text.IndexOfAny(['e', 'E']);
        int exponent = e < 0 ? 0 : int.Parse(text.AsSpan(e + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        string digits = e < 0 ? text : text[..e];
        int dot = digits.IndexOf('.', StringComparison.Ordinal);
        if (dot >= 0)
        {
            exponent -= digits.Length - dot - 1;
            digits = digits.Remove(dot, 1);
        }

        BigInteger number = BigInteger.Parse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        BigInteger power = BigInteger.Pow(10, Math.Abs(exponent));
        return exponent < 0 ? new(number, power) : new(number * power, BigInteger.One);
    }

    public Rational Power(int exponent)
    {
        BigInteger up = BigInteger.Pow(Numerator, Math.Abs(exponent)), down = BigInteger.Pow(Denominator, Math.Abs(exponent));
        return exponent < 0 ? new(down, up) : new(up, down);
    }

    public static Rational operator *(in Rational a, in Rational b) => new(a.Numerator * b.Numerator, a.Denominator * b.Denominator);

    public static Rational operator /(in Rational a, in Rational b) => new(a.Numerator * b.Denominator, a.Denominator * b.Numerator);

    public static Rational operator +(in Rational a, in Rational b) => new((a.Numerator * b.Denominator) + (b.Numerator * a.Denominator), a.Denominator * b.Denominator);

    public static Rational operator -(in Rational a, in Rational b) => new((a.Numerator * b.Denominator) - (b.Numerator * a.Denominator), a.Denominator * b.Denominator);

    public int CompareTo(Rational other) => (Numerator * other.Denominator).CompareTo(other.Numerator * Denominator);

    public bool Equals(Rational other) => Numerator == other.Numerator && Denominator == other.Denominator;

    public override bool Equals(object? obj) => obj is Rational other && Equals(other);

    public override int GetHashCode() => HashCode.Combine(Numerator, Denominator);

    /// <summary>The nearest double, for logarithms.</summary>
    public double ToDouble()
    {
        // Both shortened alike, so that neither side overflows a double.
        int shift = (int)Math.Max(0, Math.Max(Numerator.GetBitLength(), Denominator.GetBitLength()) - 1000);
        return (double)(Numerator >> shift) / (double)(Denominator >> shift);
    }

    /// <summary>The nearest decimal, 28 digits kept; false where it is beyond what a decimal holds.</summary>
    public bool TryToDecimal(out decimal result)
    {
        result = 0;
        BigInteger whole = BigInteger.Abs(Numerator) / Denominator;
        if (whole > new BigInteger(decimal.MaxValue)) return false;
        int scale = 28 - (whole.IsZero ? 0 : (int)Math.Floor(BigInteger.Log10(whole)) + 1);
        if (scale < 0) scale = 0;
        BigInteger scaled = RoundedDivision(BigInteger.Abs(Numerator) * BigInteger.Pow(10, scale), Denominator);
        // 29 digits may or may not fit 96 bits.
        if (scaled.GetBitLength() > 96 && scale > 0) scaled = RoundedDivision(BigInteger.Abs(Numerator) * BigInteger.Pow(10, --scale), Denominator);
        while (scale > 0 && (scaled % 10).IsZero)
        {
            scaled /= 10;
            scale--;
        }

        if (scaled.GetBitLength() > 96) return false;
        uint low = (uint)(scaled & uint.MaxValue), middle = (uint)((scaled >> 32) & uint.MaxValue), high = (uint)(scaled >> 64);
        result = new decimal((int)low, (int)middle, (int)high, Numerator.Sign < 0, (byte)scale);
        return true;
    }

    private static BigInteger RoundedDivision(BigInteger a, BigInteger b) => (a + (b >> 1)) / b;
}
