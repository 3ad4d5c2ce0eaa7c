using Consortium.Adapters.Hl7V2;
using Consortium.Adapters.Narrative;
using Consortium.Adapters.Site;
using Consortium.Adapters.Table;

namespace Consortium.Adapters;

/// <summary>The adapters that a host knows, by name and by what a record looks like.</summary>
public sealed class AdapterRegistry
{
    private readonly IRecordAdapter[] _adapters;

    /// <summary>A registry of these adapters.</summary>
    /// <exception cref="ArgumentException">Two adapters have one name.</exception>
    public AdapterRegistry(params IEnumerable<IRecordAdapter> adapters)
    {
        _adapters = [.. adapters];
        string? twice = _adapters.GroupBy(adapter => adapter.Name, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1)?.Key;
        if (twice is not null) throw new ArgumentException($"Two adapters are called '{twice}'.", nameof(adapters));
    }

    /// <summary>All adapters.</summary>
    public IReadOnlyList<IRecordAdapter> Adapters => _adapters;

    /// <summary>The adapters that come with the program.</summary>
    /// <param name="site">The site; null for the defaults.</param>
    public static AdapterRegistry BuiltIn(SiteConfiguration? site = null)
    {
        site ??= SiteConfiguration.Default;
        return new AdapterRegistry(
            new Hl7V2Adapter(),
            new TableAdapter(TableMapping.Load(site.Folder)),
            new NarrativeAdapter());
    }

    /// <summary>The adapter of this name (<c>hl7v2</c>, <c>table</c>, <c>narrative</c> …), or null.</summary>
    public IRecordAdapter? ByName(string name) => Array.Find(_adapters, adapter => string.Equals(adapter.Name, name, StringComparison.OrdinalIgnoreCase));

    /// <summary>The adapter that is surest to read this record, or null where none can. Equal confidence goes to the one listed first.</summary>
    public IRecordAdapter? Detect(RawRecord record)
    {
        IRecordAdapter? best = null;
        int highest = 0;
        foreach (IRecordAdapter adapter in _adapters)
        {
            int confidence = adapter.Detect(record);
            if (confidence <= highest) continue;
            highest = confidence;
            best = adapter;
        }

        return best;
    }
}
