using Consortium.Fhir.Definitions;
using Consortium.Fhir.Snapshots;

namespace Consortium.Fhir;

/// <summary>
/// Conformance and terminology resources by canonical URL: those of FHIR R4, and with <see cref="With"/> those of packages and
/// sites. Immutable and thread-safe; what is derived from them (snapshots, compiled profiles, expansions) is kept with them.
/// </summary>
/// <remarks>
/// The resources of R4 itself are StructureDefinition (types, resources, profiles, extensions), ValueSet, CodeSystem,
/// ConceptMap, SearchParameter and CompartmentDefinition. They come without narrative, publication details, mappings, prose
/// definitions and differentials: with what validation needs (<c>eng/definitions/left-out.json</c>).
/// </remarks>
public sealed class FhirDefinitions
{
    private static readonly Lazy<FhirDefinitions> s_r4 = new(() => new FhirDefinitions([]));

    private readonly Dictionary<(string Type, string Url), List<FhirDocument>> _added = [];

    private Conformance.ProfileSet? _profiles;
    private Terminology.FhirTerminology? _terminology;

    private FhirDefinitions(IEnumerable<FhirDocument> resources)
    {
        Snapshots = new SnapshotSource(this);
        foreach (FhirDocument resource in resources)
        {
            if (resource.Root.Child("url").Value is not { Length: > 0 } url) continue;
            if (!_added.TryGetValue((resource.ResourceType, url), out List<FhirDocument>? versions)) _added.Add((resource.ResourceType, url), versions = []);
            versions.Add(resource);
        }
    }

    /// <summary>The profiles among them, compiled when first asked for.</summary>
    internal Conformance.ProfileSet Profiles => _profiles ?? LazyInitializer.EnsureInitialized(ref _profiles, () => new Conformance.ProfileSet(this));

    /// <summary>The definitions of R4 (4.0.1), each decoded when first asked for.</summary>
    public static FhirDefinitions R4 => s_r4.Value;

    /// <summary>StructureDefinitions with their elements complete.</summary>
    internal SnapshotSource Snapshots { get; }

    /// <summary>The terminology service over these definitions.</summary>
    public Terminology.FhirTerminology Terminology => _terminology ?? LazyInitializer.EnsureInitialized(ref _terminology, () => new Terminology.FhirTerminology(this));

    /// <summary>These definitions and others; of two with the same canonical URL and version the added one wins.</summary>
    public FhirDefinitions With(IEnumerable<FhirDocument> resources)
    {
        ArgumentNullException.ThrowIfNull(resources);
        return new FhirDefinitions(_added.Values.SelectMany(v => v).Concat(resources));
    }

    /// <summary>
    /// The resource of a type by canonical URL, with <c>|version</c> or without (then the one added last); null where it is not known
    /// (FHIR R4 references.html#canonical). A fragment after <c>#</c> is the caller's.
    /// </summary>
    public FhirDocument? Find(string resourceType, string canonical)
    {
        ArgumentNullException.ThrowIfNull(resourceType);
        ArgumentNullException.ThrowIfNull(canonical);
        int bar = canonical.LastIndexOf('|');
        // A few v2 code systems have a bar within their very URL (…/v2-0360|2.7), so the whole may be one.
        return (bar < 0 ? null : Find(resourceType, canonical[..bar], canonical[(bar + 1)..])) ?? Find(resourceType, canonical, version: null);
    }

    private FhirDocument? Find(string resourceType, string url, string? version)
    {
        if (_added.TryGetValue((resourceType, url), out List<FhirDocument>? versions)
            && versions.FindLast(v => version is null || Matches(v.Root.Child("version").Value, version)) is { } added)
        {
            return added;
        }

        int row = ResourceArchive.Instance.Find(resourceType, url);
        return row >= 0 && (version is null || Matches(ResourceArchive.Instance.Version(row), version)) ? ResourceArchive.Instance.Read(row) : null;
    }

    /// <summary>Every resource of a type, the added ones first. Decodes as it goes: for what is needed by name, ask <see cref="Find(string, string)"/>.</summary>
    public IEnumerable<FhirDocument> All(string resourceType)
    {
        ArgumentNullException.ThrowIfNull(resourceType);
        foreach (((string type, _), List<FhirDocument> versions) in _added)
        {
            if (type != resourceType) continue;
            foreach (FhirDocument version in versions) yield return version;
        }

        foreach (int row in ResourceArchive.Instance.Rows(resourceType)) yield return ResourceArchive.Instance.Read(row);
    }

    /// <summary>The canonical URLs of every resource of a type, without versions, each once, in no particular order. Decodes nothing.</summary>
    public IEnumerable<string> Urls(string resourceType)
    {
        ArgumentNullException.ThrowIfNull(resourceType);
        foreach ((string type, string url) in _added.Keys)
        {
            if (type == resourceType) yield return url;
        }

        foreach (int row in ResourceArchive.Instance.Rows(resourceType))
        {
            string url = ResourceArchive.Instance.Url(row);
            if (!_added.ContainsKey((resourceType, url))) yield return url;
        }
    }

    /// <summary>The canonical URLs of a resource type that were added to R4.</summary>
    internal IEnumerable<string> AddedUrls(string resourceType) => _added.Keys.Where(k => k.Type == resourceType).Select(k => k.Url);

    /// <summary>Whether a version is the asked one, or one that it stands for: 4.0 asks for any 4.0.x.</summary>
    private static bool Matches(string? version, string asked) =>
        version is not null && (version == asked || (version.Length > asked.Length && version[asked.Length] == '.' && version.StartsWith(asked, StringComparison.Ordinal)));
}
