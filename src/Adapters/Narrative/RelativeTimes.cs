using System.Globalization;
using System.Text.RegularExpressions;

namespace Consortium.Adapters.Narrative;

/// <summary>
/// Finds relative times (3天前, 昨日, 入院前2周, two weeks ago, for 3 days) and counts them from the note's date. A time is given with the finest precision of FHIR
/// (datatypes.html#dateTime) that holds all that the words may mean: days to the day, weeks to the month where the whole week lies in one, months to the month, years to the year.
/// </summary>
internal sealed partial class RelativeTimes
{
    // 反复咳嗽、咳痰10年: how far behind a finding its duration may stand.
    private const int Behind = 14;

    private static readonly Dictionary<string, int> Words = new(StringComparer.OrdinalIgnoreCase)
    {
        ["一"] = 1, ["两"] = 2, ["二"] = 2, ["三"] = 3, ["四"] = 4, ["五"] = 5, ["六"] = 6, ["七"] = 7, ["八"] = 8, ["九"] = 9, ["十"] = 10,
        ["a"] = 1, ["an"] = 1, ["one"] = 1, ["two"] = 2, ["three"] = 3, ["four"] = 4, ["five"] = 5, ["six"] = 6, ["seven"] = 7, ["eight"] = 8, ["nine"] = 9, ["ten"] = 10,
    };

    private readonly string _text;
    private readonly List<(int Start, int End, string? Number, char Unit, bool IsAgo)> _times = [];

    public RelativeTimes(NoteText note)
    {
        _text = note.Folded;
        foreach (Match match in Expression().EnumerateAll(_text, 0, _text.Length))
        {
            bool ago = match.Groups["ago"].Success || match.Groups["word"].Success;
            string? number = match.Groups["word"].Success ? DaysOf(match.Groups["word"].Value) : match.Groups["vague"].Success ? null : match.Groups["n"].Value;
            char unit = match.Groups["word"].Success ? 'd' : UnitOf(match.Groups["u"].Value);
            _times.Add((match.Index, match.Index + match.Length, number, unit, ago));
        }
    }

    /// <summary>Since when a finding is there, by the words of its sentence; null where they do not say.</summary>
    /// <param name="finding">The finding.</param>
    /// <param name="from">The day from which is counted; null where none is known.</param>
    public NoteTime? Since(TextSpan finding, DateOnly? from)
    {
        int low = 0, high = _times.Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (_times[middle].Start < finding.End) low = middle + 1;
            else high = middle;
        }

        if (low < _times.Count && _times[low] is { IsAgo: false } duration && duration.Start - finding.End <= Behind && IsJoint(finding.End, duration.Start)) return Made(duration, from);
        if (low > 0 && _times[low - 1] is { IsAgo: true } ago && ago.End <= finding.Start && SameSentence(ago.End, finding.Start)) return Made(ago, from);
        return null;
    }

    private static NoteTime Made((int Start, int End, string? Number, char Unit, bool IsAgo) time, DateOnly? from)
    {
        var span = new TextSpan(time.Start, time.End);
        if (from is not { } day || time.Number is null) return new NoteTime(span, null);
        if (!int.TryParse(time.Number, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && !Words.TryGetValue(time.Number, out number)) return new NoteTime(span, null);
        return new NoteTime(span, Counted(day, number, time.Unit));
    }

    private static string? Counted(DateOnly day, int number, char unit)
    {
        if ((unit == 'y' && number >= day.Year - 1850) || (unit != 'y' && number > 1200)) return null;
        switch (unit)
        {
            case 'd':
                return day.AddDays(-number).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
            case 'w':
                DateOnly first = day.AddDays((-7 * number) - 3), last = day.AddDays((-7 * number) + 3);
                return first.Month == last.Month ? first.ToString("yyyy-MM", CultureInfo.InvariantCulture) : first.Year == last.Year ? first.Year.ToString(CultureInfo.InvariantCulture) : null;
            case 'm':
                return day.AddMonths(-number).ToString("yyyy-MM", CultureInfo.InvariantCulture);
            case 'y':
                return (day.Year - number).ToString(CultureInfo.InvariantCulture);
            default:
                return number < 12 ? null : day.AddDays(-number / 24).ToString("yyyy-MM", CultureInfo.InvariantCulture);
        }
    }

    // 咳嗽、咳痰10年: between a finding and its duration stands a list of others, no mark that ends the thought.
    private bool IsJoint(int from, int to) => !_text.AsSpan(from, to - from).ContainsAny(",。;.\n") && !_text.AsSpan(from, to - from).Contains("加重", StringComparison.Ordinal);

    private bool SameSentence(int from, int to)
    {
        ReadOnlySpan<char> between = _text.AsSpan(from, to - from);
        return between.Length < 160 && !between.ContainsAny("。;\n") && !between.Contains(". ", StringComparison.Ordinal);
    }

    private static string? DaysOf(string word) => word.ToLowerInvariant() switch
    {
        "昨日" or "昨天" or "昨晚" or "昨夜" or "yesterday" or "last night" => "1",
        "前日" or "前天" => "2",
        _ => "0",
    };

    private static char UnitOf(string unit) => unit.ToLowerInvariant() switch
    {
        "年" or "year" or "years" or "yr" or "yrs" => 'y',
        "月" or "个月" or "month" or "months" => 'm',
        "周" or "星期" or "week" or "weeks" or "wk" or "wks" => 'w',
        "天" or "日" or "day" or "days" or "d" => 'd',
        _ => 'h',
    };

    private const string ChineseNumber = @"(?:(?<vague>[0-9]{1,3}余|[0-9]{1,3}-[0-9]{1,3}|数|半|多)|(?<n>[0-9]{1,3}|[一两二三四五六七八九十])) ?(?<u>年|个月|月|周|星期|天|日|小时|分钟)(?<vague>余|多|半)?";
    private const string EnglishNumber = @"(?:(?<vague>several|few|some|about|approximately)|(?<n>[0-9]{1,3}|an?|one|two|three|four|five|six|seven|eight|nine|ten))[ \-](?<u>years?|yrs?|months?|weeks?|wks?|days?|hours?|hrs?)";

    [GeneratedRegex("入院前 ?" + ChineseNumber + "(?<ago>)|(?<![0-9./\\-])" + ChineseNumber + "(?:之?前(?<ago>))?(?![0-9月日])|(?<word>昨日|昨天|昨晚|昨夜|前日|前天|今日|今晨|今天)|(?<![A-Za-z0-9])(?:(?<word>yesterday|last night|today|this morning)|(?:for (?:the )?(?:last |past )?|x ?)?" + EnglishNumber + "(?: (?<ago>ago|prior to (?:admission|presentation)|before (?:admission|presentation)))?)(?![A-Za-z])", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex Expression();
}
