using System.CommandLine;
using System.Text.Json;
using Consortium.Fhir;

namespace Consortium.Cli.Commands;

/// <summary><c>consortium validate FILE…</c>: one JSON line a resource.</summary>
internal static class ValidateCommand
{
    public static Command Create()
    {
        var files = new Argument<string[]>("FILE")
        {
            Description = "FHIR JSON, XML, NDJSON (*.ndjson) or a folder; - is standard input.",
            Arity = ArgumentArity.OneOrMore,
        };
        var command = new Command("validate", "Validates FHIR R4 resources, one JSON line each; exit 1 where one is invalid.") { files };
        command.SetAction(async (call, cancellationToken) =>
        {
            bool allValid = true;
            foreach (string file in Input.Files(call.GetValue(files)!))
            {
                byte[] bytes = await Input.ReadAsync(file, cancellationToken);
                foreach ((ReadOnlyMemory<byte> resource, int firstLine) in Resources(file, bytes))
                {
                    ValidationResult result = IsXml(resource.Span) ? FhirValidator.R4.ValidateXml(resource) : FhirValidator.R4.Validate(resource);
                    allValid &= Report(file, result, firstLine);
                }
            }

            return allValid ? ExitCode.Good : ExitCode.Bad;
        });
        return command;
    }

    /// <summary>The resources of a file: each non-empty line of NDJSON, else the whole file.</summary>
    private static IEnumerable<(ReadOnlyMemory<byte> Resource, int FirstLine)> Resources(string file, byte[] bytes)
    {
        if (!file.EndsWith(".ndjson", StringComparison.OrdinalIgnoreCase))
        {
            yield return (bytes, 1);
            yield break;
        }

        int start = 0;
        for (int line = 1; start < bytes.Length; line++)
        {
            int length = bytes.AsSpan(start).IndexOf((byte)'\n');
            if (length < 0) length = bytes.Length - start;
            ReadOnlyMemory<byte> resource = bytes.AsMemory(start, length);
            if (!resource.Span.Trim("\r\t "u8).IsEmpty) yield return (resource, line);
            start += length + 1;
        }
    }

    /// <summary>JSON never begins with an angle bracket, XML always does.</summary>
    private static bool IsXml(ReadOnlySpan<byte> resource)
    {
        if (resource.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF])) resource = resource[3..];
        return resource.TrimStart(" \t\r\n"u8).StartsWith("<"u8);
    }

    private static bool Report(string file, ValidationResult result, int firstLine)
    {
        Output.Line(w =>
        {
            w.WriteStartObject();
            w.WriteString("file", file);
            if (result.ResourceType is { } type) w.WriteString("resourceType", type);
            else w.WriteNull("resourceType");
            w.WriteBoolean("valid", result.IsValid);
            w.WriteNumber("errors", result.Errors);
            w.WriteNumber("warnings", result.Warnings);
            w.WriteStartArray("issue");
            foreach (OutcomeIssue issue in result.Issues) WriteIssue(w, issue, firstLine);
            w.WriteEndArray();
            w.WriteEndObject();
        });
        return result.IsValid;
    }

    private static void WriteIssue(Utf8JsonWriter w, OutcomeIssue issue, int firstLine)
    {
        w.WriteStartObject();
        w.WriteString("severity", SeverityName(issue.Severity));
        w.WriteString("code", issue.Code);
        w.WriteString("diagnostics", issue.Diagnostics);
        if (issue.Expression is { } expression)
        {
            w.WriteStartArray("expression");
            w.WriteStringValue(expression);
            w.WriteEndArray();
        }

        if (issue.Line is { } line) w.WriteNumber("line", line + firstLine - 1);
        if (issue.Column is { } column) w.WriteNumber("column", column);
        w.WriteEndObject();
    }

    private static string SeverityName(IssueSeverity severity) => severity switch
    {
        IssueSeverity.Fatal => "fatal",
        IssueSeverity.Error => "error",
        IssueSeverity.Warning => "warning",
        _ => "information",
    };
}
