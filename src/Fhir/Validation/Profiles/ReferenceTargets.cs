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
    public void Check(Profile profile, ProfileElement element, int at, IReadOnlyList<TypeConstraint> allowed, Findings findings)
    {
        ReadOnlySpan<byte> literal = LiteralAt(document, at) is var value && value != 0 ? document.Value(value) : default;
        if (literal.IsEmpty)
        {
            CheckStatedType(profile, element, at, allowed, findings);
            return;
        }

        CheckVersioning(profile, element, at, literal, allowed, findings);
        ReferenceTarget target = Follow(run, document, at);
        bool isReference = document.Nodes[at].Type == ProfileNames.ReferenceType;
        if (isReference && !AllowsMode(allowed, target.Mode))
        {
            string modes = string.Join(", ", allowed.SelectMany(t => t.Aggregation).Distinct(StringComparer.Ordinal));
            findings.Error(profile, document, at, "structure", $"{element.Id} is a reference that is {modes}; this one is {target.Mode}", $"aggregation|{modes}");
        }

        if (AllowsAnyTarget(allowed)) return;
        // A canonical names a definition by its url, which says nothing of its type; what the caller has of it is checked.
        if (!isReference && target.Document is null) return;
        if (!LeadsToCore(target.Type, allowed)) CheckTarget(profile, element, at, target, [.. allowed.SelectMany(t => t.Targets).Distinct(StringComparer.Ordinal)], findings);
    }

    /// <summary>Follows a Reference or canonical: contained, within the Bundle, then what the caller has.</summary>
    public static ReferenceTarget Follow(ProfileRun run, FhirDocument document, int at)
    {
        int literalAt = LiteralAt(document, at), stated = StatedType(document, at);
        ReadOnlySpan<byte> literal = literalAt == 0 ? default : document.Value(literalAt);
        if (literal.IsEmpty) return new ReferenceTarget(null, 0, stated, "referenced");
        string inside = literal[0] == '#' ? "contained" : "bundled";
        if (document.References.Resolve(at) is { } node) return new ReferenceTarget(document, node, document.Nodes[node].Type, inside);
        if (literal[0] == '#') return new ReferenceTarget(null, 0, stated, inside);
        FhirDocument? known = document.Nodes[at].Type == ProfileNames.ReferenceType && run.CanResolve ? run.Resolve(document.Text(literalAt)) : null;
        if (known is not null) return new ReferenceTarget(known, 0, known.Nodes[0].Type, "referenced");
        return new ReferenceTarget(null, 0, LiteralReference.TypeOf(literal) is var type && type != 0 ? type : stated, "referenced");
    }

    /// <summary>The text of a Reference or canonical; 0 where it has none.</summary>
    private static int LiteralAt(FhirDocument document, int at)
    {
        int literal = document.Nodes[at].Type == ProfileNames.ReferenceType ? ElementAccess.Child(document, at, ProfileNames.Reference) : at;
        return literal != 0 && document.HasValue(literal) ? literal : 0;
    }

    /// <summary>Row of the type that Reference.type names; 0 where it names none.</summary>
    private static int StatedType(FhirDocument document, int at)
    {
        int stated = ElementAccess.Child(document, at, ProfileNames.TypeElement);
        return stated != 0 && document.HasValue(stated) ? R4Tables.Instance.FindType(document.Value(stated)) : 0;
    }

    private static bool AllowsMode(IReadOnlyList<TypeConstraint> allowed, string mode)
    {
        for (int i = 0; i < allowed.Count; i++)
        {
            if (allowed[i].Aggregation.Count == 0 || allowed[i].Aggregation.Contains(mode)) return true;
        }

        return false;
    }

    private static bool AllowsAnyTarget(IReadOnlyList<TypeConstraint> allowed)
    {
        for (int i = 0; i < allowed.Count; i++)
        {
            if (allowed[i].Targets.Count == 0) return true;
        }

        return false;
    }

    /// <summary>Whether one of the targets is a type of R4 itself, and that of the resource: there is nothing more to be checked of it.</summary>
    private bool LeadsToCore(int type, IReadOnlyList<TypeConstraint> allowed)
    {
        if (type == 0) return false;
        for (int i = 0; i < allowed.Count; i++)
        {
            IReadOnlyList<string> targets = allowed[i].Targets;
            for (int j = 0; j < targets.Count; j++)
            {
                if (IsOrUnknown(type, targets[j]) && run.Profiles.Find(targets[j]) is { IsCore: true }) return true;
            }
        }

        return false;
    }

    private void CheckStatedType(Profile profile, ProfileElement element, int at, IReadOnlyList<TypeConstraint> allowed, Findings findings)
    {
        if (StatedType(document, at) is not (> 0 and var type)) return;
        List<string> targets = [.. allowed.SelectMany(t => t.Targets)];
        if (AllowsAnyTarget(allowed) || targets.Exists(t => IsOrUnknown(type, t))) return;
        ReportType(profile, element, at, type, targets, findings);
    }

    private void CheckVersioning(Profile profile, ProfileElement element, int at, ReadOnlySpan<byte> literal, IReadOnlyList<TypeConstraint> allowed, Findings findings)
    {
        bool specific = literal.IndexOf("/_history/"u8) >= 0
            || (document.Nodes[at].Type == ProfileNames.CanonicalType && literal.Contains((byte)'|'));
        string forbidden = specific ? "independent" : "specific";
        for (int i = 0; i < allowed.Count; i++)
        {
            if (allowed[i].Versioning != forbidden) return;
        }

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
