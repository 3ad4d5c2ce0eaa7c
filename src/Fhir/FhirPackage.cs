using Consortium.Fhir.Packages;

namespace Consortium.Fhir;

/// <summary>
/// Resources from outside the core: a FHIR package (<c>.tgz</c>), a Bundle, or single resources. Those with a canonical URL extend
/// <see cref="FhirDefinitions"/>; all of them can be what a reference leads to. Immutable and thread-safe.
/// </summary>
public sealed class FhirPackage
{
    private readonly Dictionary<string, FhirDocument> _byReference = new(StringComparer.Ordinal);
    private readonly List<FhirDocument> _resources = [];
    private readonly List<FhirDocument> _definitions = [];

    private FhirPackage(string? name = null, string? version = null)
    {
        (Name, Version) = (name, version);
    }

    /// <summary>The package's name in its manifest; null for what is no package.</summary>
    public string? Name { get; }

    /// <summary>The package's version in its manifest; null for what is no package.</summary>
    public string? Version { get; }

    /// <summary>Every resource, those of a Bundle one by one.</summary>
    public IReadOnlyList<FhirDocument> Resources => _resources;

    /// <summary>The resources with a canonical URL: StructureDefinition, ValueSet, CodeSystem, Questionnaire, Measure and so on.</summary>
    public IReadOnlyList<FhirDocument> Definitions => _definitions;

    /// <summary>
    /// Reads a FHIR package: a gzip-compressed tar with <c>package/package.json</c> and the resources beside it as JSON. Other folders
    /// (examples, XML copies, OpenAPI) are left out, as the FHIR NPM package specification has them for other purposes.
    /// </summary>
    /// <exception cref="FhirFormatException">It is no such package, is of another FHIR version, holds a broken resource, or unpacks to more than 1 GiB.</exception>
    public static FhirPackage ReadTgz(Stream stream) => ReadTgz(stream, PackageLimits.Default);

    internal static FhirPackage ReadTgz(Stream stream, PackageLimits limits)
    {
        ArgumentNullException.ThrowIfNull(stream);
        PackageManifest? manifest = null;
        List<(string Name, byte[] Bytes)> files = [];
        foreach ((string name, byte[] bytes) in TarGzipReader.Read(stream, IsOfPackage, limits))
        {
            if (name == "package/package.json") manifest = PackageManifest.Read(bytes);
            else files.Add((name, bytes));
        }

        if (manifest is null) throw new FhirFormatException("It is no FHIR package: package/package.json is missing.");
        if (!manifest.IsForR4) throw new FhirFormatException($"It is a package for FHIR {string.Join(", ", manifest.FhirVersions)}; only R4 ({FhirR4.Version}) is understood.");
        FhirPackage package = new(manifest.Name, manifest.Version);
        foreach ((string name, byte[] bytes) in files) package.AddFile(name, bytes);
        return package;
    }

    /// <summary>Reads one resource in JSON or XML; the entries of a Bundle count one by one. JSON that is no resource gives an empty package.</summary>
    /// <exception cref="FhirFormatException">It is not well-formed; the exception names line and column.</exception>
    public static FhirPackage ReadResource(ReadOnlyMemory<byte> utf8)
    {
        FhirPackage package = new();
        package.Add(utf8);
        return package;
    }

    /// <summary>Several packages as one; of two resources with the same address the later one wins.</summary>
    public static FhirPackage Of(IEnumerable<FhirPackage> packages)
    {
        ArgumentNullException.ThrowIfNull(packages);
        FhirPackage all = new();
        foreach (FhirPackage package in packages)
        {
            all._resources.AddRange(package._resources);
            all._definitions.AddRange(package._definitions);
            foreach ((string reference, FhirDocument resource) in package._byReference) all._byReference[reference] = resource;
        }

        return all;
    }

    /// <summary>
    /// The resource that a reference leads to: by <c>Type/id</c>, with a version after <c>/_history/</c> or without, by the fullUrl that it
    /// had in a Bundle, or by canonical URL with <c>|version</c> or without; null where it is not here. Fits
    /// <see cref="ValidationOptions.ResolveReference"/>.
    /// </summary>
    public FhirDocument? Resolve(string reference)
    {
        ArgumentNullException.ThrowIfNull(reference);
        if (_byReference.TryGetValue(reference, out FhirDocument? found)) return found;
        int history = reference.IndexOf("/_history/", StringComparison.Ordinal);
        if (history > 0 && _byReference.TryGetValue(reference[..history], out found)
            && found.Root.Child("meta").Child("versionId").Value is var version && (version is null || version == reference[(history + "/_history/".Length)..]))
        {
            return found;
        }

        return null;
    }

    private static bool IsOfPackage(string name) =>
        name.StartsWith("package/", StringComparison.Ordinal) && name.AsSpan("package/".Length).IndexOf('/') < 0
        && name.EndsWith(".json", StringComparison.OrdinalIgnoreCase) && name != "package/.index.json";

    private void AddFile(string name, byte[] bytes)
    {
        try
        {
            Add(bytes);
        }
        catch (FhirFormatException broken)
        {
            throw new FhirFormatException($"{name}: {broken.Message}", broken.Line, broken.Column, broken.Code);
        }
    }

    private void Add(ReadOnlyMemory<byte> utf8)
    {
        if (utf8.Span.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF])) utf8 = utf8[3..];
        bool xml = utf8.Span.TrimStart(" \t\r\n"u8).StartsWith("<"u8);
        Add(xml ? FhirDocument.ParseXml(utf8) : FhirDocument.Parse(utf8), fullUrl: null);
    }

    private void Add(FhirDocument resource, string? fullUrl)
    {
        if (!FhirR4.IsResourceType(resource.ResourceType)) return;
        _resources.Add(resource);
        FhirNode root = resource.Root;
        if (root.Child("id").Value is { } id) _byReference[$"{resource.ResourceType}/{id}"] = resource;
        if (fullUrl is not null) _byReference[fullUrl] = resource;
        if (root.Child("url").Value is { Length: > 0 } url)
        {
            _definitions.Add(resource);
            _byReference[url] = resource;
            if (root.Child("version").Value is { } version) _byReference[$"{url}|{version}"] = resource;
        }

        if (resource.ResourceType != "Bundle") return;
        foreach (FhirNode entry in root.ChildrenNamed("entry"))
        {
            // A copy of its own bytes: an entry that is kept need not hold the whole Bundle in memory.
            if (entry.Child("resource") is { Exists: true } inner) Add(FhirDocument.Parse(inner.Utf8Json.ToArray()), entry.Child("fullUrl").Value);
        }
    }
}
