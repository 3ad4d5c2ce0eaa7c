using Consortium.Adapters.Hl7V2.Language.Plans;
using Consortium.Adapters.Hl7V2.Tables;

namespace Consortium.Adapters.Hl7V2.Language.Compile;

/// <summary>The message maps that are in force, compiled. Immutable; a reload makes another.</summary>
internal sealed class MapSet
{
    private readonly Dictionary<(string Type, string Event), MessagePlan> _byEvent;
    private readonly Dictionary<string, MessagePlan> _byName;

    /// <summary>A set of plans by the message type and event of MSH-9, and by structure.</summary>
    public MapSet(Dictionary<(string Type, string Event), MessagePlan> byEvent, CodeTables tables, string version)
    {
        _byEvent = byEvent;
        _byName = byEvent.Values.Distinct().ToDictionary(plan => plan.Name, StringComparer.Ordinal);
        Tables = tables;
        Version = version;
    }

    /// <summary>The code tables of the functions.</summary>
    public CodeTables Tables { get; }

    /// <summary>Stands in each Provenance: another content of the maps is another version.</summary>
    public string Version { get; }

    /// <summary>The compiled messages.</summary>
    public IEnumerable<MessagePlan> Messages => _byName.Values;

    /// <summary>The map of a message by MSH-9; null where there is none.</summary>
    /// <param name="type">MSH-9.1.</param>
    /// <param name="trigger">MSH-9.2.</param>
    /// <param name="structure">MSH-9.3, which decides where MSH-9.2 is empty.</param>
    public MessagePlan? Find(string? type, string? trigger, string? structure)
    {
        if (type is null) return null;
        if (trigger is not null) return _byEvent.GetValueOrDefault((type, trigger));
        return structure is null ? null : _byName.GetValueOrDefault(structure);
    }
}
