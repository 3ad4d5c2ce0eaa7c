using Consortium.Adapters.Site;
using Consortium.Adapters.Table.Sql;

namespace Consortium.Adapters.Tests.Table.Sql;

/// <summary>The queries of a site folder: what is right is read, what is wrong is named with file, line and column, and no password is shown.</summary>
public sealed class QueryFileTests : IDisposable
{
    private const string Good = """
        query: lis-results
        source: lis
        connection: {variable: LIS_DATABASE}
        sql: SELECT mrn, changed FROM results WHERE changed >= @watermark ORDER BY changed
        watermark: {column: changed, start: '2026-01-01 00:00:00', overlap: 120}
        every: 30
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("consortium-queries").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private IReadOnlyList<QueryOptions> Read(string yaml, string? connection = "postgres://reader:hunter2@db:5432/lis")
    {
        Directory.CreateDirectory(Path.Combine(_folder, QueryFiles.SiteFolder));
        File.WriteAllText(Path.Combine(_folder, QueryFiles.SiteFolder, "lis.yaml"), yaml);
        return QueryFiles.Read(_folder, name => name == "LIS_DATABASE" ? connection : null);
    }

    [Fact]
    public void A_query_is_read_with_its_connection_from_the_environment()
    {
        QueryOptions query = Assert.Single(Read(Good));
        Assert.Equal(("lis-results", "lis", "changed", TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(2)), (query.Name, query.Source, query.Watermark, query.Every, query.Overlap));
        Assert.Contains("hunter2", query.Connection, StringComparison.Ordinal);
        Assert.Equal("sqlserver:Server=db;User ID=reader;Password=x", Assert.Single(Read(Good, "sqlserver:Server=db;User ID=reader;Password=x")).Connection);
    }

    [Fact]
    public void A_site_without_queries_has_none() => Assert.Empty(QueryFiles.Read(_folder, _ => null));

    [Theory]
    [InlineData("SELECT mrn", "DELETE", "line 4, column 6", "one SELECT")]
    [InlineData("ORDER BY changed", "", "line 4, column 6", "ORDER BY")]
    [InlineData("@watermark", "'2026'", "line 4, column 6", "@watermark")]
    [InlineData("ORDER BY changed", "ORDER BY changed; DROP TABLE results", "line 4, column 6", "semicolon")]
    [InlineData("2026-01-01 00:00:00", "soon", "line 5", "a time is expected")]
    [InlineData("overlap: 120", "overlap: 120, type: text", "line 5", "seconds")]
    [InlineData("LIS_DATABASE", "OTHER", "line 3", "OTHER is not set")]
    [InlineData("{variable: LIS_DATABASE}", "postgres://reader:hunter2@db/lis", "line 3, column 13", "stands in the environment")]
    [InlineData("every: 30", "every: 0", "line 6, column 8", "from 1 to")]
    [InlineData("every: 30", "evry: 30", "line 6, column 1", "did you mean every?")]
    public void What_is_wrong_is_named_with_its_place_and_no_password(string part, string wrong, string place, string problem)
    {
        SiteConfigurationException fault = Assert.Throws<SiteConfigurationException>(() => Read(Good.Replace(part, wrong, StringComparison.Ordinal)));
        Assert.Contains($"queries/lis.yaml: {place}", fault.Message, StringComparison.Ordinal);
        Assert.Contains(problem, fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("mysql://db/lis")]
    [InlineData("sqlserver:nonsense=1")]
    public void A_connection_that_no_database_has_is_refused_without_being_shown(string connection)
    {
        SiteConfigurationException fault = Assert.Throws<SiteConfigurationException>(() => Read(Good, connection));
        Assert.DoesNotContain(connection, fault.Message, StringComparison.Ordinal);
    }
}
