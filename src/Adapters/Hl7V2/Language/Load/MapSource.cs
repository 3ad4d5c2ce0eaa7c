using Consortium.Adapters.Hl7V2.Language.Compile;
using Consortium.Adapters.Site;

namespace Consortium.Adapters.Hl7V2.Language.Load;

/// <summary>The maps in force: the built-in ones with a site's laid over them, which are read again when they change (<see cref="SiteFiles{T}"/>).</summary>
internal sealed class MapSource
{
    private static readonly Lazy<MapSet> s_builtIn = new(() => MapCompiler.Compile(MapFiles.BuiltIn, "1.0"));

    private readonly SiteFiles<MapSet>? _site;

    /// <summary>The maps of a site.</summary>
    /// <param name="siteFolder">The site's folder; null for the built-in maps alone.</param>
    /// <param name="time">The clock.</param>
    /// <param name="notice">Told of every reload and of every edit that was refused, with file and line; null for nobody.</param>
    /// <exception cref="SiteConfigurationException">A map of the site is wrong; names file, line and column.</exception>
    public MapSource(string? siteFolder = null, TimeProvider? time = null, Action<string>? notice = null)
    {
        if (siteFolder is null) return;
        string folder = Path.Combine(siteFolder, MapFiles.SiteFolder);
        _site = new SiteFiles<MapSet>("HL7 v2 maps", () => SiteFiles<MapSet>.Below(folder), () => Load(siteFolder, folder), time, notice);
    }

    /// <summary>The maps in force.</summary>
    public MapSet Current => _site?.Current ?? s_builtIn.Value;

    private static MapSet Load(string siteFolder, string folder)
    {
        string version = MapFiles.Version(MapFiles.Find(folder).Select(file => (Path.GetRelativePath(folder, file).Replace('\\', '/'), File.ReadAllBytes(file))));
        return MapCompiler.Compile(MapOverlay.Over(MapFiles.BuiltIn, MapFiles.ReadSite(siteFolder)), version);
    }
}
