using Consortium.Testing;

namespace Consortium.Fhir.Tests;

/// <summary>The committed lists in <c>tests/Fhir.Tests/Expected</c>: columns parted by <c>|</c>, comments after <c>#</c> at the start of a line.</summary>
internal static class Expected
{
    public static IReadOnlyList<string[]> Rows(string file, int columns)
    {
        List<string[]> rows = [];
        foreach (string line in File.ReadLines(Repository.Path("tests/Fhir.Tests/Expected/" + file)))
        {
            if (line.Length == 0 || line[0] == '#') continue;
            string[] row = [.. line.Split('|', columns).Select(c => c.Trim())];
            Assert.True(row.Length == columns && row.All(c => c.Length > 0), $"{file}: a row needs {columns} columns: {line}");
            rows.Add(row);
        }

        return rows;
    }
}
