using System.Collections.Frozen;
using Consortium.Adapters.Chinese;
using Consortium.Adapters.Site;

namespace Consortium.Adapters.Table;

/// <summary>A field of a laboratory table.</summary>
internal enum TableField
{
    Barcode, Sample, Name, Sex, Age, BirthDate, MedicalRecordNumber, AdmissionNumber, IdentityCard,
    TestCode, TestName, Result, Unit, ReferenceRange, Flag, CollectedAt, ReportedAt, Performer, Verifier, Department, Panel, SpecimenType,
}

/// <summary>Which header name means which field, and the words of its columns (<c>laboratory-table.yaml</c>, a site's <c>table.yaml</c>).</summary>
internal sealed class TableMapping
{
    /// <summary>A site's own mapping, in its site folder.</summary>
    public const string SiteFile = "table.yaml";

    private readonly FrozenDictionary<string, TableField> _fieldByHeader;

    private TableMapping(TableMappingFile file)
    {
        Name = file.Name;
        Version = file.Version;
        Required = file.Required;
        Sexes = file.Sexes.ToFrozenDictionary(pair => Word(pair.Key), pair => pair.Value, StringComparer.Ordinal);
        Specimens = file.Specimens.ToFrozenDictionary(pair => Word(pair.Key), pair => pair.Value, StringComparer.Ordinal);
        Units = Units.BuiltIn.With(file.Units);
        _fieldByHeader = file.Columns
            .SelectMany(column => column.Value.Select(header => (Header: Word(header), Field: column.Key)))
            .ToFrozenDictionary(pair => pair.Header, pair => pair.Field, StringComparer.Ordinal);
    }

    /// <summary>The built-in mapping.</summary>
    public static TableMapping BuiltIn { get; } = new(TableMappingFile.Read(new StreamReader(DataTable.Open("laboratory-table.yaml")), "laboratory-table.yaml", null));

    /// <summary>The mapping's name, as in Provenance.</summary>
    public string Name { get; }

    /// <summary>Its version.</summary>
    public string Version { get; }

    /// <summary>Fields without which there is nothing to map.</summary>
    public IReadOnlyList<TableField> Required { get; }

    /// <summary>Words of the sex column.</summary>
    public IReadOnlyDictionary<string, string> Sexes { get; }

    /// <summary>Words of the specimen column.</summary>
    public IReadOnlyDictionary<string, string> Specimens { get; }

    /// <summary>Units, the site's own included.</summary>
    public Units Units { get; }

    /// <summary>The site's mapping where its folder has one, else the built-in one.</summary>
    /// <exception cref="SiteConfigurationException">The site's file is wrong; the message has file and line.</exception>
    public static TableMapping Load(string? siteFolder)
    {
        if (siteFolder is null) return BuiltIn;
        string path = Path.Combine(siteFolder, SiteFile);
        if (!File.Exists(path)) return BuiltIn;
        using var reader = new StreamReader(path);
        return Read(reader, path);
    }

    /// <summary>A site's mapping over the built-in one.</summary>
    /// <exception cref="SiteConfigurationException">The file is wrong; the message has file and line.</exception>
    public static TableMapping Read(TextReader reader, string file)
    {
        using var builtIn = new StreamReader(DataTable.Open("laboratory-table.yaml"));
        return new TableMapping(TableMappingFile.Read(reader, file, TableMappingFile.Read(builtIn, "laboratory-table.yaml", null)));
    }

    /// <summary>The field that a header cell means, or null.</summary>
    public TableField? FieldOf(string header) => _fieldByHeader.TryGetValue(Word(header), out TableField field) ? field : null;

    /// <summary>A cell as words are compared: folded, without spaces, in lower case.</summary>
    public static string Word(string cell) => Folding.Fold(cell).Replace(" ", "", StringComparison.Ordinal).Replace("\n", "", StringComparison.Ordinal).ToLowerInvariant();
}
