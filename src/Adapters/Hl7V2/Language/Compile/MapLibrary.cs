using Consortium.Adapters.Hl7V2.Language.Model;

namespace Consortium.Adapters.Hl7V2.Language.Compile;

/// <summary>Maps as written, by name: those of one folder, or a site's laid over the built-in ones.</summary>
internal sealed class MapLibrary
{
    /// <summary>Segment maps by name.</summary>
    public Dictionary<string, RowMapModel> Segments { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Type maps by name.</summary>
    public Dictionary<string, RowMapModel> Types { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Code tables by name.</summary>
    public Dictionary<string, TableModel> Tables { get; } = new(StringComparer.Ordinal);

    /// <summary>Messages by name.</summary>
    public Dictionary<string, MessageModel> Messages { get; } = new(StringComparer.Ordinal);

    /// <summary>What adds to messages; by the name of the message, or <c>*</c>.</summary>
    public List<MessageModel> Extensions { get; } = [];

    /// <summary>Adds a map.</summary>
    /// <exception cref="Site.SiteConfigurationException">There is one of that name.</exception>
    public void Add(RowMapModel map)
    {
        if (!(map.IsType ? Types : Segments).TryAdd(map.Name.ToString(), map)) throw map.At.Fault($"there is another file with the map {map.Name}.");
    }

    /// <inheritdoc cref="Add(RowMapModel)"/>
    public void Add(TableModel table)
    {
        if (!Tables.TryAdd(table.Name, table)) throw table.At.Fault($"there is another file with the table {table.Name}.");
    }

    /// <inheritdoc cref="Add(RowMapModel)"/>
    public void Add(MessageModel message)
    {
        if (message.Extends) Extensions.Add(message);
        else if (!Messages.TryAdd(message.Name, message)) throw message.At.Fault($"there is another file with the message {message.Name}.");
    }
}
