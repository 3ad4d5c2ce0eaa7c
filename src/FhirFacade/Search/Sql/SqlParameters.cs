using System.Data.Common;
using System.Globalization;
using Consortium.FhirFacade.Search.Parameters;
using Consortium.Storage;
using Dapper;

namespace Consortium.FhirFacade.Search.Sql;

/// <summary>The values of one statement, each under a name of its own: nothing that a client sends ever stands in the text of SQL.</summary>
internal sealed class SqlParameters
{
    private readonly List<object> _values = [];
    private int _aliases;

    /// <summary>For the driver.</summary>
    public DynamicParameters Values { get; } = new();

    /// <summary>A further value; gives its name.</summary>
    public string Add(object value)
    {
        string name = string.Create(CultureInfo.InvariantCulture, $"p{_values.Count}");
        _values.Add(value);
        Values.Add(name, value);
        return "@" + name;
    }

    /// <summary>A list of values for IN.</summary>
    public string List<T>(IEnumerable<T> values)
        where T : notnull => $"({string.Join(", ", values.Select(value => Add(value)))})";

    /// <summary>The condition that a row is one of a parameter's, wherever these stand (<see cref="SharedRows"/>).</summary>
    /// <param name="row">The name of the row.</param>
    /// <param name="number">The parameter's number.</param>
    /// <param name="plus">A plus where the index by parameter must not be used (sqlite.org/optoverview.html).</param>
    public string IsOf(string row, int number, string plus = "")
    {
        if (SharedRows.R4.Of(number) is not { } rows) return $"{plus}{row}.parameter = {Add(number)}";
        string among = rows.Numbers.Count == 1 ? $"{plus}{row}.parameter = {Add(rows.Numbers[0])}" : $"{plus}{row}.parameter IN {List(rows.Numbers)}";
        return rows.TargetType is { } type ? $"{among} AND {row}.target_type = {Add(type)}" : among;
    }

    /// <summary>The condition that a row is of one of several references; the target's type is for the caller to ask.</summary>
    public string IsOf(string row, IEnumerable<int> numbers) => $"{row}.parameter IN {List(SharedRows.R4.Numbers(numbers))}";

    /// <summary>A further name for a table.</summary>
    public string Alias() => string.Create(CultureInfo.InvariantCulture, $"s{_aliases++}");

    /// <summary>Runs a query whose text comes again with other values, and so is kept prepared.</summary>
    public Task<DbDataReader> QueryAsync(DbConnection connection, string sql, CancellationToken cancellationToken, DbTransaction? transaction = null) =>
        connection.QueryRepeatedAsync(sql, _values, transaction, cancellationToken);
}
