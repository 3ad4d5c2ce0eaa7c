using System.Text;
using System.Text.Json;
using Consortium.Adapters.Plugins;

namespace Consortium.Adapters.Site;

/// <summary>Reads <c>site.json</c> strictly: an unknown key is an error, since a misspelt one would silently do nothing.</summary>
internal static class SiteFile
{
    public const string Name = "site.json";
    private const int LeastKeyBytes = 16;

    private static readonly JsonDocumentOptions Options = new()
    {
        CommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
        AllowDuplicateProperties = false,
    };

    public static SiteConfiguration Read(string? folder, string? keySetting)
    {
        if (folder is not null && !Directory.Exists(folder)) throw new SiteConfigurationException(folder, "site", "there is no such folder.");
        string file = folder is null ? Name : Path.Combine(folder, Name);
        if (folder is null || !File.Exists(file)) return WithKey(new Values(), folder, "configuration", keySetting);

        try
        {
            using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(file), Options);
            Values values = ReadRoot(file, document.RootElement);
            return WithKey(values, folder, keySetting is null ? file : "configuration", keySetting ?? values.SiteKey);
        }
        catch (JsonException e)
        {
            throw new SiteConfigurationException(
                file, $"line {(e.LineNumber ?? 0) + 1}, byte {(e.BytePositionInLine ?? 0) + 1}", "this is not JSON: " + e.Message, e);
        }
    }

    private static Values ReadRoot(string file, JsonElement root)
    {
        var values = new Values();
        foreach (JsonProperty property in Members(file, "site", root))
        {
            switch (property.Name)
            {
                case "$schema" or "name":
                    break;
                case "timeZone":
                    values.TimeZone = Zone(file, "timeZone", property.Value);
                    break;
                case "siteKey":
                    values.SiteKey = Text(file, "siteKey", property.Value);
                    break;
                case "defaultSource":
                    values.DefaultSource = Text(file, "defaultSource", property.Value);
                    break;
                case "medicalRecordSystem":
                    values.MedicalRecord = SystemUri(file, "medicalRecordSystem", property.Value);
                    break;
                case "identifierSystems":
                    foreach (JsonProperty authority in Members(file, "identifierSystems", property.Value))
                    {
                        values.Authorities.Add(authority.Name, SystemUri(file, $"identifierSystems.{authority.Name}", authority.Value));
                    }

                    break;
                case "sources":
                    foreach (JsonProperty source in Members(file, "sources", property.Value))
                    {
                        values.Sources.Add(source.Name, Source(file, $"sources.{source.Name}", source.Value));
                    }

                    break;
                case "plugins":
                    foreach (JsonProperty plugin in Members(file, "plugins", property.Value))
                    {
                        string key = $"plugins.{plugin.Name}";
                        values.PluginLimits.Add(plugin.Name, PluginLimitSettings.Read(
                            Members(file, key, plugin.Value), (limit, problem) => new SiteConfigurationException(file, $"{key}.{limit}", problem)));
                    }

                    break;
                default:
                    throw new SiteConfigurationException(
                        file, property.Name, "unknown key. Known: name, timeZone, siteKey, defaultSource, medicalRecordSystem, identifierSystems, sources, plugins.");
            }
        }

        return values;
    }

    private static SourceConfiguration Source(string file, string key, JsonElement value)
    {
        string? adapter = null;
        TimeZoneInfo? zone = null;
        string? charset = null;
        foreach (JsonProperty property in Members(file, key, value))
        {
            switch (property.Name)
            {
                case "adapter":
                    adapter = Text(file, $"{key}.adapter", property.Value);
                    break;
                case "timeZone":
                    zone = Zone(file, $"{key}.timeZone", property.Value);
                    break;
                case "charset":
                    charset = Text(file, $"{key}.charset", property.Value);
                    break;
                default:
                    throw new SiteConfigurationException(file, $"{key}.{property.Name}", "unknown key. Known: adapter, timeZone, charset.");
            }
        }

        return new SourceConfiguration(adapter, zone, charset);
    }

    private static SiteConfiguration WithKey(Values values, string? folder, string where, string? key)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(key ?? "");
        if (key is not null && bytes.Length < LeastKeyBytes)
        {
            throw new SiteConfigurationException(
                where, "siteKey", $"the key has {bytes.Length} bytes; at least {LeastKeyBytes} are needed, random ones (openssl rand -hex 32).");
        }

        return new SiteConfiguration
        {
            Folder = folder,
            TimeZone = values.TimeZone ?? SiteConfiguration.Default.TimeZone,
            DefaultSource = values.DefaultSource ?? SiteConfiguration.DefaultSourceName,
            Sources = values.Sources,
            PluginLimits = values.PluginLimits,
            IdentifierSystems = new IdentifierSystems(values.Authorities, values.MedicalRecord),
            Ids = key is null ? LogicalIds.Unkeyed : new LogicalIds(bytes),
            HasKey = key is not null,
        };
    }

    private static JsonElement.ObjectEnumerator Members(string file, string key, JsonElement value) => value.ValueKind == JsonValueKind.Object
        ? value.EnumerateObject()
        : throw new SiteConfigurationException(file, key, "an object { … } is expected.");

    private static string Text(string file, string key, JsonElement value) =>
        value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text
            ? text
            : throw new SiteConfigurationException(file, key, "a text is expected.");

    private static TimeZoneInfo Zone(string file, string key, JsonElement value)
    {
        string name = Text(file, key, value);
        return SiteTimeZone.Find(name) ?? throw new SiteConfigurationException(file, key, SiteTimeZone.Missing(name));
    }

    private static string SystemUri(string file, string key, JsonElement value)
    {
        string uri = Text(file, key, value);
        return Uri.TryCreate(uri, UriKind.Absolute, out Uri? parsed) && parsed.Scheme is "http" or "https" or "urn"
            ? uri
            : throw new SiteConfigurationException(file, key, "an absolute URI is expected: urn:oid:…, urn:uuid:… or https://….");
    }

    private sealed class Values
    {
        public TimeZoneInfo? TimeZone { get; set; }
        public string? SiteKey { get; set; }
        public string? DefaultSource { get; set; }
        public string? MedicalRecord { get; set; }
        public Dictionary<string, string> Authorities { get; } = new(StringComparer.Ordinal);
        public Dictionary<string, PluginLimitSettings> PluginLimits { get; } = new(StringComparer.Ordinal);
        public Dictionary<string, SourceConfiguration> Sources { get; } = new(StringComparer.Ordinal);
    }
}
