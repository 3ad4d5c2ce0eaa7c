using System.Text.Json;
using Consortium.Fhir;

namespace Consortium.Cli.Validation;

/// <summary>The line that <c>consortium validate</c> writes for one resource; part of the command's contract.</summary>
internal static class ResultLine
{
    public static readonly JsonWriterOptions Options = new()
    {
        // Chinese text stays readable on a terminal; the output is JSON, never HTML.
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    };

    public static void Write(Utf8JsonWriter w, string file, ValidationResult result, long firstLine)
    {
        w.WriteStartObject();
        w.WriteString("file"u8, file);
        if (result.ResourceType is { } type) w.WriteString("resourceType"u8, type);
        else w.WriteNull("resourceType"u8);
        w.WriteBoolean("valid"u8, result.IsValid);
        w.WriteNumber("errors"u8, result.Errors);
        w.WriteNumber("warnings"u8, result.Warnings);
        w.WriteStartArray("issue"u8);
        foreach (OutcomeIssue issue in result.Issues) WriteIssue(w, issue, firstLine);
        w.WriteEndArray();
        w.WriteEndObject();
    }

    private static void WriteIssue(Utf8JsonWriter w, OutcomeIssue issue, long firstLine)
    {
        w.WriteStartObject();
        w.WriteString("severity"u8, SeverityName(issue.Severity));
        w.WriteString("code"u8, issue.Code);
        w.WriteString("diagnostics"u8, issue.Diagnostics);
        if (issue.Expression is { } expression)
        {
            w.WriteStartArray("expression"u8);
            w.WriteStringValue(expression);
            w.WriteEndArray();
        }

        if (issue.Line is { } line) w.WriteNumber("line"u8, line + firstLine - 1);
        if (issue.Column is { } column) w.WriteNumber("column"u8, column);
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
