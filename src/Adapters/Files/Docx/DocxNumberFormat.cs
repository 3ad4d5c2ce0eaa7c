using System.Globalization;
using System.Text;

namespace Consortium.Adapters.Files.Docx;

/// <summary>A number of a list in the format that the list asks for (ECMA-376 17.18.59 ST_NumberFormat).</summary>
internal static class DocxNumberFormat
{
    private const string Digits = "〇一二三四五六七八九";
    private const string Legal = "零壹贰叁肆伍陆柒捌玖";
    private const string Stems = "甲乙丙丁戊己庚辛壬癸";
    private const string Branches = "子丑寅卯辰巳午未申酉戌亥";

    /// <summary>The number as text; formats of other languages and of words are written in digits.</summary>
    public static string Write(string? format, int number) => format switch
    {
        "none" => "",
        "decimalZero" => number.ToString("00", CultureInfo.InvariantCulture),
        "upperRoman" => Roman(number),
        "lowerRoman" => Roman(number).ToLowerInvariant(),
        "upperLetter" => Letters(number),
        "lowerLetter" => Letters(number).ToLowerInvariant(),
        "decimalEnclosedCircle" or "decimalEnclosedCircleChinese" when number is >= 1 and <= 20 => ((char)('①' + number - 1)).ToString(),
        "decimalEnclosedParen" when number is >= 1 and <= 20 => ((char)('⑴' + number - 1)).ToString(),
        "decimalEnclosedFullstop" when number is >= 1 and <= 20 => ((char)('⒈' + number - 1)).ToString(),
        "decimalFullWidth" or "decimalFullWidth2" => string.Concat(Plain(number).Select(digit => (char)('０' + digit - '0'))),
        "chineseCounting" or "chineseCountingThousand" or "japaneseCounting" or "taiwaneseCounting" or "taiwaneseCountingThousand" => Chinese(number, Digits, '十', '百', '千'),
        "chineseLegalSimplified" or "ideographLegalTraditional" or "japaneseLegal" => Chinese(number, Legal, '拾', '佰', '仟'),
        "ideographDigital" or "japaneseDigitalTenThousand" or "taiwaneseDigital" => string.Concat(Plain(number).Select(digit => Digits[digit - '0'])),
        "ideographTraditional" when number is >= 1 and <= 10 => Stems[number - 1].ToString(),
        "ideographZodiac" when number is >= 1 and <= 12 => Branches[number - 1].ToString(),
        _ => Plain(number),
    };

    private static string Plain(int number) => Math.Max(0, number).ToString(CultureInfo.InvariantCulture);

    private static string Letters(int number) =>
        number is < 1 or > 780 ? Plain(number) : new string((char)('A' + ((number - 1) % 26)), ((number - 1) / 26) + 1);

    private static string Roman(int number)
    {
        if (number is < 1 or > 3999) return Plain(number);
        (int Value, string Sign)[] signs = [(1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"), (40, "XL"), (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I")];
        var roman = new StringBuilder();
        foreach ((int value, string sign) in signs)
        {
            for (; number >= value; number -= value) roman.Append(sign);
        }

        return roman.ToString();
    }

    private static string Chinese(int number, string digits, char ten, char hundred, char thousand)
    {
        if (number is < 1 or > 9999) return Plain(number);
        var text = new StringBuilder();
        bool gap = false;
        foreach ((int value, char unit) in ((int, char)[])[(1000, thousand), (100, hundred), (10, ten), (1, '\0')])
        {
            int digit = number / value % 10;
            if (digit == 0)
            {
                gap = text.Length > 0;
                continue;
            }

            if (gap) text.Append(digits == Digits ? '零' : digits[0]);
            gap = false;

            // 十二, not 一十二; in the forms of cheques 壹拾贰.
            if (!(value == 10 && digit == 1 && text.Length == 0 && digits == Digits)) text.Append(digits[digit]);
            if (unit != '\0') text.Append(unit);
        }

        return text.ToString();
    }
}
