using System.Globalization;
using Consortium.Adapters.Cda.Xml;
using Consortium.Adapters.Elements;
using Consortium.Adapters.Narrative;
using Consortium.Fhir;

namespace Consortium.Adapters.Cda.Sections;

/// <summary>
/// Words that no entry states in codes, to the <c>narrative</c> adapter: the narrative of sections without entries, and the text of a <c>nonXMLBody</c>. Each fact carries its
/// evidence (decision 0158).
/// </summary>
internal static class FreeText
{
    private const int LongestBlock = 400_000;

    /// <summary>References to the resources of the facts of a text; none where it has none, or reads in two ways (which is reported).</summary>
    /// <param name="text">The text.</param>
    /// <param name="at">The section or body, for its place.</param>
    /// <param name="loinc">LOINC code of the section; null for a whole document.</param>
    /// <param name="conversion">The conversion.</param>
    public static List<DraftObject> Facts(string? text, CdaNode at, string? loinc, CdaConversion conversion)
    {
        List<DraftObject> entries = [];
        if (string.IsNullOrWhiteSpace(text) || text.Length > LongestBlock || conversion.Notes is not { } notes) return entries;
        string? date = Types.Times.Date(conversion.Document.Child("effectiveTime"), conversion);
        var known = new NoteContext
        {
            Patient = conversion.Draft(conversion.Subject),
            Encounter = conversion.Encounter is null ? null : conversion.Draft(conversion.Encounter),
            SectionCode = loinc,
            Date = DateOnly.TryParseExact(date, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out DateOnly day) ? day : null,
            Key = at.Place,
        };
        IReadOnlyList<ResourceDraft> drafts = notes.Facts(text, conversion.Record, conversion.Context, known, out IReadOnlyList<OutcomeIssue> issues);
        foreach (ResourceDraft draft in drafts)
        {
            if (conversion.Encounter is null)
            {
                draft.Json.Remove("encounter");
                draft.Json.Remove("context");
            }

            entries.Add(conversion.Add(draft.Json));
        }

        // That a block holds no clinical fact is no fault; that it reads in two ways is for a person to know.
        if (issues.FirstOrDefault(issue => issue.Severity <= IssueSeverity.Error && issue.Code != "structure") is { } reason)
        {
            conversion.Inform("not-supported", at, $"the words of this part were not read into facts ({reason.Code}{(reason.Line is { } line ? string.Create(CultureInfo.InvariantCulture, $", line {line} of it") : "")}); they stay words.");
        }

        return entries;
    }
}
