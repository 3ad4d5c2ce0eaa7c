namespace Consortium.Fhir;

/// <summary>
/// Conformance and terminology resources by canonical URL: those of FHIR R4, and with <see cref="With"/> those of packages and
/// sites. Immutable and thread-safe; what is derived from them (snapshots, compiled profiles, expansions) is kept with them.
/// </summary>
public sealed class FhirDefinitions
{
    private static readonly Lazy<FhirDefinitions> s_r4 = new(() => new FhirDefinitions([]));

    private readonly Dictionary<(string Type, string Url), List<FhirDocument>> _resources = [];

    private FhirDefinitions(IEnumerable<FhirDocument> resources)
    {
        foreach (FhirDocument resource in resources)
        {
            if (resource.Root.Child("url").Value is not { Length: > 0 } url) continue;
            if (!_resources.TryGetValue((resource.ResourceType, url), out List<FhirDocument>? versions)) _resources.Add((resource.ResourceType, url), versions = []);
            versions.Add(resource);
        }
    }

    /// <summary>The definitions of R4 (4.0.1), decoded when first asked for.</summary>
    public static FhirDefinitions R4 => s_r4.Value;

    /// <summary>These definitions and others; of two with the same canonical URL and version the added one wins.</summary>
    public FhirDefinitions With(IEnumerable<FhirDocument> resources)
    {
        ArgumentNullException.ThrowIfNull(resources);
        return new FhirDefinitions(_resources.Values.SelectMany(v => v).Concat(resources));
    }

    /// <summary>
    /// The resource of a type by canonical URL, with <c>|version</c> or without (then the one added last); null where it is not known
    /// (FHIR R4 references.html#canonical). A fragment after <c>#</c> is the caller's.
    /// </summary>
    public FhirDocument? Find(string resourceType, string canonical)
    {
        ArgumentNullException.ThrowIfNull(canonical);
        int bar = canonical.IndexOf('|', StringComparison.Ordinal);
        string url = bar < 0 ? canonical : canonical[..bar];
        if (!_resources.TryGetValue((resourceType, url), out List<FhirDocument>? versions)) return null;
        return bar < 0 ? versions[^1] : versions.FindLast(v => v.Root.Child("version").Value == canonical[(bar + 1)..]);
    }
}
