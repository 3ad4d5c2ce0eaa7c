using System.CommandLine;
using Consortium.Adapters;
using Consortium.Adapters.Site;
using Consortium.Adapters.Table.Suggest;
using Consortium.Fhir;

namespace Consortium.Cli.Commands;

/// <summary>
/// <c>consortium mapping test|check DIR</c>: the maps of a site folder, tried before they are used; <c>consortium mapping suggest FILE</c>: a draft of a table's map.
/// </summary>
internal static class MappingCommand
{
    public static Command Create() => new("mapping", "The maps of a site folder: HL7 v2 and tables.") { Test(), Check(), Suggest() };

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

    private static Command Suggest()
    {
        var file = new Argument<string>("FILE") { Description = "A table: CSV, TSV, fixed-width text, XLSX or XLS; - is standard input." };
        var command = new Command("suggest", "Drafts a map for table/ of the site folder from headers and values, on standard output; exit 1 where the table is like none that is known, 2 where it cannot be read.") { file };
        command.SetAction(async (call, cancellationToken) =>
        {
            string name = call.GetValue(file)!;
            byte[] bytes = await Input.ReadAsync(name, cancellationToken);
            if (SuggestedMap.From(bytes, name == "-" ? "table" : Path.GetFileName(name), out OutcomeIssue? issue) is not { } draft)
            {
                throw CommandException.Misunderstood($"{name}: {issue!.Diagnostics}");
            }

            Output.Text(draft.Yaml);
            Output.Say(draft.Kind is null
                ? $"consortium: {name} is like none of the built-in maps; the draft names its {draft.Columns} columns only."
                : $"consortium: a draft after the map of {draft.Kind}; {draft.Placed} of {draft.Columns} columns have a place. Read it, put it into table/ of the site folder, try it with `consortium convert {name} --site DIR --explain`.");
            return draft.Kind is null ? ExitCode.Bad : ExitCode.Good;
        });
        return command;
    }

    private static Argument<string> Folder() => new("DIR") { Description = "The site folder; its maps stand in hl7v2/ and table/." };
}
