using System.CommandLine;
using Consortium.Adapters;
using Consortium.Adapters.Site;

namespace Consortium.Cli.Commands;

/// <summary><c>consortium mapping test|check DIR</c>: the HL7 v2 maps of a site folder, tried before they are used.</summary>
internal static class MappingCommand
{
    public static Command Create() => new("mapping", "The HL7 v2 maps of a site folder.") { Test(), Check() };

    private static Command Test()
    {
        Argument<string> folder = Folder();
        var command = new Command("test", "Runs the tests in the map files: one JSON line each; exit 1 where one fails, 2 where the maps cannot be loaded.") { folder };
        command.SetAction(call =>
        {
            SiteConfiguration site = SiteFolder.Load(call.GetValue(folder));
            bool allGood = true;
            int count = 0;
            foreach (MappingTestResult result in MappingTestRunner.Run(site))
            {
                count++;
                allGood &= result.Passed;
                Output.Line(json =>
                {
                    json.WriteStartObject();
                    json.WriteString("file", result.File);
                    json.WriteNumber("line", result.Line);
                    json.WriteString("name", result.Name);
                    json.WriteBoolean("passed", result.Passed);
                    if (result.Reason is not null) json.WriteString("reason", result.Reason);
                    json.WriteEndObject();
                });
            }

            if (count == 0) Output.Say("consortium: the maps carry no tests.");
            return allGood ? ExitCode.Good : ExitCode.Bad;
        });
        return command;
    }

    private static Command Check()
    {
        Argument<string> folder = Folder();
        var command = new Command("check", "Loads the maps as a host would; exit 2 with file, line and column where one is wrong.") { folder };
        command.SetAction(call =>
        {
            SiteConfiguration site = SiteFolder.Load(call.GetValue(folder));
            _ = AdapterRegistry.BuiltIn(site);
            Output.Say("consortium: the maps are good.");
            return ExitCode.Good;
        });
        return command;
    }

    private static Argument<string> Folder() => new("DIR") { Description = "The site folder; its maps stand in hl7v2/." };
}
