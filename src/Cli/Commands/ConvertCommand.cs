using System.CommandLine;
using Consortium.Adapters;
using Consortium.Adapters.Plugins;
using Consortium.Adapters.Site;
using Consortium.Fhir;

namespace Consortium.Cli.Commands;

/// <summary><c>consortium convert FILE… [--adapter NAME] [--site DIR]</c>: a FHIR Bundle a record, one JSON line each.</summary>
internal static class ConvertCommand
{
    public static Command Create()
    {
        var files = new Argument<string[]>("FILE")
        {
            Description = "Legacy records: files, or folders with every file in them; - is standard input.",
            Arity = ArgumentArity.OneOrMore,
        };
        var adapter = new Option<string?>("--adapter") { Description = "hl7v2, table, narrative or a plug-in's name; left out, it is detected." };
        var site = new Option<string?>("--site") { Description = "The site folder: its mappings, code tables and settings." };
        var command = new Command("convert", "Converts legacy records to FHIR Bundles, one JSON line each; a rejected record gives an OperationOutcome and exit 1.")
        {
            files, adapter, site,
        };
        command.SetAction(async (call, cancellationToken) =>
        {
            SiteConfiguration configuration = SiteFolder.Load(call.GetValue(site));
            using PluginCatalog plugins = SiteFolder.Plugins(configuration);
            AdapterRegistry adapters = AdapterRegistry.ForSite(configuration, plugins);
            string? name = call.GetValue(adapter);
            if (name is not null && adapters.ByName(name) is null)
            {
                throw CommandException.Misunderstood($"--adapter: there is no {name}; there are {string.Join(", ", adapters.Adapters.Select(a => a.Name))}.");
            }

            var pipeline = new ConversionPipeline(adapters, configuration);
            bool allGood = true;
            foreach (string file in Input.Files(call.GetValue(files)!))
            {
                byte[] bytes = await Input.ReadAsync(file, cancellationToken);
                var record = new RawRecord(bytes, configuration.DefaultSource, TimeProvider.System.GetUtcNow(), file == "-" ? null : Path.GetFileName(file));
                foreach (ConversionResult result in pipeline.Convert(record, name))
                {
                    allGood &= Report(file, result);
                }
            }

            return allGood ? ExitCode.Good : ExitCode.Bad;
        });
        return command;
    }

    private static bool Report(string file, ConversionResult result)
    {
        if (!result.IsRejected)
        {
            Output.Line(BundleWriter.Write(result));
            return true;
        }

        Output.Line(OperationOutcomeJson.Write(result.Issues));
        foreach (OutcomeIssue issue in result.Issues.Where(i => i.Severity is IssueSeverity.Error or IssueSeverity.Fatal))
        {
            Output.Say($"{file}: record {result.Index + 1}: {issue.Expression}: {issue.Diagnostics}");
        }

        return false;
    }
}
