using System.Text.RegularExpressions;

namespace Consortium.Adapters;

/// <summary>
/// What an adapter says about itself: who made it, what it reads, and what it promises to make. It holds no patient data; it is shown by
/// <c>consortium adapters list</c> and its name and version stand in every Provenance.
/// </summary>
public sealed partial record AdapterDescription
{
    /// <summary>The vendor of the adapters that come with the program; Provenance need not say it.</summary>
    internal const string House = "Consortium";

    /// <summary>A description.</summary>
    /// <param name="name">Short name as on the command line, such as <c>hl7v2</c>: a lower-case letter, then up to 31 lower-case letters, digits or hyphens.</param>
    /// <param name="version">Version of the adapter and its built-in mapping. Another version means that the same record may give other resources.</param>
    /// <param name="vendor">Who made it and answers for it.</param>
    /// <exception cref="ArgumentException">The name is not of that form, or a text is blank.</exception>
    public AdapterDescription(string name, string version, string vendor)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentException.ThrowIfNullOrWhiteSpace(version);
        ArgumentException.ThrowIfNullOrWhiteSpace(vendor);
        if (!IsName(name)) throw new ArgumentException("An adapter's name is a lower-case letter, then up to 31 lower-case letters, digits or hyphens.", nameof(name));
        Name = name;
        Version = version;
        Vendor = vendor;
    }

    /// <summary>Short name as on the command line.</summary>
    public string Name { get; }

    /// <summary>Version of the adapter and its built-in mapping.</summary>
    public string Version { get; }

    /// <summary>Who made it and answers for it.</summary>
    public string Vendor { get; }

    /// <summary>What it reads, in words for a hospital engineer: <c>HL7 v2 in ER7 form</c>, <c>laboratory tables as CSV</c>.</summary>
    public IReadOnlyList<string> Formats { get; init; } = [];

    /// <summary>Its mappings, which Provenance names. Empty where they come from the site and are not known beforehand.</summary>
    public IReadOnlyList<AdapterMap> Maps { get; init; } = [];

    /// <summary>The types of resource that it promises to make and no others, Provenance among them. Empty where it promises nothing.</summary>
    public IReadOnlyList<string> ResourceTypes { get; init; } = [];

    /// <summary>True where <paramref name="name"/> can be an adapter's name.</summary>
    public static bool IsName(string? name) => name is not null && Form().IsMatch(name);

    [GeneratedRegex(@"\A[a-z][a-z0-9-]{0,31}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Form();
}

/// <summary>A mapping of an adapter, as Provenance names it.</summary>
/// <param name="Name">Its name, such as <c>ADT_A01</c>.</param>
/// <param name="Version">Its version.</param>
public sealed record AdapterMap(string Name, string Version);
