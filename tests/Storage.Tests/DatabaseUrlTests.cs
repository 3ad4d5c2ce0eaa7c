using Microsoft.Data.Sqlite;
using Npgsql;

namespace Consortium.Storage.Tests;

public sealed class DatabaseUrlTests
{
    [Theory]
    [InlineData("sqlite:records.db", "records.db")]
    [InlineData("sqlite:data/a b.db", "data/a b.db")]
    [InlineData("sqlite:///srv/records.db", "/srv/records.db")]
    [InlineData("SQLITE:/srv/records.db", "/srv/records.db")]
    public void Parse_Sqlite_NamesTheFile(string url, string file)
    {
        (Dialect dialect, string connectionString) = DatabaseUrl.Parse(url);
        Assert.Equal(Dialect.Sqlite, dialect);
        Assert.Equal(file, new SqliteConnectionStringBuilder(connectionString).DataSource);
    }

    [Fact]
    public void Parse_Postgres_ReadsEveryPart()
    {
        (Dialect dialect, string connectionString) = DatabaseUrl.Parse("postgres://fh%40ir:p%3Aw%2F@db.local:6543/records?schema=hospital_a&Maximum%20Pool%20Size=7");
        var parts = new NpgsqlConnectionStringBuilder(connectionString);
        Assert.Equal(Dialect.Postgres, dialect);
        Assert.Equal(("db.local", 6543, "records", "fh@ir", "p:w/", "hospital_a", 7),
            (parts.Host, parts.Port, parts.Database, parts.Username, parts.Password, parts.SearchPath, parts.MaxPoolSize));
    }

    [Fact]
    public void Parse_PostgresWithoutPort_TakesTheStandardOne() =>
        Assert.Equal(5432, new NpgsqlConnectionStringBuilder(DatabaseUrl.Parse("postgresql://u:p@h/d").ConnectionString).Port);

    [Theory]
    [InlineData("")]
    [InlineData("sqlite:")]
    [InlineData("records.db")]
    [InlineData("mysql://user:hunter2@host/db")]
    [InlineData("postgres://user:hunter2@host/db?No%20Such%20Word=1")]
    public void Parse_AnythingElse_IsRefusedWithoutThePassword(string url)
    {
        FormatException refusal = Assert.Throws<FormatException>(() => DatabaseUrl.Parse(url));
        Assert.DoesNotContain("hunter2", refusal.Message, StringComparison.Ordinal);
    }
}
