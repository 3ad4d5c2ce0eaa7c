using System.Globalization;

namespace Consortium.Adapters.Hl7V2.Types;

/// <summary>Chinese resident identity numbers, GB 11643-1999: 17 digits and a check character by ISO 7064 MOD 11-2.</summary>
internal static class ResidentIdentityNumber
{
    private const string CheckCharacters = "10X98765432";

    /// <summary>True where length, birth date and check character are right.</summary>
    public static bool IsValid(string number)
    {
        if (number.Length != 18 || number.AsSpan(0, 17).ContainsAnyExceptInRange('0', '9')) return false;
        if (!DateOnly.TryParseExact(number.AsSpan(6, 8), "yyyyMMdd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _)) return false;
        int sum = 0;
        for (int i = 0, weight = 7; i < 17; i++)
        {
            // The weights are powers of two modulo 11, from 2^17 for the first digit.
            sum += (number[i] - '0') * weight;
            weight = NextWeight(weight);
        }

        return char.ToUpperInvariant(number[17]) == CheckCharacters[sum % 11];
    }

    // 2^17 mod 11 is 7; each weight is half the one before, and 6 is the inverse of 2 modulo 11.
    private static int NextWeight(int weight) => weight * 6 % 11;
}
