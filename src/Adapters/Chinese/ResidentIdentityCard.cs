using System.Globalization;

namespace Consortium.Adapters.Chinese;

/// <summary>Why a number is no resident identity card number.</summary>
internal enum IdentityCardFault
{
    /// <summary>Not 17 digits and a digit or X.</summary>
    Shape,

    /// <summary>The digits 7 to 14 are no date.</summary>
    BirthDate,

    /// <summary>The last character is not the check character of the others.</summary>
    CheckCharacter,
}

/// <summary>
/// A citizen identification number after GB 11643-1999: six digits of area, eight of birth date, three of sequence (odd for men), a check character after ISO 7064 MOD 11-2.
/// Area codes are not checked: they change every year, and 999999 is kept for fictitious people.
/// </summary>
internal sealed record ResidentIdentityCard(string Number, DateOnly BirthDate, bool IsMale)
{
    /// <summary>Identifier system: the object identifier that WS/T 500 documents use for the number.</summary>
    public const string System = "urn:oid:2.16.156.10011.1.3";

    /// <summary>FHIR administrative-gender.</summary>
    public string Gender => IsMale ? "male" : "female";

    /// <summary>Reads a number; a lower-case x is accepted.</summary>
    public static ResidentIdentityCard? Parse(ReadOnlySpan<char> text, out IdentityCardFault fault)
    {
        fault = IdentityCardFault.Shape;
        if (text.Length != 18 || text[..17].ContainsAnyExceptInRange('0', '9')) return null;
        char last = char.ToUpperInvariant(text[17]);
        if (last is not ('X' or (>= '0' and <= '9'))) return null;

        fault = IdentityCardFault.CheckCharacter;
        if (CheckCharacter(text[..17]) != last) return null;

        fault = IdentityCardFault.BirthDate;
        if (!DateOnly.TryParseExact(text[6..14], "yyyyMMdd", CultureInfo.InvariantCulture, DateTimeStyles.None, out DateOnly birth)) return null;
        return new ResidentIdentityCard(string.Concat(text[..17], last.ToString()), birth, (text[16] - '0') % 2 == 1);
    }

    /// <summary>The check character of 17 digits.</summary>
    public static char CheckCharacter(ReadOnlySpan<char> seventeen)
    {
        // GB 11643-1999 appendix A: the weight of position i, counted from the right and from 1, is 2^(i-1) mod 11.
        ReadOnlySpan<int> weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
        int sum = 0;
        for (int i = 0; i < 17; i++) sum += (seventeen[i] - '0') * weights[i];
        return "10X98765432"[sum % 11];
    }

    /// <summary>What to say of a fault, without the number.</summary>
    public static string Explain(IdentityCardFault fault) => fault switch
    {
        IdentityCardFault.Shape => "The identity card number is not 17 digits and a digit or X (GB 11643-1999).",
        IdentityCardFault.BirthDate => "Digits 7 to 14 of the identity card number are not a date (GB 11643-1999).",
        _ => "The identity card number fails its check character (GB 11643-1999, ISO 7064 MOD 11-2): one of its characters is wrong.",
    };
}
