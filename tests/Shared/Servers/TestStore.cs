using Consortium.Storage;
using Dapper;

namespace Consortium.Testing;

/// <summary>An empty store for one test or test class: an SQLite file or a PostgreSQL schema, gone when disposed.</summary>
internal sealed class TestStore : IAsyncDisposable
{
    private readonly string? _folder;
    private readonly string? _schema;

    private TestStore(string url, string? folder, string? schema)
    {
        Url = url;
        _folder = folder;
        _schema = schema;
    }

    /// <summary>For a theory: <c>[MemberData(nameof(TestStore.Dialects), MemberType = typeof(TestStore))]</c>.</summary>
    public static TheoryData<Dialect> Dialects { get; } = [Dialect.Sqlite, Dialect.Postgres];

    /// <summary>The store's URL, for <see cref="Database.Open"/> and for configuration.</summary>
    public string Url { get; }

    /// <summary>Path of the SQLite file; a PostgreSQL store has none.</summary>
    public string File => Path.Combine(_folder ?? throw new InvalidOperationException("A PostgreSQL store is no file."), "store.db");

    public static async Task<TestStore> CreateAsync(Dialect dialect)
    {
        if (dialect == Dialect.Sqlite)
        {
            string folder = Directory.CreateTempSubdirectory("consortium-store-").FullName;
            return new TestStore($"sqlite:{Path.Combine(folder, "store.db")}", folder, null);
        }

        string schema = $"t{Guid.NewGuid():N}";
        await ExecuteAsync($"CREATE SCHEMA {schema}");
        return new TestStore($"{TestServers.Postgres}?schema={schema}", null, schema);
    }

    /// <summary>A new connection pool to the store; the caller disposes it.</summary>
    public Database Open() => Database.Open(Url);

    public async ValueTask DisposeAsync()
    {
        if (_schema is not null) await ExecuteAsync($"DROP SCHEMA {_schema} CASCADE");
        else if (Directory.Exists(_folder)) Directory.Delete(_folder, recursive: true);
    }

    private static async Task ExecuteAsync(string sql)
    {
        await using Database server = Database.Open($"{TestServers.Postgres}?Pooling=false");
        await using System.Data.Common.DbConnection connection = await server.ConnectAsync();
        await connection.ExecuteAsync(sql);
    }
}
