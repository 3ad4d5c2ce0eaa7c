using System.Text;
using Consortium.Fhir.Terminology;
using Consortium.Fhir.Validation.Questionnaires;

namespace Consortium.Fhir.Validation.TerminologyResources;

/// <summary>A ValueSet's compose against the code systems that are known here (FHIR R4 valueset.html#compositions).</summary>
internal sealed class ValueSetRules
{
    private readonly ValidationContext _context;
    private readonly FhirTerminology _terminology;
    private readonly FhirNode _valueSet;
    private readonly HashSet<string> _judged = new(StringComparer.Ordinal);

    private ValueSetRules(ValidationContext context, int at)
    {
        _context = context;
        _terminology = context.Definitions.Terminology;
        _valueSet = new FhirNode(context.Document, at);
    }

    public static void Check(ValidationContext context, int at) => new ValueSetRules(context, at).Check();

    private void Check()
    {
        FhirNode compose = _valueSet.Child("compose");
        if (!compose.Exists) return;
        foreach (FhirNode part in compose.ChildrenNamed("include").Concat(compose.ChildrenNamed("exclude"))) CheckPart(part);
    }

    private void CheckPart(FhirNode part)
    {
        foreach (FhirNode other in part.ChildrenNamed("valueSet")) CheckImport(other);
        FhirNode system = part.Child("system");
        if (!system.Exists || system.Value is not { Length: > 0 } url) return;
        CodeSystemContent? known = _terminology.CodeSystem(url);
        if (known is null)
        {
            if (_judged.Add(url)) JudgeSystem(system, url);
        }
        else if (known.Content == ContentMode.Supplement)
        {
            _context.Issues.Error(system.Place().Index, "business-rule", $"{FhirNodeValues.Shown(url)} is a supplement and has no codes of its own; include the code system that it adds to (FHIR R4 codesystem.html#supplements).");
            return;
        }

        CheckConcepts(part, known, url);
        FilterRules filters = new(_context, known, url);
        foreach (FhirNode filter in part.ChildrenNamed("filter")) filters.Check(filter);
    }

    private void CheckImport(FhirNode other)
    {
        if (other.Value is not { Length: > 0 } canonical || canonical.StartsWith('#')) return;
        string url = canonical.Split('|')[0];
        if (url == _valueSet.Text("url"))
        {
            _context.Issues.Error(other.Place().Index, "business-rule", "The value set includes itself (FHIR R4 valueset.html#compositions).");
        }
        else if (_context.Definitions.Find("ValueSet", canonical) is null && _terminology.CodeSystem(url) is not null)
        {
            _context.Issues.Error(other.Place().Index, "business-rule", $"{FhirNodeValues.Shown(url)} is a code system; a code system is included with system, and valueSet names value sets (FHIR R4 valueset.html#compositions).");
        }
    }

    private void JudgeSystem(FhirNode system, string url)
    {
        (IssueSeverity severity, string message) = SystemUri.Judge(Encoding.UTF8.GetBytes(url), _terminology);
        _context.Issues.Add(severity, system.Place().Index, severity == IssueSeverity.Error ? "code-invalid" : "not-found", message);
    }

    /// <summary>Codes that are listed one by one. Another version of the code system may have a code, so it is a warning.</summary>
    private void CheckConcepts(FhirNode part, CodeSystemContent? known, string url)
    {
        HashSet<string> seen = new(StringComparer.Ordinal);
        foreach (FhirNode concept in part.ChildrenNamed("concept"))
        {
            FhirNode code = concept.Child("code");
            if (!code.Exists || code.Value is not { } value) continue;
            if (!seen.Add(value))
            {
                _context.Issues.Warning(code.Place().Index, "business-rule", $"The code {FhirNodeValues.Shown(value)} is listed twice.");
            }
            else if (FhirTerminology.InSystem(known, url, value, out _) == Membership.Out)
            {
                _context.Issues.Warning(code.Place().Index, "code-invalid", $"The code {FhirNodeValues.Shown(value)} is not in the code system {FhirNodeValues.Shown(url)}.");
            }
        }
    }
}
