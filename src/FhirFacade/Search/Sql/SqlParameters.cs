using Dapper;

namespace Consortium.FhirFacade.Search.Sql;

/// <summary>The values of one statement, each under a name of its own: nothing that a client sends ever stands in the text of SQL.</summary>
internal sealed class SqlParameters
{
    private int _count;

    /// <summary>For the driver.</summary>
    public DynamicParameters Values { get; } = new();

    /// <summary>A further value; gives its name.</summary>
    public string Add(object value)
    {
        string name = $"p{_count++}";
        Values.Add(name, value);
        return "@" + name;
    }

    /// <summary>A list of values for IN.</summary>
    public string List<T>(IEnumerable<T> values)
        where T : notnull => $"({string.Join(", ", values.Select(value => Add(value)))})";

    /// <summary>A further name for a table.</summary>
    public string Alias() => $"s{_count++}";
}
