namespace Consortium.Adapters;

/// <summary>
/// Turns one kind of legacy record into FHIR R4 resources. This is where an HIS vendor plugs in.
/// Implementations are thread-safe, deterministic (same bytes and context, same resources and ids, whatever the culture, time zone or clock of the machine),
/// never guess, and never throw on bad input: what cannot be read comes back as a rejected <see cref="ConversionResult"/> with the place and the reason.
/// </summary>
public interface IRecordAdapter
{
    /// <summary>Short name as on the command line: <c>hl7v2</c>, <c>table</c>, <c>narrative</c>. The same as in <see cref="Describe"/>.</summary>
    string Name => Describe().Name;

    /// <summary>Version of the adapter and its built-in mapping; stands in Provenance. The same as in <see cref="Describe"/>.</summary>
    string Version => Describe().Version;

    /// <summary>What the adapter says about itself; the same for as long as it lives. It is asked often: keep the object.</summary>
    AdapterDescription Describe();

    /// <summary>How sure the adapter is that it can read this record, 0 (no) to 100 (its own format beyond doubt). Looks at the first few kilobytes only.</summary>
    /// <param name="record">The record; for a plug-in its first 64 KiB only.</param>
    int Detect(RawRecord record);

    /// <summary>Converts the record; a file with several messages or patients gives a result for each, in order.</summary>
    IEnumerable<ConversionResult> Convert(RawRecord record, ConversionContext context);
}
