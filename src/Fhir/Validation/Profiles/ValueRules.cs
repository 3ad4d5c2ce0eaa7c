using System.Text;
using Consortium.Fhir.Conformance;
using Consortium.Fhir.Definitions;
using Consortium.Fhir.Json;

namespace Consortium.Fhir.Validation.Profiles;

/// <summary>What a profile says of an element's value: fixed value, pattern, limits, length, bindings, constraints (FHIR R4 elementdefinition.html).</summary>
internal sealed class ValueRules(ProfileRun run, FhirDocument document)
{
    private readonly ValueLimits _limits = new(run, document);
    private readonly ProfileBindings _bindings = new(run, document);
    private readonly ProfileConstraints _constraints = new(run, document);

    public void Check(Profile profile, ProfileElement element, int at, Findings findings)
    {
        if (element.Fixed.Exists) CheckFixed(profile, element, at, findings);
        if (element.Pattern.Exists) CheckPattern(profile, element, at, findings);
        _limits.Check(profile, element, at, findings);
        if (element.MaxLength > 0) CheckLength(profile, element, at, findings);
        if (element.MustHaveValue || element.ValueAlternatives.Count > 0) CheckPresence(profile, element, at, findings);
        if (element.Bindings.Count > 0) _bindings.Check(profile, element, at, findings);
        if (element.LanguageControl.Count > 0) NarrativeLanguages.Check(profile, element, document, at, findings);
        if (element.Constraints.Count > 0) _constraints.Check(profile, element, at, findings);
    }

    private void CheckFixed(Profile profile, ProfileElement element, int at, Findings findings)
    {
        if (ElementMatch.DifferenceFromFixed(document, at, element.Fixed) is not { } difference) return;
        string where = difference == "value" ? string.Empty : $"; they differ in {difference}";
        findings.Error(profile, document, at, "value", $"{element.Id} is fixed to {Shown(element.Fixed)}{where}", $"fixed|{Identity(element.Fixed)}");
    }

    private void CheckPattern(Profile profile, ProfileElement element, int at, Findings findings)
    {
        if (ElementMatch.DifferenceFromPattern(document, at, element.Pattern) is not { } difference) return;
        string where = difference == "value" ? string.Empty : $"; they differ in {difference}";
        findings.Error(profile, document, at, "value", $"{element.Id} has the pattern {Shown(element.Pattern)}{where}", $"pattern|{Identity(element.Pattern)}");
    }

    private void CheckLength(Profile profile, ProfileElement element, int at, Findings findings)
    {
        if (!document.HasValue(at) || document.Nodes[at].Kind != JsonKind.String) return;
        ReadOnlySpan<byte> value = document.Value(at);
        if (value.Length <= element.MaxLength) return;
        int length = Encoding.UTF8.GetCharCount(value);
        if (length > element.MaxLength)
        {
            findings.Error(profile, document, at, "too-long", $"{element.Id} has at most {element.MaxLength} characters, found {length}", $"maxLength|{element.MaxLength}");
        }
    }

    private void CheckPresence(Profile profile, ProfileElement element, int at, Findings findings)
    {
        if (document.HasValue(at)) return;
        if (element.MustHaveValue)
        {
            findings.Error(profile, document, at, "required", $"{element.Id} needs a value; extensions alone do not do", "mustHaveValue");
            return;
        }

        ElementChildren children = document.ChildrenOf(at);
        while (children.MoveNext())
        {
            if (document.Nodes[children.Current].Type != run.Tables.Extension) continue;
            if (ElementAccess.Text(document, children.Current, ProfileNames.Url) is { } url && element.ValueAlternatives.Contains(url)) return;
        }

        string allowed = string.Join(", ", element.ValueAlternatives);
        findings.Error(profile, document, at, "required", $"{element.Id} needs a value or one of the extensions {allowed}", "valueAlternatives");
    }

    /// <summary>A value of a definition, cut where it is long: it is no patient's.</summary>
    public static string Shown(FhirNode value)
    {
        string text = Identity(value);
        return text.Length <= 160 ? text : text[..160] + "…";
    }

    private static string Identity(FhirNode value)
    {
        string json = Encoding.UTF8.GetString(value.Utf8Json.Span);
        StringBuilder text = new(json.Length);
        bool blank = false;
        foreach (char c in json)
        {
            if (char.IsWhiteSpace(c))
            {
                blank = true;
                continue;
            }

            if (blank && text.Length > 0) text.Append(' ');
            blank = false;
            text.Append(c);
        }

        return text.ToString();
    }
}
