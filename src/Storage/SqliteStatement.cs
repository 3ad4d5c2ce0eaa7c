using System.Runtime.CompilerServices;
using System.Text;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Consortium.Storage;

/// <summary>
/// A statement that its connection keeps prepared, without ADO.NET in between: a write of one resource is some dozens of rows, and binding values by their names costs more
/// than SQLite's own work (decision 0236). Parameters have their places, from 1. Used like its connection: by one at a time.
/// </summary>
public sealed class SqliteStatement
{
    /// <summary>A connection keeps so many statements prepared; the one that was used longest ago goes first.</summary>
    private const int MostPrepared = 256;

    private const int LargestOnStack = 512;

    private static readonly ConditionalWeakTable<sqlite3, Prepared> s_prepared = [];

    private readonly sqlite3 _connection;
    private readonly sqlite3_stmt _statement;
    private bool _isRunning;

    private SqliteStatement(sqlite3 connection, string sql)
    {
        _connection = connection;
        Check(raw.sqlite3_prepare_v3(connection, sql, raw.SQLITE_PREPARE_PERSISTENT, out _statement));
    }

    /// <summary>The statement as the connection has it prepared; what an earlier use left unread is given up.</summary>
    /// <param name="connection">An open connection.</param>
    /// <param name="sql">One statement.</param>
    /// <exception cref="SqliteException">It is no SQL.</exception>
    public static SqliteStatement Of(SqliteConnection connection, string sql)
    {
        ArgumentNullException.ThrowIfNull(connection);
        sqlite3 handle = connection.Handle ?? throw new InvalidOperationException("The connection is not open.");
        SqliteStatement statement = s_prepared.GetOrCreateValue(handle).Get(handle, sql);
        statement.Reset();
        return statement;
    }

    /// <summary>The number of columns of a row.</summary>
    public int Columns => raw.sqlite3_column_count(_statement);

    /// <summary>The number of parameters.</summary>
    public int Parameters => raw.sqlite3_bind_parameter_count(_statement);

    /// <summary>The name of a parameter with its mark, as <c>@type</c>; null where it has none.</summary>
    public string? ParameterName(int place) => raw.sqlite3_bind_parameter_name(_statement, place).utf8_to_string();

    /// <summary>The name of a column.</summary>
    public string ColumnName(int column) => raw.sqlite3_column_name(_statement, column).utf8_to_string();

    /// <summary>Gives a parameter a whole number.</summary>
    public void Bind(int place, long value) => Check(raw.sqlite3_bind_int64(_statement, place, value));

    /// <summary>Gives a parameter a whole number or NULL.</summary>
    public void Bind(int place, long? value)
    {
        if (value is { } number) Bind(place, number);
        else BindNull(place);
    }

    /// <summary>Gives a parameter a floating-point number.</summary>
    public void Bind(int place, double value) => Check(raw.sqlite3_bind_double(_statement, place, value));

    /// <summary>Gives a parameter a text or NULL.</summary>
    public void Bind(int place, string? value)
    {
        if (value is null)
        {
            BindNull(place);
        }
        else if (value.Length == 0)
        {
            Check(raw.sqlite3_bind_text(_statement, place, ""));
        }
        else if (value.Length <= LargestOnStack / 3)
        {
            Span<byte> utf8 = stackalloc byte[LargestOnStack];
            Check(raw.sqlite3_bind_text(_statement, place, utf8[..Encoding.UTF8.GetBytes(value, utf8)]));
        }
        else
        {
            Check(raw.sqlite3_bind_text(_statement, place, Encoding.UTF8.GetBytes(value)));
        }
    }

    /// <summary>Gives a parameter bytes; none at all are an empty value, not NULL.</summary>
    public void Bind(int place, ReadOnlySpan<byte> value) =>
        Check(value.IsEmpty ? raw.sqlite3_bind_zeroblob(_statement, place, 0) : raw.sqlite3_bind_blob(_statement, place, value));

    /// <summary>Gives a parameter NULL.</summary>
    public void BindNull(int place) => Check(raw.sqlite3_bind_null(_statement, place));

    /// <summary>Runs the statement to its end, with the values that were given; they stay for the next time.</summary>
    /// <exception cref="SqliteException">SQLite refuses it.</exception>
    public void Run()
    {
        while (Read())
        {
        }
    }

    /// <summary>How many rows the last INSERT, UPDATE or DELETE of the connection changed.</summary>
    public int Changes => raw.sqlite3_changes(_connection);

    /// <summary>The number of the row that the connection inserted last.</summary>
    public long LastRow => raw.sqlite3_last_insert_rowid(_connection);

    /// <summary>Goes to the next row; false at the end, where the statement is ready for its next use.</summary>
    /// <exception cref="SqliteException">SQLite refuses it, or it was interrupted.</exception>
    public bool Read()
    {
        int code = raw.sqlite3_step(_statement);
        _isRunning = true;
        if (code == raw.SQLITE_ROW) return true;
        try
        {
            Check(code);
        }
        finally
        {
            Reset();
        }

        return false;
    }

    /// <summary>Gives up what is unread.</summary>
    public void Reset()
    {
        if (!_isRunning) return;
        _isRunning = false;
        _ = raw.sqlite3_reset(_statement); // tells again what the last step told
    }

    /// <summary>True where the column is NULL in this row.</summary>
    public bool IsNull(int column) => raw.sqlite3_column_type(_statement, column) == raw.SQLITE_NULL;

    /// <summary>A whole number of this row.</summary>
    public long Long(int column) => raw.sqlite3_column_int64(_statement, column);

    /// <summary>A text of this row; empty where it is NULL.</summary>
    public string Text(int column) => raw.sqlite3_column_text(_statement, column).utf8_to_string() ?? "";

    /// <summary>Bytes of this row, a copy; none where it is NULL.</summary>
    public byte[] Bytes(int column) => raw.sqlite3_column_blob(_statement, column).ToArray();

    /// <summary>What stands in the column: a <see cref="long"/>, a <see cref="double"/>, a <see cref="string"/>, bytes, or <see cref="DBNull"/>.</summary>
    public object Value(int column) => raw.sqlite3_column_type(_statement, column) switch
    {
        raw.SQLITE_INTEGER => Long(column),
        raw.SQLITE_FLOAT => raw.sqlite3_column_double(_statement, column),
        raw.SQLITE_TEXT => Text(column),
        raw.SQLITE_BLOB => Bytes(column),
        _ => DBNull.Value,
    };

    private void Check(int code)
    {
        if (code is not (raw.SQLITE_OK or raw.SQLITE_ROW or raw.SQLITE_DONE)) SqliteException.ThrowExceptionForRC(code, _connection);
    }

    /// <summary>The statements of one connection, by their text.</summary>
    private sealed class Prepared
    {
        private readonly Dictionary<string, LinkedListNode<(string Sql, SqliteStatement Statement)>> _bySql = new(StringComparer.Ordinal);
        private readonly LinkedList<(string Sql, SqliteStatement Statement)> _byUse = [];

        public SqliteStatement Get(sqlite3 connection, string sql)
        {
            if (_bySql.TryGetValue(sql, out LinkedListNode<(string Sql, SqliteStatement Statement)>? known))
            {
                _byUse.Remove(known);
                _byUse.AddFirst(known);
                return known.Value.Statement;
            }

            if (_bySql.Count >= MostPrepared)
            {
                (string oldest, SqliteStatement gone) = _byUse.Last!.Value;
                _byUse.RemoveLast();
                _bySql.Remove(oldest);
                gone._statement.Dispose();
            }

            var statement = new SqliteStatement(connection, sql);
            _bySql[sql] = _byUse.AddFirst((sql, statement));
            return statement;
        }
    }
}
