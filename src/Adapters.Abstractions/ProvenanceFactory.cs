using System.Globalization;
using Consortium.Adapters.Elements;

namespace Consortium.Adapters;

/// <summary>A piece of a text that a resource was read from.</summary>
/// <param name="Start">First character, counted from 0 in Unicode code points of the decoded text without its byte-order mark.</param>
/// <param name="End">The character after the last one.</param>
public readonly record struct SourceSpan(int Start, int End);

/// <summary>
/// Makes the Provenance of a converted record: which raw record (by digest), which adapter and which mapping made which resources.
/// It carries no patient data and depends on nothing but the record and the mapping, so a repeat makes the same Provenance.
/// </summary>
public static class ProvenanceFactory
{
    /// <summary>Identifier system of the raw record's digest: the value is a URI, <c>urn:sha256:</c> and 64 lower-case hexadecimal digits.</summary>
    public const string DigestSystem = "urn:ietf:rfc:3986";

    /// <summary>Identifier system of adapters; the value is the adapter's name and version, joined by <c>/</c>.</summary>
    public const string AdapterSystem = "urn:consortium:adapter";

    /// <summary>Extension on <c>Provenance.target</c>: the span of text that the target was read from (sub-extensions <c>start</c>, <c>end</c>).</summary>
    public const string SourceSpanExtension = "urn:consortium:extension:source-span";

    private static readonly DraftObject Assembler = DraftNode.Shared(Element.CodeableConcept(CodeSystems.ProvenanceParticipant, "assembler", "Assembler", null)!);

    /// <summary>The Provenance of all of one record's resources.</summary>
    /// <param name="record">The raw record.</param>
    /// <param name="adapter">The adapter that read it.</param>
    /// <param name="mappingName">The mapping, such as <c>ADT_A01</c> or a site's own table mapping.</param>
    /// <param name="mappingVersion">Its version; another version is another Provenance.</param>
    /// <param name="context">The conversion's context.</param>
    /// <param name="targets">The resources made; at least one.</param>
    /// <param name="index">Position of the record in its file (<see cref="ConversionResult.Index"/>).</param>
    /// <param name="spans">For text: where each resource was read from.</param>
    public static DraftObject Create(
        RawRecord record,
        IRecordAdapter adapter,
        string mappingName,
        string mappingVersion,
        ConversionContext context,
        IReadOnlyList<ResourceDraft> targets,
        int index = 0,
        Func<ResourceDraft, IReadOnlyList<SourceSpan>>? spans = null)
    {
        ArgumentNullException.ThrowIfNull(record);
        ArgumentNullException.ThrowIfNull(adapter);
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(targets);
        return Create(record, adapter, mappingName, mappingVersion, context, Targets(targets, spans), index);
    }

    /// <inheritdoc cref="Create(RawRecord, IRecordAdapter, string, string, ConversionContext, IReadOnlyList{ResourceDraft}, int, Func{ResourceDraft, IReadOnlyList{SourceSpan}}?)"/>
    internal static DraftObject Create(
        RawRecord record, IRecordAdapter adapter, string mappingName, string mappingVersion, ConversionContext context, DraftArray targets, int index)
    {
        if (targets.Count == 0) throw new ArgumentException("A Provenance needs a target.", nameof(targets));

        string mapping = $"urn:consortium:mapping:{Uri.EscapeDataString(mappingName)}:{Uri.EscapeDataString(mappingVersion)}";
        string id = context.Ids.For(record.Source, "Provenance", string.Create(
            CultureInfo.InvariantCulture, $"{record.Digest}|{index}|{adapter.Name}|{adapter.Version}|{mapping}"));

        DraftObject provenance = JsonBuilding.Resource("Provenance", id)
            .Set("target", targets)
            .Set("recorded", Instant(record.ReceivedAt))
            .Append("policy", mapping)
            .Append("agent", new DraftObject()
                .Set("type", Assembler)
                .Set("who", Element.LogicalReference(
                    Element.Identifier(AdapterSystem, $"{adapter.Name}/{adapter.Version}"),
                    $"Adapter {adapter.Name} {adapter.Version}, mapping {mappingName} {mappingVersion}",
                    "Device")));
        if (adapter.Describe().Vendor is var vendor and not AdapterDescription.House) provenance["agent"]![0]!.AsObject().Set("onBehalfOf", Element.LogicalReference(null, vendor, "Organization"));
        provenance.Append("entity", new DraftObject()
            .Set("role", "source")
            .Set("what", Element.LogicalReference(Element.Identifier(DigestSystem, $"urn:sha256:{record.Digest}"), $"Raw record {index} of source {record.Source}")));
        return provenance;
    }

    // The round-trip format, which .NET writes fastest, has seven digits after the second; three are enough for an instant here.
    private static string Instant(DateTimeOffset time)
    {
        Span<char> text = stackalloc char["yyyy-MM-ddTHH:mm:ss.fffffffZ".Length];
        time.UtcDateTime.TryFormat(text, out _, "o", CultureInfo.InvariantCulture);
        int end = "yyyy-MM-ddTHH:mm:ss.fff".Length;
        text[end] = 'Z';
        return new string(text[..(end + 1)]);
    }

    private static DraftArray Targets(IReadOnlyList<ResourceDraft> targets, Func<ResourceDraft, IReadOnlyList<SourceSpan>>? spans)
    {
        var array = new DraftArray(targets.Count);
        foreach (ResourceDraft target in targets) array.Add(Target(target, spans));
        return array;
    }

    private static DraftObject Target(ResourceDraft target, Func<ResourceDraft, IReadOnlyList<SourceSpan>>? spans)
    {
        var reference = new DraftObject();
        foreach (SourceSpan span in spans?.Invoke(target) ?? [])
        {
            reference.Append("extension", new DraftObject
            {
                ["extension"] = new DraftArray(Position("start", span.Start), Position("end", span.End)),
                ["url"] = SourceSpanExtension,
            });
        }

        return reference.Set("reference", $"{target.ResourceType}/{target.Id}");
    }

    private static DraftObject Position(string url, int value) => new() { ["url"] = url, ["valueUnsignedInt"] = value };
}
