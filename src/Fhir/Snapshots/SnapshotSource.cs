using System.Collections.Concurrent;
using System.Runtime.CompilerServices;

namespace Consortium.Fhir.Snapshots;

/// <summary>Gives the snapshots of definitions, each made once and kept. Thread-safe.</summary>
internal sealed class SnapshotSource(FhirDefinitions definitions)
{
    // No sane guide derives deeper; a chain without end would otherwise exhaust the stack.
    private const int DeepestDerivation = 40;

    // A published snapshot depends on its document alone, so that all sets of definitions share it.
    private static readonly ConditionalWeakTable<FhirDocument, ProfileSnapshot> s_published = [];

    private readonly OverlayRules _rules = new(definitions);
    private readonly ConcurrentDictionary<FhirDocument, ProfileSnapshot> _generated = new();

    /// <summary>The snapshot of a StructureDefinition by canonical URL; null where the definition is not known.</summary>
    public ProfileSnapshot? Find(string canonical) =>
        definitions.Find("StructureDefinition", canonical) is { } found ? Of(found) : null;

    /// <summary>The snapshot that a definition carries, or else the one generated from its differential.</summary>
    public ProfileSnapshot Of(FhirDocument definition) => Of(definition, []);

    /// <summary>
    /// The snapshot generated from the differential of a StructureDefinition, whether or not it carries one or is among the
    /// definitions; not kept.
    /// </summary>
    public ProfileSnapshot Generate(FhirNode definition) => Generate(definition, []);

    private ProfileSnapshot Of(FhirDocument definition, HashSet<FhirDocument> underWay)
    {
        if (HasSnapshot(definition)) return s_published.GetValue(definition, Publish);
        if (_generated.TryGetValue(definition, out ProfileSnapshot? known)) return known;
        ProfileSnapshot made = Generate(definition.Root, underWay);
        // What was made while others waited for it may lack what they would have given.
        return underWay.Count == 0 ? _generated.GetOrAdd(definition, made) : made;
    }

    /// <summary>A snapshot without elements, or of another type, is no snapshot.</summary>
    private static bool HasSnapshot(FhirDocument definition) =>
        definition.Root.Child("snapshot").Child("element").Child("path").Value is { Length: > 0 } path
        && path == TypeName(definition.Root.Child("type").Value ?? string.Empty);

    private static ProfileSnapshot Publish(FhirDocument definition)
    {
        string url = definition.Root.Child("url").Value ?? string.Empty;
        return Describe(definition.Root, [.. Stated(definition.Root, "snapshot").Select(e => ElementOverlay.Complete(e, url))], []);
    }

    private ProfileSnapshot Generate(FhirNode definition, HashSet<FhirDocument> underWay)
    {
        if (definition.Child("baseDefinition").Value is not { } baseUrl)
        {
            // Only Element, Resource and logical models have no base: their differential is all there is.
            string own = definition.Child("url").Value ?? string.Empty;
            return Describe(definition, [.. Stated(definition, "differential").Select(e => ElementOverlay.Complete(e, own))], [], generated: true);
        }

        if (underWay.Count >= DeepestDerivation || !underWay.Add(definition.Place().Document))
        {
            return Failed(definition, "The definition is derived from itself, or through too many others.");
        }

        try
        {
            if (definitions.Find("StructureDefinition", baseUrl) is not { } found)
            {
                return Failed(definition, $"The baseDefinition {baseUrl} is not known: give it with the definitions.");
            }

            ProfileSnapshot @base = Of(found, underWay);
            if (@base.Elements.Count == 0)
            {
                return Failed(definition, $"The baseDefinition {baseUrl} has no usable snapshot: {(@base.Problems.Count > 0 ? @base.Problems[0].Message : "it states no elements.")}");
            }

            return Overlay(definition, @base, underWay);
        }
        finally
        {
            underWay.Remove(definition.Place().Document);
        }
    }

    private ProfileSnapshot Overlay(FhirNode definition, ProfileSnapshot @base, HashSet<FhirDocument> underWay)
    {
        bool isConstraint = definition.Child("derivation").Value != "specialization";
        string type = isConstraint ? @base.Elements[0].Path : TypeName(definition.Child("type").Value ?? string.Empty);
        SnapshotGenerator generator = new(canonical => FindBeside(canonical, underWay), definition.Child("url").Value ?? string.Empty, isConstraint ? _rules : null);
        try
        {
            List<SnapshotElement> elements = generator.Generate(type, @base.Elements, Stated(definition, "differential"));
            return Describe(definition, elements, generator.Problems, generated: true, generator.Overlaid);
        }
        catch (SnapshotTooLargeException tooLarge)
        {
            return Failed(definition, tooLarge.Message);
        }
    }

    private ProfileSnapshot? FindBeside(string canonical, HashSet<FhirDocument> underWay) =>
        definitions.Find("StructureDefinition", canonical) is { } found && !underWay.Contains(found) ? Of(found, underWay) : null;

    private static IEnumerable<StatedElement> Stated(FhirNode definition, string view) =>
        definition.Child(view).ChildrenNamed("element").Select(StatedElement.Read);

    private static ProfileSnapshot Failed(FhirNode definition, string message) =>
        Describe(definition, [], [new SnapshotProblem(definition, IsError: true, message)], generated: true);

    /// <summary>The name that paths begin with: the type of a logical model is a URL.</summary>
    private static string TypeName(string type) => type[(type.LastIndexOf('/') + 1)..];

    private static ProfileSnapshot Describe(
        FhirNode definition, IReadOnlyList<SnapshotElement> elements, IReadOnlyList<SnapshotProblem> problems, bool generated = false,
        IReadOnlyList<OverlaidElement>? overlaid = null) => new()
    {
        Url = definition.Child("url").Value ?? string.Empty,
        Version = definition.Child("version").Value,
        Name = definition.Child("name").Value,
        Type = definition.Child("type").Value ?? string.Empty,
        BaseDefinition = definition.Child("baseDefinition").Value,
        IsConstraint = definition.Child("derivation").Value == "constraint",
        Source = definition.Place().Document,
        Elements = elements,
        Problems = problems,
        Overlaid = overlaid ?? [],
        IsGenerated = generated,
    };
}
