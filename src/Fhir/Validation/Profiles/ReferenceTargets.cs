using System.Text;
using Consortium.Fhir.Conformance;
using Consortium.Fhir.Definitions;

namespace Consortium.Fhir.Validation.Profiles;

/// <summary>Where a reference leads.</summary>
/// <param name="Document">The document that has the resource; null where it could not be had.</param>
/// <param name="Node">The resource.</param>
/// <param name="Type">Its type, or the type that the reference names; 0 where unknown.</param>
/// <param name="Mode">contained, bundled or referenced (FHIR R4 valueset-resource-aggregation-mode.html).</param>
internal readonly record struct ReferenceTarget(FhirDocument? Document, int Node, int Type, string Mode);

/// <summary>What a profile says of a reference: the profiles of its target, how it gets there, whether it names a version (FHIR R4 references.html).</summary>
internal sealed class ReferenceTargets(ProfileRun run, FhirDocument document)
{
    public void Check(Profile profile, ProfileElement element, int at, List<TypeConstraint> allowed, Findings findings)
    {
        if (Literal(document, at) is not { Length: > 0 } literal)
        {
            CheckStatedType(profile, element, at, allowed, findings);
            return;
        }

        CheckVersioning(profile, element, at, literal, allowed, findings);
        ReferenceTarget target = Follow(run, document, at);
        bool isReference = document.Nodes[at].Type == ProfileNames.ReferenceType;
        if (isReference && allowed.TrueForAll(t => t.Aggregation.Count > 0 && !t.Aggregation.Contains(target.Mode)))
        {
            string modes = string.Join(", ", allowed.SelectMany(t => t.Aggregation).Distinct(StringComparer.Ordinal));
            findings.Error(profile, document, at, "structure", $"{element.Id} is a reference that is {modes}; this one is {target.Mode}", $"aggregation|{modes}");
        }

        if (allowed.Exists(t => t.Targets.Count == 0)) return;
        // A canonical names a definition by its url, which says nothing of its type; what the caller has of it is checked.
        if (!isReference && target.Document is null) return;
        CheckTarget(profile, element, at, target, [.. allowed.SelectMany(t => t.Targets).Distinct(StringComparer.Ordinal)], findings);
    }

    /// <summary>Follows a Reference or canonical: contained, within the Bundle, then what the caller has.</summary>
    public static ReferenceTarget Follow(ProfileRun run, FhirDocument document, int at)
    {
        string? literal = Literal(document, at);
        int stated = ElementAccess.Text(document, at, ProfileNames.TypeElement) is { } name ? FhirR4.FindType(name) : 0;
        if (string.IsNullOrEmpty(literal)) return new ReferenceTarget(null, 0, stated, "referenced");
        string inside = literal[0] == '#' ? "contained" : "bundled";
        if (document.References.Resolve(at) is { } node) return new ReferenceTarget(document, node, document.Nodes[node].Type, inside);
        if (literal[0] == '#') return new ReferenceTarget(null, 0, stated, inside);
        FhirDocument? known = document.Nodes[at].Type == ProfileNames.ReferenceType ? run.Resolve(literal) : null;
        if (known is not null) return new ReferenceTarget(known, 0, known.Nodes[0].Type, "referenced");
        return new ReferenceTarget(null, 0, LiteralReference.TypeOf(Encoding.UTF8.GetBytes(literal)) is var type && type != 0 ? type : stated, "referenced");
    }

    public static string? Literal(FhirDocument document, int at) =>
        document.Nodes[at].Type == ProfileNames.ReferenceType
            ? ElementAccess.Text(document, at, ProfileNames.Reference)
            : document.HasValue(at) ? document.Text(at) : null;

    private void CheckStatedType(Profile profile, ProfileElement element, int at, List<TypeConstraint> allowed, Findings findings)
    {
        if (ElementAccess.Text(document, at, ProfileNames.TypeElement) is not { } stated || FhirR4.FindType(stated) is not (> 0 and var type)) return;
        List<string> targets = [.. allowed.SelectMany(t => t.Targets)];
        if (allowed.Exists(t => t.Targets.Count == 0) || targets.Exists(t => IsOrUnknown(type, t))) return;
        ReportType(profile, element, at, type, targets, findings);
    }

    private void CheckVersioning(Profile profile, ProfileElement element, int at, string literal, List<TypeConstraint> allowed, Findings findings)
    {
        bool specific = literal.Contains("/_history/", StringComparison.Ordinal)
            || (document.Nodes[at].Type == ProfileNames.CanonicalType && literal.Contains('|', StringComparison.Ordinal));
        string forbidden = specific ? "independent" : "specific";
        if (!allowed.TrueForAll(t => t.Versioning == forbidden)) return;
        string what = specific ? "names no version (versioning: independent); this one does" : "names a version (versioning: specific); this one does not";
        findings.Error(profile, document, at, "value", $"{element.Id} {what}", $"versioning|{forbidden}");
    }

    private void CheckTarget(Profile profile, ProfileElement element, int at, ReferenceTarget target, List<string> targets, Findings findings)
    {
        if (target.Type == 0) return;
        List<string> ofType = [.. targets.Where(t => IsOrUnknown(target.Type, t))];
        if (ofType.Count == 0)
        {
            ReportType(profile, element, at, target.Type, targets, findings);
            return;
        }

        List<string> reasons = [];
        bool undecided = false;
        foreach (string url in ofType)
        {
            if (run.Profiles.Find(url) is not { } one)
            {
                undecided = true;
                reasons.Add($"{url} is not among the definitions");
                continue;
            }

            if (one.IsCore) return;
            if (target.Document is null)
            {
                undecided = true;
                reasons.Add($"the {run.Tables.TypeName(target.Type)} is not here to be checked");
                continue;
            }

            Findings trial = run.WalkOf(target.Document).Try(one, target.Node);
            if (trial.Errors == 0) return;
            reasons.Add($"{one.Url}: {trial.Reasons(2)}");
        }

        string names = string.Join(", ", ofType);
        string why = string.Join(" | ", reasons.Distinct(StringComparer.Ordinal));
        if (undecided)
        {
            IssueSeverity severity = run.Context.Options.RequireTargets ? IssueSeverity.Error : IssueSeverity.Information;
            findings.Add(severity, profile, document, at, "not-supported", $"{element.Id}: whether the target conforms to {names} cannot be decided here: {why}", $"target|{names}");
            return;
        }

        findings.Error(profile, document, at, "structure", $"{element.Id} refers to a resource that conforms to none of {names}: {why}", $"target|{names}");
    }

    private bool IsOrUnknown(int type, string target) => run.Profiles.TypeOf(target) is var wanted && (wanted == 0 || run.Tables.IsA(type, wanted));

    private void ReportType(Profile profile, ProfileElement element, int at, int type, List<string> targets, Findings findings)
    {
        string names = string.Join(", ", targets.Select(t => t[(t.LastIndexOf('/') + 1)..]).Distinct(StringComparer.Ordinal));
        findings.Error(profile, document, at, "structure", $"{element.Id} refers to {names}; found {run.Tables.TypeName(type)}", $"target-type|{names}");
    }
}
