using System.Globalization;
using Consortium.Storage;
using Consortium.Testing;

namespace Consortium.FhirFacade.Tests.Rest;

/// <summary>The requests of <c>docs/rest</c> are sent as they stand, and answer as they say.</summary>
public sealed class HttpFileTests
{
    private static readonly string Folder = Repository.Path("docs/rest");

    public static TheoryData<string, Dialect> Files()
    {
        var files = new TheoryData<string, Dialect>();
        foreach (string file in Directory.EnumerateFiles(Folder, "*.http").Order(StringComparer.Ordinal))
        {
            foreach (Dialect dialect in new[] { Dialect.Sqlite, Dialect.Postgres }) files.Add(Path.GetFileName(file), dialect);
        }

        return files;
    }

    [Theory, MemberData(nameof(Files))]
    public async Task EachRequest_AnswersAsTheFileSays(string file, Dialect dialect)
    {
        await using FacadeHost host = await FacadeHost.StartAsync(dialect);
        string[] requests = File.ReadAllText(Path.Combine(Folder, file)).ReplaceLineEndings("\n").Split("\n### ")[1..];

        Assert.NotEmpty(requests);
        foreach (string request in requests)
        {
            string[] lines = request.Split('\n');
            string title = lines[0];
            const string expect = "# Expect: ";
            Assert.StartsWith(expect, lines[1], StringComparison.Ordinal);
            int status = int.Parse(lines[1][expect.Length..], CultureInfo.InvariantCulture);
            string[] start = lines[2].Split(' ');
            int blank = Array.FindIndex(lines, 3, line => line.Length == 0);
            (string, string)[] headers = [.. lines[3..(blank < 0 ? lines.Length : blank)].Select(line => (line[..line.IndexOf(':', StringComparison.Ordinal)], line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim()))];
            string body = blank < 0 ? "" : string.Join('\n', lines[(blank + 1)..]).Trim('\n');

            Answer answer = await host.SendAsync(start[0], start[1].Replace("{{base}}", host.Base, StringComparison.Ordinal), body.Length == 0 ? null : body, headers);

            Assert.True(status == answer.Status, $"{file}, '{title}': {answer.Status} and not {status}: {answer.Text}");
        }
    }

    [Fact]
    public void EachInteraction_HasAFile()
    {
        string[] files = [.. Directory.EnumerateFiles(Folder, "*.http").Select(file => Path.GetFileNameWithoutExtension(file)!)];

        foreach (string name in new[] { "read", "vread", "create", "update", "patch-json", "patch-fhirpath", "delete", "history", "search", "batch", "transaction", "capabilities", "later", "export", "subscription", "conditional-create", "conditional-update", "conditional-patch", "conditional-delete" })
        {
            Assert.Contains(name, files);
        }
    }
}
