using System.Text;
using System.Xml;
using System.Xml.Linq;
using Consortium.Adapters;
using Consortium.Fhir;

namespace Qingshan.Adapter;

/// <summary>Reads the XML feed of the (invented) Qingshan HIS, 青山 HIS: admissions and laboratory reports, one message a record.</summary>
public sealed class QingshanAdapter : IRecordAdapter
{
    private static readonly AdapterDescription Description = new("qingshan", "1.0", "Qingshan Software")
    {
        Formats = ["Qingshan HIS messages (<qsmsg>) in XML"],
        Maps = [new AdapterMap("admission", "1"), new AdapterMap("labreport", "1")],
        ResourceTypes = ["Patient", "Encounter", "Condition", "DiagnosticReport", "Observation", "Provenance"],
    };

    // Chinese systems declare GB18030 or GBK, which .NET knows only when it is asked to.
    static QingshanAdapter() => Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);

    /// <inheritdoc/>
    public AdapterDescription Describe() => Description;

    /// <inheritdoc/>
    public int Detect(RawRecord record)
    {
        ReadOnlySpan<byte> start = record.Bytes.Span[..Math.Min(record.Bytes.Length, 1024)];
        return start.IndexOf("<qsmsg"u8) >= 0 ? 95 : 0;
    }

    /// <inheritdoc/>
    public IEnumerable<ConversionResult> Convert(RawRecord record, ConversionContext context)
    {
        XElement message;
        try
        {
            // No DTD: an entity of a message could name a file of the server.
            var settings = new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, MaxCharactersInDocument = 16 * 1024 * 1024 };
            using var reader = XmlReader.Create(new MemoryStream(record.Bytes.ToArray()), settings);
            message = XDocument.Load(reader, LoadOptions.SetLineInfo).Root!;
        }
        catch (Exception e) when (e is XmlException or DecoderFallbackException or ArgumentException)
        {
            // The exception's own message may quote the record.
            (int line, int column) = e is XmlException xml ? (Math.Max(1, xml.LineNumber), Math.Max(1, xml.LinePosition)) : (1, 1);
            return [ConversionResult.Rejected(0, null, new OutcomeIssue(
                IssueSeverity.Fatal, "structure", "this is no well-formed XML.", $"line {line}, column {column}", line, column))];
        }

        var conversion = new MessageConversion(record, context);
        string? id = conversion.Required(message, "id");
        string? kind = conversion.Required(message, "kind");
        if (kind == "admission") conversion.Admission(message);
        else if (kind == "labreport") conversion.LaboratoryReport(message);
        else if (kind is not null) conversion.Error(message, "not-supported", "@kind", "admission or labreport is expected.");
        if (conversion.Issues.Count > 0) return [ConversionResult.Rejected(0, id, conversion.Issues)];
        ResourceDraft[] drafts = [.. conversion.Drafts];
        var provenance = new ResourceDraft(ProvenanceFactory.Create(record, this, kind!, "1", context, drafts));
        return [new ConversionResult { Index = 0, ControlId = id, Resources = [.. drafts, provenance] }];
    }
}
