using Consortium.Adapters.Cda.Xml;
using Consortium.Adapters.Narrative;
using Consortium.Fhir;

namespace Consortium.Adapters.Cda;

/// <summary>HL7 CDA R2 documents: C-CDA R2.1, and the Chinese sharing documents of WS/T 500, to a document Bundle.</summary>
/// <param name="notes">Reads what stands in words alone.</param>
internal sealed class CdaAdapter(NarrativeAdapter notes) : IRecordAdapter
{
    /// <summary>An adapter with the seed lexicon alone.</summary>
    public CdaAdapter()
        : this(new NarrativeAdapter())
    {
    }

    private const string CCda = "c-cda-r2.1";
    private const string Sharing = "ws-t-500";
    private const string Plain = "cda-r2";

    private static readonly AdapterDescription Description = new("cda", "1", AdapterDescription.House)
    {
        Formats = ["HL7 CDA R2: C-CDA R2.1", "WS/T 500 (卫生信息共享文档)"],
        Maps = [new AdapterMap(CCda, "1"), new AdapterMap(Sharing, "1"), new AdapterMap(Plain, "1")],
    };

    /// <inheritdoc/>
    public string Name => Description.Name;

    /// <inheritdoc/>
    public string Version => Description.Version;

    /// <inheritdoc/>
    public AdapterDescription Describe() => Description;

    /// <summary>The mapping of a document, by its templates.</summary>
    public static string Mapping(CdaNode document)
    {
        if (IsSharing(document)) return Sharing;
        return document.Children("templateId").Any(id => id["root"]?.StartsWith("2.16.840.1.113883.10.20.22.1.", StringComparison.Ordinal) == true) ? CCda : Plain;
    }

    /// <summary>Whether a document is one of WS/T 500.</summary>
    public static bool IsSharing(CdaNode document) =>
        document.Children("templateId").Any(id => id["root"]?.StartsWith("2.16.156.10011.", StringComparison.Ordinal) == true)
        || document.Child("code")?["codeSystem"]?.StartsWith("2.16.156.10011.", StringComparison.Ordinal) == true;

    /// <inheritdoc/>
    public int Detect(RawRecord record) => CdaReader.Detect(record.Bytes.Span);

    /// <inheritdoc/>
    public IEnumerable<ConversionResult> Convert(RawRecord record, ConversionContext context) => [ConvertOne(record, context)];

    private ConversionResult ConvertOne(RawRecord record, ConversionContext context)
    {
        CdaConversion conversion;
        try
        {
            conversion = new CdaConversion(record, context, CdaReader.Read(record.Bytes, context.Charset)) { Notes = notes };
        }
        catch (CdaFormatException e)
        {
            string place = e.Line is { } line ? $"line {line}" : "ClinicalDocument";
            return ConversionResult.Rejected(0, null, new OutcomeIssue(IssueSeverity.Error, e.Code, $"{place}: {e.Message}", place, e.Line));
        }

        string? control = ControlId(conversion.Document);
        IReadOnlyList<ResourceDraft> resources = CdaDocument.Convert(conversion, this);
        return conversion.IsRefused
            ? ConversionResult.Rejected(0, control, conversion.Issues)
            : new ConversionResult { Index = 0, ControlId = control, BundleType = "document", Resources = resources, Issues = conversion.Issues };
    }

    private static string? ControlId(CdaNode document) => document.Child("id")?["extension"] ?? document.Child("id")?["root"];
}
