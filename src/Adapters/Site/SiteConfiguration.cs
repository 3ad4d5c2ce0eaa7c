using Microsoft.Extensions.Configuration;

namespace Consortium.Adapters.Site;

/// <summary>
/// What one site decides: the zone of its clocks, the names of its sources and identifier systems, the key of its logical ids.
/// It comes from <c>site.json</c> in the site folder; without a folder there are defaults that need nothing.
/// </summary>
public sealed class SiteConfiguration
{
    /// <summary>Zone of timestamps without offset where the site says nothing.</summary>
    public const string DefaultTimeZone = "Asia/Shanghai";

    /// <summary>Source of records whose source nobody names.</summary>
    public const string DefaultSourceName = "default";

    /// <summary>Configuration key of the key of logical ids: <c>CONSORTIUM__SITE__KEY</c> in the environment.</summary>
    public const string KeySetting = "Site:Key";

    /// <summary>The folder, null for the defaults.</summary>
    public string? Folder { get; internal init; }

    /// <summary>The zone of timestamps without offset; the site's, never the server's.</summary>
    public TimeZoneInfo TimeZone { get; internal init; } = SiteTimeZone.Find(DefaultTimeZone)
        ?? throw new SiteConfigurationException("site.json", "timeZone", SiteTimeZone.Missing(DefaultTimeZone));

    /// <summary>Source of records whose source nobody names.</summary>
    public string DefaultSource { get; internal init; } = DefaultSourceName;

    /// <summary>Sources by name.</summary>
    public IReadOnlyDictionary<string, SourceConfiguration> Sources { get; internal init; } = new Dictionary<string, SourceConfiguration>();

    /// <summary>What the site sets of its plug-ins' limits, by the plug-in's name.</summary>
    public IReadOnlyDictionary<string, Plugins.PluginLimitSettings> PluginLimits { get; internal init; } = new Dictionary<string, Plugins.PluginLimitSettings>();

    /// <summary>Identifier systems.</summary>
    public IdentifierSystems IdentifierSystems { get; internal init; } = IdentifierSystems.Default;

    /// <summary>Makes logical ids, keyed with the site's key; <see cref="LogicalIds.Unkeyed"/> where the site has none.</summary>
    public LogicalIds Ids { get; internal init; } = LogicalIds.Unkeyed;

    /// <summary>True where logical ids are keyed, which a running host requires.</summary>
    public bool HasKey { get; internal init; }

    /// <summary>The site without a folder: for <c>consortium convert</c> and tests.</summary>
    public static SiteConfiguration Default { get; } = new();

    /// <summary>Reads a site folder. <c>site.json</c> may be missing; then the defaults hold for what it would say.</summary>
    /// <param name="folder">The folder; null for none.</param>
    /// <param name="configuration">Where <see cref="KeySetting"/> may stand; it wins over <c>siteKey</c> in the file.</param>
    /// <exception cref="SiteConfigurationException">The folder or a value in it cannot be used.</exception>
    public static SiteConfiguration Load(string? folder, IConfiguration? configuration = null) => SiteFile.Read(folder, configuration?[KeySetting]);

    /// <summary>The conversion context of a source: the site's, with the source's own time zone where it has one.</summary>
    public ConversionContext ContextFor(string source) =>
        new(Ids, Sources.GetValueOrDefault(source)?.TimeZone ?? TimeZone)
        {
            IdentifierSystems = IdentifierSystems,
            Charset = Sources.GetValueOrDefault(source)?.Charset,
        };
}

/// <summary>What the site says about one source.</summary>
/// <param name="Adapter">The adapter that reads it; null where it is detected record by record.</param>
/// <param name="TimeZone">The zone of its clock; null for the site's.</param>
/// <param name="Charset">Character set of records that do not name one, such as <c>GB18030</c>; null for none.</param>
public sealed record SourceConfiguration(string? Adapter = null, TimeZoneInfo? TimeZone = null, string? Charset = null);
