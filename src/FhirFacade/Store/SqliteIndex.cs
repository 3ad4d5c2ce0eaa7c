using Consortium.FhirFacade.Search.Indexing;
using Consortium.FhirFacade.Search.Parameters;
using Consortium.Storage;
using Microsoft.Data.Sqlite;

namespace Consortium.FhirFacade.Store;

/// <summary>
/// The rows of the search index in SQLite. The tables are clustered by the resource (WITHOUT ROWID): what is known of one stands together, and each row is in two trees and
/// not in three (decision 0236). Rows that may be long have a number of their own in the key, so that the text stands in one tree only.
/// </summary>
internal static class SqliteIndex
{
    /// <summary>Writes what searches find of resources; see <see cref="StoreEngine.IndexAsync"/>.</summary>
    public static void Write(SqliteConnection connection, IReadOnlyCollection<long> replaces, IReadOnlyList<(long Key, IndexRows Rows)> indexes, int? parameter = null)
    {
        IReadOnlyList<(long Key, IndexRows Rows)> all = ContainedKeys.With(indexes);
        Delete(connection, StoreSchema.IndexTables, WithContained(connection, replaces, forgets: parameter is null), parameter);
        if (parameter is null) InsertContained(connection, indexes);
        Insert(connection, null, [.. all.Select(index => (index.Key, 0L, index.Rows))]);
        InsertWords(connection, all);
        if (parameter is null && replaces.Count > 0) Delete(connection, [.. ViewSchema.Tables, "view_identity"], [.. replaces.Except(indexes.Select(index => index.Key))]);
        SqliteStatement mark = SqliteStatement.Of(connection, "INSERT INTO view_mark (type, key) SELECT type, key FROM resource WHERE key = ?");
        foreach (long key in replaces.Union(indexes.Select(index => index.Key)))
        {
            mark.Bind(1, key);
            mark.Run();
        }
    }

    /// <summary>Writes what searches find in the restricted views; see <see cref="StoreEngine.IndexViewsAsync"/>.</summary>
    public static void WriteViews(SqliteConnection connection, IReadOnlyCollection<long> replaces, IReadOnlyList<(long Key, long Views, IndexRows Rows)> indexes)
    {
        Delete(connection, ViewSchema.Tables, replaces);
        Insert(connection, table => ViewSchema.Beside(table)!, indexes);
    }

    /// <summary>Takes rows of a parameter out; see <see cref="StoreEngine.RemoveAsync"/>.</summary>
    public static int Remove(SqliteConnection connection, int parameter, int most)
    {
        foreach (string table in StoreSchema.ValueTables.Concat(ViewSchema.Tables))
        {
            SqliteStatement delete = SqliteStatement.Of(connection,
                $"DELETE FROM {table} WHERE parameter BETWEEN ?1 AND ?2 AND key IN (SELECT key FROM {table} WHERE parameter BETWEEN ?1 AND ?2 LIMIT ?3)");
            delete.Bind(1, parameter);
            delete.Bind(2, parameter + SearchParameter.Numbers - 1);
            delete.Bind(3, most);
            delete.Run();
            if (delete.Changes > 0) return delete.Changes;
        }

        return 0;
    }

    private static void InsertContained(SqliteConnection connection, IReadOnlyList<(long Key, IndexRows Rows)> indexes)
    {
        foreach ((long key, long container, string type, string id) in ContainedKeys.Rows(indexes))
        {
            SqliteStatement insert = SqliteStatement.Of(connection, "INSERT INTO contained (key, container, type, id) VALUES (?, ?, ?, ?)");
            insert.Bind(1, key);
            insert.Bind(2, container);
            insert.Bind(3, type);
            insert.Bind(4, id);
            insert.Run();
        }
    }

    // The resources with what they contain, which is forgotten where all of their rows go.
    private static IReadOnlyCollection<long> WithContained(SqliteConnection connection, IReadOnlyCollection<long> keys, bool forgets)
    {
        List<long> inside = [];
        SqliteStatement contained = SqliteStatement.Of(connection, "SELECT key FROM contained WHERE container = ?");
        foreach (long key in keys)
        {
            contained.Bind(1, key);
            while (contained.Read()) inside.Add(contained.Long(0));
        }

        if (inside.Count == 0) return keys;
        if (forgets)
        {
            SqliteStatement delete = SqliteStatement.Of(connection, "DELETE FROM contained WHERE container = ?");
            foreach (long key in keys)
            {
                delete.Bind(1, key);
                delete.Run();
            }
        }

        return [.. keys, .. inside];
    }

    private static void Delete(SqliteConnection connection, IReadOnlyList<string> tables, IReadOnlyCollection<long> keys, int? parameter = null)
    {
        if (keys.Count == 0) return;
        foreach (string table in tables)
        {
            SqliteStatement delete = SqliteStatement.Of(connection, $"DELETE FROM {table} WHERE key = ?{(parameter is null ? "" : " AND parameter BETWEEN ? AND ?")}");
            if (parameter is { } number)
            {
                delete.Bind(2, number);
                delete.Bind(3, number + SearchParameter.Numbers - 1);
            }

            foreach (long key in keys)
            {
                delete.Bind(1, key);
                delete.Run();
            }
        }
    }

    private static void InsertWords(SqliteConnection connection, IReadOnlyList<(long Key, IndexRows Rows)> indexes)
    {
        if (indexes.All(index => index.Rows.Texts.Count == 0)) return;
        SqliteStatement row = SqliteStatement.Of(connection, "INSERT INTO search_text (key, parameter, grp) VALUES (?, ?, ?)");
        SqliteStatement words = SqliteStatement.Of(connection, "INSERT INTO search_text_words (rowid, words) VALUES (?, ?)");
        foreach ((long key, IndexRows index) in indexes)
        {
            foreach (TextRow text in index.Texts)
            {
                row.Bind(1, key);
                row.Bind(2, text.Parameter);
                row.Bind(3, text.Group);
                row.Run();
                words.Bind(1, row.LastRow);
                words.Bind(2, string.Join(' ', text.Words));
                words.Run();
            }
        }
    }

    /// <param name="connection">That of the write transaction.</param>
    /// <param name="viewTable">The table of the restricted views beside an index table; null for the index itself, whose rows have no bits.</param>
    /// <param name="indexes">The rows.</param>
    private static void Insert(SqliteConnection connection, Func<string, string>? viewTable, IReadOnlyList<(long Key, long Views, IndexRows Rows)> indexes)
    {
        Of("search_token", "system, code", 2, rows => rows.Tokens, row => SharedRows.R4.Has(row.Parameter), (insert, row, _) =>
        {
            Begin(insert, row.Parameter, row.Group);
            insert.Bind(4, row.System);
            insert.Bind(5, row.Code);
        });
        Of("search_string", "n, folded, exact", 3, rows => rows.Strings, row => SharedRows.R4.Has(row.Parameter), (insert, row, number) =>
        {
            Begin(insert, row.Parameter, row.Group);
            insert.Bind(4, number);
            insert.Bind(5, row.Folded);
            insert.Bind(6, row.Exact);
        });
        Of("search_reference", "target_type, target_id", 2, rows => rows.References, row => SharedRows.R4.Has(row), (insert, row, _) =>
        {
            Begin(insert, row.Parameter, row.Group);
            insert.Bind(4, row.TargetType);
            insert.Bind(5, row.TargetId);
        });
        Of("search_date", "span, low, high", 3, rows => rows.Dates, row => SharedRows.R4.Has(row.Parameter), (insert, row, _) =>
        {
            Begin(insert, row.Parameter, row.Group);
            insert.Bind(4, row.Span);
            insert.Bind(5, row.Low);
            insert.Bind(6, row.High);
        });
        Of("search_quantity", "n, low, high, system, code, unit, canonical_low, canonical_high, canonical_code", 9, rows => rows.Quantities, row => SharedRows.R4.Has(row.Parameter), (insert, row, number) =>
        {
            Begin(insert, row.Parameter, row.Group);
            insert.Bind(4, number);
            insert.Bind(5, row.Low);
            insert.Bind(6, row.High);
            insert.Bind(7, row.System);
            insert.Bind(8, row.Code);
            insert.Bind(9, row.Unit);
            insert.Bind(10, row.CanonicalLow);
            insert.Bind(11, row.CanonicalHigh);
            insert.Bind(12, row.CanonicalCode);
        });
        Of("search_position", "latitude, longitude, x, y, z", 5, rows => rows.Positions, _ => false, (insert, row, _) =>
        {
            Begin(insert, 0, 0);
            insert.Bind(4, row.Latitude);
            insert.Bind(5, row.Longitude);
            insert.Bind(6, row.X);
            insert.Bind(7, row.Y);
            insert.Bind(8, row.Z);
        });

        static void Begin(SqliteStatement insert, int parameter, int group)
        {
            insert.Bind(2, parameter);
            insert.Bind(3, group);
        }

        void Of<T>(string table, string columns, int values, Func<IndexRows, HashSet<T>> some, Predicate<T> isElsewhere, Action<SqliteStatement, T, long> bind)
        {
            SqliteStatement? insert = null;
            long number = 0; // rows of a resource may come in several parts, one for each set of views
            foreach ((long key, long views, IndexRows rows) in indexes)
            {
                foreach (T row in some(rows))
                {
                    if (isElsewhere(row)) continue;
                    insert ??= SqliteStatement.Of(connection, Sql(table, columns, values));
                    insert.Bind(1, key);
                    bind(insert, row, number++);
                    if (viewTable is not null) insert.Bind(4 + values, views);
                    insert.Run();
                }
            }
        }

        string Sql(string table, string columns, int values) =>
            $"INSERT INTO {viewTable?.Invoke(table) ?? table} (key, parameter, grp, {columns}{(viewTable is null ? "" : ", views")}) " +
            $"VALUES (?, ?, ?{string.Concat(Enumerable.Repeat(", ?", values + (viewTable is null ? 0 : 1)))})";
    }
}
