using Consortium.Testing;
using Npgsql;

namespace Consortium.EndToEnd.Tests;

/// <summary>A PostgreSQL database of a test's own, since a host makes its own schemas in the one it is given.</summary>
internal sealed class FreshDatabase : IAsyncDisposable
{
    private readonly string _name = $"e2e_{Guid.NewGuid():N}";

    private FreshDatabase()
    {
        var url = new UriBuilder(TestServers.Postgres) { Path = _name, Query = "" };
        Url = url.Uri.ToString();
    }

    public string Url { get; }

    public static async Task<FreshDatabase> CreateAsync()
    {
        var database = new FreshDatabase();
        await AdministerAsync($"CREATE DATABASE {database._name}");
        return database;
    }

    public async ValueTask DisposeAsync() => await AdministerAsync($"DROP DATABASE IF EXISTS {_name} WITH (FORCE)");

    private static async Task AdministerAsync(string sql)
    {
        await using var source = NpgsqlDataSource.Create(Consortium.Storage.DatabaseUrl.Parse(TestServers.Postgres).ConnectionString);
        await using NpgsqlCommand command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}
