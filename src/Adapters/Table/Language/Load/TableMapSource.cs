using Consortium.Adapters.Site;

namespace Consortium.Adapters.Table.Language.Load;

/// <summary>The maps of tables in force at one moment.</summary>
/// <param name="Maps">The site's and the built-in ones.</param>
/// <param name="Laboratory">The mapping of laboratory exports.</param>
internal sealed record TableMaps(TableMapSet Maps, TableMapping Laboratory);

/// <summary>The table maps in force: the built-in ones with a site's, and the site's <c>table.yaml</c>, which are read again when they change (<see cref="SiteFiles{T}"/>).</summary>
internal sealed class TableMapSource
{
    private static readonly Lazy<TableMaps> s_builtIn = new(() => new TableMaps(TableMapFiles.BuiltIn.Compile("1"), TableMapping.BuiltIn));

    private readonly SiteFiles<TableMaps>? _site;
    private readonly TableMaps? _fixed;

    /// <summary>The maps of a site.</summary>
    /// <param name="siteFolder">The site's folder; null for the built-in maps alone.</param>
    /// <param name="time">The clock.</param>
    /// <param name="notice">Told of every reload and of every edit that was refused, with file and line; null for nobody.</param>
    /// <exception cref="SiteConfigurationException">A map of the site is wrong; names file, line and column.</exception>
    public TableMapSource(string? siteFolder = null, TimeProvider? time = null, Action<string>? notice = null)
    {
        if (siteFolder is null) return;
        string folder = Path.Combine(siteFolder, TableMapFiles.SiteFolder), laboratory = Path.Combine(siteFolder, TableMapping.SiteFile);
        _site = new SiteFiles<TableMaps>(
            "table maps",
            () => SiteFiles<TableMaps>.Below(folder).Concat(File.Exists(laboratory) ? [laboratory] : []),
            () => Load(siteFolder, folder),
            time,
            notice);
    }

    /// <summary>Fixed maps, for tests.</summary>
    internal TableMapSource(TableMaps maps) => _fixed = maps;

    /// <summary>The maps in force.</summary>
    public TableMaps Current => _site?.Current ?? _fixed ?? s_builtIn.Value;

    private static TableMaps Load(string siteFolder, string folder)
    {
        TableMapSet maps = Directory.Exists(folder)
            ? TableMapFiles.BuiltIn.With(TableMapFiles.ReadSite(siteFolder)).Compile(TableMapFiles.Version(siteFolder))
            : s_builtIn.Value.Maps;
        return new TableMaps(maps, TableMapping.Load(siteFolder));
    }
}
