namespace Consortium.Storage;

/// <summary>Which database engine stands behind a <see cref="Database"/>.</summary>
public enum Dialect
{
    /// <summary>SQLite in WAL mode with full synchronisation; embedded, one file.</summary>
    Sqlite,

    /// <summary>PostgreSQL 13 or later.</summary>
    Postgres,
}
