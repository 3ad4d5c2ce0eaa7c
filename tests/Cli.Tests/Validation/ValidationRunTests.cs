using System.Text;
using System.Text.Json;
using Consortium.Cli.Validation;
using Consortium.Fhir;

namespace Consortium.Cli.Tests.Validation;

/// <summary><c>consortium validate</c> over many resources: one line each, in the order of the input, in bounded memory.</summary>
public sealed class ValidationRunTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("validate");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task RunAsync_ManyLines_AnswersEachInOrder()
    {
        string file = Write("many.ndjson", string.Concat(Enumerable.Range(0, 5_000).Select(i => $$"""{"resourceType":"{{(i % 3 == 0 ? "Patient" : i % 3 == 1 ? "Device" : "Nothing")}}","id":"n{{i}}"}""" + (i % 2 == 0 ? "\n" : "\r\n\n"))));
        (bool allValid, List<JsonElement> lines) = await RunAsync(file);
        Assert.False(allValid);
        Assert.Equal(5_000, lines.Count);
        Assert.All(lines.Select((l, i) => (l, i)), x => Assert.Equal(x.i % 3 == 0 ? "Patient" : x.i % 3 == 1 ? "Device" : "Nothing", x.l.GetProperty("resourceType").GetString()));

        // Line numbers are those of the file: each second resource is followed by an empty line.
        JsonElement third = lines[2].GetProperty("issue")[0];
        Assert.Equal(4, third.GetProperty("line").GetInt32());
    }

    [Fact]
    public async Task RunAsync_SeveralFiles_FollowsTheirOrder()
    {
        string[] files = [.. Enumerable.Range(0, 40).Select(i => Write($"{i}.json", $$"""{"resourceType":"Patient","id":"p{{i}}"}"""))];
        (bool allValid, List<JsonElement> lines) = await RunAsync(files);
        Assert.True(allValid);
        Assert.Equal(files, lines.Select(l => l.GetProperty("file").GetString()));
    }

    [Fact]
    public async Task RunAsync_FileThatIsMissing_IsSaidAfterTheLinesBeforeIt()
    {
        string first = Write("a.json", """{"resourceType":"Patient"}""");
        using MemoryStream output = new();
        await Assert.ThrowsAsync<CommandException>(() => new ValidationRun(FhirValidator.R4, output).RunAsync([first, first + ".none"], CancellationToken.None));
        Assert.Contains("\"valid\":true", Encoding.UTF8.GetString(output.ToArray()), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{\"resourceType\":\"Patient\"}\n{\"resourceType\":\"Device\"}", 2)]
    [InlineData("{\"resourceType\":\"Patient\"}", 1)]
    [InlineData("{\n\"resourceType\":\"Patient\"\n}\n", 1)]
    [InlineData("<Patient xmlns=\"http://hl7.org/fhir\"/>\n", 1)]
    [InlineData("", 1)]
    public async Task ReadLinesAsync_StandardInput_IsOneResourceOrOneALineAsItsFirstLineShows(string input, int resources)
    {
        // However the pipe cuts it up.
        foreach (int piece in (int[])[1, 7, 1 << 20])
        {
            using MemoryStream output = new();
            await foreach (ResourceBatch batch in ResourceReader.ReadLinesAsync("-", new InPieces(Encoding.UTF8.GetBytes(input), piece), mayBeOneResource: true, () => new ResourceBatch(), CancellationToken.None))
            {
                batch.Validate(FhirValidator.R4);
                output.Write(batch.Output);
            }

            Assert.Equal(resources, Lines(output).Count);
        }
    }

    [Fact]
    public async Task ReadLinesAsync_LineLongerThanABlock_IsReadWhole()
    {
        string large = $$"""{"resourceType":"Binary","contentType":"text/plain","data":"{{new string('A', 3_000_000)}}"}""";
        (bool allValid, List<JsonElement> lines) = await RunAsync(Write("large.ndjson", large + "\n" + large + "\n{\"resourceType\":\"Patient\"}"));
        Assert.True(allValid);
        Assert.Equal(["Binary", "Binary", "Patient"], lines.Select(l => l.GetProperty("resourceType").GetString()));
    }

    private string Write(string name, string content)
    {
        string path = Path.Combine(_folder.FullName, name);
        File.WriteAllText(path, content);
        return path;
    }

    private static async Task<(bool AllValid, List<JsonElement> Lines)> RunAsync(params string[] files)
    {
        using MemoryStream output = new();
        bool allValid = await new ValidationRun(FhirValidator.R4, output).RunAsync(files, CancellationToken.None);
        return (allValid, Lines(output));
    }

    private static List<JsonElement> Lines(MemoryStream output) =>
        [.. Encoding.UTF8.GetString(output.ToArray()).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonDocument.Parse(l).RootElement)];

    /// <summary>A pipe that gives a few bytes at a time.</summary>
    private sealed class InPieces(byte[] bytes, int piece) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(piece, buffer.Length)], cancellationToken);
    }
}
