using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Consortium.Fhir.Json;
using Consortium.Testing;

namespace Consortium.Fhir.Tests;

/// <summary>What is written without being read again is what a reader of the same bytes would find.</summary>
public sealed class FhirDocumentWriterTests
{
    private static readonly JsonWriterOptions s_options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    // Plain, to be escaped, of two and three bytes, outside the Basic Multilingual Plane, unassigned, and half a character.
    private static readonly string[] s_pieces =
        ["a", "Patient/1", " ", "\"", "\\", "/", "\n", "\u0001", "\u007F", "é", "王小明", "\u2028", "😀", "\uFDD0", "\uD800", "\uDC00", "<b>", "&", "'", "+"];

    private static readonly string[] s_names = ["id", "_id", "name", "family", "extension", "url", "valueString", "_valueString", "unknown", "n\"n", "名", "aNameThatIsLongerThanSixteenBytes", "eightlet", ""];

    [Fact]
    public void TheBytesAreThoseOfTheFrameworksWriter()
    {
        Random random = new(20261123);
        var writer = new FhirDocumentWriter();
        for (int round = 0; round < 2000; round++)
        {
            var buffer = new ArrayBufferWriter<byte>();
            using var framework = new Utf8JsonWriter(buffer, s_options);
            writer.Reset();
            WriteObject(random, framework, writer, depth: 0);
            framework.Flush();
            Assert.Equal(Encoding.UTF8.GetString(buffer.WrittenSpan), Encoding.UTF8.GetString(writer.WrittenSpan));
        }
    }

    [Fact]
    public void TheNodesAreThoseOfAReader()
    {
        Random random = new(20261124);
        var writer = new FhirDocumentWriter();
        for (int round = 0; round < 2000; round++)
        {
            using var framework = new Utf8JsonWriter(Stream.Null, s_options);
            writer.Reset();
            WriteObject(random, framework, writer, depth: 0);
            FhirDocument written = writer.Document(), read = FhirDocument.Parse(writer.ToArray());
            Assert.Equal(read.ResourceType, written.ResourceType);
            Assert.Equal(read.Nodes[..read.Count], written.Nodes[..written.Count]);
        }
    }

    [CorpusFact]
    public void AnExampleThatIsWrittenHasTheIssuesOfItsBytes()
    {
        var writer = new FhirDocumentWriter();
        foreach (string file in Directory.EnumerateFiles(Corpora.Path("fhir/r4-examples"), "*.json").Order(StringComparer.Ordinal).Where((_, i) => i % 10 == 0))
        {
            writer.Reset();
            using (JsonDocument json = JsonDocument.Parse(File.ReadAllBytes(file))) Copy(json.RootElement, writer);
            ValidationResult expected = FhirValidator.R4.Validate(writer.ToArray()), found = FhirValidator.R4.Validate(writer);
            Assert.Equal(expected.Issues, found.Issues);
            Assert.Equal((expected.ResourceType, expected.Errors, expected.Warnings), (found.ResourceType, found.Errors, found.Warnings));
        }
    }

    [Fact]
    public void AWriterThatIsResetKnowsNothingOfTheResourceBefore()
    {
        var writer = new FhirDocumentWriter();
        WritePatient(writer, "male");
        Assert.True(FhirValidator.R4.Validate(writer).IsValid);
        writer.Reset();
        Assert.False(writer.IsComplete);
        WritePatient(writer, "brave");
        Assert.Equal("Patient.gender", Assert.Single(FhirValidator.R4.Validate(writer).Issues, i => i.Severity == IssueSeverity.Error).Expression);
    }

    [Fact]
    public void WhatIsNoJsonCannotBeWritten()
    {
        Assert.Throws<InvalidOperationException>(() => new FhirDocumentWriter().StartArray());
        Assert.Throws<InvalidOperationException>(() => new FhirDocumentWriter().Text("x"));
        Assert.Throws<InvalidOperationException>(() => new FhirDocumentWriter().Name("x"));
        Assert.Throws<InvalidOperationException>(() => new FhirDocumentWriter().End());
        Assert.Throws<InvalidOperationException>(() => Begun().Text("no name"));
        Assert.Throws<InvalidOperationException>(() => Begun("a").Name("b"));
        Assert.Throws<InvalidOperationException>(() => Begun("a").End());
        Assert.Throws<InvalidOperationException>(() => Begun("a").Property("b", "c"));
        Assert.Throws<InvalidOperationException>(() => FhirValidator.R4.Validate(Begun()));
        FhirDocumentWriter whole = Begun();
        whole.End();
        Assert.True(whole.IsComplete);
        Assert.Throws<InvalidOperationException>(whole.StartObject);
        Assert.Throws<InvalidOperationException>(whole.End);
    }

    [Fact]
    public void ANameThatStandsTwiceIsRefusedAsAReaderRefusesIt()
    {
        FhirDocumentWriter writer = Begun("a");
        writer.Null();
        writer.Name("a");
        writer.Null();
        Assert.Contains("twice", Assert.Throws<FhirFormatException>(writer.End).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void NestingEndsWhereAReaderEndsIt()
    {
        FhirDocumentWriter writer = Begun("a");
        for (int depth = 1; depth < JsonTreeReader.MaxDepth; depth++) writer.StartArray();
        Assert.Contains("256 levels", Assert.Throws<FhirFormatException>(writer.StartArray).Message, StringComparison.Ordinal);
        for (int depth = 0; depth < JsonTreeReader.MaxDepth; depth++) writer.End();
        Assert.Equal(writer.WrittenSpan.Length, FhirDocument.Parse(writer.ToArray()).Utf8Json.Length);
    }

    [Fact]
    public void ATextOfMegabytesIsWrittenWhole()
    {
        string text = string.Concat(Enumerable.Repeat("影像 \"CT\" ", 300_000));
        FhirDocumentWriter writer = Begun("resourceType");
        writer.Text("Basic");
        writer.Name("id");
        writer.Text(text);
        writer.End();
        Assert.Equal(text, FhirDocument.Parse(writer.ToArray()).Root.Child("id").Value);
    }

    private static FhirDocumentWriter Begun(string? name = null)
    {
        var writer = new FhirDocumentWriter();
        writer.StartObject();
        if (name is not null) writer.Name(name);
        return writer;
    }

    private static void WritePatient(FhirDocumentWriter writer, string gender)
    {
        writer.StartObject();
        writer.Name("resourceType");
        writer.Text("Patient");
        writer.Name("gender");
        writer.Text(gender);
        writer.Name("active");
        writer.Boolean(true);
        writer.Name("multipleBirthInteger");
        writer.Number("2");
        writer.End();
    }

    private static string Text(Random random) => string.Concat(Enumerable.Range(0, random.Next(12)).Select(_ => s_pieces[random.Next(s_pieces.Length)]));

    private static void WriteObject(Random random, Utf8JsonWriter framework, FhirDocumentWriter writer, int depth)
    {
        framework.WriteStartObject();
        writer.StartObject();
        if (random.Next(3) == 0)
        {
            framework.WriteString("resourceType", "Patient");
            writer.Name("resourceType");
            writer.Text("Patient");
        }

        foreach (string name in s_names.Where(_ => random.Next(3) == 0))
        {
            if (random.Next(3) == 0)
            {
                string text = Text(random);
                framework.WriteString(name, text);
                writer.Property(name, text);
                continue;
            }

            framework.WritePropertyName(name);
            writer.Name(name);
            WriteValue(random, framework, writer, depth + 1);
        }

        framework.WriteEndObject();
        writer.End();
    }

    private static void WriteValue(Random random, Utf8JsonWriter framework, FhirDocumentWriter writer, int depth)
    {
        switch (depth > 4 ? 9 : random.Next(10))
        {
            case 0 or 1:
                WriteObject(random, framework, writer, depth);
                break;
            case 2 or 3:
                framework.WriteStartArray();
                writer.StartArray();
                for (int items = random.Next(4); items > 0; items--) WriteValue(random, framework, writer, depth + 1);
                framework.WriteEndArray();
                writer.End();
                break;
            case 4:
                framework.WriteNullValue();
                writer.Null();
                break;
            case 5:
                bool truth = random.Next(2) == 0;
                framework.WriteBooleanValue(truth);
                writer.Boolean(truth);
                break;
            case 6:
                framework.WriteRawValue("-12.50e+3");
                writer.Number("-12.50e+3");
                break;
            default:
                string text = Text(random);
                framework.WriteStringValue(text);
                writer.Text(text);
                break;
        }
    }

    private static void Copy(JsonElement value, FhirDocumentWriter writer)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                writer.StartObject();
                foreach (JsonProperty property in value.EnumerateObject())
                {
                    writer.Name(property.Name);
                    Copy(property.Value, writer);
                }

                writer.End();
                break;
            case JsonValueKind.Array:
                writer.StartArray();
                foreach (JsonElement item in value.EnumerateArray()) Copy(item, writer);
                writer.End();
                break;
            case JsonValueKind.String:
                writer.Text(value.GetString()!);
                break;
            case JsonValueKind.Number:
                writer.Number(value.GetRawText());
                break;
            case JsonValueKind.Null:
                writer.Null();
                break;
            default:
                writer.Boolean(value.GetBoolean());
                break;
        }
    }
}
