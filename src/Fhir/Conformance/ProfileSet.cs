using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using Consortium.Fhir.Definitions;

namespace Consortium.Fhir.Conformance;

/// <summary>The profiles of a set of definitions, each compiled when first asked for and kept. Thread-safe.</summary>
internal sealed class ProfileSet(FhirDefinitions definitions)
{
    private const string Core = "http://hl7.org/fhir/StructureDefinition/";

    /// <summary>Most urls that are remembered, known or not, so that a hostile input cannot fill the memory.</summary>
    private const int Kept = 20_000;

    private readonly ConcurrentDictionary<string, Profile?> _profiles = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, int> _types = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<byte[], ExtensionDefinition> _extensions = new(Utf8Comparer.Instance);

    /// <summary>The profile of a canonical URL, with or without version; null where it is not known or not usable.</summary>
    public Profile? Find(string canonical)
    {
        if (_profiles.TryGetValue(canonical, out Profile? known)) return known;
        Profile? profile = Compile(canonical);
        if (_profiles.Count < Kept) _profiles.TryAdd(canonical, profile);
        return profile;
    }

    /// <summary>The definition of an extension by the bytes of its url.</summary>
    public ExtensionDefinition FindExtension(ReadOnlySpan<byte> url)
    {
        ConcurrentDictionary<byte[], ExtensionDefinition>.AlternateLookup<ReadOnlySpan<byte>> byBytes = _extensions.GetAlternateLookup<ReadOnlySpan<byte>>();
        if (byBytes.TryGetValue(url, out ExtensionDefinition? known)) return known;
        string text = Encoding.UTF8.GetString(url);
        ExtensionDefinition found = new(text, Find(text));
        if (_extensions.Count < Kept) _extensions.TryAdd(url.ToArray(), found);
        return found;
    }

    /// <summary>Row of the type that a canonical URL constrains; 0 where it is not known.</summary>
    public int TypeOf(string canonical)
    {
        if (_types.TryGetValue(canonical, out int known)) return known;
        int type = CoreType(canonical) is var core && core != 0 ? core : Find(canonical)?.Type ?? 0;
        if (_types.Count < Kept) _types.TryAdd(canonical, type);
        return type;
    }

    private Profile? Compile(string canonical)
    {
        int hash = canonical.IndexOf('#', StringComparison.Ordinal);
        if (hash >= 0) return Find(canonical[..hash])?.Part(canonical[(hash + 1)..]);
        if (CoreType(canonical) is var type && type != 0) return Profile.OfCore(WithoutVersion(canonical), type);
        return definitions.Snapshots.Find(canonical) is { } snapshot ? ProfileCompiler.Compile(snapshot) : null;
    }

    /// <summary>The row of a type of R4 itself by the canonical URL of its definition; 0 for anything else.</summary>
    private static int CoreType(string canonical)
    {
        if (!canonical.StartsWith(Core, StringComparison.Ordinal)) return 0;
        string name = WithoutVersion(canonical)[Core.Length..];
        return FhirR4.FindType(name);
    }

    private static string WithoutVersion(string canonical) =>
        canonical.IndexOf('|', StringComparison.Ordinal) is var bar and >= 0 ? canonical[..bar] : canonical;

    /// <summary>Compares keys by their bytes and lets a span be looked up without a copy.</summary>
    private sealed class Utf8Comparer : IEqualityComparer<byte[]>, IAlternateEqualityComparer<ReadOnlySpan<byte>, byte[]>
    {
        public static readonly Utf8Comparer Instance = new();

        public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

        public int GetHashCode([DisallowNull] byte[] obj) => GetHashCode(obj.AsSpan());

        public bool Equals(ReadOnlySpan<byte> alternate, byte[] other) => alternate.SequenceEqual(other);

        public int GetHashCode(ReadOnlySpan<byte> alternate)
        {
            HashCode hash = default;
            hash.AddBytes(alternate);
            return hash.ToHashCode();
        }

        public byte[] Create(ReadOnlySpan<byte> alternate) => alternate.ToArray();
    }
}

/// <summary>An extension's url with its definition; none where the definitions do not have it.</summary>
internal sealed record ExtensionDefinition(string Url, Profile? Profile);
