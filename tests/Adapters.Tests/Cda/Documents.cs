using System.Text;
using Consortium.Adapters.Cda;
using Consortium.Adapters.Elements;
using Consortium.Adapters.Site;
using Consortium.Fhir;

namespace Consortium.Adapters.Tests.Cda;

/// <summary>Small CDA documents for tests; nobody in them exists.</summary>
internal static class Documents
{
    public const string Namespaces = "xmlns=\"urn:hl7-org:v3\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xmlns:sdtc=\"urn:hl7-org:sdtc\"";

    /// <summary>A C-CDA with these sections (elements <c>component</c>, one after the other).</summary>
    public static string Around(string sections, string header = "", string time = "20240310101500-0500") => $"""
        <?xml version="1.0" encoding="UTF-8"?>
        <ClinicalDocument {Namespaces}>
          <realmCode code="US"/><typeId root="2.16.840.1.113883.1.3" extension="POCD_HD000040"/>
          <templateId root="2.16.840.1.113883.10.20.22.1.1" extension="2015-08-01"/><templateId root="2.16.840.1.113883.10.20.22.1.2" extension="2015-08-01"/>
          <id root="2.999.77.1" extension="DOC-1"/>
          <code code="34133-9" codeSystem="2.16.840.1.113883.6.1" displayName="Summarization of Episode Note"/>
          <title>Summary</title><effectiveTime value="{time}"/>
          <confidentialityCode code="N" codeSystem="2.16.840.1.113883.5.25"/><languageCode code="en-US"/>
          <recordTarget><patientRole><id root="2.999.77.2" extension="P-100"/><patient><name><given>Testa</given><family>Probe</family></name>
            <administrativeGenderCode code="F" codeSystem="2.16.840.1.113883.5.1"/><birthTime value="19700102"/></patient></patientRole></recordTarget>
          <author><time value="{time}"/><assignedAuthor><id root="2.16.840.1.113883.4.6" extension="9999999999"/><assignedPerson><name><given>Dora</given><family>Tester</family></name></assignedPerson>
            <representedOrganization><id root="2.999.77.3"/><name>Probe Clinic</name></representedOrganization></assignedAuthor></author>
          <custodian><assignedCustodian><representedCustodianOrganization><id root="2.999.77.3"/><name>Probe Clinic</name></representedCustodianOrganization></assignedCustodian></custodian>
          {header}
          <component><structuredBody>{sections}</structuredBody></component>
        </ClinicalDocument>
        """;

    /// <summary>A component with a section of this LOINC code.</summary>
    public static string Section(string loinc, string entries, string text = "Words of the section. <content ID=\"pen\">Penicillin, as written</content>") =>
        $"<component><section><code code=\"{loinc}\" codeSystem=\"2.16.840.1.113883.6.1\"/><title>Section</title><text>{text}</text>{entries}</section></component>";

    public static ConversionResult Convert(string xml, ConversionContext? context = null) => Convert(Encoding.UTF8.GetBytes(xml), context);

    public static ConversionResult Convert(byte[] bytes, ConversionContext? context = null) =>
        Assert.Single(new CdaAdapter().Convert(new RawRecord(bytes, "test", DateTimeOffset.UnixEpoch), context ?? SiteConfiguration.Default.ContextFor("test")));

    /// <summary>Converts, and asserts that the Bundle is valid and that every reference leads to a resource in it.</summary>
    public static ConversionResult Valid(string xml, ConversionContext? context = null) => Valid(Convert(xml, context));

    public static ConversionResult Valid(ConversionResult result, string? what = null)
    {
        Assert.False(result.IsRejected, $"{what} {string.Join('\n', result.Issues.Select(issue => issue.Diagnostics))}");
        ValidationResult outcome = FhirValidator.R4.Validate(BundleWriter.Write(result));
        Assert.True(outcome.IsValid, $"{what}\n{string.Join('\n', outcome.Issues.Where(issue => issue.Severity <= IssueSeverity.Error).Select(issue => $"{issue.Expression}: {issue.Diagnostics}"))}");
        var there = result.Resources.Select(draft => $"{draft.ResourceType}/{draft.Id}").ToHashSet(StringComparer.Ordinal);
        Assert.Equal(there.Count, result.Resources.Count);
        Assert.All(result.Resources.SelectMany(draft => References(draft.Json)), reference => Assert.Contains(reference, there));
        Assert.Equal("Composition", result.Resources[0].ResourceType);
        Assert.Equal("Provenance", result.Resources[^1].ResourceType);
        return result;
    }

    public static DraftObject Only(this ConversionResult result, string type) => Assert.Single(result.Resources, draft => draft.ResourceType == type).Json;

    public static DraftObject[] All(this ConversionResult result, string type) => [.. result.Resources.Where(draft => draft.ResourceType == type).Select(draft => draft.Json)];

    /// <summary>What stands at a path such as <c>code.coding.0.code</c>, as text; null where nothing does.</summary>
    public static string? At(this DraftNode? node, string path)
    {
        foreach (string step in path.Split('.'))
        {
            node = node switch
            {
                DraftArray array => int.Parse(step, System.Globalization.CultureInfo.InvariantCulture) < array.Count ? array[int.Parse(step, System.Globalization.CultureInfo.InvariantCulture)] : null,
                DraftObject json => json[step],
                _ => null,
            };
        }

        return node?.ToString();
    }

    public static IEnumerable<string> References(DraftNode? node) => node switch
    {
        DraftObject o => o.SelectMany(member => member.Key == "reference" && member.Value is DraftValue value ? [value.GetValue<string>()] : References(member.Value)),
        DraftArray a => a.SelectMany(References),
        _ => [],
    };
}
