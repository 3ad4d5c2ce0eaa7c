using Consortium.Adapters.Elements;
using Consortium.Adapters.Site;
using Consortium.Fhir;

namespace Consortium.Adapters.Plugins;

/// <summary>What the host asks of a plug-in's process.</summary>
internal enum PluginOperation
{
    /// <summary>Load, and say who you are.</summary>
    Describe,

    /// <summary>Is this your record?</summary>
    Detect,

    /// <summary>Convert this record.</summary>
    Convert,
}

/// <summary>A question; the record's bytes follow it in the frame.</summary>
internal sealed record PluginRequest(
    long Id, PluginOperation Operation, string? Source = null, DateTimeOffset ReceivedAt = default, string? FileName = null, PluginContext? Context = null)
{
    public static PluginRequest For(PluginOperation operation, RawRecord record, ConversionContext? context = null) =>
        new(0, operation, record.Source, record.ReceivedAt, record.FileName, context is null ? null : PluginContext.Of(context));

    public RawRecord Record(ReadOnlyMemory<byte> raw) => new(raw, Source ?? "", ReceivedAt, FileName);
}

/// <summary>The conversion context, as it travels.</summary>
internal sealed record PluginContext(
    byte[] Key, string Zone, IReadOnlyDictionary<string, string> Authorities, string? MedicalRecord = null, string? Charset = null)
{
    public static PluginContext Of(ConversionContext context) => new(
        context.Ids.Key.ToArray(), ZoneName(context.TimeZone), context.IdentifierSystems.Authorities, context.IdentifierSystems.MedicalRecordSystem, context.Charset);

    public ConversionContext Open() => new(new LogicalIds(Key), SiteTimeZone.Find(Zone)!)
    {
        IdentifierSystems = new IdentifierSystems(Authorities, MedicalRecord),
        Charset = Charset,
    };

    // By name: the process runs on the same machine, and TimeZoneInfo's own serialized form cannot be read back for zones with a long history.
    private static string ZoneName(TimeZoneInfo zone) => SiteTimeZone.Find(zone.Id) is { } named && named.HasSameRules(zone)
        ? zone.Id
        : throw new InvalidOperationException("The zone is none that a site can name: UTC, an IANA name or an offset such as +08:00.");
}

/// <summary>An answer: one of the three, and the fault that kept the adapter from going on, where there was one.</summary>
/// <param name="Id">Of the question.</param>
/// <param name="Description">To <see cref="PluginOperation.Describe"/>.</param>
/// <param name="Confidence">To <see cref="PluginOperation.Detect"/>.</param>
/// <param name="Results">To <see cref="PluginOperation.Convert"/>: those before the fault.</param>
/// <param name="Fault">What went wrong: the type of an exception, or for <see cref="PluginOperation.Describe"/> the reason why it cannot be loaded. No patient data.</param>
internal sealed record PluginReply(
    long Id, AdapterDescription? Description = null, int? Confidence = null, IReadOnlyList<PluginResult>? Results = null, string? Fault = null);

/// <summary>A conversion's result, as it travels.</summary>
internal sealed record PluginResult(int Index, string? ControlId, string BundleType, IReadOnlyList<PluginResource> Resources, IReadOnlyList<OutcomeIssue> Issues)
{
    public static PluginResult Of(ConversionResult result) => new(
        result.Index, result.ControlId, result.BundleType, [.. result.Resources.Select(draft => new PluginResource(draft.Apply, draft.Json))], result.Issues);

    public ConversionResult Open() => new()
    {
        Index = Index,
        ControlId = ControlId,
        BundleType = BundleType,
        Resources = [.. Resources.Select(resource => new ResourceDraft(resource.Json, resource.Apply))],
        Issues = Issues,
    };
}

/// <summary>A resource draft, as it travels.</summary>
internal sealed record PluginResource(ApplyMode Apply, DraftObject Json);
