using System.CommandLine;
using System.Text.Json;
using Consortium.Fhir;

namespace Consortium.Cli.Commands;

/// <summary><c>consortium fhirpath EXPR FILE</c> and <c>consortium fhirpath --batch FILE</c>.</summary>
internal static class FhirPathCommand
{
    public static Command Create()
    {
        var expression = new Argument<string?>("EXPR") { Description = "A FHIRPath expression.", Arity = ArgumentArity.ZeroOrOne };
        var file = new Argument<string?>("FILE") { Description = "A FHIR resource as JSON or XML; - is standard input.", Arity = ArgumentArity.ZeroOrOne };
        var batch = new Option<string?>("--batch") { Description = "Lines of {\"id\",\"file\",\"expression\",\"strict\"?}; answered in order, one line each." };
        var strict = new Option<bool>("--strict") { Description = "An element that cannot exist is an error instead of empty." };
        var command = new Command("fhirpath", "Evaluates FHIRPath: {\"result\":[{\"type\",\"value\"}]} or {\"error\"}.") { expression, file, batch, strict };
        command.SetAction(async (call, cancellationToken) =>
        {
            if (call.GetValue(batch) is { } batchFile) return await new FhirPathBatch(batchFile, call.GetValue(strict)).RunAsync(cancellationToken);
            if (call.GetValue(expression) is not { } path || call.GetValue(file) is not { } resource)
            {
                throw CommandException.Misunderstood("fhirpath wants EXPR and FILE, or --batch FILE.");
            }

            byte[] bytes = await Input.ReadAsync(resource, cancellationToken);
            return Answer(null, path, call.GetValue(strict), () => Parse(bytes)) ? ExitCode.Good : ExitCode.Bad;
        });
        return command;
    }

    /// <summary>Reads a resource; JSON never begins with an angle bracket, XML always does.</summary>
    /// <exception cref="FhirFormatException">It is not well-formed.</exception>
    public static FhirDocument Parse(ReadOnlyMemory<byte> resource)
    {
        if (resource.Span.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF])) resource = resource[3..];
        return resource.Span.TrimStart(" \t\r\n"u8).StartsWith("<"u8) ? FhirDocument.ParseXml(resource) : FhirDocument.Parse(resource);
    }

    /// <summary>Writes one answer; false where it is an error.</summary>
    public static bool Answer(JsonElement? id, string expression, bool strict, Func<FhirDocument> resource)
    {
        try
        {
            IReadOnlyList<FhirPathValue> values = FhirPath.Compile(expression, strict).Evaluate(resource());
            Output.Line(w =>
            {
                w.WriteStartObject();
                WriteId(w, id);
                w.WriteStartArray("result");
                foreach (FhirPathValue value in values) WriteValue(w, value);
                w.WriteEndArray();
                w.WriteEndObject();
            });
            return true;
        }
        catch (FhirFormatException e)
        {
            return Error(id, e.Message);
        }
        catch (FhirPathException e)
        {
            return Error(id, e.Message);
        }
    }

    /// <summary>Booleans and numbers as JSON has them, digits kept; other values as text; an element without a value of its own as its JSON.</summary>
    private static void WriteValue(Utf8JsonWriter w, FhirPathValue value)
    {
        w.WriteStartObject();
        w.WriteString("type", value.TypeName);
        w.WritePropertyName("value");
        if (value.Value is not { } text)
        {
            if (value.Node.Exists) w.WriteRawValue(value.Node.Utf8Json.Span);
            else w.WriteNullValue();
        }
        else if (IsLiteral(value.TypeName))
        {
            w.WriteRawValue(text);
        }
        else
        {
            w.WriteStringValue(text);
        }

        w.WriteEndObject();
    }

    private static bool IsLiteral(string type) => type is
        "Boolean" or "Integer" or "Decimal" or "boolean" or "integer" or "decimal" or "positiveInt" or "unsignedInt";

    /// <summary>Writes an error as the answer.</summary>
    public static bool Error(JsonElement? id, string message)
    {
        Output.Line(w =>
        {
            w.WriteStartObject();
            WriteId(w, id);
            w.WriteString("error", message);
            w.WriteEndObject();
        });
        return false;
    }

    private static void WriteId(Utf8JsonWriter w, JsonElement? id)
    {
        if (id is not { } value) return;
        w.WritePropertyName("id");
        value.WriteTo(w);
    }
}
