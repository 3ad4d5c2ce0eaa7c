using Consortium.Adapters.Site;
using Consortium.Fhir;

namespace Consortium.Adapters;

/// <summary>
/// Raw record to validated resources: finds the adapter, converts, validates what came out against R4. What is invalid is rejected with the issues,
/// never published. An adapter that throws rejects the record; it takes nothing else down. Thread-safe.
/// </summary>
public sealed class ConversionPipeline
{
    private readonly AdapterRegistry _adapters;
    private readonly SiteConfiguration _site;

    /// <summary>A pipeline of these adapters for this site.</summary>
    public ConversionPipeline(AdapterRegistry adapters, SiteConfiguration site)
    {
        ArgumentNullException.ThrowIfNull(adapters);
        ArgumentNullException.ThrowIfNull(site);
        _adapters = adapters;
        _site = site;
    }

    /// <summary>Converts a record. There is a result for each message or patient in it; at least one.</summary>
    /// <param name="record">The raw record.</param>
    /// <param name="adapterName">The adapter to use; null for the one that the site names for the source, else the one that recognises the record.</param>
    public IReadOnlyList<ConversionResult> Convert(RawRecord record, string? adapterName = null)
    {
        ArgumentNullException.ThrowIfNull(record);
        return ConvertWith(record, adapterName).Results;
    }

    /// <summary>
    /// For each message of an HL7 v2 record, each group of rows of a table: which place and rule made which element, and what was not used. Places and rules only, no values.
    /// </summary>
    /// <param name="record">The raw record.</param>
    /// <param name="adapterName">As for <see cref="Convert"/>.</param>
    /// <returns>The explanations in the order of the messages; null where the record's adapter does not explain.</returns>
    public IReadOnlyList<RecordExplanation>? Explain(RawRecord record, string? adapterName = null)
    {
        ArgumentNullException.ThrowIfNull(record);
        string? named = adapterName ?? _site.Sources.GetValueOrDefault(record.Source)?.Adapter;
        IRecordAdapter? adapter = named is null ? _adapters.Detect(record) : _adapters.ByName(named);
        return adapter is IExplainingAdapter explaining ? [.. explaining.Explain(record, _site.ContextFor(record.Source))] : null;
    }

    /// <summary>As <see cref="Convert"/>, with the adapter that was used; null where none was found.</summary>
    internal (IRecordAdapter? Adapter, IReadOnlyList<ConversionResult> Results) ConvertWith(RawRecord record, string? adapterName = null)
    {
        if (record.Bytes.IsEmpty) return (null, [Refused("incomplete", "the record is empty.")]);
        string? named = adapterName ?? _site.Sources.GetValueOrDefault(record.Source)?.Adapter;
        IRecordAdapter? adapter;
        if (named is null)
        {
            (adapter, int confidence, string? silent) = _adapters.Look(record);
            if (silent is not null && confidence < AdapterRegistry.Sure)
            {
                return (null, [Refused("transient", $"the adapter {silent} could not say whether the record is its own, and no other is sure. "
                    + "The record is kept; release it once that adapter works again, or name one (sources.<name>.adapter in site.json).")]);
            }
        }
        else
        {
            adapter = _adapters.ByName(named);
        }

        if (adapter is null)
        {
            return (null, [Refused("not-supported", named is null
                ? "no adapter recognises the record. Name one (sources.<name>.adapter in site.json), or send a form that is supported."
                : $"there is no adapter '{named}'. Known: {string.Join(", ", _adapters.Adapters.Select(known => known.Name))}.")]);
        }

        var results = new List<ConversionResult>();
        try
        {
            foreach (ConversionResult result in adapter.Convert(record, _site.ContextFor(record.Source))) results.Add(ConversionValidator.Validate(result));
            if (results.Count == 0) results.Add(Refused("incomplete", "the adapter found no record in it."));
        }
        catch (Exception e) when (e is not (OutOfMemoryException or Plugins.PluginStoppedException))
        {
            // The message of an unforeseen exception may quote the record; its type does not.
            results.Add(ConversionResult.Rejected(results.Count, null, Issue(
                "exception", $"the adapter {adapter.Name} failed with {e.GetType().Name}: a fault of the adapter. The record is kept; report it to the adapter's maker.")));
        }

        return (adapter, results);
    }

    private static ConversionResult Refused(string code, string reason) => ConversionResult.Rejected(0, null, Issue(code, reason));

    private static OutcomeIssue Issue(string code, string reason) => new(IssueSeverity.Error, code, reason);
}
