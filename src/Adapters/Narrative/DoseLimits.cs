using System.Text.RegularExpressions;

namespace Consortium.Adapters.Narrative;

/// <summary>
/// The most that may be taken: <c>max 4 g/day</c>, <c>not to exceed 8 tablets in 24 hours</c>, <c>up to 4 times daily</c>, <c>每日不超过4片</c>, <c>24小时内最多4次</c>.
/// A limit is neither the dose nor the frequency (FHIR R4 Dosage.maxDosePerPeriod); it is taken out before these are read.
/// </summary>
internal static partial class DoseLimits
{
    /// <summary>
    /// The limits of a lower-case line. Group <c>n</c> is the number, where it is one of an amount; <c>p</c> says in how long, and stands empty where that is not said.
    /// </summary>
    public static IEnumerable<Match> Find(string lower)
    {
        foreach (Match match in English().Matches(lower)) yield return match;
        foreach (Match match in Chinese().Matches(lower)) yield return match;
    }

    private const string Number = "(?<n>[0-9]+(?:\\.[0-9]+)?)";

    [GeneratedRegex("(?<![a-z])(?:(?:up to (?:a )?)?max(?:imum)?\\.?(?: (?:(?<p>daily) )?dose)?(?: of| is)?|not to exceed|nte|(?:do not|don't) (?:exceed|take more than)|no more than|not more than|up to):? ?(?:(?<f>bid|tid|qid|once|twice|three times|four times)|" + Number + ") ?(?<u>[a-z]+)?(?: ?(?:/|per|in|within|a|each|every) ?(?<p>24 ?(?:hours|hour|hrs|hr|h)|day|d|daily|week)(?![a-z])| (?<p>daily)(?![a-z]))?", RegexOptions.CultureInvariant)]
    private static partial Regex English();

    [GeneratedRegex("(?:(?<p>每日|每天|一日|一天|24 ?(?:小时|h))内?)?(?:总|用|剂)?(?:用量|剂量|总量|量)? ?(?:不超过|不得超过|勿超过|不要超过|不应超过|不宜超过|不可超过|最多|至多|最大(?:用量|剂量|量)?(?:为|不超过|:)?|极量(?:为|:)?) ?(?:(?<p>每日|每天|一日|一天|24 ?(?:小时|h))内?)? ?(?:" + Number + "|[一二两三四五六七八九十]) ?(?<u>[a-zμ]{1,3}(?![a-z])|毫克|克|微克|毫升|万单位|单位|片|粒|丸|袋|包|支|滴|喷|吸|枚|贴|颗|次)(?: ?/ ?(?<p>日|天|d|24 ?(?:小时|h))(?![a-z]))?", RegexOptions.CultureInvariant)]
    private static partial Regex Chinese();
}
