namespace Consortium.Adapters.Table.Sql;

/// <summary>What the watermark of a query is.</summary>
public enum WatermarkType
{
    /// <summary>A date and time.</summary>
    Timestamp,

    /// <summary>A whole number, such as a version that the database counts up.</summary>
    Integer,

    /// <summary>A text that is ordered as its characters are, such as <c>2026-11-06 08:30:00</c>.</summary>
    Text,
}

/// <summary>A query that is asked again and again, and whose new rows go to the intake journal as a table. Read from <c>queries/*.yaml</c> of the site folder.</summary>
public sealed record QueryOptions
{
    /// <summary>Its name; the record is called <c>NAME.csv</c>.</summary>
    public required string Name { get; init; }

    /// <summary>The source system of its rows.</summary>
    public required string Source { get; init; }

    /// <summary>The database: <c>postgres://…</c>, <c>sqlite:FILE</c>, or a connection string of SQL Server behind <c>sqlserver:</c>. It may hold a password and is never shown.</summary>
    public required string Connection { get; init; }

    /// <summary>One SELECT with <c>@watermark</c>, ordered by the watermark: <c>WHERE changed &gt;= @watermark ORDER BY changed</c>.</summary>
    public required string Sql { get; init; }

    /// <summary>The column of the watermark.</summary>
    public required string Watermark { get; init; }

    /// <summary>What it is.</summary>
    public WatermarkType Type { get; init; }

    /// <summary>The watermark before the first row.</summary>
    public required string Start { get; init; }

    /// <summary>How far back each look goes, for rows that are committed after later ones; only for timestamps.</summary>
    public TimeSpan Overlap { get; init; }

    /// <summary>How often it is asked.</summary>
    public TimeSpan Every { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>New rows in a record; rows with one watermark are never parted.</summary>
    public int MostRows { get; init; } = 1000;

    /// <summary>How long an answer may take.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(1);
}
