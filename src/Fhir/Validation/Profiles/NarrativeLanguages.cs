using System.Text.RegularExpressions;
using Consortium.Fhir.Conformance;

namespace Consortium.Fhir.Validation.Profiles;

/// <summary>
/// The extension narrative-language-control of an element of type Narrative: whether the XHTML has a section for each of some
/// languages (FHIR Extensions Pack, StructureDefinition-narrative-language-control).
/// </summary>
internal static partial class NarrativeLanguages
{
    /// <summary>No language sections.</summary>
    private const string None = "_no";

    /// <summary>Sections, without saying which.</summary>
    private const string Some = "_yes";

    /// <summary>A section in the language of the resource.</summary>
    private const string OfResource = "_resource";

    public static void Check(Profile profile, ProfileElement element, FhirDocument document, int at, Findings findings)
    {
        if (ElementAccess.Text(document, at, ProfileNames.Div) is not { } xhtml) return;
        HashSet<string> sections = Sections(xhtml);
        foreach (string control in element.LanguageControl)
        {
            string? wanted = control switch
            {
                OfResource => ElementAccess.Text(document, document.EnclosingResources(at).Resource, ProfileNames.Language),
                None or Some => null,
                _ => control,
            };
            if (control == None && sections.Count > 0)
            {
                findings.Error(profile, document, at, "structure", $"{element.Id} has no language sections in its XHTML; found {sections.Count}", "narrative-language|_no");
            }
            else if (control == Some && sections.Count == 0)
            {
                findings.Error(profile, document, at, "structure", $"{element.Id} has language sections in its XHTML; found none", "narrative-language|_yes");
            }
            else if (wanted is not null && !sections.Contains(wanted))
            {
                findings.Error(profile, document, at, "structure", $"{element.Id} has a section in its XHTML for the language {Plain(wanted)}; found none", $"narrative-language|{control}");
            }
        }
    }

    /// <summary>The languages of the div elements directly within the outer one; a language stands in lang and xml:lang alike.</summary>
    private static HashSet<string> Sections(string xhtml)
    {
        HashSet<string> languages = new(StringComparer.Ordinal);
        int depth = 0;
        foreach (ValueMatch match in Tag().EnumerateMatches(xhtml))
        {
            string tag = xhtml.Substring(match.Index, match.Length);
            if (tag.StartsWith("</", StringComparison.Ordinal))
            {
                depth--;
                continue;
            }

            if (depth == 1 && Language().Match(tag) is { Success: true } language) languages.Add(language.Groups[1].Value);
            if (!tag.EndsWith("/>", StringComparison.Ordinal)) depth++;
        }

        return languages;
    }

    private static string Plain(string language) => language.Length <= 35 && language.All(c => char.IsAsciiLetterOrDigit(c) || c == '-') ? language : "of the resource";

    [GeneratedRegex("</?div\\b[^>]*>", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Tag();

    [GeneratedRegex("\\s(?:xml:)?lang\\s*=\\s*[\"']([^\"']*)[\"']", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Language();
}
