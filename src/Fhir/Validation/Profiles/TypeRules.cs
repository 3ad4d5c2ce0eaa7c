using Consortium.Fhir.Conformance;
using Consortium.Fhir.Definitions;

namespace Consortium.Fhir.Validation.Profiles;

/// <summary>The types that a profile allows, the profiles of these types, and the targets of references (FHIR R4 elementdefinition-definitions.html#ElementDefinition.type).</summary>
internal sealed class TypeRules(ProfileRun run, ProfileWalk walk, FhirDocument document)
{
    private readonly ReferenceTargets _references = new(run, document);

    public void Check(Profile profile, ProfileElement element, int at, Findings findings)
    {
        int type = document.Nodes[at].Type;
        bool refers = type == ProfileNames.ReferenceType || type == ProfileNames.CanonicalType;
        if (!refers && AllowsPlainly(element.Types, type)) return;
        IReadOnlyList<TypeConstraint> allowed = Allowed(element.Types, type);
        if (allowed.Count == 0)
        {
            string codes = string.Join(", ", element.Types.Select(t => t.Code).Distinct(StringComparer.Ordinal));
            findings.Error(profile, document, at, "structure", $"{element.Id} has the type {codes}; found {(type == 0 ? "none that is known" : run.Tables.TypeName(type))}", $"type|{codes}");
            return;
        }

        if (!AllowsPlainly(allowed, type))
        {
            CheckProfiles(profile, element, at, [.. allowed.SelectMany(t => t.Profiles).Distinct(StringComparer.Ordinal)], findings);
        }

        if (refers) _references.Check(profile, element, at, allowed, findings);
    }

    /// <summary>Whether one of the types is that of the element, without a profile.</summary>
    private bool AllowsPlainly(IReadOnlyList<TypeConstraint> types, int type)
    {
        for (int i = 0; i < types.Count; i++)
        {
            if (types[i].Profiles.Count == 0 && Allows(types[i], type)) return true;
        }

        return false;
    }

    /// <summary>Those of the types that are the element's: mostly all of them.</summary>
    private IReadOnlyList<TypeConstraint> Allowed(IReadOnlyList<TypeConstraint> types, int type)
    {
        for (int i = 0; i < types.Count; i++)
        {
            if (!Allows(types[i], type)) return [.. types.Where(t => Allows(t, type))];
        }

        return types;
    }

    private bool Allows(TypeConstraint allowed, int type) =>
        // A type that R4 does not have is for the definition's own validation to report.
        allowed.Type == 0 || allowed.Type == type || run.Tables.IsA(type, allowed.Type);

    /// <summary>One profile is required; of several one is enough.</summary>
    private void CheckProfiles(Profile profile, ProfileElement element, int at, List<string> urls, Findings findings)
    {
        // The rules for extensions apply the definition of each by its url; here only the slice counts.
        if (document.Nodes[at].Type == run.Tables.Extension)
        {
            if (IsOwnDefinition(at, urls)) return;
            if (!urls.Exists(u => run.Profiles.Find(u) is null or { IsCore: true }))
            {
                findings.Error(profile, document, at, "value", $"{element.Id} is the extension {string.Join(", ", urls)}; the url is another", $"extension|{string.Join(",", urls)}");
                return;
            }
        }

        List<Profile> known = [.. urls.Select(run.Profiles.Find).OfType<Profile>()];
        if (urls.Count == 1 && known.Count == 1)
        {
            walk.Apply(known[0], at, findings);
            return;
        }

        List<string> reasons = [];
        foreach (Profile one in known)
        {
            Findings trial = walk.Try(one, at);
            if (trial.Errors == 0) return;
            reasons.Add($"{one.Url}: {trial.Reasons(2)}");
        }

        string names = string.Join(", ", urls.Where(u => run.Profiles.Find(u) is null));
        if (known.Count < urls.Count)
        {
            ReportUnknown(profile, element, at, names, findings);
            return;
        }

        findings.Error(profile, document, at, "structure", $"{element.Id} conforms to none of its profiles: {string.Join(" | ", reasons)}", $"profiles|{string.Join(",", urls)}");
    }

    private void ReportUnknown(Profile profile, ProfileElement element, int at, string names, Findings findings)
    {
        // Conformance to a profile that cannot be had cannot be claimed: the call lacks a package. Of an extension the url tells enough.
        bool extension = document.Nodes[at].Type == run.Tables.Extension;
        findings.Add(
            extension ? IssueSeverity.Information : IssueSeverity.Error, profile, document, at, "not-found",
            $"{element.Id} conforms to {names}, which is not among the definitions; add the package that has it", $"unknown|{names}");
    }

    private bool IsOwnDefinition(int at, List<string> urls) =>
        ElementAccess.Text(document, at, ProfileNames.Url) is { } url && urls.Exists(u => u == url || u.StartsWith(url + "|", StringComparison.Ordinal));
}
