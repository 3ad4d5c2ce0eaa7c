using System.CommandLine;
using Consortium.Adapters;
using Consortium.Adapters.Narrative.Facts;
using Consortium.Adapters.Plugins;
using Consortium.Adapters.Site;
using Consortium.Fhir;

namespace Consortium.Cli.Commands;

/// <summary><c>consortium convert FILE… [--adapter NAME] [--site DIR] [--explain|--spans]</c>: a FHIR Bundle a record, one JSON line each.</summary>
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
        var explain = new Option<bool>("--explain") { Description = "After each Bundle a line that says which place and rule made which element, and which fields or columns were not used (HL7 v2, tables)." };
        var spans = new Option<bool>("--spans") { Description = "Instead of Bundles, a line a file with the facts of its text and their places (narrative)." };
        var command = new Command("convert", "Converts legacy records to FHIR Bundles, one JSON line each; a rejected record gives an OperationOutcome and exit 1.")
        {
            files, adapter, site, explain, spans,
        };
        command.SetAction(async (call, cancellationToken) =>
        {
            SiteConfiguration configuration = SiteFolder.Load(call.GetValue(site));
            if (call.GetValue(spans))
            {
                if (call.GetValue(explain)) throw CommandException.Misunderstood("--spans and --explain do not go together.");
                if (call.GetValue(adapter) is { } other && other != "narrative") throw CommandException.Misunderstood("--spans: only narrative has spans; write --adapter narrative.");
                return await FactLines.WriteAsync(Finder(configuration), call.GetValue(files)!, cancellationToken);
            }

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
                IReadOnlyList<RecordExplanation>? explanations = call.GetValue(explain) ? pipeline.Explain(record, name) : [];
                if (explanations is null) Output.Say($"{file}: its adapter does not explain; hl7v2 and table do.");
                foreach (ConversionResult result in pipeline.Convert(record, name))
                {
                    allGood &= Report(file, result);
                    if (explanations?.FirstOrDefault(explanation => explanation.Index == result.Index) is { } explanation) Output.Line(json => explanation.WriteTo(json, file));
                }
            }

            return allGood ? ExitCode.Good : ExitCode.Bad;
        });
        return command;
    }

    private static FactFinder Finder(SiteConfiguration site)
    {
        try
        {
            return FactFinder.ForSite(site, notice => Output.Say($"consortium: {notice}"));
        }
        catch (SiteConfigurationException e)
        {
            throw CommandException.Misunderstood(e.Message);
        }
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
            Output.Say($"{file}: record {result.Index + 1}: {Placed(issue)}");
        }

        return false;
    }

    /// <summary>An issue for people: its place once, also where its words begin with it.</summary>
    internal static string Placed(Consortium.Fhir.OutcomeIssue issue) =>
        issue.Expression is { Length: > 0 } place && !issue.Diagnostics.StartsWith(place, StringComparison.OrdinalIgnoreCase) ? $"{place}: {issue.Diagnostics}" : issue.Diagnostics;
}
