using Consortium.Adapters;
using Consortium.Adapters.Plugins;
using Consortium.Adapters.Site;
using Microsoft.Extensions.Configuration;

namespace Consortium.Cli;

/// <summary>Reads a site folder for the commands that convert.</summary>
internal static class SiteFolder
{
    /// <exception cref="CommandException">The folder or a value in it cannot be used.</exception>
    public static SiteConfiguration Load(string? folder)
    {
        if (folder is not null && !Directory.Exists(folder)) throw CommandException.Misunderstood($"--site: {folder}: no such folder.");
        try
        {
            return SiteConfiguration.Load(folder, new ConfigurationBuilder().AddEnvironmentVariables("CONSORTIUM__").Build());
        }
        catch (SiteConfigurationException e)
        {
            throw CommandException.Misunderstood(e.Message);
        }
    }

    /// <summary>Loads the site's plug-ins; says on stderr which are refused and why. The caller disposes.</summary>
    public static PluginCatalog Plugins(SiteConfiguration site)
    {
        PluginCatalog plugins = PluginCatalog.Load(site, PluginHostProgram.This(Commands.PluginHostCommand.Name), AdapterRegistry.BuiltInNames);
        foreach (RefusedPlugin refused in plugins.Refused) Output.Say($"consortium: plug-in refused: {refused.Reason}");
        return plugins;
    }
}
