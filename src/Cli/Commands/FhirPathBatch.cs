using System.Text.Json;
using Consortium.Fhir;

namespace Consortium.Cli.Commands;

/// <summary>
/// A file of questions, one JSON object a line, each answered by one line in order. A file that several lines name is read once.
/// </summary>
internal sealed class FhirPathBatch(string batchFile, bool strict)
{
    /// <summary>Most documents kept between lines.</summary>
    private const int Kept = 64;

    private readonly Dictionary<string, FhirDocument> _documents = new(StringComparer.Ordinal);
    private readonly string _folder = batchFile == "-" ? "." : Path.GetDirectoryName(Path.GetFullPath(batchFile))!;

    /// <summary>Answers all lines. One that cannot be understood gets an error and does not keep the others from their answers.</summary>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        using MemoryStream bytes = new(await Input.ReadAsync(batchFile, cancellationToken));
        using StreamReader reader = new(bytes);
        int exit = ExitCode.Good;
        for (int number = 1; await reader.ReadLineAsync(cancellationToken) is { } line; number++)
        {
            if (!string.IsNullOrWhiteSpace(line)) exit = Math.Max(exit, AnswerLine(line, $"{batchFile}, line {number}"));
        }

        return exit;
    }

    private int AnswerLine(string line, string place)
    {
        JsonDocument question;
        try
        {
            question = JsonDocument.Parse(line);
        }
        catch (JsonException e)
        {
            FhirPathCommand.Error(null, $"{place}: not a JSON object: {e.Message}");
            return ExitCode.Misunderstood;
        }

        using (question)
        {
            JsonElement root = question.RootElement;
            JsonElement? id = root.ValueKind == JsonValueKind.Object && root.TryGetProperty("id", out JsonElement given) ? given : null;
            if (Text(root, "file") is not { } file || Text(root, "expression") is not { } expression)
            {
                FhirPathCommand.Error(id, $"{place}: wants \"file\" and \"expression\", both texts.");
                return ExitCode.Misunderstood;
            }

            string path = File.Exists(file) ? file : Path.Combine(_folder, file);
            if (!File.Exists(path))
            {
                FhirPathCommand.Error(id, $"{place}: {file}: no such file.");
                return ExitCode.Misunderstood;
            }

            bool strictly = root.TryGetProperty("strict", out JsonElement asked) ? asked.ValueKind == JsonValueKind.True : strict;
            return FhirPathCommand.Answer(id, expression, strictly, () => Document(path)) ? ExitCode.Good : ExitCode.Bad;
        }
    }

    private static string? Text(JsonElement root, string name) =>
        root.ValueKind == JsonValueKind.Object && root.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private FhirDocument Document(string path)
    {
        if (_documents.TryGetValue(path, out FhirDocument? known)) return known;
        FhirDocument document = FhirPathCommand.Parse(File.ReadAllBytes(path));
        if (_documents.Count >= Kept) _documents.Clear();
        _documents.Add(path, document);
        return document;
    }
}
