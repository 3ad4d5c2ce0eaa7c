using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Consortium.Adapters.Hl7V2.Er7;
using Consortium.Fhir;

namespace Consortium.Adapters.Mllp;

/// <summary>
/// ERR: where and why. From version 2.5 on a segment a problem with ERR-2 the place, ERR-3 table 0357, ERR-4 the severity, ERR-8 the words (v2.5.1 ch. 2.15.5);
/// before that one segment whose ERR-1 repeats segment, sequence, field and code (v2.3.1 ch. 2.24.4).
/// </summary>
internal static partial class ErrorSegments
{
    /// <summary>HL7 table 0357, as far as it is used.</summary>
    private static readonly Dictionary<int, string> Conditions = new()
    {
        [100] = "Segment sequence error",
        [101] = "Required field missing",
        [102] = "Data type error",
        [103] = "Table value not found",
        [200] = "Unsupported message type",
        [201] = "Unsupported event code",
        [202] = "Unsupported processing id",
        [203] = "Unsupported version id",
        [204] = "Unknown key identifier",
        [205] = "Duplicate key identifier",
        [206] = "Application record locked",
        [207] = "Application internal error",
    };

    /// <summary>An issue of a conversion as a problem of an acknowledgement.</summary>
    public static AckProblem From(OutcomeIssue issue)
    {
        string place = issue.Expression ?? "";
        int code = issue.Code switch
        {
            "not-supported" => place switch { "MSH-9" or "MSH-9.1" => 200, "MSH-9.2" => 201, "MSH-11" or "MSH-11.1" => 202, "MSH-12" or "MSH-12.1" => 203, _ => 207 },
            "structure" or "incomplete" => 100,
            "required" => 101,
            "value" or "too-long" or "invariant" or "invalid" or "extension" => 102,
            "code-invalid" => 103,
            "not-found" => 204,
            "duplicate" or "multiple-matches" => 205,
            _ => 207,
        };
        return new AckProblem(place, code, issue.Diagnostics);
    }

    /// <summary>Writes the segments.</summary>
    public static void Append(StringBuilder answer, IReadOnlyList<AckProblem> problems, string version, in Er7Delimiters delimiters)
    {
        if (problems.Count == 0) return;
        char field = (char)delimiters.Field;
        if (!Acknowledgment.Before(version, "2.5"))
        {
            foreach (AckProblem problem in problems)
            {
                answer.Append("ERR").Append(field).Append(field).Append(Location(problem.Place, (char)delimiters.Component))
                    .Append(field).Append(Condition(problem.Code, (char)delimiters.Component))
                    .Append(field).Append('E').Append(field, 4).Append(Acknowledgment.Escape(problem.Reason, delimiters)).Append('\r');
            }

            return;
        }

        answer.Append("ERR").Append(field);
        char component = (char)delimiters.Component;
        for (int i = 0; i < problems.Count; i++)
        {
            if (i > 0)
            {
                if (delimiters.Repetition == 0) break;
                answer.Append((char)delimiters.Repetition);
            }

            // The fourth component is a coded element of its own; without sub-components its code has to do.
            string[] place = [.. Location(problems[i].Place, component).Split(component), "", "", ""];
            string condition = delimiters.SubComponent == 0 ? problems[i].Code.ToString(CultureInfo.InvariantCulture) : Condition(problems[i].Code, (char)delimiters.SubComponent);
            answer.AppendJoin(component, place[0], place[1], place[2], condition);
        }

        answer.Append('\r');
    }

    private static string Condition(int code, char separator) =>
        $"{code.ToString(CultureInfo.InvariantCulture)}{separator}{Conditions.GetValueOrDefault(code, "Application internal error")}{separator}HL70357";

    /// <summary>ERL: segment, its occurrence, field, repetition, component, sub-component. Empty where the place is none of a message.</summary>
    private static string Location(string place, char component)
    {
        Match match = Place().Match(place);
        if (!match.Success) return "";
        string segment = match.Groups["segment"].Value;
        string occurrence = match.Groups["occurrence"].Success ? match.Groups["occurrence"].Value : "1";
        if (!match.Groups["field"].Success) return $"{segment}{component}{occurrence}";
        string location = $"{segment}{component}{occurrence}{component}{match.Groups["field"].Value}";
        if (!match.Groups["component"].Success && !match.Groups["repetition"].Success) return location;
        location += component + (match.Groups["repetition"].Success ? match.Groups["repetition"].Value : "1");
        if (match.Groups["component"].Success) location += component + match.Groups["component"].Value;
        return match.Groups["sub"].Success ? location + component + match.Groups["sub"].Value : location;
    }

    [GeneratedRegex(@"^(?<segment>[A-Z][A-Z0-9]{2})(?:\[(?<occurrence>[0-9]{1,6})\])?(?:-(?<field>[0-9]{1,4})(?:\[(?<repetition>[0-9]{1,6})\])?(?:\.(?<component>[0-9]{1,4})(?:\.(?<sub>[0-9]{1,4}))?)?)?$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Place();
}
