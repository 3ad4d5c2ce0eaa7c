using System.Globalization;
using System.Text.RegularExpressions;

namespace Consortium.Adapters.Narrative;

/// <summary>
/// Frequencies that are written with numbers, so that no table can list them: <c>q4-6h</c>, <c>every 3 to 4 days</c>, <c>2-3 times daily</c>, <c>bid-tid</c>,
/// <c>每4~6小时一次</c>, <c>每日2-3次</c>, <c>1次/2周</c>. A range of them is one frequency with two bounds (FHIR R4 Timing.repeat.frequencyMax, periodMax), never one of its ends.
/// </summary>
internal static partial class FrequencyExpressions
{
    /// <summary>The category of a range whose second number is not the greater one, or of two numbers with "or" that are no neighbours: it has no one reading.</summary>
    public const string Unreadable = "unreadable-frequency";

    private static readonly string[] Numerals = ["一", "二", "三", "四", "五", "六", "七", "八", "九", "十"];
    private static readonly string[] Words = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"];

    /// <summary>Those of a lower-case line; they may overlap.</summary>
    public static IEnumerable<TermMatch<PrescriptionWord>> Find(string lower)
    {
        foreach (Regex pattern in (Regex[])[Interval(), TwoIntervals(), Hourly(), Times(), ChineseInterval(), BareInterval(), ChineseTimes(), TimesIn()])
        {
            foreach (Match match in pattern.Matches(lower)) yield return Read(match, Extra(match));
        }

        foreach (Match match in Abbreviations().Matches(lower))
        {
            int low = Abbreviated(match.Groups["f"].Value), high = Abbreviated(match.Groups["g"].Value);
            yield return Read(match, high == low + 1 || (high > low && match.Groups["or"].Length == 0) ? $"{low}-{high}/1/d" : null);
        }
    }

    private static TermMatch<PrescriptionWord> Read(Match match, string? extra) =>
        new(match.Index, match.Length, new PrescriptionWord(extra is null ? Unreadable : "frequency", null, null, extra));

    // frequency[-max]/period[-max]/unit; null where the numbers go down.
    private static string? Extra(Match match)
    {
        bool or = match.Groups["or"].Length > 0;
        return Bounds(match.Groups["n"], match.Groups["m"], or) is { } times && Bounds(match.Groups["a"], match.Groups["b"], or) is { } period
            ? $"{times}/{period}/{Unit(match.Groups["u"].Value)}"
            : null;
    }

    private static string? Bounds(Group first, Group second, bool or)
    {
        int low = first.Length == 0 ? 1 : Number(first.Value);
        if (second.Length == 0) return low.ToString(CultureInfo.InvariantCulture);
        int high = Number(second.Value);
        return high == low + 1 || (high > low && !or) ? string.Create(CultureInfo.InvariantCulture, $"{low}-{high}") : null;
    }

    private static int Number(string written)
    {
        if (char.IsAsciiDigit(written[0])) return int.Parse(written, CultureInfo.InvariantCulture);
        int at = Array.IndexOf(Numerals, written);
        if (at < 0) at = Array.IndexOf(Words, written);
        return at >= 0 ? at + 1 : written switch { "once" => 1, "twice" or "两" => 2, "thrice" => 3, "十二" => 12, _ => throw new ArgumentException("A number that the patterns do not have.", nameof(written)) };
    }

    private static int Abbreviated(string written) => written[0] switch { 'b' => 2, 't' => 3, 'q' when written.Contains('i', StringComparison.Ordinal) => 4, _ => 1 };

    // UCUM, as Timing.repeat.periodUnit wants it (FHIR R4 valueset-units-of-time).
    private static string Unit(string written) => written switch
    {
        "分钟" => "min",
        "小时" => "h",
        "天" or "日" => "d",
        "周" or "星期" => "wk",
        "月" => "mo",
        _ when written.StartsWith("mi", StringComparison.Ordinal) => "min",
        _ when written.StartsWith("mo", StringComparison.Ordinal) => "mo",
        _ when written[0] == 'h' => "h",
        _ when written[0] == 'w' => "wk",
        _ => "d",
    };

    private const string English = "(?:[1-9][0-9]?|one|two|three|four|five|six|seven|eight|nine|ten|twelve)";
    private const string Chinese = "(?:[1-9][0-9]?|十二|[一二两三四五六七八九十])";
    private const string To = "(?: ?[-~] ?| to )";
    private const string ChineseTo = "(?: ?[-~至到] ?)";
    private const string Free = "(?<![a-z0-9./-])";

    // q4-6h, q 4 h, every 4 to 6 hours, every 3 days.
    [GeneratedRegex("(?<![a-z0-9])(?:q ?\\.? ?|every |each )(?<a>" + English + ")(?:" + To + "(?<b>" + English + "))? ?-?(?<u>hourly|hours?|hrs?|h|minutes?|mins?|days?|d|weeks?|wks?|w|months?|mo)(?![a-z0-9])", RegexOptions.CultureInvariant)]
    private static partial Regex Interval();

    // q4h-q6h.
    [GeneratedRegex("(?<![a-z0-9])q ?(?<a>[1-9][0-9]?) ?h(?:rs?|ours?)?" + To + "q? ?(?<b>[1-9][0-9]?) ?(?<u>h)(?:rs?|ours?)?(?![a-z0-9])", RegexOptions.CultureInvariant)]
    private static partial Regex TwoIntervals();

    // 4-6 hourly.
    [GeneratedRegex(Free + "(?<a>" + English + ")(?:" + To + "(?<b>" + English + "))? ?-?(?<u>hourly)(?![a-z])", RegexOptions.CultureInvariant)]
    private static partial Regex Hourly();

    // 2-3 times daily, once or twice a day, 2x/week. "1-2 daily" is a number of tablets.
    [GeneratedRegex(Free + "(?:(?<n>" + English + ")(?:(?:" + To + "| (?<or>or) )(?<m>" + English + "))? ?(?:x|times)|x ?(?<n>" + English + ")|(?<n>once|twice|thrice)(?:(?:" + To + "| (?<or>or) )(?:(?<m>twice|thrice)|(?<m>" + English + ") times))?) ?(?:/ ?|a |per |each |every |in a )?(?<u>daily|day|d|weekly|week|wk|monthly|month)(?![a-z]| ?[0-9])", RegexOptions.CultureInvariant)]
    private static partial Regex Times();

    // bid-tid, daily to bid.
    [GeneratedRegex("(?<![a-z.])(?<f>qd|q\\.d\\.|once daily|daily|bid|b\\.i\\.d\\.?|tid|t\\.i\\.d\\.?)(?: ?[-~] ?| to | (?<or>or) )(?<g>bid|b\\.i\\.d\\.?|tid|t\\.i\\.d\\.?|qid|q\\.i\\.d\\.?)(?![a-z])", RegexOptions.CultureInvariant)]
    private static partial Regex Abbreviations();

    // 每4-6小时一次, 每3天2次, q4-6h一次 without the q.
    [GeneratedRegex("(?:每隔? ?(?<a>" + Chinese + ")(?:" + ChineseTo + "(?<b>" + Chinese + "))? ?个?(?<u>分钟|小时|h|天|日|周|星期|月)|(?<![0-9./~×x*一二两三四五六七八九十共用服程连第每-])(?:(?<a>" + Chinese + ")" + ChineseTo + "(?<b>" + Chinese + ") ?个?(?<u>小时|h|天|日|周)|(?<a>" + Chinese + ")个?(?<u>小时|h)))(?:口服|服用|服|给药|用药|注射|使用)? ?(?<n>" + Chinese + ")(?:" + ChineseTo + "(?<m>" + Chinese + "))? ?次(?! ?[0-9一二两三四半/])", RegexOptions.CultureInvariant)]
    private static partial Regex ChineseInterval();

    // 每4-6小时: nothing behind it that changes the dose (每2周减1片) or asks for a control.
    [GeneratedRegex("每隔? ?(?<a>" + Chinese + ")(?:" + ChineseTo + "(?<b>" + Chinese + "))? ?个?(?<u>小时|h|天|日|周|星期|月)(?! *(?:减|加|增|递|逐|复|随|查|测|调|后|内|左右|[0-9一二两三四五六七八九十] ?次))(?=$|[ ,;。、.()]|必要|口服|服|静|皮下|肌|prn|po|[一1]次[0-9一二两三四半]|每次)", RegexOptions.CultureInvariant)]
    private static partial Regex BareInterval();

    // 每日2-3次, 日2次, 每周一到两次.
    [GeneratedRegex("(?:每|(?<![0-9一二三四五六七八九十两第每/])[一1]|(?<=^|[ ,;。、片粒丸袋支滴喷gul]))(?<u>日|天|周|星期|月)(?:口服|服用|服|用|吸入|吸|喷|滴|点|涂)? ?(?<n>" + Chinese + ")(?:(?:" + ChineseTo + "|(?<or>或))(?<m>" + Chinese + "))? ?次(?! ?/)", RegexOptions.CultureInvariant)]
    private static partial Regex ChineseTimes();

    // 2-3次/日, 1次/4-6小时, 1次/2周.
    [GeneratedRegex("(?<![0-9.~-])(?<n>" + Chinese + ")(?:(?:" + ChineseTo + "|(?<or>或))(?<m>" + Chinese + "))? ?次 ?/ ?(?:(?<a>" + Chinese + ")(?:" + ChineseTo + "(?<b>" + Chinese + "))? ?个?)?(?<u>日|天|d|周|星期|w|月|小时|h)(?![a-z])", RegexOptions.CultureInvariant)]
    private static partial Regex TimesIn();
}
