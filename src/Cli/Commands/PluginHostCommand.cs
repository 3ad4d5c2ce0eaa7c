using System.CommandLine;
using Consortium.Adapters.Plugins.Child;

namespace Consortium.Cli.Commands;

/// <summary><c>consortium plugin-host DIR</c>: the process that a host runs a plug-in in. Hosts call it, people do not.</summary>
internal static class PluginHostCommand
{
    public const string Name = "plugin-host";

    public static Command Create()
    {
        var folder = new Argument<string>("DIR") { Description = "The plug-in's folder." };
        var command = new Command(Name, "Runs one plug-in for a host, over standard input and output.") { folder };
        command.Hidden = true;
        command.SetAction(call => PluginChild.Run(call.GetValue(folder)!));
        return command;
    }
}
