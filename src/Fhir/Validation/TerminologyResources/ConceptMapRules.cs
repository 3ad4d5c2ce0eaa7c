using Consortium.Fhir.Terminology;
using Consortium.Fhir.Validation.Questionnaires;

namespace Consortium.Fhir.Validation.TerminologyResources;

/// <summary>
/// The codes of a ConceptMap against the code systems of its groups, where these are known whole (FHIR R4 conceptmap.html). A
/// warning: element.code is a "code or path", and R4's own maps list several codes in one.
/// </summary>
internal static class ConceptMapRules
{
    public static void Check(ValidationContext context, int at)
    {
        FhirTerminology terminology = context.Definitions.Terminology;
        foreach (FhirNode group in new FhirNode(context.Document, at).ChildrenNamed("group"))
        {
            CodeSystemContent? source = System(context, terminology, group.Child("source"));
            CodeSystemContent? target = System(context, terminology, group.Child("target"));
            if (source is null && target is null) continue;
            foreach (FhirNode element in group.ChildrenNamed("element"))
            {
                CheckCode(context, element.Child("code"), source);
                foreach (FhirNode mapped in element.ChildrenNamed("target")) CheckCode(context, mapped.Child("code"), target);
            }

            CheckCode(context, group.Child("unmapped").Child("code"), target);
        }
    }

    private static CodeSystemContent? System(ValidationContext context, FhirTerminology terminology, FhirNode uri)
    {
        if (!uri.Exists || uri.Value is not { Length: > 0 } url) return null;
        CodeSystemContent? system = terminology.CodeSystem(url);
        if (system is null && context.Definitions.Find("ValueSet", url) is not null)
        {
            context.Issues.Warning(uri.Place().Index, "code-invalid", $"{FhirNodeValues.Shown(url)} is a value set; a group maps from and to code systems (FHIR R4 conceptmap-definitions.html#ConceptMap.group.source).");
        }

        return system is { Content: ContentMode.Complete } ? system : null;
    }

    private static void CheckCode(ValidationContext context, FhirNode code, CodeSystemContent? system)
    {
        if (system is null || !code.Exists || code.Value is not { } value) return;
        if (FhirTerminology.InSystem(system, system.Url, value, out _) != Membership.Out) return;
        context.Issues.Warning(code.Place().Index, "code-invalid", $"{FhirNodeValues.Shown(value)} is not in the code system {FhirNodeValues.Shown(system.Url)}.");
    }
}
