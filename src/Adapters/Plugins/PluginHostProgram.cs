namespace Consortium.Adapters.Plugins;

/// <summary>The program that runs a plug-in in a process of its own (<see cref="Child.PluginChild"/>), and how it is called.</summary>
/// <param name="FileName">The executable.</param>
/// <param name="Arguments">Its arguments; the plug-in's folder is added.</param>
public sealed record PluginHostProgram(string FileName, params IReadOnlyList<string> Arguments)
{
    /// <summary>This program itself with a command in front; <c>dotnet PROGRAM.dll</c> where it was started so.</summary>
    /// <param name="command">The hidden command that runs a plug-in.</param>
    /// <exception cref="InvalidOperationException">The program's own path cannot be told.</exception>
    public static PluginHostProgram This(string command)
    {
        string program = Environment.ProcessPath ?? throw new InvalidOperationException("The path of this program is not known, so it cannot run plug-ins.");
        return Path.GetFileNameWithoutExtension(program) == "dotnet"
            ? new PluginHostProgram(program, Environment.GetCommandLineArgs()[0], command)
            : new PluginHostProgram(program, command);
    }
}
