using System.CommandLine;
using Consortium.Cli.Validation;
using Consortium.Fhir;

namespace Consortium.Cli.Commands;

/// <summary><c>consortium validate FILE… [--profile URL]… [--package DIR-OR-FILE]…</c>: one JSON line a resource.</summary>
internal static class ValidateCommand
{
    public static Command Create()
    {
        var files = new Argument<string[]>("FILE")
        {
            Description = "FHIR JSON, XML, NDJSON (*.ndjson) or a folder; - is standard input.",
            Arity = ArgumentArity.OneOrMore,
        };
        var profiles = new Option<string[]>("--profile")
        {
            Description = "Validates every resource against this profile too: its canonical URL, or the file of its StructureDefinition. Repeatable.",
            HelpName = "URL",
        };
        var packages = new Option<string[]>("--package")
        {
            Description = "Adds StructureDefinitions, ValueSets, CodeSystems, Questionnaires and so on, and resources that references lead to: a FHIR package (.tgz), a JSON or XML file, or a folder of these. Repeatable.",
            HelpName = "DIR-OR-FILE",
        };
        var markup = new Option<bool>("--refuse-markup") { Description = "A text that looks like HTML is an error." };
        var examples = new Option<bool>("--refuse-example-urls") { Description = "A URL on a host reserved for examples (RFC 2606) is an error." };
        var targets = new Option<bool>("--require-targets") { Description = "An error where a target is not at hand: of a relative reference inside a Bundle or Parameters, or one that must conform to a profile." };
        var command = new Command("validate", "Validates FHIR R4 resources, one JSON line each; exit 1 where one is invalid.") { files, profiles, packages, markup, examples, targets };
        command.SetAction(async (call, cancellationToken) =>
        {
            FhirValidator validator = GivenDefinitions.Validator(call.GetValue(packages) ?? [], call.GetValue(profiles) ?? [], new ValidationOptions
            {
                RefuseMarkup = call.GetValue(markup), RefuseExampleUrls = call.GetValue(examples), RequireTargets = call.GetValue(targets),
            });
            await using var output = new BufferedStream(Console.OpenStandardOutput(), 1 << 16);
            try
            {
                bool allValid = await new ValidationRun(validator, output).RunAsync(Input.Files(call.GetValue(files)!), cancellationToken);
                return allValid ? ExitCode.Good : ExitCode.Bad;
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                throw CommandException.Outside("interrupted; what was validated until then has been written.");
            }
        });
        return command;
    }
}
