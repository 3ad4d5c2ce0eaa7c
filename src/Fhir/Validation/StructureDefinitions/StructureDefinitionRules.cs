using Consortium.Fhir.Snapshots;

namespace Consortium.Fhir.Validation.StructureDefinitions;

/// <summary>
/// StructureDefinition as an instance (FHIR R4 structuredefinition.html): it agrees with its base, its differential can be applied
/// to the base (profiling.html#limitations), and what its elements state makes sense for their types.
/// </summary>
internal static class StructureDefinitionRules
{
    public static void Check(ValidationContext context, int at)
    {
        FhirNode definition = new(context.Document, at);
        ProfileSnapshot generated = Generate(context, definition);
        FhirDocument? @base = generated.BaseDefinition is { } url ? context.Definitions.Find("StructureDefinition", url) : null;
        if (@base is not null) CheckAgreement(context, definition, @base.Root);
        foreach (OverlaidElement element in generated.Overlaid) ElementValueRules.Check(context, element);
        CheckCarriedSnapshot(context, definition, generated);
        foreach (string view in (ReadOnlySpan<string>)["differential", "snapshot"]) ElementExpressionRules.Check(context, definition.Child(view));
        ExtensionDefinitionRules.Check(context, definition);
    }

    private static ProfileSnapshot Generate(ValidationContext context, FhirNode definition)
    {
        ProfileSnapshot generated = context.Definitions.Snapshots.Generate(definition);
        foreach (SnapshotProblem problem in generated.Problems)
        {
            // A base that is not at hand, or cannot be followed, says nothing about the differential itself.
            bool ofTheWhole = problem.Element == definition;
            FhirNode place = ofTheWhole && definition.Child("baseDefinition") is { Exists: true } stated ? stated : problem.Element;
            IssueSeverity severity = problem.IsError && !ofTheWhole ? IssueSeverity.Error : IssueSeverity.Warning;
            string message = ofTheWhole ? $"{problem.Message} The differential is not checked against it." : problem.Message;
            context.Issues.Add(severity, place.Place().Index, ofTheWhole ? "not-found" : "business-rule", message);
        }

        return generated;
    }

    /// <summary>
    /// A constraint is of the type of its base (FHIR R4 structuredefinition-definitions.html#StructureDefinition.type). That it is of
    /// the same kind follows, but is nowhere a rule; an official example has it wrong.
    /// </summary>
    private static void CheckAgreement(ValidationContext context, FhirNode definition, FhirNode @base)
    {
        if (definition.Child("derivation").Value != "constraint") return;
        Agree("type", IssueSeverity.Error);
        Agree("kind", IssueSeverity.Warning);

        void Agree(string name, IssueSeverity severity)
        {
            FhirNode own = definition.Child(name);
            string? expected = @base.Child(name).Value;
            if (!own.HasValue || expected is null || own.Value == expected) return;
            context.Issues.Add(severity, own.Place().Index, "business-rule", $"A constraint has the {name} of its base, {expected} (FHIR R4 structuredefinition-definitions.html#StructureDefinition.{name}).");
        }
    }

    /// <summary>A snapshot has every element that the differential states (FHIR R4 structuredefinition.html#snapshot).</summary>
    private static void CheckCarriedSnapshot(ValidationContext context, FhirNode definition, ProfileSnapshot generated)
    {
        HashSet<string> carried = [.. definition.Child("snapshot").ChildrenNamed("element").Select(e => e.Child("path").Value).OfType<string>()];
        if (carried.Count == 0) return;
        foreach ((StatedElement stated, SnapshotElement result) in generated.Overlaid)
        {
            if (carried.Contains(stated.Path) || carried.Contains(result.Path) || result.Path.Contains("[x].", StringComparison.Ordinal)) continue;
            context.Issues.Warning(stated.Node.Place().Index, "business-rule", $"The snapshot has no element {result.Path}, of which the differential speaks.");
        }
    }
}
