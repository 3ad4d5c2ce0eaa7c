using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Consortium.Fhir;

/// <summary>Writes issues as a FHIR R4 OperationOutcome.</summary>
public static class OperationOutcomeJson
{
    private const string LineExtension = "http://hl7.org/fhir/StructureDefinition/operationoutcome-issue-line";
    private const string ColumnExtension = "http://hl7.org/fhir/StructureDefinition/operationoutcome-issue-col";

    // Read by people on a terminal as well: quotes and Chinese stand as they are.
    private static readonly JsonWriterOptions s_readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The OperationOutcome as UTF-8 JSON. No issues gives one <c>informational</c> issue, as the resource needs at least one.</summary>
    public static byte[] Write(IReadOnlyList<OutcomeIssue> issues)
    {
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter writer = new(buffer, s_readable)) Write(writer, issues);
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Writes the OperationOutcome object.</summary>
    public static void Write(Utf8JsonWriter writer, IReadOnlyList<OutcomeIssue> issues)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(issues);
        writer.WriteStartObject();
        writer.WriteString("resourceType"u8, "OperationOutcome"u8);
        writer.WriteStartArray("issue"u8);
        foreach (OutcomeIssue issue in issues) WriteIssue(writer, issue);
        if (issues.Count == 0) WriteIssue(writer, new OutcomeIssue(IssueSeverity.Information, "informational", "No issues."));
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void WriteIssue(Utf8JsonWriter writer, OutcomeIssue issue)
    {
        writer.WriteStartObject();
        if (issue.Line is not null || issue.Column is not null)
        {
            writer.WriteStartArray("extension"u8);
            if (issue.Line is { } line) WriteNumber(writer, LineExtension, line);
            if (issue.Column is { } column) WriteNumber(writer, ColumnExtension, column);
            writer.WriteEndArray();
        }

        writer.WriteString("severity"u8, issue.Severity switch
        {
            IssueSeverity.Fatal => "fatal",
            IssueSeverity.Error => "error",
            IssueSeverity.Warning => "warning",
            _ => "information",
        });
        writer.WriteString("code"u8, issue.Code);
        // Neither may be empty in FHIR (ele-1), so an empty one is left out.
        if (!string.IsNullOrWhiteSpace(issue.Diagnostics)) writer.WriteString("diagnostics"u8, issue.Diagnostics);
        if (!string.IsNullOrWhiteSpace(issue.Expression))
        {
            writer.WriteStartArray("expression"u8);
            writer.WriteStringValue(issue.Expression);
            writer.WriteEndArray();
        }

        writer.WriteEndObject();
    }

    private static void WriteNumber(Utf8JsonWriter writer, string url, int value)
    {
        writer.WriteStartObject();
        writer.WriteString("url"u8, url);
        writer.WriteNumber("valueInteger"u8, value);
        writer.WriteEndObject();
    }
}
