using System.CommandLine;
using System.Text.Json;
using Consortium.Adapters;
using Consortium.Adapters.Plugins;
using Consortium.Adapters.Site;

namespace Consortium.Cli.Commands;

/// <summary><c>consortium adapters list [--site DIR]</c>: what converts, and what was refused and why.</summary>
internal static class AdaptersCommand
{
    public static Command Create() => new("adapters", "The adapters that convert records.") { List() };

    private static Command List()
    {
        var site = new Option<string?>("--site") { Description = "The site folder, whose plug-ins are loaded." };
        var command = new Command("list", "One JSON line an adapter; a plug-in that was refused gives its reason and exit 1.") { site };
        command.SetAction(call =>
        {
            SiteConfiguration configuration = SiteFolder.Load(call.GetValue(site));
            using PluginCatalog plugins = SiteFolder.Plugins(configuration);
            foreach (IRecordAdapter adapter in AdapterRegistry.ForSite(configuration, plugins).Adapters)
            {
                Output.Line(writer => Write(writer, adapter.Describe(), plugins.Adapters.Contains(adapter) ? "plug-in" : "built-in"));
            }

            foreach (RefusedPlugin refused in plugins.Refused)
            {
                Output.Line(writer =>
                {
                    writer.WriteStartObject();
                    writer.WriteString("state", "refused");
                    writer.WriteString("folder", refused.Folder);
                    writer.WriteString("reason", refused.Reason);
                    writer.WriteEndObject();
                });
            }

            return plugins.Refused.Count == 0 ? ExitCode.Good : ExitCode.Bad;
        });
        return command;
    }

    private static void Write(Utf8JsonWriter writer, AdapterDescription description, string kind)
    {
        writer.WriteStartObject();
        writer.WriteString("name", description.Name);
        writer.WriteString("version", description.Version);
        writer.WriteString("vendor", description.Vendor);
        writer.WriteString("kind", kind);
        writer.WriteString("state", "loaded");
        WriteTexts(writer, "formats", description.Formats);
        writer.WriteStartArray("maps");
        foreach (AdapterMap map in description.Maps)
        {
            writer.WriteStartObject();
            writer.WriteString("name", map.Name);
            writer.WriteString("version", map.Version);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        WriteTexts(writer, "resourceTypes", description.ResourceTypes);
        writer.WriteEndObject();
    }

    private static void WriteTexts(Utf8JsonWriter writer, string name, IReadOnlyList<string> texts)
    {
        writer.WriteStartArray(name);
        foreach (string text in texts) writer.WriteStringValue(text);
        writer.WriteEndArray();
    }
}
