using Consortium.Adapters.Hl7V2.Language.Model;
using Consortium.Adapters.Table.Language.Compile;
using Consortium.Adapters.Table.Language.Model;

namespace Consortium.Adapters.Table.Language.Load;

/// <summary>Table maps and code tables as written, by name.</summary>
internal sealed class TableMapLibrary
{
    /// <summary>Maps by name.</summary>
    public Dictionary<string, TableMapModel> Maps { get; } = new(StringComparer.Ordinal);

    /// <summary>Code tables by name.</summary>
    public Dictionary<string, TableModel> Tables { get; } = new(StringComparer.Ordinal);

    /// <summary>Adds a map.</summary>
    /// <exception cref="Site.SiteConfigurationException">There is one of that name.</exception>
    public void Add(TableMapModel map)
    {
        if (!Maps.TryAdd(map.Name, map)) throw map.At.Fault($"there is another file with the map {map.Name}.");
    }

    /// <inheritdoc cref="Add(TableMapModel)"/>
    public void Add(TableModel table)
    {
        if (!Tables.TryAdd(table.Name, table)) throw table.At.Fault($"there is another file with the table {table.Name}.");
    }

    /// <summary>A site's library over this one: a map or a table of the same name takes the place of the built-in one.</summary>
    public TableMapLibrary With(TableMapLibrary site)
    {
        var library = new TableMapLibrary();
        foreach (TableMapModel map in Maps.Values.Where(map => !site.Maps.ContainsKey(map.Name)).Concat(site.Maps.Values)) library.Add(map);
        foreach (TableModel table in Tables.Values.Where(table => !site.Tables.ContainsKey(table.Name)).Concat(site.Tables.Values)) library.Add(table);
        return library;
    }

    /// <summary>Compiles every map.</summary>
    public TableMapSet Compile(string version) =>
        new([.. Maps.Values.OrderByDescending(map => map.IsSites).ThenBy(map => map.Name, StringComparer.Ordinal).Select(map => TableMapCompiler.Compile(map, Tables, version))]);
}

/// <summary>Compiled table maps, the site's first.</summary>
internal sealed class TableMapSet(IReadOnlyList<TableMapPlan> maps)
{
    private readonly HashSet<string> _headers = [.. maps.SelectMany(map => map.Headers)];

    public IReadOnlyList<TableMapPlan> Maps { get; } = maps;

    /// <summary>The header name where some map knows it; null for none.</summary>
    public string? Known(string header) => TableMapPlan.HeaderWord(header) is { Length: > 0 } word && _headers.Contains(word) ? word : null;
}
