using System.Text.Json;
using Consortium.Adapters.Narrative;
using Consortium.Adapters.Narrative.Facts;
using Consortium.Fhir;

namespace Consortium.Cli.Commands;

/// <summary><c>consortium convert FILE… --adapter narrative --spans</c>: the facts of each file's text and their places, one JSON line a file.</summary>
internal static class FactLines
{
    public static async Task<int> WriteAsync(FactFinder finder, string[] paths, CancellationToken cancellationToken)
    {
        int exit = ExitCode.Good;
        foreach (string file in Input.Files(paths))
        {
            byte[] bytes = await Input.ReadAsync(file, cancellationToken);
            if (finder.Read(bytes, out OutcomeIssue? issue) is { } facts)
            {
                Output.Line(json => Write(json, file, facts));
                continue;
            }

            Output.Say($"{file}: {ConvertCommand.Placed(issue!)}");
            exit = ExitCode.Bad;
        }

        return exit;
    }

    private static void Write(Utf8JsonWriter json, string file, IReadOnlyList<Fact> facts)
    {
        json.WriteStartObject();
        json.WriteString("file", file);
        json.WriteStartArray("facts");
        foreach (Fact fact in facts)
        {
            json.WriteStartObject();
            json.WriteNumber("start", fact.Start);
            json.WriteNumber("end", fact.End);
            json.WriteString("text", fact.Text);
            json.WriteString("category", Name(fact.Category));
            json.WriteString("code", fact.Code);
            json.WriteString("assertion", Name(fact.Assertion));
            json.WriteNumber("confidence", fact.Confidence);
            // A value without a name (VS: 98.6 72 18 120/80) has an empty one, where it begins: readers may count on the property.
            (int Start, int End)? place = fact.Name ?? (fact.Category is FactCategory.Lab or FactCategory.Vital ? (fact.Start, fact.Start) : null);
            if (place is { } name)
            {
                json.WriteStartObject("name");
                json.WriteNumber("start", name.Start);
                json.WriteNumber("end", name.End);
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static string Name(FactCategory category) => category switch
    {
        FactCategory.Disease => "disease",
        FactCategory.Symptom => "symptom",
        FactCategory.Body => "body",
        FactCategory.Test => "test",
        FactCategory.Treatment => "treatment",
        FactCategory.Drug => "drug",
        FactCategory.Procedure => "procedure",
        FactCategory.Lab => "lab",
        FactCategory.Vital => "vital",
        _ => throw new ArgumentOutOfRangeException(nameof(category)),
    };

    private static string Name(Assertion assertion) => assertion switch
    {
        Assertion.Present => "present",
        Assertion.Negated => "negated",
        Assertion.Uncertain => "uncertain",
        Assertion.Historical => "historical",
        Assertion.Hypothetical => "hypothetical",
        Assertion.Other => "other",
        _ => throw new ArgumentOutOfRangeException(nameof(assertion)),
    };
}
