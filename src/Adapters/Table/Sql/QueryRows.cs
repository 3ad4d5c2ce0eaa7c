using System.Data.Common;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Consortium.Adapters.Table.Sql;

/// <summary>A query cannot be used as it is: a column that is missing, a value that has no text, an order that is not the watermark's. Holds no value.</summary>
internal sealed class QueryFaultException(string message) : Exception(message);

/// <summary>A row of an answer.</summary>
/// <param name="Text">The row as a line of CSV, without its end.</param>
/// <param name="Digest">SHA-256 of it.</param>
/// <param name="Watermark">Its watermark.</param>
internal sealed record QueryRow(string Text, string Digest, string Watermark);

/// <summary>Reads an answer row by row as CSV: numbers with the digits that the database gives, times as ISO 8601 writes them, nothing for NULL.</summary>
internal sealed class QueryRows
{
    private readonly DbDataReader _reader;
    private readonly QueryOptions _query;
    private readonly int _watermark;

    public QueryRows(DbDataReader reader, QueryOptions query)
    {
        _reader = reader;
        _query = query;
        string[] names = [.. Enumerable.Range(0, reader.FieldCount).Select(reader.GetName)];
        int at = Array.FindIndex(names, name => string.Equals(name, query.Watermark, StringComparison.OrdinalIgnoreCase));
        _watermark = at >= 0 ? at : throw new QueryFaultException($"the answer has no column {query.Watermark}, which the query's watermark names.");
        Header = string.Join(',', names.Select(Quoted));
    }

    /// <summary>The names of the columns as a line of CSV.</summary>
    public string Header { get; }

    /// <summary>The next row; null at the end.</summary>
    public async Task<QueryRow?> NextAsync(CancellationToken cancellationToken)
    {
        if (!await _reader.ReadAsync(cancellationToken).ConfigureAwait(false)) return null;
        var text = new StringBuilder();
        for (int i = 0; i < _reader.FieldCount; i++)
        {
            if (i > 0) text.Append(',');
            if (!await _reader.IsDBNullAsync(i, cancellationToken).ConfigureAwait(false)) text.Append(Quoted(Text(_reader.GetValue(i), _reader.GetName(i))));
        }

        string? watermark = await _reader.IsDBNullAsync(_watermark, cancellationToken).ConfigureAwait(false) ? null : Watermark.Of(_query.Type, _reader.GetValue(_watermark));
        if (watermark is null) throw new QueryFaultException($"the watermark {_query.Watermark} is NULL or no {_query.Type.ToString().ToLowerInvariant()} in a row; say its `type`, and leave rows without one out of the query.");
        string line = text.ToString();
        return new QueryRow(line, System.Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(line))), watermark);
    }

    private static string Text(object value, string column) => value switch
    {
        string text => text,
        bool flag => flag ? "true" : "false",
        DateTime { Kind: DateTimeKind.Utc } time => time.ToString(time.Ticks % TimeSpan.TicksPerSecond == 0 ? "yyyy-MM-dd'T'HH:mm:ss'Z'" : "yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture),
        DateTime time => time.ToString(time.TimeOfDay == TimeSpan.Zero ? "yyyy-MM-dd" : time.Ticks % TimeSpan.TicksPerSecond == 0 ? "yyyy-MM-dd HH:mm:ss" : "yyyy-MM-dd HH:mm:ss.FFFFFFF", CultureInfo.InvariantCulture),
        DateTimeOffset time => time.ToString("yyyy-MM-dd'T'HH:mm:sszzz", CultureInfo.InvariantCulture),
        double number => number.ToString("R", CultureInfo.InvariantCulture),
        float number => number.ToString("R", CultureInfo.InvariantCulture),
        byte[] => throw new QueryFaultException($"the column {column} holds bytes, which no table has. Leave it out of the query, or cast it to a text."),
        IFormattable other => other.ToString(null, CultureInfo.InvariantCulture),
        _ => throw new QueryFaultException($"the column {column} has a type that no table has. Cast it to a text in the query."),
    };

    private static string Quoted(string text) =>
        text.AsSpan().ContainsAny(",\"\r\n") || (text.Length > 0 && (char.IsWhiteSpace(text[0]) || char.IsWhiteSpace(text[^1]))) ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : text;
}
