using System.Globalization;
using System.Text.RegularExpressions;
using Consortium.Adapters.Chinese;

namespace Consortium.Adapters.Narrative;

/// <summary>
/// Dates of notes in both languages. Chinese and ISO dates have the year first; <c>14 July 2026</c>, <c>March 26, 2026</c> and <c>22-Mar-2026</c> have one reading;
/// <c>09/14/2026</c> has one because no month has the number 14; <c>03/11/2026</c> has one only where another date of the same note shows which comes first.
/// A year of two digits is none.
/// </summary>
internal sealed partial class NoteDate
{
    private static readonly string[] Months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

    private readonly string _text;
    private readonly bool? _monthFirst;

    /// <summary>Looks at all dates of a folded text for the order of day and month.</summary>
    public NoteDate(string folded)
    {
        _text = folded;
        bool month = false, day = false;
        foreach (Match match in Numeric().EnumerateAll(folded, 0, Math.Min(folded.Length, 100_000)))
        {
            (int a, int b) = (Number(match.Groups["a"]), Number(match.Groups["b"]));
            if (a is >= 1 and <= 12 && b is > 12 and <= 31) month = true;
            else if (b is >= 1 and <= 12 && a is > 12 and <= 31) day = true;
        }

        _monthFirst = month == day ? null : month;
    }

    /// <summary>The date that starts at a place; null where none does.</summary>
    /// <param name="at">The place.</param>
    /// <param name="length">How many characters it has; 0 where there is none.</param>
    /// <param name="isAmbiguous">True where a date stands there whose day and month may be exchanged, or whose year has two digits.</param>
    public ChineseDate? ParseAt(int at, out int length, out bool isAmbiguous)
    {
        isAmbiguous = false;
        if (ChineseDate.ParseAt(_text, at, out length) is { } chinese) return chinese;
        Match words = Words().Match(_text, at);
        if (words.Success)
        {
            int month = Array.IndexOf(Months, words.Groups["mon"].Value[..3].ToLowerInvariant()) + 1;
            length = words.Length;
            return month == 0 ? null : Date(words, Number(words.Groups["y"]), month, Number(words.Groups["d"]));
        }

        Match numeric = NumericAt().Match(_text, at);
        if (numeric.Success)
        {
            length = numeric.Length;
            (int a, int b, int year) = (Number(numeric.Groups["a"]), Number(numeric.Groups["b"]), Number(numeric.Groups["y"]));
            if (a == b || (a > 12) != (b > 12)) return a > 12 ? Date(numeric, year, b, a) : Date(numeric, year, a, b);
            isAmbiguous = _monthFirst is null && a <= 12 && b <= 12;
            if (isAmbiguous) return null;
            return _monthFirst == true ? Date(numeric, year, a, b) : Date(numeric, year, b, a);
        }

        Match brief = Brief().Match(_text, at);
        isAmbiguous = brief.Success;
        length = brief.Success ? brief.Length : 0;
        return null;
    }

    private static ChineseDate? Date(Match match, int year, int month, int day)
    {
        if (year < 1850 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month)) return null;
        var date = new DateOnly(year, month, day);
        if (!match.Groups["h"].Success) return new ChineseDate(date, null, false);
        (int hour, int minute) = (Number(match.Groups["h"]), Number(match.Groups["min"]));
        return hour <= 23 && minute <= 59 ? new ChineseDate(date, new TimeOnly(hour, minute), false) : new ChineseDate(date, null, false);
    }

    private static int Number(Group group) => int.Parse(group.ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture);

    private const string TimeOfDay = @"(?:,? {1,3}(?:at )?(?<h>[0-9]{1,2}):(?<min>[0-9]{2})(?![0-9:])(?! ?[ap]\.?m))?";

    [GeneratedRegex(@"(?<![0-9/.\-])(?<a>[0-9]{1,2})(?<s>[/.\-])(?<b>[0-9]{1,2})\k<s>[12][0-9]{3}(?![0-9/])", RegexOptions.CultureInvariant)]
    private static partial Regex Numeric();

    [GeneratedRegex(@"\G(?<a>[0-9]{1,2})(?<s>[/.\-])(?<b>[0-9]{1,2})\k<s>(?<y>[12][0-9]{3})(?![0-9/])" + TimeOfDay, RegexOptions.CultureInvariant)]
    private static partial Regex NumericAt();

    [GeneratedRegex(@"\G(?:(?<d>[0-9]{1,2})(?:st|nd|rd|th)?[ \-](?<mon>Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]{0,6}\.?,?[ \-](?<y>[12][0-9]{3})|(?<mon>Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]{0,6}\.? (?<d>[0-9]{1,2})(?:st|nd|rd|th)?,? (?<y>[12][0-9]{3}))(?![0-9])" + TimeOfDay, RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex Words();

    [GeneratedRegex(@"\G[0-9]{1,2}[/.\-](?:[0-9]{1,2}|[A-Za-z]{3})[/.\-][0-9]{2}(?![0-9])", RegexOptions.CultureInvariant)]
    private static partial Regex Brief();
}
