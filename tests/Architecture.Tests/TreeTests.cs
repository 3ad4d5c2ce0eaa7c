using System.Diagnostics;
using System.Text.RegularExpressions;
using Consortium.Testing;

namespace Consortium.Architecture.Tests;

/// <summary>What holds for the files of the repository, as git lists them.</summary>
public sealed partial class TreeTests
{
    private const int MostLines = 600;
    private static readonly string[] Binary = [".png", ".jpg", ".ico", ".dll", ".gz", ".zip", ".br", ".bin", ".woff2", ".xls", ".xlsx", ".docx", ".pdf", ".sqlite", ".db"];

    private static readonly string[] Files = ListFiles();

    [Fact]
    public void SourceFile_HasOneIdeaAndAtMostSixHundredLines() => Assert.Empty(
        from file in Files
        where file.StartsWith("src/", StringComparison.Ordinal) && file.EndsWith(".cs", StringComparison.Ordinal)
        let lines = File.ReadLines(Repository.Path(file)).Count()
        where lines > MostLines
        select $"{file}: {lines} lines");

    [Fact]
    public void SourceFile_LeavesNothingForLater() => Assert.Empty(
        from file in Files
        where file.StartsWith("src/", StringComparison.Ordinal) && file.EndsWith(".cs", StringComparison.Ordinal)
        from line in File.ReadLines(Repository.Path(file)).Select((text, index) => (Text: text, Number: index + 1))
        where Unfinished().IsMatch(line.Text)
        select $"{file}:{line.Number}: {line.Text.Trim()}");

    // Where packages come from, and where this checkout lies, differ from site to site: a clone elsewhere must build.
    [Fact]
    public void Tree_NamesNoRegistryAndNoPathOfOneMachine() => Assert.Empty(
        from file in Files
        where !Binary.Contains(Path.GetExtension(file), StringComparer.OrdinalIgnoreCase) && Path.GetFileName(file) != nameof(TreeTests) + ".cs"
        from line in File.ReadLines(Repository.Path(file)).Select((text, index) => (Text: text, Number: index + 1))
        where RegistryOrMachinePath().IsMatch(line.Text)
        select $"{file}:{line.Number}: {RegistryOrMachinePath().Match(line.Text).Value}");

    [Fact]
    public void Script_CanBeRun() => Assert.Empty(
        from file in Files
        where file is "test.sh" or "consortium" or ".ci/run" || file.EndsWith(".sh", StringComparison.Ordinal)
        where !OperatingSystem.IsWindows() && !File.GetUnixFileMode(Repository.Path(file)).HasFlag(UnixFileMode.UserExecute)
        select file);

    private static string[] ListFiles()
    {
        // Files that are not added yet count too, so that a mistake shows before the commit.
        using var git = Process.Start(new ProcessStartInfo("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        {
            WorkingDirectory = Repository.Root,
            RedirectStandardOutput = true,
        })!;
        string output = git.StandardOutput.ReadToEnd();
        git.WaitForExit();
        Assert.Equal(0, git.ExitCode);
        string[] files = [.. output.Split('\0', StringSplitOptions.RemoveEmptyEntries).Where(file => File.Exists(Repository.Path(file)))];
        Assert.NotEmpty(files);
        return files;
    }

    [GeneratedRegex(@"\b(TODO|FIXME|HACK|XXX)\b|NotImplementedException", RegexOptions.CultureInvariant)]
    private static partial Regex Unfinished();

    [GeneratedRegex(@"registry\.npm[a-z]*\.\w+|api\.nuget\.org|registry\.yarnpkg\.com|pypi\.org|(?<![\w./$}-])/(home|root|work|Users)/[A-Za-z0-9._-]+", RegexOptions.CultureInvariant)]
    private static partial Regex RegistryOrMachinePath();
}
