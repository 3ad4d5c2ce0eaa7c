using Consortium.Fhir.Definitions;

namespace Consortium.Fhir.Snapshots;

/// <summary>
/// What a profile may not do to its base: a resource that conforms to the profile conforms to the base as well
/// (FHIR R4 profiling.html#limitations).
/// </summary>
internal sealed class OverlayRules(FhirDefinitions definitions)
{
    private const string TypePrefix = "http://hl7.org/fhir/StructureDefinition/";

    public void Check(SnapshotElement element, StatedElement stated, bool isNewSlice, List<SnapshotProblem> problems)
    {
        void Report(string message) => problems.Add(new SnapshotProblem(stated.Node, IsError: true, $"{element.Id}: {message}"));

        // The minimum of a whole is not that of its slices, and a slice's own minimum starts at 0.
        if (stated.Min < element.Min) Report($"min {stated.Min} is below the {element.Min} of the base.");
        if (stated.Max is { } max && Cardinality.Exceeds(max, element.Max) && !element.IsRoot)
        {
            // The maximum of the whole limits its slices as well; a larger one contradicts nothing, it is only out of reach.
            problems.Add(new SnapshotProblem(stated.Node, IsError: !isNewSlice, $"{element.Id}: max {Cardinality.Show(max)} is above the {Cardinality.Show(element.Max)} of {(isNewSlice ? "the sliced element" : "the base")}."));
        }

        foreach (SnapshotType type in stated.Types) CheckType(element, type, Report);
        if (element.Binding is { Strength: BindingStrength.Required } && stated.Binding is ({ } strength, _, _) && strength != BindingStrength.Required)
        {
            Report($"the base binds with strength required, which cannot become {strength.ToString().ToLowerInvariant()}.");
        }

        if (element.MustSupport && stated.MustSupport == false) Report("mustSupport is true in the base and cannot become false.");
        if (element.Fixed.Exists && stated.Fixed.Exists && !SameJson(element.Fixed, stated.Fixed)) Report("the fixed value differs from the one that the base fixes.");
    }

    private void CheckType(SnapshotElement element, SnapshotType type, Action<string> report)
    {
        if (element.Types.Count == 0 || type.Code.Length == 0) return;
        SnapshotType[] same = [.. element.Types.Where(t => t.Code == type.Code)];
        if (same.Length == 0)
        {
            if (!element.Types.Any(t => Specializes(type.Code, t.Code))) report($"type {Shown(type.Code)} is not among those of the base: {string.Join(", ", element.Types.Select(t => t.Code))}.");
            return;
        }

        string[] allowed = [.. same.SelectMany(t => t.TargetProfiles)];
        if (same.Any(t => t.TargetProfiles.Count == 0)) return;
        foreach (string target in type.TargetProfiles)
        {
            if (DerivesFromOne(target, allowed) == false) report($"the target {target} is not among those of the base: {string.Join(", ", allowed)}.");
        }
    }

    /// <summary>Resource, DomainResource, Element and BackboneElement allow the types that are derived from them.</summary>
    private bool Specializes(string code, string ancestor) =>
        ancestor == "*" || DerivesFromOne(code.Contains(':', StringComparison.Ordinal) ? code : TypePrefix + code, [TypePrefix + ancestor]) == true;

    /// <summary>Whether a definition is, or is derived from, one of some; null where it cannot be followed.</summary>
    private bool? DerivesFromOne(string canonical, string[] ancestors)
    {
        string? at = canonical;
        for (int step = 0; step < 50 && at is not null; step++)
        {
            string url = WithoutVersion(at);
            if (Array.Exists(ancestors, a => WithoutVersion(a) == url)) return true;
            if (definitions.Find("StructureDefinition", at) is not { } definition) return null;
            at = definition.Root.Child("baseDefinition").Value;
        }

        return false;
    }

    private static string WithoutVersion(string canonical)
    {
        int bar = canonical.IndexOf('|', StringComparison.Ordinal);
        return bar < 0 ? canonical : canonical[..bar];
    }

    private static bool SameJson(FhirNode one, FhirNode other) => one.HasValue && other.HasValue
        ? one.Utf8Value.SequenceEqual(other.Utf8Value)
        : System.Text.Json.Nodes.JsonNode.DeepEquals(System.Text.Json.Nodes.JsonNode.Parse(one.Utf8Json.Span), System.Text.Json.Nodes.JsonNode.Parse(other.Utf8Json.Span));

    private static string Shown(string code) => FhirDocument.Shown(System.Text.Encoding.UTF8.GetBytes(code));
}
