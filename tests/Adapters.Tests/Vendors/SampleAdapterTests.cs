using Consortium.Testing;

namespace Consortium.Adapters.Tests.Vendors;

/// <summary>What the documentation says of <c>samples/VendorAdapter</c>.</summary>
public sealed class SampleAdapterTests
{
    [Fact]
    public void TheWholeSample_WithItsTestsAndProjects_IsUnder300Lines()
    {
        string folder = Repository.Path("samples/VendorAdapter");
        char separator = Path.DirectorySeparatorChar;
        string[] files = [.. new[] { "*.cs", "*.csproj" }.SelectMany(pattern => Directory.GetFiles(folder, pattern, SearchOption.AllDirectories))
            .Where(file => !file.Contains($"{separator}obj{separator}", StringComparison.Ordinal) && !file.Contains($"{separator}bin{separator}", StringComparison.Ordinal))];
        int lines = files.Sum(file => File.ReadAllLines(file).Length);

        Assert.Equal(6, files.Length);
        Assert.InRange(lines, 1, 299);
        Assert.Contains($"{lines} lines in {files.Length} files", File.ReadAllText(Repository.Path("docs/adapters.md")), StringComparison.Ordinal);
    }
}
