using System.Text.RegularExpressions;

namespace Consortium.Adapters.Narrative;

/// <summary>
/// Numbers of an English line of medication that are no dose: days, years, hours, telephone numbers, what was dispensed, limits of a condition, strengths of a combination.
/// Each is taken out before doses are read, so that it is neither read as one nor refused as one without a unit.
/// </summary>
internal static partial class PrescriptionNumbers
{
    /// <summary>Where such numbers stand in a lower-case line.</summary>
    public static IEnumerable<Match> NoDose(string lower) =>
        Day().Matches(lower).Concat(Year().Matches(lower)).Concat(Hour().Matches(lower)).Concat(Telephone().Matches(lower)).Concat(Supply().Matches(lower)).Concat(Limit().Matches(lower)).Concat(Course().Matches(lower));

    /// <summary>
    /// <c>875/125 mg</c>, <c>5/325</c> and <c>1/2 tab</c>: numbers with a stroke between them. Group <c>u</c> is the unit, <c>c</c> a unit of count; neither stands where there is none.
    /// </summary>
    public static IEnumerable<Match> WithStroke(string lower) => Stroke().Matches(lower);

    /// <summary>The number that a word says, where it stands before the same in brackets (<c>one (1) tablet</c>); 0 where it is none.</summary>
    public static int Said(ReadOnlySpan<char> word) => word switch { "one" => 1, "two" => 2, "three" => 3, "four" => 4, "five" => 5, "six" => 6, _ => 0 };

    [GeneratedRegex(@"(?<=(?:since|on|from|until|till|through|thru|started|start|stopped|begun|began|ending|ends|end|last|last dose|given|dated?|by|as of|due|filled|rx|\() ?:? ?)[0-9]{1,2}[/-][0-9]{1,2}(?:[/-](?:[0-9]{4}|[0-9]{2}))?(?![0-9/])|(?<![0-9/.])[0-9]{1,2}/[0-9]{1,2}/(?:[0-9]{4}|[0-9]{2})(?![0-9/])|(?<![0-9])[0-9]{4}-[0-9]{2}-[0-9]{2}(?![0-9])|(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]* [0-9]{1,2}(?:st|nd|rd|th)?(?:, ?[0-9]{4})?(?![0-9])", RegexOptions.CultureInvariant)]
    private static partial Regex Day();

    [GeneratedRegex(@"(?<=(?:since|in|from|until|started|jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec|january|february|march|april|august|september|october|november|december) )(?:19|20)[0-9]{2}(?![0-9.,]| ?(?:mg|mcg|ug|g|units?|iu|ml|meq)\b)", RegexOptions.CultureInvariant)]
    private static partial Regex Year();

    [GeneratedRegex(@"(?<![0-9.])(?:[01]?[0-9]|2[0-3])(?::[0-5][0-9])? ?(?:am|pm|a\.m\.?|p\.m\.?)(?![a-z])|(?<![0-9.])(?:[01]?[0-9]|2[0-3]):[0-5][0-9](?![0-9])", RegexOptions.CultureInvariant)]
    private static partial Regex Hour();

    [GeneratedRegex(@"(?:\(?[0-9]{3}\)?[-. ] ?)?(?<![0-9])[0-9]{3}[-.][0-9]{4}(?![0-9])", RegexOptions.CultureInvariant)]
    private static partial Regex Telephone();

    [GeneratedRegex(@"(?:# ?|\b(?:disp(?:ense)?|qty|quantity|refills?)\.?:? ?#? ?(?:x ?)?)[0-9]+(?: ?\([a-z-]+\))?(?:(?: ?(?:tablets?|tabs?|capsules?|caps?))(?![a-z]))?|(?<![0-9.])[0-9]+ refills?", RegexOptions.CultureInvariant)]
    private static partial Regex Supply();

    [GeneratedRegex(@"(?:[<>≤≥]=? ?|\b(?:inr|sbp|dbp|bp|hr|map|goal|temp|temperature|glucose|fsbs|than) (?:of |is |goal |target |range |less than |greater than |above |below |over |under )?)[0-9]+(?:\.[0-9]+)?(?: ?[-/] ?[0-9]+(?:\.[0-9]+)?)?(?! ?(?:mg|mcg|ug|g|units?|iu|ml|meq|tabs?|tablets?|puffs?)\b)", RegexOptions.CultureInvariant)]
    private static partial Regex Limit();

    // x3, x 2 doses: how often, not how much.
    [GeneratedRegex(@"(?<![0-9a-z])x ?[0-9]{1,2}(?: (?:doses?|times))?(?![0-9.a-z]| ?(?:-|to) ?[0-9]| ?(?:days?|d|weeks?|wks?|months?|mo)\b)", RegexOptions.CultureInvariant)]
    private static partial Regex Course();

    [GeneratedRegex(@"(?<![0-9./])(?:[0-9]+[ -])?[0-9]+(?:\.[0-9]+)?(?: ?/ ?[0-9]+(?:\.[0-9]+)?)+(?![0-9/])(?:(?: ?-? ?(?<u>mg|mcg|ug|μg|g|%|units?|ml))(?![a-z])|(?:(?: ?-? ?[0-9]+)? (?<c>tablets?|tabs?|capsules?|caps?|pills?|puffs?|patch(?:es)?|packets?|teaspoons?|tsp|suppositor(?:y|ies)|of a tablet|of tablet))(?![a-z]))?", RegexOptions.CultureInvariant)]
    private static partial Regex Stroke();
}
