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
        var file = new Argument<string?>("FILE") { Description = "A FHIR resource as JSON; - is standard input.", Arity = ArgumentArity.ZeroOrOne };
        var batch = new Option<string?>("--batch") { Description = "Lines of {\"id\",\"file\",\"expression\"}; answered in order, one line each." };
        var command = new Command("fhirpath", "Evaluates FHIRPath: {\"result\":[{\"type\",\"value\"}]} or {\"error\"}.") { expression, file, batch };
        command.SetAction(async (call, cancellationToken) =>
        {
            if (call.GetValue(batch) is { } batchFile) return await RunBatchAsync(batchFile, cancellationToken);
            if (call.GetValue(expression) is not { } path || call.GetValue(file) is not { } resource)
            {
                throw CommandException.Misunderstood("fhirpath wants EXPR and FILE, or --batch FILE.");
            }

            return Answer(null, path, await Input.ReadAsync(resource, cancellationToken)) ? ExitCode.Good : ExitCode.Bad;
        });
        return command;
    }

    private static async Task<int> RunBatchAsync(string batchFile, CancellationToken cancellationToken)
    {
        string folder = batchFile == "-" ? "." : Path.GetDirectoryName(Path.GetFullPath(batchFile))!;
        string[] lines = System.Text.Encoding.UTF8.GetString(await Input.ReadAsync(batchFile, cancellationToken)).Split('\n');
        bool allGood = true;
        for (int i = 0; i < lines.Length; i++)
        {
            if (string.IsNullOrWhiteSpace(lines[i])) continue;
            allGood &= await AnswerLineAsync(lines[i], $"{batchFile}, line {i + 1}", folder, cancellationToken);
        }

        return allGood ? ExitCode.Good : ExitCode.Bad;
    }

    private static async Task<bool> AnswerLineAsync(string line, string place, string folder, CancellationToken cancellationToken)
    {
        using JsonDocument question = ParseQuestion(line, place);
        JsonElement root = question.RootElement;
        JsonElement? id = root.TryGetProperty("id", out JsonElement given) ? given : null;
        if (!root.TryGetProperty("file", out JsonElement file) || !root.TryGetProperty("expression", out JsonElement expression))
        {
            return Error(id, $"{place}: wants \"file\" and \"expression\".");
        }

        string path = file.GetString()!;
        if (!File.Exists(path)) path = Path.Combine(folder, path);
        if (!File.Exists(path)) return Error(id, $"{place}: {file.GetString()}: no such file.");
        return Answer(id, expression.GetString()!, await File.ReadAllBytesAsync(path, cancellationToken));
    }

    private static JsonDocument ParseQuestion(string line, string place)
    {
        try
        {
            return JsonDocument.Parse(line);
        }
        catch (JsonException e)
        {
            throw CommandException.Misunderstood($"{place}: not a JSON object: {e.Message}");
        }
    }

    private static bool Answer(JsonElement? id, string expression, byte[] resource)
    {
        try
        {
            IReadOnlyList<FhirPathValue> values = FhirPath.Compile(expression).Evaluate(FhirDocument.Parse(resource));
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

    private static bool Error(JsonElement? id, string message)
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
