using Consortium.Adapters.Hl7V2;
using Consortium.Adapters.Hl7V2.Language.Load;
using Consortium.Adapters.Narrative;
using Consortium.Adapters.Narrative.Facts;
using Consortium.Adapters.Plugins;
using Consortium.Adapters.Site;
using Consortium.Adapters.Table;
using Consortium.Adapters.Table.Language.Load;

namespace Consortium.Adapters;

/// <summary>The adapters that a host knows, by name and by what a record looks like.</summary>
public sealed class AdapterRegistry
{
    /// <summary>Confidence from which an adapter may take a record although another one could not say whether it is its own.</summary>
    internal const int Sure = 50;

    private readonly IRecordAdapter[] _fixed;
    private readonly PluginCatalog? _plugins;
    private volatile Merged? _merged;

    /// <summary>A registry of these adapters.</summary>
    /// <exception cref="ArgumentException">Two adapters have one name.</exception>
    public AdapterRegistry(params IEnumerable<IRecordAdapter> adapters)
    {
        _fixed = [.. adapters];
        string? twice = _fixed.GroupBy(adapter => adapter.Name, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1)?.Key;
        if (twice is not null) throw new ArgumentException($"Two adapters are called '{twice}'.", nameof(adapters));
    }

    private AdapterRegistry(AdapterRegistry builtIn, PluginCatalog plugins)
    {
        _fixed = builtIn._fixed;
        _plugins = plugins;
    }

    /// <summary>All adapters, as they are now.</summary>
    public IReadOnlyList<IRecordAdapter> Adapters => All();

    /// <summary>The adapters that come with the program.</summary>
    /// <param name="site">The site; null for the defaults.</param>
    /// <param name="notice">Told when an edit of the site's maps took effect or was refused; null for nobody.</param>
    /// <exception cref="SiteConfigurationException">A map of the site is wrong; names file, line and column.</exception>
    public static AdapterRegistry BuiltIn(SiteConfiguration? site = null, Action<string>? notice = null)
    {
        site ??= SiteConfiguration.Default;
        var narrative = new NarrativeAdapter(FactFinder.ForSite(site, notice));
        return new AdapterRegistry(
            new Hl7V2Adapter(new MapSource(site.Folder, notice: notice)),
            new Cda.CdaAdapter(narrative),
            new TableAdapter(new TableMapSource(site.Folder, notice: notice)),
            narrative);
    }

    /// <summary>The built-in adapters and a site's plug-ins, which come after them.</summary>
    /// <param name="site">The site.</param>
    /// <param name="plugins">Its plug-ins; whoever loaded them disposes of them.</param>
    /// <param name="notice">As for <see cref="BuiltIn"/>.</param>
    public static AdapterRegistry ForSite(SiteConfiguration site, PluginCatalog plugins, Action<string>? notice = null)
    {
        ArgumentNullException.ThrowIfNull(plugins);
        return new AdapterRegistry(BuiltIn(site, notice), plugins);
    }

    /// <summary>The names that plug-ins cannot have.</summary>
    public static IReadOnlyCollection<string> BuiltInNames { get; } = ["hl7v2", "cda", "table", "narrative"];

    /// <summary>The adapter of this name (<c>hl7v2</c>, <c>table</c>, <c>narrative</c> …), or null.</summary>
    public IRecordAdapter? ByName(string name) => Array.Find(All(), adapter => string.Equals(adapter.Name, name, StringComparison.OrdinalIgnoreCase));

    /// <summary>The adapter that is surest to read this record, or null where none can. Equal confidence goes to the one listed first.</summary>
    public IRecordAdapter? Detect(RawRecord record)
    {
        (IRecordAdapter? best, int confidence, string? silent) = Look(record);
        return silent is null || confidence >= Sure ? best : null;
    }

    /// <summary>As <see cref="Detect"/>, with how sure it is, and the first adapter that failed to say whether the record is its own.</summary>
    internal (IRecordAdapter? Best, int Confidence, string? Silent) Look(RawRecord record)
    {
        IRecordAdapter? best = null;
        int highest = 0;
        string? silent = null;
        foreach (IRecordAdapter adapter in All())
        {
            try
            {
                int confidence = adapter.Detect(record);
                if (confidence <= highest) continue;
                highest = confidence;
                best = adapter;
                if (confidence >= 100) break;
            }
            catch (Exception e) when (e is not (OutOfMemoryException or PluginStoppedException))
            {
                silent ??= adapter.Name;
            }
        }

        return (best, highest, silent);
    }

    // The plug-ins may change while the host runs; their list is another one then.
    private IRecordAdapter[] All()
    {
        if (_plugins is null) return _fixed;
        IReadOnlyList<IRecordAdapter> plugins = _plugins.Adapters;
        if (_merged is { } merged && ReferenceEquals(merged.Plugins, plugins)) return merged.All;
        IRecordAdapter[] all = [.. _fixed, .. plugins];
        _merged = new Merged(plugins, all);
        return all;
    }

    private sealed record Merged(IReadOnlyList<IRecordAdapter> Plugins, IRecordAdapter[] All);
}
