using Microsoft.Data.Sqlite;
using Npgsql;

namespace Consortium.Storage;

/// <summary>
/// The one form in which a store is named on the command line and in configuration:
/// <c>sqlite:path/to/file.db</c> or <c>postgres://user:password@host:port/database</c>
/// (query parameters are Npgsql's own keywords; <c>?schema=name</c> sets the search path).
/// </summary>
public static class DatabaseUrl
{
    /// <summary>Reads a store URL.</summary>
    /// <returns>The dialect and the ADO.NET connection string.</returns>
    /// <exception cref="FormatException">The URL has neither form; the message names both and never repeats a password.</exception>
    public static (Dialect Dialect, string ConnectionString) Parse(string url)
    {
        ArgumentNullException.ThrowIfNull(url);
        if (url.StartsWith("sqlite:", StringComparison.OrdinalIgnoreCase))
        {
            string path = url["sqlite:".Length..];
            if (path.StartsWith("//", StringComparison.Ordinal)) path = path[2..];
            if (path.Length == 0) throw new FormatException("A sqlite store needs a file: sqlite:path/to/file.db");
            return (Dialect.Sqlite, new SqliteConnectionStringBuilder
            {
                DataSource = path,
                Mode = SqliteOpenMode.ReadWriteCreate,
                Cache = SqliteCacheMode.Private,
                Pooling = true,
                DefaultTimeout = 30,
            }.ToString());
        }

        if (Uri.TryCreate(url, UriKind.Absolute, out Uri? uri) && uri.Scheme is "postgres" or "postgresql")
        {
            return (Dialect.Postgres, PostgresConnectionString(uri));
        }

        throw new FormatException("A store is named sqlite:FILE or postgres://USER:PASSWORD@HOST:PORT/DATABASE.");
    }

    private static string PostgresConnectionString(Uri uri)
    {
        string[] user = uri.UserInfo.Split(':', 2);
        var builder = new NpgsqlConnectionStringBuilder
        {
            Host = uri.Host,
            Port = uri.IsDefaultPort || uri.Port < 0 ? 5432 : uri.Port,
            Database = Uri.UnescapeDataString(uri.AbsolutePath.TrimStart('/')),
            Username = Uri.UnescapeDataString(user[0]),
            Password = user.Length > 1 ? Uri.UnescapeDataString(user[1]) : null,
            // Statements come again and again, and planning a search costs more than running it. A pooler that hands connections round by the transaction wants 0 here.
            MaxAutoPrepare = 100,
        };
        foreach (string pair in uri.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] keyValue = pair.Split('=', 2);
            string value = keyValue.Length > 1 ? Uri.UnescapeDataString(keyValue[1]) : "";
            string keyword = Uri.UnescapeDataString(keyValue[0]);
            try
            {
                if (keyword == "schema") builder.SearchPath = value;
                else builder[keyword] = value;
            }
            catch (Exception e) when (e is ArgumentException or FormatException or InvalidCastException or OverflowException)
            {
                throw new FormatException($"The store's URL has '{keyword}' with a value that Npgsql does not take, or Npgsql knows no such keyword.");
            }
        }

        return builder.ToString();
    }
}
