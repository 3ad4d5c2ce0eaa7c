using System.Collections.Concurrent;
using System.Runtime.CompilerServices;

namespace Consortium.Fhir.Snapshots;

/// <summary>Gives the snapshots of definitions, each made once and kept. Thread-safe.</summary>
internal sealed class SnapshotSource(FhirDefinitions definitions)
{
    // A published snapshot depends on its document alone, so that all sets of definitions share it.
    private static readonly ConditionalWeakTable<FhirDocument, ProfileSnapshot> s_published = [];

    private readonly ConcurrentDictionary<FhirDocument, ProfileSnapshot> _made = new();

    /// <summary>The snapshot of a StructureDefinition by canonical URL; null where the definition is not known.</summary>
    public ProfileSnapshot? Find(string canonical) =>
        definitions.Find("StructureDefinition", canonical) is { } found ? Of(found) : null;

    public ProfileSnapshot Of(FhirDocument definition) => definition.Root.Child("snapshot").Exists
        ? s_published.GetValue(definition, Publish)
        : _made.GetOrAdd(definition, Publish);

    private static ProfileSnapshot Publish(FhirDocument definition)
    {
        FhirNode root = definition.Root;
        string url = root.Child("url").Value ?? string.Empty;
        List<SnapshotElement> elements = [.. root.Child("snapshot").ChildrenNamed("element").Select(e => ElementOverlay.Complete(StatedElement.Read(e), url))];
        return new ProfileSnapshot
        {
            Url = url,
            Version = root.Child("version").Value,
            Name = root.Child("name").Value,
            Type = root.Child("type").Value ?? string.Empty,
            BaseDefinition = root.Child("baseDefinition").Value,
            IsConstraint = root.Child("derivation").Value == "constraint",
            Source = definition,
            Elements = elements,
        };
    }
}
