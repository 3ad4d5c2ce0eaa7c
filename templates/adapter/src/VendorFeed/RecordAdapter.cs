using System.Globalization;
using Consortium.Adapters.Elements;
using System.Xml;
using System.Xml.Linq;
using Consortium.Adapters;
using Consortium.Fhir;

namespace VendorFeed;

/// <summary>Reads <c>&lt;record number="…"&gt;&lt;patient …/&gt;&lt;/record&gt;</c>. Replace it by your own format.</summary>
public sealed class RecordAdapter : IRecordAdapter
{
    private static readonly AdapterDescription Description = new("vendor-feed-name", "1.0", "VENDOR-NAME")
    {
        Formats = ["<record> in XML"],
        Maps = [new AdapterMap("record", "1")],
        ResourceTypes = ["Patient", "Provenance"],
    };

    /// <inheritdoc/>
    public AdapterDescription Describe() => Description;

    /// <inheritdoc/>
    public int Detect(RawRecord record) => record.Bytes.Span[..Math.Min(record.Bytes.Length, 1024)].IndexOf("<record "u8) >= 0 ? 90 : 0;

    /// <inheritdoc/>
    public IEnumerable<ConversionResult> Convert(RawRecord record, ConversionContext context)
    {
        XElement root;
        try
        {
            using var reader = XmlReader.Create(new MemoryStream(record.Bytes.ToArray()), new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit });
            root = XDocument.Load(reader, LoadOptions.SetLineInfo).Root!;
        }
        catch (XmlException e)
        {
            // Say the place and the reason in words of your own: the exception's message may quote the patient's name.
            return [Rejected(null, "structure", "this is no well-formed XML.", e.LineNumber, e.LinePosition)];
        }

        string? number = (string?)root.Attribute("number");
        if (root.Element("patient") is not { } person) return [Rejected(number, "required", "record/patient is missing.", root)];
        if ((string?)person.Attribute("id") is not { Length: > 0 } id) return [Rejected(number, "required", "patient/@id is missing.", person)];
        string? birth = (string?)person.Attribute("birth");
        if (birth is not null && !DateOnly.TryParseExact(birth, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _))
        {
            return [Rejected(number, "value", "patient/@birth: a date such as 1960-05-12 is expected.", person)];
        }

        // The id comes from the hospital's own number, so that a correction updates the patient and a repeat changes nothing.
        string system = context.IdentifierSystems.MedicalRecordOf(record.Source);
        DraftObject patient = JsonBuilding.Resource("Patient", PatientIdentity.LogicalId(context, system, id))
            .SetAll("identifier", [Element.Identifier(system, id)])
            .SetAll("name", [Element.HumanName((string?)person.Attribute("name"))])
            .Set("birthDate", birth);
        ResourceDraft[] drafts = [new ResourceDraft(patient)];
        DraftObject provenance = ProvenanceFactory.Create(record, this, "record", "1", context, drafts);
        return [new ConversionResult { Index = 0, ControlId = number, Resources = [.. drafts, new ResourceDraft(provenance)] }];
    }

    private static ConversionResult Rejected(string? number, string code, string reason, IXmlLineInfo at) => Rejected(number, code, reason, at.LineNumber, at.LinePosition);

    private static ConversionResult Rejected(string? number, string code, string reason, int line, int column) =>
        ConversionResult.Rejected(0, number, new OutcomeIssue(IssueSeverity.Error, code, reason, $"line {Math.Max(1, line)}, column {Math.Max(1, column)}", Math.Max(1, line), Math.Max(1, column)));
}
